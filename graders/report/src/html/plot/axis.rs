//! Axes: from where to where, and at which round values a line is drawn.

/// An axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    is_logarithmic: bool,
    /// Where lines are drawn.
    pub(super) ticks: Vec<f64>,
}

impl Axis {
    /// From the round value at or below the least of `values` to the one at or above the greatest, with about as many lines.
    /// Values that are no numbers are passed over; without any it goes from 0 to 1.
    pub(super) fn linear(values: impl IntoIterator<Item = f64>, lines: u32) -> Self {
        let (low, high) = span(values).unwrap_or((0.0, 1.0));
        // One value alone has room on both sides.
        let room = if low == 0.0 { 1.0 } else { low.abs() / 2.0 };
        let (low, high) = if low == high { (low - room, high + room) } else { (low, high) };
        let step = round_step((high - low) / f64::from(lines));
        let (first, last) = ((low / step + 1e-9).floor(), (high / step - 1e-9).ceil());
        let ticks: Vec<f64> = (0..=(last - first) as u32).map(|at| (first + f64::from(at)) * step).collect();
        Self { low: first * step, high: last * step, is_logarithmic: false, ticks }
    }

    /// From exactly `low` to exactly `high`, with a line at every round value between them.
    pub(super) fn exact(low: f64, high: f64, lines: u32) -> Self {
        let round = Self::linear([low, high], lines);
        let ticks = round.ticks.into_iter().filter(|tick| (low..=high).contains(tick)).collect();
        Self { low, high, is_logarithmic: false, ticks }
    }

    /// Whole powers of ten around the positive ones of `values`, with a line at each.
    pub(super) fn logarithmic(values: impl IntoIterator<Item = f64>) -> Self {
        let (low, high) = span(values.into_iter().filter(|&value| value > 0.0)).unwrap_or((1.0, 10.0));
        let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
        let last = last.max(first + 1);
        let ticks: Vec<f64> = (first..=last).map(|power| 10f64.powi(power)).collect();
        Self { low: 10f64.powi(first), high: 10f64.powi(last), is_logarithmic: true, ticks }
    }

    /// The same with other lines.
    pub(super) fn with(self, ticks: impl IntoIterator<Item = f64>) -> Self {
        Self { ticks: ticks.into_iter().collect(), ..self }
    }

    /// Where a value lies, from 0 at the lower end to 1 at the upper one.
    pub(super) fn at(&self, value: f64) -> f64 {
        if self.is_logarithmic {
            return (value / self.low).log10() / (self.high / self.low).log10();
        }
        // Ends that are one point, as when all was handed in within a moment.
        if self.high > self.low { (value - self.low) / (self.high - self.low) } else { 0.5 }
    }

    /// Both ends.
    pub(super) fn ends(&self) -> (f64, f64) {
        (self.low, self.high)
    }
}

fn span(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    let finite = values.into_iter().filter(|value| value.is_finite());
    finite.fold(None, |span, value| {
        Some(span.map_or((value, value), |(low, high): (f64, f64)| (low.min(value), high.max(value))))
    })
}

/// The least of 1, 2 and 5 times a power of ten that is not below `step`.
fn round_step(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    let found = [1.0, 2.0, 5.0, 10.0].into_iter().find(|times| times * power >= step * (1.0 - 1e-9));
    found.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(axis: &Axis, ticks: &[f64]) {
        let near = |(one, other): (&f64, &f64)| (one - other).abs() <= 1e-9 * other.abs().max(1e-9);
        assert!(
            axis.ticks.len() == ticks.len() && axis.ticks.iter().zip(ticks).all(near),
            "{:?}",
            axis.ticks
        );
    }

    #[test]
    fn lines_are_at_round_values() {
        check(&Axis::linear([0.0, 97.0], 5), &[0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        check(&Axis::linear([0.11, 0.29], 4), &[0.1, 0.15, 0.2, 0.25, 0.3]);
        check(&Axis::linear([f64::NAN, 2.0, f64::INFINITY], 2), &[1.0, 2.0, 3.0]);
        check(&Axis::linear([], 2), &[0.0, 0.5, 1.0]);
        check(&Axis::exact(1.0, 7.0, 4), &[2.0, 4.0, 6.0]);
        check(&Axis::logarithmic([0.3, 40.0, -1.0]), &[0.1, 1.0, 10.0, 100.0]);
        check(&Axis::logarithmic([1.0]), &[1.0, 10.0]);
    }

    #[test]
    fn values_lie_between_the_ends() {
        for (axis, value, at) in [
            (Axis::linear([0.0, 100.0], 5), 25.0, 0.25),
            (Axis::logarithmic([1.0, 100.0]), 10.0, 0.5),
            (Axis::exact(3.0, 3.0, 4), 3.0, 0.5),
        ] {
            assert!((axis.at(value) - at).abs() < 1e-12, "{axis:?}");
        }
    }
}
