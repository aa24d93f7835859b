//! `tito assessment batch --class`: the submissions of a course's class for one milestone.

use std::collections::BTreeMap;

use indicatif::ProgressBar;
use serde::Serialize;
use tito_course::Course;
use tito_gradebook::{Attempt, Conditions, Event, Gradebook, Outcome, Record, Rules, settle};

use super::state::{self, State};
use crate::{
    course,
    course_grading::{CourseGrading, Job},
    exit::Exit,
    failure::Failure,
    folders::DataFolder,
    isolation::Walls,
    pool, progress, screen,
};

/// The submissions of a class for one milestone, graded.
pub(super) struct Class<'a> {
    /// Whose class.
    pub(super) course: Course,
    /// What the class was called on the command line.
    pub(super) class: Option<&'a str>,
    /// The milestone's number.
    pub(super) milestone: u32,
    /// Which of them.
    pub(super) what: What,
    /// How many are graded at the same time.
    pub(super) jobs: usize,
    /// Where data are.
    pub(super) data_folder: &'a DataFolder,
    /// What is demanded of the walls.
    pub(super) walls: Walls,
    /// Whether what became of them is one JSON document.
    pub(super) json: bool,
}

/// Which submissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Those that were not graded yet.
    Waiting,
    /// Those that were, again.
    Again {
        /// Whether what was found is noted now.
        apply: bool,
    },
}

/// What became of one.
#[derive(Serialize)]
struct Row {
    student: String,
    attempt: usize,
    submission: String,
    state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// A grade that another grading changes.
#[derive(Serialize)]
struct Change {
    student: String,
    before: Option<f64>,
    after: Option<f64>,
}

#[derive(Serialize)]
struct Done {
    milestone: u32,
    submissions: Vec<Row>,
    changes: Vec<Change>,
}

impl Class<'_> {
    /// Passes where every submission was graded or refused, whatever its grade.
    pub(super) fn run(mut self) -> Result<Exit, Failure> {
        course::is_class(&self.course, self.class)?;
        let grading = CourseGrading::new(&self.course, self.milestone, self.data_folder, self.walls)?;
        // Held to the end: two that grade the same would note it twice.
        let _locked = self.course.lock()?;
        let jobs = self.waiting(&grading)?;
        let rows = self.grade(&grading, &jobs)?;
        let changes = match self.what {
            What::Waiting => Vec::new(),
            What::Again { apply } => self.again(&grading, apply)?,
        };
        let done = Done { milestone: self.milestone, submissions: rows, changes };
        if self.json {
            screen::print_json("tito.class-batch", &done)?;
        } else {
            screen::print(&done.text(self.what))?;
            self.say_old(&grading);
        }
        Ok(state::exit(&done.states()))
    }

    /// What is to be graded: of everybody who takes the course, the attempts that may count.
    fn waiting(&self, grading: &CourseGrading) -> Result<Vec<Job>, Failure> {
        let drafts = self.drafts(grading)?;
        let is_wanted = |attempt: &Attempt| match self.what {
            What::Waiting => attempt.gradings.is_empty(),
            What::Again { .. } => !attempt.gradings.is_empty() && !drafts.contains_key(&attempt.submission),
        };
        Ok(self.jobs_of(is_wanted))
    }

    fn jobs_of(&self, is_wanted: impl Fn(&Attempt) -> bool) -> Vec<Job> {
        let rules = course::rules(&self.course);
        let wanted = self.looked_at().filter(|(_, (_, attempt))| is_wanted(attempt));
        wanted.map(|(record, attempt)| Job::new(rules, record, self.milestone, attempt)).collect()
    }

    /// The attempts that the course looks at, each with whose it is and its number.
    fn looked_at(&self) -> impl Iterator<Item = (&Record, (usize, &Attempt))> {
        let attempts = &course::rules(&self.course).attempts;
        let records = self.course.gradebook().enrolled();
        let cases = records.filter_map(|record| Some((record, record.milestones.get(&self.milestone)?)));
        cases.flat_map(move |(record, case)| case.looked_at(attempts).map(move |attempt| (record, attempt)))
    }

    /// Grades them, and notes every result as it comes.
    fn grade(&mut self, grading: &CourseGrading, jobs: &[Job]) -> Result<Vec<Row>, Failure> {
        let bar = progress::class(jobs.len() as u64);
        let (mut rows, mut failed, mut unnoted) = (BTreeMap::new(), 0, None);
        let (course, what) = (&mut self.course, self.what);
        let work = |job: &Job| grading.grade(job, Some(1)).map(|(event, _)| event);
        pool::each(jobs, self.jobs, work, |index, graded| {
            let row = Row::of(&jobs[index], graded.as_ref());
            failed += u64::from(row.state == State::Failed);
            if let Ok(event) = graded
                && let Err(error) = note(course, what, event)
            {
                unnoted.get_or_insert(error);
            }
            tell(&bar, &row, failed);
            rows.insert(index, row);
        });
        bar.finish_and_clear();
        match unnoted {
            None => Ok(rows.into_values().collect()),
            Some(error) => Err(error),
        }
    }

    /// What was found again and not noted yet, by submission, as long as it would be found again now.
    fn drafts(&self, grading: &CourseGrading) -> Result<BTreeMap<String, Event>, Failure> {
        let drafts = self.course.drafts()?.into_iter().filter_map(|event| match &event {
            Event::Graded { submission, conditions, .. } if self.is_now(grading, submission, conditions) => {
                Some((submission.clone(), event))
            }
            _ => None,
        });
        let mine = |submission: &String| {
            self.course
                .gradebook()
                .owner(submission)
                .is_some_and(|(_, milestone)| milestone == self.milestone)
        };
        Ok(drafts.filter(|(submission, _)| mine(submission)).collect())
    }

    /// Whether a grading of a submission would be derived from the same now.
    fn is_now(&self, grading: &CourseGrading, submission: &str, then: &Conditions) -> bool {
        let component =
            self.course.gradebook().attempt(submission).and_then(|attempt| attempt.component.as_ref());
        grading.is_now(component, then)
    }

    /// What other grades the drafts give; noted if they are to be applied.
    fn again(&mut self, grading: &CourseGrading, apply: bool) -> Result<Vec<Change>, Failure> {
        let drafts: Vec<_> = self.drafts(grading)?.into_values().collect();
        let before = scores(self.course.gradebook(), self.milestone);
        let mut gradebook = self.course.gradebook().clone();
        gradebook.supposing(&drafts);
        let after = scores(&gradebook, self.milestone);
        if apply {
            self.course.append(drafts)?;
        }
        let changed = before.into_iter().zip(after).filter(|(before, after)| before != after);
        Ok(changed.map(|((student, before), (_, after))| Change { student, before, after }).collect())
    }

    /// Says so where grades stand that would be derived otherwise now.
    fn say_old(&self, grading: &CourseGrading) {
        if self.what != What::Waiting {
            return;
        }
        let is_old = |attempt: &Attempt| {
            let graded = attempt.graded();
            graded.is_some_and(|graded| !self.is_now(grading, &attempt.submission, &graded.conditions))
        };
        let old = self.looked_at().filter(|(_, (_, attempt))| is_old(attempt)).count();
        if old > 0 {
            screen::say(&format!(
                "note: {old} submissions were graded by another tito, or on other data, limits or checks; --regrade shows \
                 which grades would change"
            ));
        }
    }
}

/// Where a result belongs: into the log, or among the drafts.
fn note(course: &mut Course, what: What, event: Event) -> Result<(), Failure> {
    match what {
        What::Waiting => course.append(vec![event])?,
        What::Again { .. } => course.draft(&event)?,
    }
    Ok(())
}

/// Everybody's score in a milestone, by id.
fn scores(gradebook: &Gradebook, milestone: u32) -> Vec<(String, Option<f64>)> {
    let rules: &Rules = gradebook.rules.as_ref().expect("opening a course notes its rules");
    let Some(of_milestone) = rules.milestone(milestone) else { return Vec::new() };
    let score = |record: &Record| (record.student.id.clone(), settle(rules, of_milestone, record).score);
    gradebook.enrolled().map(score).collect()
}

fn tell(bar: &ProgressBar, row: &Row, failed: u64) {
    bar.inc(1);
    let waiting = bar.length().unwrap_or_default().saturating_sub(bar.position());
    bar.set_message(format!("{failed} failed, {waiting} waiting; last {}", row.student));
}

impl Row {
    fn of(job: &Job, graded: Result<&Event, &Failure>) -> Self {
        let (state, score, why) = match graded {
            Ok(Event::Graded { outcome: Outcome::Graded(marks), .. }) => {
                (State::Graded, Some(marks.score()), None)
            }
            Ok(Event::Graded { outcome: Outcome::Refused { message, .. }, .. }) => {
                (State::Refused, None, Some(message.clone()))
            }
            Ok(Event::Graded { outcome: Outcome::Quarantined { deaths }, .. }) => {
                (State::Quarantined, None, Some(deaths.join("; ")))
            }
            Ok(other) => unreachable!("grading gives no {other:?}"),
            Err(failure) => (State::Failed, None, Some(failure.in_one_line())),
        };
        let Job { student, attempt, submission, .. } = job.clone();
        Self { student, attempt, submission, state, score, why }
    }
}

impl Done {
    fn states(&self) -> Vec<State> {
        self.submissions.iter().map(|row| row.state).collect()
    }

    fn text(&self, what: What) -> String {
        let rows = self.submissions.iter().map(|row| {
            let found = row.state.shown(row.score);
            let attempt = format!("attempt {}", row.attempt);
            [
                row.student.clone(),
                attempt,
                row.submission[..12].to_owned(),
                found,
                row.why.clone().unwrap_or_default(),
            ]
        });
        let mut text = match self.submissions.is_empty() {
            true => "nothing waits to be graded\n".to_owned(),
            false => format!("{}\n{}\n", screen::table(rows), state::summary(&self.states())),
        };
        if let What::Again { apply } = what {
            text += &self.changes_text(apply);
        }
        text
    }

    fn changes_text(&self, apply: bool) -> String {
        let score = |score: Option<f64>| score.map_or("none".into(), tito_grade::points);
        let rows = self.changes.iter().map(|change| {
            [change.student.clone(), format!("{} -> {}", score(change.before), score(change.after))]
        });
        match (self.changes.len(), apply) {
            (0, false) => "\nNo grade would change.\n".into(),
            (0, true) => "\nNo grade has changed; the new gradings are noted.\n".into(),
            (count, false) => {
                format!("\n{count} grades would change; --apply notes it:\n{}", screen::table(rows))
            }
            (count, true) => format!("\n{count} grades have changed:\n{}", screen::table(rows)),
        }
    }
}
