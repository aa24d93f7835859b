//! Where everybody is.

use jiff::Timestamp;
use serde::Serialize;
use tito_grade::Level;

use super::{
    CohortDrop, ContentIssue, Curve, Improvements, Share, Spread,
    class::{Class, Stand, Standing, share, those},
};
use crate::{CourseGrade, Gradebook, MilestoneRules, State};

/// Where everybody is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Progress {
    /// Of when this is.
    pub at: Timestamp,
    /// Everybody who takes the course, by their ids.
    pub students: Vec<StudentProgress>,
    /// Every milestone of the course.
    pub milestones: Vec<MilestoneProgress>,
    /// Who has handed in nothing for the last two milestones that were due, of everybody.
    pub stopped: Share,
    /// The scores of the course, of those who have one.
    pub scores: Option<Spread>,
    /// How many completed each milestone by when.
    pub curves: Vec<Curve>,
    /// Between every two milestones that follow each other.
    pub drops: Vec<CohortDrop>,
    /// How code and speed changed.
    pub improvements: Vec<Improvements>,
    /// What the instructor could change.
    pub issues: Vec<ContentIssue>,
}

/// How far a class is in one milestone.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct MilestoneProgress {
    /// Its number.
    pub milestone: u32,
    /// Its name.
    pub name: String,
    /// When it is due for whoever has no extension.
    pub due: Option<Timestamp>,
    /// Who handed something in, of those who are not excused, as everything here.
    pub handed_in: Share,
    /// Who has a score.
    pub graded: Share,
    /// Who completed it.
    pub completed: Share,
    /// Of whom nothing came until it was due.
    pub overdue: Share,
    /// The scores of the graded.
    pub scores: Option<Spread>,
}

/// Where one student is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct StudentProgress {
    /// Their id.
    pub student: String,
    /// What people call them.
    pub name: String,
    /// Their section, where there are several.
    pub section: Option<String>,
    /// Their score in the course so far; `None` while nothing is decided.
    pub score: Option<f64>,
    /// What that is called.
    pub level: Option<Level>,
    /// The weights of the milestones that it is of, in percent of the course.
    pub of: f64,
    /// Every milestone of the course.
    pub milestones: Vec<Place>,
    /// How many attempts were handed in for all of them.
    pub attempts: usize,
    /// When something was handed in last.
    pub last_activity: Option<Timestamp>,
    /// The last two milestones that were due, where nothing was handed in for them nor for any after them.
    pub stopped: Option<[u32; 2]>,
}

/// Where one student is in one milestone.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Place {
    /// The milestone's number.
    pub milestone: u32,
    /// Where it stands.
    pub state: State,
    /// From 0 to 100.
    pub score: Option<f64>,
    /// What that is called.
    pub level: Option<Level>,
    /// Whether it can still change without a new submission.
    pub provisional: bool,
    /// Begun days that what counts was late.
    pub days_late: u32,
    /// How many attempts were handed in.
    pub attempts: usize,
    /// When it is due for this student, with the extension.
    pub due: Option<Timestamp>,
    /// Whether nothing came until then.
    pub overdue: bool,
}

/// Where everybody is as of `now`.
pub fn progress(gradebook: &Gradebook, now: Timestamp) -> Progress {
    let class = Class::of(gradebook, now, |_| true);
    let milestones: Vec<_> = gradebook.rules.iter().flat_map(|rules| &rules.milestones).collect();
    let students: Vec<_> = class.students.iter().map(StudentProgress::of).collect();
    Progress {
        at: now,
        milestones: milestones.iter().map(|rules| MilestoneProgress::of(rules, &class)).collect(),
        stopped: Share::counted(students.iter().map(|student| student.stopped.is_some())),
        scores: Spread::of(students.iter().filter_map(|student| student.score)),
        curves: milestones.iter().map(|rules| Curve::of(&class, rules.number)).collect(),
        drops: CohortDrop::all(&class),
        improvements: Improvements::all(&class),
        issues: ContentIssue::all(&class),
        students,
    }
}

impl MilestoneProgress {
    fn of(rules: &MilestoneRules, class: &Class<'_>) -> Self {
        let all: Vec<_> = class.milestone(rules.number).collect();
        let counting = those(&all, |stand| !stand.is(State::Excused));
        Self {
            milestone: rules.number,
            name: rules.name.clone(),
            due: rules.due,
            handed_in: share(&counting, |stand| stand.attempts().next().is_some()),
            graded: share(&counting, |stand| stand.is(State::Graded)),
            completed: share(&counting, Stand::is_completed),
            overdue: share(&counting, Stand::is_overdue),
            scores: Spread::of(counting.iter().filter_map(|stand| stand.score())),
        }
    }
}

impl StudentProgress {
    fn of(standing: &Standing<'_>) -> Self {
        let CourseGrade { score, level, of, .. } = standing.course();
        let student = &standing.record.student;
        Self {
            student: student.id.clone(),
            name: student.name.clone(),
            section: student.section.clone(),
            score,
            level,
            of,
            milestones: standing.milestones.iter().map(Place::of).collect(),
            attempts: standing.milestones.iter().map(|stand| stand.attempts().count()).sum(),
            last_activity: standing.last_activity(),
            stopped: standing.stopped(),
        }
    }
}

impl Place {
    fn of(stand: &Stand<'_>) -> Self {
        let settled = &stand.settled;
        Self {
            milestone: stand.rules.number,
            state: settled.state,
            score: settled.score,
            level: settled.level,
            provisional: settled.provisional,
            days_late: settled.days_late,
            attempts: stand.attempts().count(),
            due: stand.due,
            overdue: stand.is_overdue(),
        }
    }
}
