//! The grade that a course's rules give to one milestone of one student, with every line of its derivation.

use serde::Serialize;
use tito_grade::{Level, points};

use crate::{
    Attempt, Case, Counts, Given, MilestoneRules, Record, Rules,
    bounded::bounded,
    deadline::Deadline,
    worth::{Standing, Worth},
};

/// A milestone of a student, settled.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Settled {
    /// Where it stands.
    pub state: State,
    /// From 0 to 100 after everything; `None` where nothing counts or nothing was graded.
    pub score: Option<f64>,
    /// What that is called.
    pub level: Option<Level>,
    /// Whether it can still change without anything new being handed in: a check of what counts is not decided or only for an
    /// earlier attempt, or an attempt
    /// without a score will count in its place.
    pub provisional: bool,
    /// The submission that counts, or would if a person had not set the score.
    pub submission: Option<String>,
    /// Begun days that it was late, after extensions and grace.
    pub days_late: u32,
    /// How the score came about, in order, each as one sentence for the student.
    pub lines: Vec<Line>,
}

/// Where a milestone of a student stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nothing was handed in.
    Missing,
    /// Something was, and is not graded yet.
    Waiting,
    /// What was handed in must be looked at by a person, since whatever runs it dies.
    Quarantined,
    /// There is a score.
    Graded,
    /// It does not count.
    Excused,
}

/// One step of the derivation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// What was done and why, as a sentence.
    pub text: String,
    /// The score after it, where there is one.
    pub score: Option<f64>,
}

/// The grade that `rules` give to a milestone of a student.
///
/// - What is excused has no score, whatever was handed in; otherwise a score that a person set holds.
/// - Of the attempts, the first [`at_most`](crate::Attempts::at_most) are looked at, in the order in which they were handed
///   in. Those that a person voided are none of them.
/// - An attempt gives its marks with what people decided in them, less what lateness takes; 0 where it was refused. One that
///   is not graded or that is quarantined gives nothing, and another counts if there is one.
/// - Of those that give something, the best or the last counts.
///
/// No clock is read: a milestone without any attempt is [`State::Missing`] and has no score, before the due date and after
/// it. When that becomes a 0 is a matter of [`course`](crate::course).
pub fn settle(rules: &Rules, milestone: &MilestoneRules, record: &Record) -> Settled {
    let nothing = Case::default();
    let case = record.milestones.get(&milestone.number).unwrap_or(&nothing);
    if let Some(given) = &case.excused {
        return Settled::excused(given);
    }
    let settled = Settled::by_attempts(rules, case, &Deadline::of(rules, milestone, record));
    case.overridden.iter().fold(settled, Settled::overridden)
}

impl Settled {
    fn excused(given: &Given<()>) -> Self {
        let text = format!("It does not count, since it was excused{}", because(&given.reason));
        Self::without_score(State::Excused, vec![Line { text, score: None }])
    }

    fn without_score(state: State, lines: Vec<Line>) -> Self {
        let (score, level, submission) = (None, None, None);
        Self { state, score, level, provisional: false, submission, days_late: 0, lines }
    }

    /// What the attempts give, before a person set another score.
    fn by_attempts(rules: &Rules, case: &Case, deadline: &Deadline<'_>) -> Self {
        let numbers: Vec<usize> = case.numbered().map(|(number, _)| number).collect();
        let (looked_at, more) = numbers.split_at(numbers.len().min(rules.attempts.most()));
        let worths = looked_at.iter().filter_map(|until| Worth::of(&case.attempts[..*until], deadline));
        let worths: Vec<_> = worths.collect();
        let mut lines: Vec<_> = (1..).zip(&case.attempts).filter_map(voided).collect();
        lines.extend(beyond(looked_at.len(), more));
        match counting(rules.attempts.counts, &worths) {
            Some(worth) => Self::counted(rules.attempts.counts, worth, &worths, lines),
            None => {
                lines.extend(worths.iter().map(|worth| passed_over(worth, last(&worths))));
                if lines.is_empty() {
                    lines.push(Line { text: "Nothing was handed in.".into(), score: None });
                }
                Self::without_score(pending(&worths), lines)
            }
        }
    }

    fn counted(counts: Counts, worth: &Worth, worths: &[Worth], mut lines: Vec<Line>) -> Self {
        let others = worths.iter().filter(|other| other.number != worth.number);
        lines.extend(others.map(|other| passed_over(other, last(worths))));
        lines.push(Line { text: why_it_counts(counts, worth, last(worths)), score: None });
        lines.extend_from_slice(&worth.lines);
        // The last attempt will count in this one's place as soon as it has a score.
        let is_replaced = counts == Counts::Last && worth.number < last(worths);
        let provisional = matches!(worth.standing, Standing::Scored { provisional: true, .. });
        Self {
            state: State::Graded,
            score: worth.score(),
            level: worth.score().map(Level::of),
            provisional: provisional || is_replaced,
            submission: Some(worth.submission.clone()),
            days_late: worth.days_late,
            lines,
        }
    }

    /// The same with the score that a person set; the attempt that would count is still told.
    fn overridden(mut self, given: &Given<f64>) -> Self {
        let score = bounded(given.value, 0.0..=100.0);
        let text = format!("A person set it to {}{}", points(score), because(&given.reason));
        self.lines.push(Line { text, score: Some(score) });
        let level = Some(Level::of(score));
        Self { state: State::Graded, score: Some(score), level, provisional: false, ..self }
    }
}

/// The attempt that counts. Of equal ones the first does, which was the least late.
fn counting(counts: Counts, worths: &[Worth]) -> Option<&Worth> {
    let mut scored = worths.iter().filter(|worth| worth.score().is_some());
    match counts {
        Counts::Best => scored.reduce(|best, next| if next.score() > best.score() { next } else { best }),
        Counts::Last => scored.next_back(),
    }
}

/// The number of the last attempt that is looked at, which is how many there are as far as it goes; a voided one before it has
/// a number as well.
fn last(worths: &[Worth]) -> usize {
    worths.last().map_or(0, |worth| worth.number)
}

/// Where a milestone stands of whose attempts none has a score.
fn pending(worths: &[Worth]) -> State {
    let is_quarantined = worths.iter().any(|worth| worth.standing == Standing::Quarantined);
    match worths {
        [] => State::Missing,
        _ if is_quarantined => State::Quarantined,
        _ => State::Waiting,
    }
}

fn why_it_counts(counts: Counts, worth: &Worth, of: usize) -> String {
    let Worth { number, handed_in, .. } = worth;
    match counts {
        _ if of == 1 => format!("The one attempt counts: {handed_in}."),
        Counts::Best => format!("Attempt {number} of {of} counts, the best after lateness: {handed_in}."),
        Counts::Last if *number == of => {
            format!("Attempt {number} of {of} counts, the last one: {handed_in}.")
        }
        Counts::Last => {
            format!("Attempt {number} of {of} counts, the last one that has a score: {handed_in}.")
        }
    }
}

/// What is said of an attempt that does not count.
fn passed_over(worth: &Worth, of: usize) -> Line {
    let text = match worth.standing {
        Standing::Waiting => "is not graded yet".to_owned(),
        Standing::Quarantined => {
            "has no score, since whatever runs it dies; a person must look at it".to_owned()
        }
        Standing::Scored { score, .. } => format!("gives {}", points(score)),
    };
    let handed_in = &worth.handed_in;
    Line { text: format!("Attempt {} of {of} {text}: {handed_in}.", worth.number), score: None }
}

/// What is said of an attempt that a person voided.
fn voided((number, attempt): (usize, &Attempt)) -> Option<Line> {
    let reason = because(&attempt.voided.as_ref()?.reason);
    Some(Line { text: format!("Attempt {number} is not looked at{reason}"), score: None })
}

/// What is said of the attempts with these numbers, which come after the `looked_at` that may be made.
fn beyond(looked_at: usize, numbers: &[usize]) -> Option<Line> {
    let which = match numbers {
        [] => return None,
        [number] => format!("Attempt {number} was not looked at"),
        [first, .., last] => format!("Attempts {first} to {last} were not looked at"),
    };
    Some(Line { text: format!("{which}, since {looked_at} may be made."), score: None })
}

/// A reason as the end of a sentence; nobody is made to give one.
pub(crate) fn because(reason: &str) -> String {
    let reason = reason.trim();
    if reason.is_empty() { ".".to_owned() } else { format!(": {reason}") }
}
