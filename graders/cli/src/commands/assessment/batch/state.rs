//! How submissions of a batch ended.

use serde::Serialize;

use crate::exit::Exit;

/// How a submission ended.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum State {
    /// It has a grade.
    Graded,
    /// It was turned away.
    Refused,
    /// Whatever ran it died.
    Quarantined,
    /// tito or the machine failed.
    Failed,
}

impl State {
    /// What a table says of it, with its score.
    pub(super) fn shown(self, score: Option<f64>) -> String {
        match (self, score) {
            (Self::Graded, Some(score)) => tito_grade::points(score),
            (Self::Refused, _) => "refused".into(),
            (Self::Quarantined, _) => "QUARANTINED".into(),
            _ => "NOT GRADED".into(),
        }
    }
}

/// The exit code of a batch that ended like this.
pub(super) fn exit(states: &[State]) -> Exit {
    match (states.contains(&State::Failed), states.contains(&State::Quarantined)) {
        (true, _) => Exit::Ours,
        (false, true) => Exit::Quarantined,
        (false, false) => Exit::Passed,
    }
}

/// How many ended how, as one line.
pub(super) fn summary(states: &[State]) -> String {
    let words = [
        (State::Graded, "graded"),
        (State::Refused, "refused"),
        (State::Quarantined, "quarantined"),
        (State::Failed, "not graded, for a failure of tito's or the machine's"),
    ];
    let count = |wanted| states.iter().filter(|state| **state == wanted).count();
    let counts = words.map(|(state, words)| (count(state), words));
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    counts.map(|(count, words)| format!("{count} {words}")).collect::<Vec<_>>().join(", ")
}
