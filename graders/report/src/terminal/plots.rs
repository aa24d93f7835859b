//! Curves, drawn small: a row of characters whose height is the value.

use tito_grade::{Grade, Number, Plot, Series};

use crate::{
    Style,
    printable::printable,
    style::Tone::{Faint, Plain},
};

/// The most values that are drawn; of longer curves as many, evenly picked.
const WIDTH: usize = 40;

/// Every plot of every check, in the rubric's order.
pub(super) fn plots(grade: &Grade, style: Style) -> String {
    let plots: Vec<_> = grade
        .checks()
        .flat_map(|check| check.evidence.plots.iter().map(|plot| drawn(&check.name, plot, style)))
        .collect();
    plots.join("\n")
}

fn drawn(check: &str, plot: &Plot, style: Style) -> String {
    let title = format!("{} by {} ({})", printable(&plot.title), printable(&plot.along), printable(check));
    let all: Vec<f64> = plot.series.iter().flat_map(|series| finite(&series.values)).collect();
    let low = all.iter().copied().fold(f64::INFINITY, f64::min);
    let high = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let row = |series: &Series| {
        let end = |value: Option<&Number>| value.map_or(String::new(), |Number(x)| format!("{x:.3}"));
        let ends = [end(series.values.first()), end(series.values.last())];
        vec![
            Faint.cell(printable(&series.name)),
            Plain.cell(&ends[0]),
            Plain.cell(sparkline(&series.values, low, high, style)),
            Plain.cell(&ends[1]),
        ]
    };
    style.paint(&title, Plain, true) + "\n" + &style.table(2, plot.series.iter().map(row).collect())
}

fn finite(values: &[Number]) -> impl Iterator<Item = f64> {
    values.iter().map(|Number(value)| *value).filter(|value| value.is_finite())
}

/// A character a value, from the lowest at `low` to the highest at `high`; a question mark for what is no number.
fn sparkline(values: &[Number], low: f64, high: f64, style: Style) -> String {
    let levels: Vec<char> = style.either("▁▂▃▄▅▆▇█", "_.:-=+*#").chars().collect();
    let count = values.len().min(WIDTH);
    let picked = (0..count).map(|at| values[at * (values.len() - 1) / (count - 1).max(1)]);
    let level = |Number(value): Number| {
        let height = (value - low) / (high - low).max(f64::MIN_POSITIVE);
        let at = (height * (levels.len() - 1) as f64).round();
        if value.is_finite() { levels[at as usize] } else { '?' }
    };
    picked.map(level).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(values: &[f64], unicode: bool, drawn: &str) {
        let style = Style { color: false, width: 80, unicode };
        let values: Vec<Number> = values.iter().map(|&value| value.into()).collect();
        let low = finite(&values).fold(f64::INFINITY, f64::min);
        let high = finite(&values).fold(f64::NEG_INFINITY, f64::max);
        assert_eq!(sparkline(&values, low, high, style), drawn);
    }

    #[test]
    fn values_become_heights() {
        check(&[2.0, 1.0, 0.5, 0.25, 0.0], true, "█▅▃▂▁");
        check(&[0.0, f64::NAN, 7.0], false, "_?#");
        check(&[1.0, 1.0], true, "▁▁");
        check(&[], true, "");
        check(&[0.0; 100], false, &"_".repeat(40));
    }
}
