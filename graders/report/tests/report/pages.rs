//! What every page promises to a browser and to those who read it.

use tito_grade::SeedUsed;
use tito_report::{Audience, Detail, class as classes, student};

use crate::{class, course};

fn pages() -> [String; 3] {
    let report = course::report("Ada Lovelace", &SeedUsed::Public, Audience::Student, Detail::Evidence);
    [student::html(&report), classes::html(&class::report()), classes::html(&class::empty())]
}

/// Every value of an attribute.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    page.split(&format!(" {attribute}=\""))
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap_or_default())
        .collect()
}

#[test]
fn a_page_asks_nobody_for_anything() {
    for page in pages() {
        assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'; img-src data:"), "no policy");
        for word in ["http://", "https://", "url(", "@import", "<script", "javascript:", " on", "src="] {
            // Words may begin with "on"; attributes that do are followed by a value.
            let found = page.split(word).skip(1).any(|rest| word != " on" || is_handler(rest));
            assert!(!found, "{word}");
        }
    }
}

fn is_handler(rest: &str) -> bool {
    rest.split_once('=')
        .is_some_and(|(name, _)| !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase()))
}

#[test]
fn links_lead_somewhere_and_ids_are_unique() {
    for page in pages() {
        let mut ids = values(&page, "id");
        for link in values(&page, "href").iter().filter_map(|href| href.strip_prefix('#')) {
            assert!(ids.contains(&link), "{link}");
        }
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}

#[test]
fn every_drawing_has_a_title_a_description_and_a_table() {
    let [student, class, empty] = pages();
    assert!(!empty.contains("<figure>"), "there is nothing to draw");
    for page in [student, class] {
        let figures: Vec<_> = page.split("<figure>").skip(1).collect();
        assert!(figures.len() >= 5, "{}", figures.len());
        for figure in figures {
            let figure = figure.split("</figure>").next().unwrap_or_default();
            for part in ["role=\"img\"", "<title>", "<desc>", "<table"] {
                assert!(figure.contains(part), "no {part} in {figure}");
            }
            assert!(!figure.contains("<title></title>") && !figure.contains("<desc></desc>"), "{figure}");
            assert!(!figure.contains("NaN\"") && !figure.contains("inf\""), "{figure}");
        }
    }
}

#[test]
fn headings_are_in_order() {
    for page in pages() {
        let levels = page.split("<h").skip(1).filter_map(|rest| rest.chars().next()?.to_digit(10));
        let levels: Vec<_> = levels.collect();
        assert_eq!(levels.iter().filter(|&&level| level == 1).count(), 1);
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
    }
}

#[test]
fn the_same_report_is_the_same_page() {
    assert_eq!(pages(), pages());
}
