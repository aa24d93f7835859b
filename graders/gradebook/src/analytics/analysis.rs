//! How a class did in one milestone.

use std::{borrow::Cow, cmp::Ordering, collections::BTreeMap};

use jiff::Timestamp;
use serde::Serialize;
use tito_grade::Level;

use super::{
    Accuracy, Bin, ContentIssue, CriterionFigures, Item, Share, Spread,
    class::{Class, Stand, share, those},
    spread::histogram,
};
use crate::{Gradebook, Marks, MilestoneRules, Outcome, State};

/// How a class did in one milestone. Whatever is said of scores and checks is said of the attempt that counts, one for every
/// student.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Analysis {
    /// The milestone's number.
    pub milestone: u32,
    /// Its name.
    pub name: String,
    /// When it is due for whoever has no extension.
    pub due: Option<Timestamp>,
    /// Of when this is.
    pub at: Timestamp,
    /// How many take the course.
    pub enrolled: usize,
    /// For whom it does not count, of the enrolled.
    pub excused: Share,
    /// Who handed something in; of those who are not excused, as the next four.
    pub handed_in: Share,
    /// Who has a score. These and the next three are everybody who is not excused.
    pub graded: Share,
    /// Whose submission is not graded yet.
    pub waiting: Share,
    /// Whose submission a person must look at.
    pub quarantined: Share,
    /// Of whom nothing came.
    pub missing: Share,
    /// Of whom nothing came until it was due, with extension and grace, of those who are not excused.
    pub overdue: Share,
    /// Whose score can still change without a new submission, of the graded.
    pub provisional: Share,
    /// Whose submission that counts was refused, of the graded.
    pub refused: Share,
    /// Who completed it, with a score of at least [`COMPLETED`](super::COMPLETED), of all who are not excused.
    pub completed: Share,
    /// The same of those who are graded or overdue: before the due date, and for whoever has an extension, nobody who has not
    /// started is counted as having failed.
    pub completed_of_decided: Share,
    /// The scores of the graded; `None` without any.
    pub scores: Option<Spread>,
    /// Ten bars over the scores of the graded.
    pub histogram: Vec<Bin>,
    /// All five levels from the lowest, of the graded.
    pub levels: Vec<LevelShare>,
    /// What their networks recognise; `None` where that was not measured.
    pub accuracy: Option<Accuracy>,
    /// In the rubric's order.
    pub criteria: Vec<CriterionFigures>,
    /// Every check in the rubric's order.
    pub items: Vec<Item>,
    /// The names of the five checks with the lowest mean, the hardest first; those that everybody passes are none of them.
    pub hardest: Vec<String>,
    /// The five checks that most students do not have fully, most frequent first.
    pub failures: Vec<Failure>,
    /// Why submissions were refused, over all attempts, most frequent first.
    pub refusals: Vec<Refusals>,
    /// Whose attempt that counts was late, of those who have one.
    pub late: Share,
    /// How many attempts those made who handed something in.
    pub attempts: Option<Spread>,
    /// What the instructor could change.
    pub issues: Vec<ContentIssue>,
}

/// How many reached a level.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct LevelShare {
    /// Which.
    pub level: Level,
    /// Of the graded.
    pub students: Share,
}

/// A check that many do not have fully.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Failure {
    /// The check's name.
    pub check: String,
    /// Who does not have it fully, of those for whom it is decided.
    pub students: Share,
}

/// How often a rule refused something.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Refusals {
    /// The rule's name.
    pub rule: String,
    /// Of all attempts that were graded.
    pub attempts: Share,
}

/// How many checks are named as the hardest.
const NAMED: usize = 5;

/// How a class did in one milestone as of `now`; `None` if the course has no such milestone.
pub fn analyze(gradebook: &Gradebook, milestone: u32, now: Timestamp) -> Option<Analysis> {
    let course = gradebook.rules.as_ref()?;
    let rules = course.milestone(milestone)?;
    // A cohort's drop is from the milestone before, whichever the course has.
    let before =
        course.milestones.iter().map(|rules| rules.number).filter(|number| *number < milestone).max();
    let class = Class::of(gradebook, now, |number| number == milestone || Some(number) == before);
    Some(Analysis::of(rules, &class, now))
}

impl Analysis {
    fn of(rules: &MilestoneRules, class: &Class<'_>, at: Timestamp) -> Self {
        let MilestoneRules { number, ref name, due, .. } = *rules;
        let all: Vec<_> = class.milestone(number).collect();
        let counting = those(&all, |stand| !stand.is(State::Excused));
        let graded = those(&counting, |stand| stand.is(State::Graded));
        let scores = || graded.iter().filter_map(|stand| stand.score());
        let marks: Vec<Cow<'_, Marks>> = all.iter().filter_map(|stand| stand.marks()).collect();
        let items = Item::all(marks.iter().map(AsRef::as_ref));
        Self {
            milestone: number,
            name: name.clone(),
            due,
            at,
            enrolled: all.len(),
            excused: share(&all, |stand| stand.is(State::Excused)),
            handed_in: share(&counting, |stand| stand.attempts().next().is_some()),
            graded: share(&counting, |stand| stand.is(State::Graded)),
            waiting: share(&counting, |stand| stand.is(State::Waiting)),
            quarantined: share(&counting, |stand| stand.is(State::Quarantined)),
            missing: share(&counting, |stand| stand.is(State::Missing)),
            overdue: share(&counting, Stand::is_overdue),
            provisional: share(&graded, |stand| stand.settled.provisional),
            refused: share(&graded, |stand| matches!(stand.outcome(), Some(Outcome::Refused { .. }))),
            completed: share(&counting, Stand::is_completed),
            completed_of_decided: share(&those(&counting, Stand::is_decided), Stand::is_completed),
            scores: Spread::of(scores()),
            histogram: histogram(scores()),
            levels: levels(&scores().map(Level::of).collect::<Vec<_>>()),
            accuracy: Accuracy::of(number, all.iter().copied()),
            criteria: CriterionFigures::all(marks.iter().map(AsRef::as_ref)),
            hardest: hardest(&items),
            failures: failures(&items),
            items,
            refusals: refusals(&all),
            late: share(&those(&all, |stand| stand.settled.submission.is_some()), |stand| {
                stand.settled.days_late > 0
            }),
            attempts: attempts(&all),
            issues: ContentIssue::all(class).into_iter().filter(|issue| issue.milestone == number).collect(),
        }
    }
}

fn attempts(stands: &[&Stand<'_>]) -> Option<Spread> {
    let numbers = stands.iter().map(|stand| stand.attempts().count());
    Spread::of(numbers.filter(|number| *number > 0).map(|number| number as f64))
}

fn levels(reached: &[Level]) -> Vec<LevelShare> {
    use Level::{Beginning, Developing, Exemplary, Insufficient, Proficient};
    let all = [Insufficient, Beginning, Developing, Proficient, Exemplary];
    let of = |level| Share::counted(reached.iter().map(|one| *one == level));
    all.into_iter().map(|level| LevelShare { level, students: of(level) }).collect()
}

fn hardest(items: &[Item]) -> Vec<String> {
    let mut items: Vec<_> = items.iter().filter(|item| item.full.count < item.n).collect();
    items.sort_by(|one, other| one.mean.total_cmp(&other.mean));
    items.into_iter().take(NAMED).map(|item| item.check.clone()).collect()
}

fn failures(items: &[Item]) -> Vec<Failure> {
    let failed = items.iter().map(|item| Failure {
        check: item.check.clone(),
        students: Share::new(item.n - item.full.count, item.n),
    });
    let mut failed: Vec<_> = failed.filter(|failure| failure.students.count > 0).collect();
    failed.sort_by(|one, other| most_first(one.students, other.students));
    failed.truncate(NAMED);
    failed
}

fn refusals(stands: &[&Stand<'_>]) -> Vec<Refusals> {
    let graded = stands.iter().flat_map(|stand| stand.attempts()).filter_map(|attempt| attempt.graded());
    let (mut rules, mut all) = (BTreeMap::<&str, usize>::new(), 0);
    for graded in graded {
        all += 1;
        if let Outcome::Refused { rule, .. } = &graded.outcome {
            *rules.entry(rule).or_default() += 1;
        }
    }
    let refusals = rules
        .into_iter()
        .map(|(rule, count)| Refusals { rule: rule.to_owned(), attempts: Share::new(count, all) });
    let mut refusals: Vec<_> = refusals.collect();
    refusals.sort_by(|one, other| most_first(one.attempts, other.attempts));
    refusals
}

/// The larger count first. Sorting is stable, so that equal ones stay in the order that they had.
fn most_first(one: Share, other: Share) -> Ordering {
    other.count.cmp(&one.count)
}
