//! Moments as people read them.

use jiff::Timestamp;

/// A moment to the minute, by UTC: a report means the same wherever it is read.
pub(crate) fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_utc() {
        assert_eq!(moment("2024-10-03T23:59:59+02:00".parse().unwrap()), "2024-10-03 21:59 UTC");
    }
}
