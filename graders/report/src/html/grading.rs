//! One grading: how every check ended and why, and what it measured as plots.

use maud::{Markup, html};
use tito_grade::{
    CaseEvidence, CheckResult, Evidence, Grade, Level, Number, Plot, Series, Table as Measured,
};

use super::{
    Cell, Table, level, mark, meter,
    plot::{Along, Curve, Dot, Lines, Roofline, lines, roofline},
    sentence, status,
};
use crate::{
    ending::Ending,
    student::Grading,
    terminal::header,
    told::{advice, percent, suggestion, telling, untold, worst},
};

/// What was graded, and with what.
pub(crate) fn facts(grade: &Grade) -> Markup {
    html! {
        dl.facts {
            dt { "Component" } dd { code { (header::component(&grade.component)) } }
            dt { "Seed" } dd { (header::seed(&grade.seed)) }
            dt { "Data" } dd { (header::data(&grade.data)) }
        }
    }
}

/// The score, large, its level, and whether it is final.
pub(crate) fn standing(
    score: Option<f64>,
    named: Option<Level>,
    provisional: bool,
    otherwise: &str,
) -> Markup {
    html! {
        div.status {
            @match score {
                Some(score) => span.score { (tito_grade::points(score)) small { " of 100" } },
                None => span.open { (otherwise) },
            }
            @if let Some(named) = named { (level(named)) }
            @if provisional { span.open { "provisional" } }
        }
    }
}

/// The criteria with their bars and points.
pub(crate) fn criteria(grade: &Grade) -> Markup {
    let rows = grade.criteria.iter().map(|criterion| {
        let open = criterion.checks.iter().filter(|check| !check.is_decided()).count();
        let points = match criterion.score {
            Some(score) => format!("{} of {}", tito_grade::points(criterion.share * score), criterion.share),
            None => format!("of {}", criterion.share),
        };
        let note = match (open, criterion.score) {
            (_, None) => "undecided".to_owned(),
            (0, _) => String::new(),
            (open, _) => format!("{open} undecided"),
        };
        vec![
            Cell::of(html! { (criterion.name) @if !note.is_empty() { small { (note) } } }),
            Cell::of(meter(criterion.score)).meter(),
            Cell::number(criterion.score.map(percent).unwrap_or_default()),
            Cell::number(points),
        ]
    });
    let columns = vec![
        Cell::text("Criterion"),
        Cell::text("").meter(),
        Cell::number("Reached"),
        Cell::number("Points"),
    ];
    Table { caption: "Criteria", is_even: true, columns, rows: rows.collect(), ..Table::default() }.markup()
}

/// Every check by its criterion; what failed is open.
pub(crate) fn checks(grading: &Grading) -> Markup {
    let criteria = grading.grade.criteria.iter().filter(|criterion| !criterion.checks.is_empty());
    html! {
        @for criterion in criteria {
            h4 { (criterion.name) }
            @for item in &criterion.checks { (check(item, grading.reviews.get(&item.name))) }
        }
    }
}

fn check(check: &CheckResult, review: Option<&String>) -> Markup {
    let ending = Ending::of(check, review.is_some());
    let told =
        if ending == Ending::AwaitingReview { suggestion(check) } else { check.evidence.summary.clone() };
    html! {
        details.check open[matches!(ending, Ending::Failed | Ending::InPart)] {
            summary {
                (mark(ending))
                span.name { (check.name) }
                span { (status(ending)) @if check.is_decided() { " " (percent(check.score)) } }
                @if !told.is_empty() { span.told { (sentence(&told)) } }
            }
            div.more {
                @if !check.asks.is_empty() { p.faint { (sentence(&check.asks)) } }
                @if let Some(comment) = review { (said(comment)) }
                (failures(check))
                (measures(&check.evidence, &check.name))
                @for table in check.evidence.tables.iter().chain(&check.evidence.observed) { (tabulated(table)) }
            }
        }
    }
}

/// What a person wrote, in the paragraphs that it was written in.
fn said(comment: &str) -> Markup {
    html! { div.said { @for line in comment.lines().filter(|line| !line.trim().is_empty()) { p { (line) } } } }
}

fn failures(check: &CheckResult) -> Markup {
    let shown = telling(&check.evidence);
    html! {
        @for failure in &shown { (case(failure)) }
        @if let Some((_, text)) = untold(&check.evidence, shown.len()) { p.faint { (text) "." } }
    }
}

fn case(failure: &CaseEvidence) -> Markup {
    html! {
        div.case {
            dl {
                dt { "Asked" } dd { (failure.asked) }
                dt { "Came back" } dd { (sentence(&failure.came_back)) }
                @if let Some(mismatch) = &failure.mismatch { dt { "Furthest off" } dd { (worst(mismatch)) } }
                @if let Some(hint) = &failure.hint { dt { "Hint" } dd { (sentence(&advice(hint))) } }
            }
        }
    }
}

fn measures(evidence: &Evidence, check: &str) -> Markup {
    if evidence.measures.is_empty() {
        return html! {};
    }
    let rows = evidence
        .measures
        .iter()
        .map(|(name, value)| vec![Cell::text(name.replace('_', " ")), Cell::number(value.to_string())]);
    let caption = format!("Measured by {check}");
    let columns = vec![Cell::text("Measure"), Cell::number("Value")];
    html! {
        div.measures {
            (Table { caption: &caption, columns, rows: rows.collect(), ..Table::default() }.markup())
        }
    }
}

pub(super) fn tabulated(table: &Measured) -> Markup {
    let is_number = |column: usize| {
        let cells = || table.rows.iter().filter_map(|row| row.get(column)).filter(|cell| !cell.is_empty());
        column > 0 && cells().all(|cell| is_figure(cell))
    };
    let cell =
        |(at, text): (usize, &String)| if is_number(at) { Cell::number(text) } else { Cell::text(text) };
    let rows = table.rows.iter().map(|row| row.iter().enumerate().map(cell).collect());
    let has_head = table.columns.iter().any(|name| !name.is_empty());
    let columns = if has_head { table.columns.iter().enumerate().map(cell).collect() } else { Vec::new() };
    Table {
        caption: &table.title,
        is_titled: true,
        is_wide: true,
        columns,
        rows: rows.collect(),
        ..Table::default()
    }
    .markup()
}

/// Whether a cell is a number, a percentage or the dash of neither.
fn is_figure(cell: &str) -> bool {
    cell == "-" || cell.trim_end_matches(" %").parse::<f64>().is_ok()
}

/// Every curve of every check, and a roofline where checks were timed.
pub(crate) fn plots(grade: &Grade) -> Option<Markup> {
    let curves = grade.checks().flat_map(|check| check.evidence.plots.iter().map(move |plot| (check, plot)));
    let mut drawn: Vec<Markup> = curves.map(|(check, plot)| curve(check, plot)).collect();
    drawn.extend(timed(grade));
    (!drawn.is_empty()).then(|| html! { div.plots { @for plot in drawn { (plot) } } })
}

fn curve(check: &CheckResult, plot: &Plot) -> Markup {
    let curves: Vec<_> = plot.series.iter().map(points).collect();
    let title = format!("{} ({})", plot.title, check.name);
    let summary: Vec<_> = plot.series.iter().map(|series| course(series, &plot.along)).collect();
    lines(&Lines {
        title: &title,
        summary: &summary.join(" "),
        along: Along::Steps(&plot.along),
        up: "",
        range: None,
        is_dotted: true,
        curves: &curves,
    })
}

fn points(series: &Series) -> Curve {
    let values = series.values.iter().zip(1u32..).map(|(value, step)| (f64::from(step), value.0));
    Curve { name: series.name.clone(), points: values.collect() }
}

/// A curve in a sentence.
fn course(series: &Series, along: &str) -> String {
    let value = |value: Option<&Number>| value.map_or_else(|| "nothing".into(), Number::to_string);
    let (first, last, count) =
        (value(series.values.first()), value(series.values.last()), series.values.len());
    format!("{}: from {first} at {along} 1 to {last} at {along} {count}.", series.name)
}

/// The roofline of the tables that the timed checks have left, of which `tito-milestones` makes the words.
fn timed(grade: &Grade) -> Option<Markup> {
    let evidence = grade.checks().map(|check| &check.evidence);
    let tables = evidence.flat_map(|evidence| evidence.tables.iter().chain(&evidence.observed));
    let timed: Vec<_> = tables.filter_map(Timed::of).collect();
    let peak = timed.iter().map(|timed| timed.peak).reduce(f64::max)?;
    let dots: Vec<_> = timed.into_iter().flat_map(|timed| timed.dots).collect();
    let summary = format!(
        "Both axes are powers of ten. The machine's peak is {} GFLOP/s on one thread; how fast its memory is was not \
         measured. Times of this machine, shown and not graded.",
        Number(peak)
    );
    let title = "What was reached of what the machine can do";
    Some(roofline(&Roofline { title, summary: &summary, peak, bandwidth: None, dots: &dots }))
}

/// What a table of times says.
struct Timed {
    peak: f64,
    dots: Vec<Dot>,
}

impl Timed {
    /// `None` for a table of anything else.
    fn of(table: &Measured) -> Option<Self> {
        let rows = || table.rows.iter().filter_map(|row| Some((row.first()?, row.get(1)?)));
        let find = |name: &str| rows().find(|(named, _)| *named == name).map(|(_, value)| value);
        let intensity = find("operations for each byte")?.parse().ok()?;
        let peak = pace(find("the machine's peak, one thread")?)?;
        let work = table.title.split(": times of").next()?;
        let timed = rows().filter(|(name, _)| !name.starts_with("the machine"));
        let dot = |(name, value): (&String, &String)| {
            Some(Dot { name: name.clone(), work: work.into(), intensity, pace: pace(value)? })
        };
        Some(Self { peak, dots: timed.filter_map(dot).collect() })
    }
}

/// The GFLOP/s at the end of a value.
fn pace(value: &str) -> Option<f64> {
    value.strip_suffix(" GFLOP/s")?.rsplit(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, found: Option<f64>) {
        assert_eq!(pace(value), found);
    }

    #[test]
    fn paces_are_read() {
        check("1.25 ms, 3.50 GFLOP/s", Some(3.5));
        check("41.0 GFLOP/s", Some(41.0));
        check("1.250", None);
        check("fast GFLOP/s", None);
    }
}
