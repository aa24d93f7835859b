//! How the class did in one milestone.

use maud::{Markup, html};
use tito_grade::Number;
use tito_gradebook::analytics::{Accuracy, Analysis, Item, Spread};

use super::words;
use crate::html::{
    Cell, Section, Table, class, meter,
    plot::{Bar, Bars, Part, Share, Stacked, bars, histogram, stacked},
    sentence,
};

/// The section of a milestone.
pub(super) fn section(analysis: &Analysis) -> Section {
    let body = html! {
        (figures(analysis))
        @if let Some(scores) = &analysis.scores {
            div.plots {
                (distribution(analysis, scores))
                (levels(analysis))
                @if let Some(accuracy) = &analysis.accuracy { (bands(accuracy)) }
                (criteria(analysis))
            }
        } @else { p { "Nothing is graded yet." } }
        @if !analysis.items.is_empty() { (items(analysis)) }
        @if !analysis.refusals.is_empty() { (refusals(analysis)) }
    };
    Section::new(
        format!("milestone-{}", analysis.milestone),
        format!("{} {}", analysis.milestone, analysis.name),
        body,
    )
}

fn figures(analysis: &Analysis) -> Markup {
    let shares = [
        ("Completed", analysis.completed),
        ("Of the decided", analysis.completed_of_decided),
        ("Handed in", analysis.handed_in),
        ("Graded", analysis.graded),
        ("Waiting", analysis.waiting),
        ("To be looked at", analysis.quarantined),
        ("Overdue", analysis.overdue),
        ("Late", analysis.late),
        ("Provisional", analysis.provisional),
    ];
    let shares = shares.into_iter().filter(|(_, share)| share.of > 0);
    html! {
        dl.figures {
            @for (name, share) in shares { div { dt { (name) } dd { (words::share(share)) } } }
            @if let Some(attempts) = &analysis.attempts {
                div { dt { "Attempts of each" } dd { "mean " (format!("{:.1}", attempts.mean)) ", at most " (Number(attempts.max)) } }
            }
        }
        @for issue in &analysis.issues { p.said { strong { (words::topic(issue.topic)) } ". " (sentence(&issue.text)) } }
    }
}

fn distribution(analysis: &Analysis, scores: &Spread) -> Markup {
    let all: Vec<_> = analysis
        .histogram
        .iter()
        .map(|bin| bar(format!("{} to {}", Number(bin.from), Number(bin.to)), bin.count))
        .collect();
    let edges =
        analysis.histogram.iter().map(|bin| bin.from).chain(analysis.histogram.last().map(|bin| bin.to));
    let summary = words::spread(scores);
    html! {
        div {
            (histogram(&Bars {
                title: "Scores",
                summary: &summary,
                columns: ["Score", "Students"],
                full: 0.0,
                marks: &edges.collect::<Vec<_>>(),
                bars: &all,
            }))
            p.faint { (summary) "." }
        }
    }
}

fn bar(name: String, count: usize) -> Bar {
    Bar { name, value: Some(count as f64), shown: count.to_string() }
}

fn levels(analysis: &Analysis) -> Markup {
    let all = analysis.levels.iter().rev();
    let parts: Vec<_> = all
        .clone()
        .map(|one| Part { name: format!("{} {}", one.students.count, one.level), class: class(one.level) })
        .collect();
    let counts = all.map(|one| one.students.count).collect();
    stacked(&Stacked {
        title: "Levels",
        summary: &format!("Of {} that are graded.", analysis.graded.count),
        of: "",
        parts: &parts,
        shares: &[Share { name: String::new(), counts }],
    })
}

fn bands(accuracy: &Accuracy) -> Markup {
    let percent = |share: f64| Number((1e6 * share).round() / 1e4);
    let all: Vec<_> = accuracy
        .bands
        .iter()
        .map(|band| bar(format!("{} to {} %", percent(band.from), percent(band.to)), band.students.count))
        .collect();
    let edges = accuracy.bands.iter().map(|band| band.from).chain(accuracy.bands.last().map(|band| band.to));
    let edges: Vec<_> = edges.map(|edge| percent(edge).0).collect();
    let Spread { n, median, .. } = accuracy.spread;
    let summary = format!(
        "{n} networks, by the percent of test images that they recognise; the median is {} %.",
        tito_grade::points(100.0 * median)
    );
    html! {
        div {
            (histogram(&Bars {
                title: "Accuracy in percent",
                summary: &summary,
                columns: ["Accuracy", "Networks"],
                full: 0.0,
                marks: &edges,
                bars: &all,
            }))
            p.faint { (summary) }
        }
    }
}

fn criteria(analysis: &Analysis) -> Markup {
    let all: Vec<_> = analysis
        .criteria
        .iter()
        .map(|criterion| Bar {
            name: criterion.name.clone(),
            value: Some(criterion.mean),
            shown: words::mean(criterion.mean),
        })
        .collect();
    bars(&Bars {
        title: "Criteria",
        summary: "The mean of every criterion, from 0 to 1.",
        columns: ["Criterion", "Mean"],
        full: 1.0,
        marks: &[],
        bars: &all,
    })
}

fn items(analysis: &Analysis) -> Markup {
    let columns = vec![
        Cell::text("Check"),
        Cell::number("n"),
        Cell::text("").meter().spare(),
        Cell::number("Mean"),
        Cell::number("Fully").spare(),
        Cell::number("Discrimination"),
        Cell::text("Remarkable"),
    ];
    let rows = analysis.items.iter().map(|one| item(one, &analysis.hardest)).collect();
    html! {
        h3 { "Checks" }
        (Table { caption: "Checks in the order of the rubric", is_wide: true, columns, rows, ..Table::default() }.markup())
        p.faint {
            "The mean is the difficulty, from 0, nobody can do it, to 1, everybody can. Discrimination is the correlation of a check "
            "with the rest of the milestone."
        }
    }
}

fn item(item: &Item, hardest: &[String]) -> Vec<Cell> {
    let is_hardest = hardest.first() == Some(&item.check);
    let flags = words::flags(&item.flags);
    vec![
        Cell::of(html! { (item.check) small { (item.criterion) } }),
        Cell::number(item.n.to_string()),
        Cell::of(meter(Some(item.mean))).spare(),
        Cell::number(words::mean(item.mean)),
        Cell::number(words::share(item.full)).spare(),
        Cell::number(words::correlation(item.discrimination)),
        Cell::of(html! { @if is_hardest { "hardest" @if !flags.is_empty() { "; " } } (flags) }),
    ]
}

fn refusals(analysis: &Analysis) -> Markup {
    let rows = analysis
        .refusals
        .iter()
        .map(|one| vec![Cell::text(&one.rule), Cell::number(words::share(one.attempts))]);
    let columns = vec![Cell::text("Rule"), Cell::number("Attempts")];
    html! {
        h3 { "Refused" }
        (Table { caption: "Why submissions were refused", columns, rows: rows.collect(), ..Table::default() }.markup())
    }
}
