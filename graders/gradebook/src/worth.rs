//! What one attempt is worth by itself, with the lines that say why.

use jiff::Timestamp;
use tito_grade::{Status, points};

use crate::{
    Attempt, Given, Line, Marks, Outcome, TimeFrom, bounded, deadline::Deadline, review::Review,
    settle::because,
};

/// What one attempt is worth.
pub(crate) struct Worth {
    /// Its place among all attempts, counted from 1 in the order of submission.
    pub(crate) number: usize,
    /// SHA-256 of its manifest.
    pub(crate) submission: String,
    /// When it was handed in, in words.
    pub(crate) handed_in: String,
    /// What there is to say of its score.
    pub(crate) standing: Standing,
    /// Begun days.
    pub(crate) days_late: u32,
    /// From its checks to its score.
    pub(crate) lines: Vec<Line>,
}

/// Whether an attempt has a score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Standing {
    /// It is not graded yet.
    Waiting,
    /// Whatever runs it dies.
    Quarantined,
    /// It has one.
    Scored {
        /// From 0 to 100, after lateness.
        score: f64,
        /// Whether a check of it is not decided, or only for an earlier attempt.
        provisional: bool,
    },
}

impl Worth {
    /// Of the last of `attempts`; those before it are there for what people decided of them.
    pub(crate) fn of(attempts: &[Attempt], deadline: &Deadline<'_>) -> Option<Self> {
        let attempt = attempts.last()?;
        let mut worth = Self {
            number: attempts.len(),
            submission: attempt.submission.clone(),
            handed_in: handed_in(attempt),
            standing: Standing::Waiting,
            days_late: deadline.days_late(attempt),
            lines: Vec::from_iter(attempt.retimed.as_ref().map(retimed)),
        };
        match attempt.graded().map(|graded| &graded.outcome) {
            None => {}
            Some(Outcome::Quarantined { .. }) => worth.standing = Standing::Quarantined,
            Some(Outcome::Refused { rule, message }) => worth.refused(rule, message),
            Some(Outcome::Graded(marks)) => worth.graded(marks, attempts, deadline),
        }
        Some(worth)
    }

    /// From 0 to 100, if it has one.
    pub(crate) fn score(&self) -> Option<f64> {
        match self.standing {
            Standing::Scored { score, .. } => Some(score),
            Standing::Waiting | Standing::Quarantined => None,
        }
    }

    fn refused(&mut self, rule: &str, message: &str) {
        self.say(format!("It was refused by the rule `{rule}`, and gives nothing: {message}"), 0.0);
        self.standing = Standing::Scored { score: 0.0, provisional: false };
    }

    fn graded(&mut self, marks: &Marks, attempts: &[Attempt], deadline: &Deadline<'_>) {
        let found = bounded::score(marks.score());
        self.say(format!("What was checked gives {} of 100.", points(found)), found);
        let review = Review::of(marks, attempts);
        let provisional = review.is_carried || review.marks.is_provisional();
        self.lines.extend(review.lines);
        let score = bounded::score(review.marks.score());
        self.undecided(&review.marks, score);
        let Some(attempt) = attempts.last() else { return };
        let left = deadline.left(attempt, score);
        self.lines.extend(left.line);
        (self.days_late, self.standing) = (left.days, Standing::Scored { score: left.score, provisional });
    }

    fn undecided(&mut self, marks: &Marks, score: f64) {
        for (status, why) in [
            (Status::AwaitingReview, "awaits review by a person"),
            (Status::NotRun, "could not be run, which is not the submission's fault"),
        ] {
            let names = marks.checks().filter(|check| check.status == status);
            let names: Vec<_> = names.map(|check| format!("`{}`", check.name)).collect();
            if !names.is_empty() {
                self.say(format!("Does not count yet, since it {why}: {}.", names.join(", ")), score);
            }
        }
    }

    fn say(&mut self, text: String, score: f64) {
        self.lines.push(Line { text, score: Some(score) });
    }
}

fn retimed(given: &Given<Timestamp>) -> Line {
    let text = format!("Its time was corrected by a person, from {}{}", given.value, because(&given.reason));
    Line { text, score: None }
}

/// Students argue about minutes, so that the sentence says where a time is from that nobody wrote down at the time.
fn handed_in(attempt: &Attempt) -> String {
    let time = attempt.submitted;
    match attempt.time_from {
        TimeFrom::Told | TimeFrom::Export => format!("it was handed in on {time}"),
        TimeFrom::NotMarkedLate => "it was not marked as late where it was handed in".to_owned(),
        TimeFrom::Receipt => format!("it was received on {time}, and no earlier time is known"),
    }
}
