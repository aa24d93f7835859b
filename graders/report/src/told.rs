//! Evidence in words, the same in every form of a report.

use tito_grade::{CaseEvidence, CheckResult, Evidence, Hint, Mismatch};

/// One case for each cause: the first, best one with a hint, and those whose hint has not been given yet. The rest is in
/// the JSON.
pub(crate) fn telling(evidence: &Evidence) -> Vec<&CaseEvidence> {
    let (told, untold): (Vec<_>, Vec<_>) = evidence.failures.iter().partition(|case| case.hint.is_some());
    told.into_iter().chain(untold).fold(Vec::new(), |mut shown: Vec<&CaseEvidence>, failure| {
        let is_new = failure.hint.is_some() && shown.iter().all(|case| case.hint != failure.hint);
        if shown.is_empty() || is_new {
            shown.push(failure);
        }
        shown
    })
}

/// A word for those that are not shown, and how many they are and why; `None` where all are.
pub(crate) fn untold(evidence: &Evidence, shown: usize) -> Option<(&'static str, String)> {
    let more = (evidence.failed as usize).saturating_sub(shown);
    let cases = if more == 1 { "case" } else { "cases" };
    let hidden = "under the public seed the same check shows its cases whole";
    match (more, shown) {
        (0, _) => None,
        (_, 0) => Some(("hidden", format!("{more} failed {cases}; {hidden}"))),
        _ => Some(("and", format!("{more} more failed {cases}"))),
    }
}

/// What the cause probably is, with its name where it has one.
pub(crate) fn advice(hint: &Hint) -> String {
    if hint.misconception.is_empty() {
        return hint.advice.clone();
    }
    format!("{}: {}", hint.misconception, hint.advice)
}

/// The element that is furthest off, and how far.
pub(crate) fn worst(mismatch: &Mismatch) -> String {
    let Mismatch { index, expected, got, times_bound, wrong, of } = mismatch;
    let beyond = match times_bound.0 {
        times if !times.is_finite() => "beyond any bound".into(),
        times if times < 1e4 => format!("{times:.1} times the bound"),
        times => format!("{times:.1e} times the bound"),
    };
    format!("element {index:?} is {got}, not {expected}, {beyond}; {wrong} of {of} elements are wrong")
}

/// What a check that awaits review suggests to the person who decides.
pub(crate) fn suggestion(check: &CheckResult) -> String {
    let summary = &check.evidence.summary;
    match check.evidence.measures.is_empty() {
        true => format!("no suggestion; {summary}"),
        false => format!("{:.0} % suggested; {summary}", 100.0 * check.score),
    }
}

/// A share from 0 to 1 in percent, rounded down: 100 % is said only of what is complete.
pub(crate) fn percent(share: f64) -> String {
    format!("{} %", (100.0 * share + 1e-9).floor())
}
