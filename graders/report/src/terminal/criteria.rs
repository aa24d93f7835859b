//! The criteria with their bars, percent and points.

use comfy_table::{Cell, CellAlignment};
use tito_grade::{CriterionGrade, Grade, Level, points};

use crate::{Style, printable::printable, style::Tone, told::percent};

/// One line a criterion: name, bar, percent, points of its share.
pub(crate) fn criteria(grade: &Grade, style: Style) -> String {
    style.table(2, grade.criteria.iter().map(|criterion| row(criterion, style)).collect())
}

fn row(criterion: &CriterionGrade, style: Style) -> Vec<Cell> {
    let open = criterion.checks.iter().filter(|check| !check.is_decided()).count();
    let score = criterion.score.unwrap_or(0.0);
    let tone = tone(criterion);
    let (percent, points, note) = match criterion.score {
        Some(_) if open > 0 => (percent(score), of_share(criterion, score), format!("{open} undecided")),
        Some(_) => (percent(score), of_share(criterion, score), String::new()),
        None => (String::new(), format!("of {}", criterion.share), "undecided".into()),
    };
    vec![
        Cell::new(printable(&criterion.name)),
        tone.cell(style.bar(score, bar_width(style))),
        tone.cell(percent).set_alignment(CellAlignment::Right),
        Cell::new(points).set_alignment(CellAlignment::Right),
        Tone::Open.cell(note),
    ]
}

/// What the other columns leave, within reason: a bar must not wrap.
fn bar_width(style: Style) -> usize {
    style.width.saturating_sub(62).clamp(8, 24)
}

fn tone(criterion: &CriterionGrade) -> Tone {
    match criterion.score.map(|score| Level::of(100.0 * score)) {
        None => Tone::Open,
        Some(Level::Exemplary | Level::Proficient) => Tone::Good,
        Some(Level::Developing | Level::Beginning) => Tone::Open,
        Some(Level::Insufficient) => Tone::Bad,
    }
}

fn of_share(criterion: &CriterionGrade, score: f64) -> String {
    format!("{} of {}", points(criterion.share * score), criterion.share)
}
