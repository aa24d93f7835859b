//! Points as people read them.

/// Points with one decimal, rounded down, so that none are shown that were not reached: no report has 90.0 beside the level
/// below.
pub fn points(points: f64) -> String {
    format!("{:.1}", (10.0 * points + 1e-9).floor() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_rounded_down() {
        for (value, shown) in
            [(100.0, "100.0"), (89.96, "89.9"), (3.75, "3.7"), (0.3 - 1e-12, "0.3"), (0.0, "0.0")]
        {
            assert_eq!(points(value), shown);
        }
    }
}
