//! What is known of every student, as the entries of the log say it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tito_grade::ComponentId;

use crate::{Attempts, Conditions, Entry, Event, Outcome, Rules, Student, TimeFrom};

/// What is known of every student.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gradebook {
    /// What the course decided last; `None` before it did.
    pub rules: Option<Rules>,
    /// By their ids, those who left as well.
    pub students: BTreeMap<String, Record>,
    /// Whose each submission is, and for which milestone.
    owners: BTreeMap<String, (String, u32)>,
}

/// What is known of one student.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// Who.
    pub student: Student,
    /// Why they left, if they did.
    pub withdrawn: Option<String>,
    /// More time for every milestone.
    pub extension: Option<Given<f64>>,
    /// By the milestone's number; those that something happened in.
    pub milestones: BTreeMap<u32, Case>,
}

/// What happened in one milestone of one student.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Case {
    /// By the time of submission, and of the same time as the log has them. Those that a person voided are among them, so that
    /// the others keep their numbers.
    pub attempts: Vec<Attempt>,
    /// Days more, for this milestone.
    pub extension: Option<Given<f64>>,
    /// Why it does not count.
    pub excused: Option<Given<()>>,
    /// The score from 0 to 100 that a person set.
    pub overridden: Option<Given<f64>>,
}

/// Something that a person gave, with the reason and who it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Given<T> {
    /// What.
    pub value: T,
    /// Why, or what the student shall read.
    pub reason: String,
    /// Who gave it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Something that was handed in.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// SHA-256 of its manifest.
    pub submission: String,
    /// The component in it, if it could be read.
    pub component: Option<ComponentId>,
    /// How many the log had for the same milestone before it.
    pub arrival: usize,
    /// When it was handed in.
    pub submitted: Timestamp,
    /// How that is known.
    pub time_from: TimeFrom,
    /// The time that it had at first, if a person corrected it.
    pub retimed: Option<Given<Timestamp>>,
    /// Why it is no attempt, if a person decided so.
    pub voided: Option<Given<()>>,
    /// Every grading of it, the one that holds last.
    pub gradings: Vec<Graded>,
    /// What a person decided, by the check's name.
    pub scored: BTreeMap<String, Given<f64>>,
}

/// One grading.
#[derive(Clone, Debug, PartialEq)]
pub struct Graded {
    /// When.
    pub at: Timestamp,
    /// By what.
    pub conditions: Conditions,
    /// What was found.
    pub outcome: Outcome,
    /// SHA-256 of what was seen of the machine meanwhile, in the store.
    pub observed: Option<String>,
}

impl Attempt {
    /// The grading that holds.
    pub fn graded(&self) -> Option<&Graded> {
        self.gradings.last()
    }
}

impl Case {
    /// The attempts that no person voided, in their order.
    pub fn valid(&self) -> impl Iterator<Item = &Attempt> + Clone {
        self.numbered().map(|(_, attempt)| attempt)
    }

    /// Those of them that a course looks at, each with its number, counted from 1 among all attempts.
    pub fn looked_at(&self, attempts: &Attempts) -> impl Iterator<Item = (usize, &Attempt)> {
        self.numbered().take(attempts.most())
    }

    /// The attempts that no person voided, with their numbers among all.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (usize, &Attempt)> + Clone {
        (1..).zip(&self.attempts).filter(|(_, attempt)| attempt.voided.is_none())
    }

    fn receive(&mut self, attempt: Attempt) {
        self.attempts.push(Attempt { arrival: self.attempts.len(), ..attempt });
        self.sort();
    }

    fn retime(&mut self, submission: &str, submitted: Timestamp, given: Given<()>) {
        let mut attempts = self.attempts.iter_mut();
        if let Some(attempt) = attempts.find(|attempt| attempt.submission == submission) {
            let first = attempt.retimed.as_ref().map_or(attempt.submitted, |before| before.value);
            attempt.retimed = Some(given.with(first));
            (attempt.submitted, attempt.time_from) = (submitted, TimeFrom::Told);
        }
        self.sort();
    }

    /// Files are often imported in the order of their names, so that "the last attempt" cannot go by the log alone.
    fn sort(&mut self) {
        self.attempts.sort_by_key(|attempt| (attempt.submitted, attempt.arrival));
    }
}

impl Gradebook {
    /// What these entries say, one after the other.
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut gradebook = Self::default();
        entries.into_iter().for_each(|entry| gradebook.add(entry));
        gradebook
    }

    /// Those who take the course and did not leave, by their ids.
    pub fn enrolled(&self) -> impl Iterator<Item = &Record> {
        self.students.values().filter(|record| record.withdrawn.is_none())
    }

    /// Whose a submission is, and for which milestone.
    pub fn owner(&self, submission: &str) -> Option<(&Record, u32)> {
        let (student, milestone) = self.owners.get(submission)?;
        Some((self.students.get(student)?, *milestone))
    }

    /// An attempt by the name of its submission.
    pub fn attempt(&self, submission: &str) -> Option<&Attempt> {
        let (record, milestone) = self.owner(submission)?;
        record.milestones.get(&milestone)?.attempts.iter().find(|attempt| attempt.submission == submission)
    }

    /// Takes in what happened next. What is about somebody or something unknown is passed over: whoever appends to the log
    /// has checked it before.
    pub fn add(&mut self, entry: &Entry) {
        let given =
            |reason: &String| Given { value: (), reason: reason.clone(), by: entry.by.clone(), at: entry.at };
        match &entry.event {
            Event::Configured { rules } => self.rules = Some(rules.clone()),
            Event::Enrolled { student } => {
                let record = self.students.entry(student.id.clone()).or_default();
                (record.student, record.withdrawn) = (student.clone(), None);
            }
            Event::Withdrawn { student, reason } => {
                if let Some(record) = self.students.get_mut(student) {
                    record.withdrawn = Some(reason.clone());
                }
            }
            Event::Received { submission, student, milestone, submitted, time_from, component } => {
                let Some(case) = self.case(student, *milestone) else { return };
                case.receive(Attempt {
                    submission: submission.clone(),
                    component: component.clone(),
                    arrival: 0,
                    submitted: *submitted,
                    time_from: *time_from,
                    retimed: None,
                    voided: None,
                    gradings: Vec::new(),
                    scored: BTreeMap::new(),
                });
                self.owners.insert(submission.clone(), (student.clone(), *milestone));
            }
            Event::Graded { submission, conditions, outcome, observed } => {
                if let Some(attempt) = self.attempt_mut(submission) {
                    let (conditions, outcome) = (conditions.clone(), outcome.clone());
                    let observed = observed.clone();
                    attempt.gradings.push(Graded { at: entry.at, conditions, outcome, observed });
                }
            }
            Event::Retimed { submission, submitted, reason } => {
                if let Some(case) = self.case_of(submission) {
                    case.retime(submission, *submitted, given(reason));
                }
            }
            Event::Voided { submission, reason } => {
                if let Some(attempt) = self.attempt_mut(submission) {
                    attempt.voided = Some(given(reason));
                }
            }
            Event::Scored { submission, check, score, comment } => {
                if let Some(attempt) = self.attempt_mut(submission) {
                    attempt.scored.insert(check.clone(), given(comment).with(*score));
                }
            }
            Event::Overridden { student, milestone, score, reason } => {
                if let Some(case) = self.case(student, *milestone) {
                    case.overridden = score.map(|score| given(reason).with(score));
                }
            }
            Event::Extended { student, milestone: Some(milestone), days, reason } => {
                if let Some(case) = self.case(student, *milestone) {
                    case.extension = Some(given(reason).with(*days));
                }
            }
            Event::Extended { student, milestone: None, days, reason } => {
                if let Some(record) = self.students.get_mut(student) {
                    record.extension = Some(given(reason).with(*days));
                }
            }
            Event::Excused { student, milestone, excused, reason } => {
                if let Some(case) = self.case(student, *milestone) {
                    case.excused = excused.then(|| given(reason));
                }
            }
            Event::Exported { .. } => {}
        }
    }

    /// Takes in gradings that were not noted yet, as if they had been.
    pub fn supposing(&mut self, gradings: &[Event]) {
        let entry = |event: &Event| Entry {
            at: Timestamp::UNIX_EPOCH,
            by: String::new(),
            nonce: String::new(),
            event: event.clone(),
        };
        gradings.iter().for_each(|event| self.add(&entry(event)));
    }

    fn case(&mut self, student: &str, milestone: u32) -> Option<&mut Case> {
        Some(self.students.get_mut(student)?.milestones.entry(milestone).or_default())
    }

    fn case_of(&mut self, submission: &str) -> Option<&mut Case> {
        let (student, milestone) = self.owners.get(submission)?;
        self.students.get_mut(student)?.milestones.get_mut(milestone)
    }

    fn attempt_mut(&mut self, submission: &str) -> Option<&mut Attempt> {
        let case = self.case_of(submission)?;
        case.attempts.iter_mut().find(|attempt| attempt.submission == submission)
    }
}

impl<T> Given<T> {
    /// The same with another value.
    fn with<U>(self, value: U) -> Given<U> {
        let Self { reason, by, at, .. } = self;
        Given { value, reason, by, at }
    }
}
