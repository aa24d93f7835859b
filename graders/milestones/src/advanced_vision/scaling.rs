//! How something grows with a size: the exponent of a power, or the slope of a line, each with an interval.

/// A figure with the interval that a claim may lie in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Measured {
    pub(crate) value: f64,
    pub(crate) interval: [f64; 2],
}

/// How far an exponent may be from what was measured, whatever the points say: terms of a lower order bend the line, and
/// nobody claims a second digit.
const EXPONENT: f64 = 0.25;

/// The same of a slope, as a part of it: allocators round up.
const SLOPE: f64 = 0.25;

/// How far either may be from it at most: whose work jumps from size to size would have any claim be true.
const FURTHEST: f64 = 0.5;

/// Standard errors on either side.
const ERRORS: f64 = 3.0;

impl Measured {
    /// The exponent of a power law through points (size, quantity), from the upper half of the sizes alone: lower terms
    /// weigh on the others. Sizes rise.
    ///
    /// # Panics
    ///
    /// If there are fewer than six points.
    pub(super) fn exponent(points: &[[f64; 2]]) -> Self {
        assert!(points.len() >= 6, "an exponent needs points");
        let upper: Vec<_> = points[points.len() / 2..].iter().map(|point| point.map(f64::ln)).collect();
        let (value, error) = line(&upper);
        let reach = (ERRORS * error).clamp(EXPONENT, FURTHEST);
        Self { value, interval: [value - reach, value + reach] }
    }

    /// The slope of a line through points of which each quantity is rounded to this grain; sizes rise.
    ///
    /// # Panics
    ///
    /// If there are fewer than three.
    pub(super) fn slope(points: &[[f64; 2]], grain: f64) -> Self {
        let (value, error) = line(points);
        let of_grain = grain / (points[points.len() - 1][0] - points[0][0]);
        let reach = (ERRORS * error).min(FURTHEST * value.abs()).max(SLOPE * value.abs()).max(of_grain);
        Self { value, interval: [value - reach, value + reach] }
    }

    /// Whether a claim lies in the interval.
    pub(super) fn admits(&self, claim: f64) -> bool {
        let [low, high] = self.interval;
        low <= claim && claim <= high
    }
}

/// The slope of least squares, and its standard error.
fn line(points: &[[f64; 2]]) -> (f64, f64) {
    assert!(points.len() >= 3, "a slope with an error needs three points");
    let count = points.len() as f64;
    let [x, y] = [0, 1].map(|at| points.iter().map(|point| point[at]).sum::<f64>() / count);
    let square: f64 = points.iter().map(|point| (point[0] - x).powi(2)).sum();
    let slope = points.iter().map(|point| (point[0] - x) * (point[1] - y)).sum::<f64>() / square;
    let rest: f64 = points.iter().map(|point| (point[1] - y - slope * (point[0] - x)).powi(2)).sum();
    (slope, (rest / (count - 2.0) / square).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exponent_is_that_of_the_upper_half() {
        let points: Vec<[f64; 2]> =
            (1..=8).map(|at| f64::from(8 * at)).map(|n| [n, n * n * n + 40.0 * n]).collect();
        let found = Measured::exponent(&points);
        assert!((found.value - 3.0).abs() < 0.05 && found.admits(3.0) && !found.admits(2.7), "{found:?}");
    }

    #[test]
    fn scattered_points_admit_no_more_for_it() {
        let scattered =
            |at: u32| [f64::from(at), f64::from(at) * if at.is_multiple_of(2) { 4.0 } else { 1.0 }];
        let points: Vec<_> = (1..=8).map(scattered).collect();
        let [low, high] = Measured::exponent(&points).interval;
        assert!(high - low <= 1.0 + 1e-12, "{low} to {high}");
        let Measured { value, interval: [low, high] } = Measured::slope(&points, 1.0);
        assert!(high - low <= value.abs() + 1e-12, "{low} to {high}");
    }

    #[test]
    fn a_slope_is_found_among_pages() {
        let page = |bytes: f64| (bytes / 65_536.0).ceil() * 65_536.0;
        let points = [1.0, 8.0, 16.0, 32.0, 64.0].map(|n| [n, page(1e6 + 20_000.0 * n)]);
        let found = Measured::slope(&points, 65_536.0);
        assert!(found.admits(20_000.0) && !found.admits(10_000.0) && !found.admits(40_000.0), "{found:?}");
        let flat = Measured::slope(&[[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]], 4.0);
        assert!(flat.admits(2.0) && !flat.admits(2.1), "{flat:?}");
    }
}
