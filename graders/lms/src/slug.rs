//! What a student is called on the command line, made from what a roster says of them.

use std::collections::BTreeSet;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::Person;

/// Longer ids are cut.
const LONGEST: usize = 40;

/// Gives an id to everybody whose id is empty, as [`Person::id`] says.
pub(crate) fn name_all(people: &mut [Person]) {
    let mut taken: BTreeSet<String> = people.iter().map(|person| person.id.to_lowercase()).collect();
    let mut unnamed: Vec<_> = people.iter_mut().filter(|person| person.id.is_empty()).collect();
    unnamed.sort_by_cached_key(|person| {
        let Person { email, sis_id, canvas_id, name, .. } = &**person;
        (base(person), email.clone(), sis_id.clone(), canvas_id.clone(), name.clone())
    });
    for person in unnamed {
        person.id = next_free(&base(person), &mut taken);
    }
}

/// `base`, or the first of `base_2`, `base_3` and so on that is not taken; it is from now on. Of ids that are taken there
/// are small letters alone.
pub(crate) fn next_free(base: &str, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{base}_{number}"));
    let mut ids = std::iter::once(base.to_owned()).chain(numbered);
    ids.find(|id| taken.insert(id.to_lowercase())).expect("numbers do not end")
}

/// Whether an id can be typed, is no option, and names a folder on every system.
pub(crate) fn is_id(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    text.len() <= 64 && text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(is_plain)
}

fn base(person: &Person) -> String {
    let local = |address: &str| slug(address.split('@').next().unwrap_or_default());
    let login = person.login.as_deref().map(local);
    let email = person.email.as_deref().map(local);
    let name = slug(&person.name);
    let named = [login, email.clone(), Some(name.clone())].into_iter().flatten();
    let has_letter = |slug: &String| slug.contains(|c: char| c.is_ascii_alphabetic());
    named.into_iter().find(has_letter).unwrap_or_else(|| {
        let numbers = [person.canvas_id.as_deref().map(slug), person.sis_id.as_deref().map(slug), email];
        let number = numbers.into_iter().flatten().chain([name]).find(|slug| !slug.is_empty());
        number.map_or_else(|| "student".into(), |number| format!("student_{number}"))
    })
}

fn slug(text: &str) -> String {
    let mut slug = String::new();
    // An apostrophe joins what is around it: O'Brien is one word.
    for c in text.nfkd().filter(|c| !is_combining_mark(*c) && !matches!(c, '\'' | '’')) {
        match latin(c) {
            Some(letters) => slug.push_str(&letters),
            None if slug.is_empty() || slug.ends_with('_') => {}
            None => slug.push('_'),
        }
    }
    slug.truncate(LONGEST);
    slug.trim_end_matches('_').to_owned()
}

/// A letter or digit as ASCII writes it.
fn latin(c: char) -> Option<String> {
    let letters = match c {
        'ß' => "ss",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'ø' | 'Ø' => "o",
        'ł' | 'Ł' => "l",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'þ' | 'Þ' => "th",
        'ı' => "i",
        _ if c.is_ascii_alphanumeric() => return Some(c.to_ascii_lowercase().into()),
        _ => return None,
    };
    Some(letters.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(login: &str, email: &str, name: &str, canvas: &str) -> Person {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Person {
            id: String::new(),
            is_id_given: false,
            name: name.into(),
            email: some(email),
            section: None,
            canvas_id: some(canvas),
            sis_id: None,
            login: some(login),
        }
    }

    #[test]
    fn an_id_comes_from_login_address_or_name() {
        for (login, email, name, expected) in [
            ("jdoe", "john.doe@x.edu", "John Doe", "jdoe"),
            ("John.Doe@x.edu", "", "", "john_doe"),
            ("20231234", "john.doe+cs@x.edu", "John Doe", "john_doe_cs"),
            ("20231234", "20231234@x.edu", "Zoë O’Brien-Łukasz", "zoe_obrien_lukasz"),
            ("", "", "Søren  Æbelø", "soren_aebelo"),
            ("20231234", "", "李明", "student_7"),
            ("", "", "=HYPERLINK(\"http://evil\")", "hyperlink_http_evil"),
            ("--__--", "", "../../etc", "etc"),
        ] {
            let mut people = [person(login, email, name, "7")];
            name_all(&mut people);
            assert_eq!(people[0].id, expected);
            assert!(is_id(&people[0].id));
        }
    }

    #[test]
    fn namesakes_are_told_apart_whatever_the_order() {
        let people = [
            person("", "ann@y.edu", "Ann", "2"),
            person("", "ann@x.edu", "Ann", "1"),
            person("ann_2", "", "Ann Two", "3"),
        ];
        let ids = |mut people: Vec<Person>| {
            name_all(&mut people);
            people.sort_by(|a, b| a.canvas_id.cmp(&b.canvas_id));
            people.into_iter().map(|person| person.id).collect::<Vec<_>>()
        };
        let forwards = ids(people.to_vec());
        assert_eq!(forwards, ["ann", "ann_2", "ann_2_2"]);
        assert_eq!(ids(people.iter().rev().cloned().collect()), forwards);
    }

    #[test]
    fn a_given_id_is_kept() {
        let mut people =
            [person("ann", "", "Ann", ""), Person { id: "Ann".into(), ..person("", "", "B", "") }];
        name_all(&mut people);
        assert_eq!([&people[0].id, &people[1].id], ["ann_2", "Ann"]);
    }
}
