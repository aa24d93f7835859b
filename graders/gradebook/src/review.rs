//! A submission's marks with what people decided in the place of what awaited them.

use std::{borrow::Cow, collections::BTreeSet};

use tito_grade::{Number, Status};

use crate::{
    Attempt, Given, Line, Marks,
    bounded::{bounded, score},
};

/// Marks with what people decided.
pub(crate) struct Review<'a> {
    /// The marks that count.
    pub(crate) marks: Cow<'a, Marks>,
    /// What was decided, one line for every check, with the score after it.
    pub(crate) lines: Vec<Line>,
    /// Whether points for an earlier attempt are among them: its sources may have been others.
    pub(crate) is_carried: bool,
}

/// A person's points for a check.
pub struct Decision<'a> {
    /// The points, and what the person wrote.
    pub given: &'a Given<f64>,
    /// The number of the attempt that they were given for, where it was an earlier one.
    carried: Option<usize>,
}

impl Marks {
    /// With what people decided of the last of `attempts`, as when its score is settled.
    pub fn reviewed(&self, attempts: &[Attempt]) -> Cow<'_, Self> {
        Review::of(self, attempts).marks
    }
}

impl<'a> Review<'a> {
    /// What people decided of the last of `attempts`. Points for it replace whatever was found; points for an earlier one are
    /// taken over where the same check awaits review, until a person has
    /// looked at this one as well.
    pub(crate) fn of(marks: &'a Marks, attempts: &[Attempt]) -> Self {
        let mut review = Self { marks: Cow::Borrowed(marks), lines: Vec::new(), is_carried: false };
        let mut carried = BTreeSet::new();
        for (at, check) in marks.checks().enumerate() {
            if let Some(decision) = Decision::of(&check.name, check.status, attempts) {
                review.apply(at, &check.name, &decision);
                carried.extend(decision.carried);
            }
        }
        review.is_carried = !carried.is_empty();
        carried.into_iter().for_each(|earlier| review.say(kept(earlier, attempts.len())));
        review.lost(attempts);
        review
    }

    fn apply(&mut self, at: usize, name: &str, decision: &Decision<'_>) {
        let mut checks = self.marks.to_mut().criteria.iter_mut().flat_map(|criterion| &mut criterion.checks);
        if let Some(check) = checks.nth(at) {
            (check.status, check.score) = (decision.status(), decision.score());
        }
        self.say(decision.told(name));
    }

    /// A check may have another name since somebody gave points for it; that must not go unnoticed.
    fn lost(&mut self, attempts: &[Attempt]) {
        let scored = attempts.last().map(|attempt| &attempt.scored);
        let names = scored.into_iter().flat_map(|scored| scored.keys());
        let lost: Vec<_> =
            names.filter(|name| self.marks.checks().all(|check| check.name != **name)).collect();
        for name in lost {
            self.say(format!("Points were given for `{name}`, which the milestone no longer has."));
        }
    }

    fn say(&mut self, text: String) {
        let score = Some(score(self.marks.score()));
        self.lines.push(Line { text, score });
    }
}

fn kept(earlier: usize, this: usize) -> String {
    format!("Points given for attempt {earlier} are kept until attempt {this} is reviewed.")
}

impl<'a> Decision<'a> {
    /// What a person decided of a check of the last of `attempts`, which ended with this status. What was decided for an earlier
    /// one holds while the same check awaits review again.
    pub fn of(check: &str, status: Status, attempts: &'a [Attempt]) -> Option<Self> {
        let (last, earlier) = attempts.split_last()?;
        if let Some(given) = last.scored.get(check) {
            return Some(Self { given, carried: None });
        }
        let awaits = status == Status::AwaitingReview;
        let before =
            earlier.iter().enumerate().rev().filter(|(_, attempt)| awaits && attempt.voided.is_none());
        let mut given = before.filter_map(|(at, attempt)| Some((at, attempt.scored.get(check)?)));
        given.next().map(|(at, given)| Self { given, carried: Some(at + 1) })
    }

    /// From 0 to 1.
    pub fn score(&self) -> f64 {
        bounded(self.given.value, 0.0..=1.0)
    }

    /// How the check has ended by it.
    pub fn status(&self) -> Status {
        if self.score() >= 1.0 { Status::Passed } else { Status::Failed }
    }

    fn told(&self, name: &str) -> String {
        let carried = self.carried.map(|attempt| format!(", as for attempt {attempt}")).unwrap_or_default();
        let comment = self.given.reason.trim();
        let comment = if comment.is_empty() { ".".to_owned() } else { format!(": {comment}") };
        format!("A person gave {} of 1 for `{name}`{carried}{comment}", Number(self.score()))
    }
}
