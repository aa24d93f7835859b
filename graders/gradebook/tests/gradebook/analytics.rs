//! What is said of classes that are small enough to be reckoned by hand.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use tito_gradebook::{
    Attempt, Case, Gradebook, Marks, Outcome, Record, Student,
    analytics::{Advice, AtRisk, Finding, Flag, Reason, Share, Skill, Topic, analyze, progress, struggling},
};

use crate::build::{after, attempt, class_of, given, marks, outcome, quarantined, reached, refused, waiting};

/// When milestone `number` is due.
fn due(number: u32) -> Timestamp {
    after(f64::from(number - 1) * 30.0 * 24.0)
}

/// A while after milestone `number` was due, and before the next one is.
fn past(number: u32) -> Timestamp {
    due(number) + SignedDuration::from_hours(24)
}

/// A class of these, called `s00` and so forth.
fn class(students: Vec<Vec<Case>>) -> Gradebook {
    let records = students.into_iter().enumerate().map(|(number, cases)| {
        let id = format!("s{number:02}");
        let student = Student { id: id.clone(), name: id.to_uppercase(), ..Student::default() };
        (id, Record { student, milestones: (1..).zip(cases).collect(), ..Record::default() })
    });
    class_of(records)
}

fn tried(attempts: Vec<Attempt>) -> Case {
    let named = attempts.into_iter().zip('a'..);
    let attempts = named.map(|(attempt, name)| Attempt { submission: name.into(), ..attempt }).collect();
    Case { attempts, ..Case::default() }
}

/// Nothing happened.
fn none() -> Case {
    Case::default()
}

fn scored(score: f64) -> Case {
    tried(vec![reached(-1.0, score)])
}

fn excused() -> Case {
    Case { excused: Some(given(())), ..Case::default() }
}

/// Somebody with these scores in the milestones from the first on.
fn with(scores: &[f64]) -> Vec<Case> {
    scores.iter().map(|score| scored(*score)).collect()
}

fn share(count: usize, of: usize) -> Share {
    Share::new(count, of)
}

/// Of whom something was measured.
fn measured(name: &str, value: f64) -> Case {
    let measures = BTreeMap::from([(name.to_owned(), value.into())]);
    tried(vec![outcome(-1.0, Outcome::Graded(Marks { measures, ..marks(&[("dense", 1.0)]) }))])
}

#[test]
fn a_class_is_counted_and_every_share_has_its_whole() {
    let late = tried(vec![refused(-2.0), reached(20.0, 80.0)]);
    let gradebook = class(vec![
        vec![scored(95.0)],
        vec![scored(65.0)],
        vec![late],
        vec![tried(vec![refused(-1.0)])],
        vec![tried(vec![quarantined(-1.0)])],
        vec![tried(vec![waiting(-1.0)])],
        vec![],
        vec![excused()],
        vec![tried(vec![attempt(-1.0, &[("dense", 1.0), ("?essay", 0.4)])])],
    ]);
    let analysis = analyze(&gradebook, 1, past(1)).expect("the course has it");
    assert_eq!(analysis.enrolled, 9);
    for (found, expected) in [
        (analysis.excused, share(1, 9)),
        (analysis.handed_in, share(7, 8)),
        (analysis.graded, share(5, 8)),
        (analysis.waiting, share(1, 8)),
        (analysis.quarantined, share(1, 8)),
        (analysis.missing, share(1, 8)),
        (analysis.overdue, share(1, 8)),
        (analysis.provisional, share(1, 5)),
        (analysis.refused, share(1, 5)),
        (analysis.completed, share(3, 8)),
        (analysis.completed_of_decided, share(3, 6)),
        (analysis.late, share(1, 5)),
        (analysis.refusals[0].attempts, share(2, 7)),
    ] {
        assert_eq!(found, expected);
    }
    let scores = analysis.scores.expect("there are some");
    assert_eq!((scores.n, scores.median, scores.min, scores.max), (5, 72.0, 0.0, 100.0));
    assert!((scores.mean - (95.0 + 65.0 + 72.0 + 0.0 + 100.0) / 5.0).abs() < 1e-9);
    let bars: Vec<_> = analysis.histogram.iter().map(|bin| bin.count).collect();
    assert_eq!(bars, [1, 0, 0, 0, 0, 0, 1, 1, 0, 2]);
    let levels: Vec<_> = analysis.levels.iter().map(|level| level.students.count).collect();
    assert_eq!(levels, [1, 1, 1, 0, 2]);
    assert_eq!(analysis.attempts.map(|attempts| (attempts.n, attempts.max)), Some((7, 2.0)));
}

#[test]
fn before_it_is_due_nobody_has_failed_to_complete_it() {
    let mut gradebook = class(vec![vec![scored(95.0)], vec![], vec![]]);
    gradebook.students.get_mut("s02").expect("it is there").extension = Some(given(3.0));
    for (now, overdue, completed) in
        [(after(-2.0), share(0, 3), share(1, 1)), (past(1), share(1, 3), share(1, 2))]
    {
        let analysis = analyze(&gradebook, 1, now).expect("the course has it");
        assert_eq!((analysis.overdue, analysis.completed_of_decided), (overdue, completed));
        assert_eq!(analysis.completed, share(1, 3));
    }
}

#[test]
fn checks_are_ranked_and_those_that_do_not_discriminate_are_named() {
    // `easy` everybody has, `impossible` nobody; `good` goes with the rest, and `odd` against it.
    let student = |able: bool| {
        let (with, against) = (f64::from(u8::from(able)), f64::from(u8::from(!able)));
        let checks = [("easy", 1.0), ("good", with), ("rest", with), ("odd", against), ("impossible", 0.25)];
        vec![tried(vec![attempt(-1.0, &checks)])]
    };
    let analysis = |n: usize| {
        let gradebook = class((0..n).map(|number| student(number % 3 > 0)).collect());
        analyze(&gradebook, 1, past(1)).expect("the course has it")
    };
    let found = analysis(12);
    let items: Vec<_> =
        found.items.iter().map(|item| (item.check.as_str(), item.n, item.full.count)).collect();
    assert_eq!(
        items,
        [("easy", 12, 12), ("good", 12, 8), ("rest", 12, 8), ("odd", 12, 4), ("impossible", 12, 0)]
    );
    let flags: Vec<_> = found.items.iter().map(|item| item.flags.as_slice()).collect();
    let (all, nobody, negative) = (Flag::EverybodyPasses, Flag::NobodyPasses, Flag::NegativeDiscrimination);
    assert_eq!(flags, [&[all][..], &[], &[], &[negative], &[nobody]]);
    let discrimination: Vec<_> = found.items.iter().map(|item| item.discrimination).collect();
    // Without `odd`, those who can have two checks more than the others; without `good`, `rest` and `odd` weigh each other up.
    assert_eq!((discrimination[0], discrimination[1], discrimination[4]), (None, None, None));
    assert!((discrimination[3].expect("it varies") + 1.0).abs() < 1e-9);
    assert_eq!(found.hardest, ["impossible", "odd", "good", "rest"]);
    let failures: Vec<_> = found.failures.iter().map(|failure| failure.students.count).collect();
    assert_eq!(failures, [12, 8, 4, 4]);
    assert!(
        analysis(9)
            .items
            .iter()
            .all(|item| item.discrimination.is_none() && item.flags.contains(&Flag::TooFew))
    );
}

#[test]
fn a_check_that_awaits_review_is_no_item_until_a_person_decides() {
    let mut decided = attempt(-1.0, &[("dense", 1.0), ("?essay", 0.4)]);
    decided.scored.insert("essay".into(), given(0.5));
    let open = attempt(-1.0, &[("dense", 0.5), ("?essay", 0.4)]);
    let gradebook = class(vec![vec![tried(vec![decided])], vec![tried(vec![open])]]);
    let analysis = analyze(&gradebook, 1, past(1)).expect("the course has it");
    let items: Vec<_> = analysis.items.iter().map(|item| (item.check.as_str(), item.n, item.mean)).collect();
    assert_eq!(items, [("dense", 2, 0.75), ("essay", 1, 0.5)]);
    assert_eq!(analysis.criteria.iter().map(|c| (c.n, c.mean)).collect::<Vec<_>>(), [(2, 0.625)]);
}

#[test]
fn accuracy_is_in_bands() {
    let accuracies = [0.0, 0.86, 0.849, 0.95, 1.0, f64::NAN];
    let students = accuracies.map(|accuracy| vec![measured("mnist-mlp.accuracy", accuracy)]);
    let analysis = analyze(&class(students.into()), 1, past(1)).expect("the course has it");
    let accuracy = analysis.accuracy.expect("it was measured");
    let bands: Vec<_> = accuracy.bands.iter().map(|band| band.students.count).collect();
    assert_eq!((accuracy.spread.n, bands), (5, vec![1, 0, 0, 0, 1, 1, 0, 2]));
    assert!(accuracy.bands.iter().all(|band| band.students.of == 5));
}

#[test]
fn an_empty_class_has_no_figures_and_no_nan() {
    for gradebook in [Gradebook::default(), class(vec![])] {
        let found = progress(&gradebook, past(5));
        assert_eq!((found.students.len(), found.stopped, found.scores), (0, share(0, 0), None));
        assert_eq!(struggling(&gradebook, 70.0, past(5)), []);
    }
    assert_eq!(analyze(&Gradebook::default(), 1, past(5)), None);
    assert_eq!(analyze(&class(vec![]), 6, past(5)), None);
    let analysis = analyze(&class(vec![]), 1, past(5)).expect("the course has it");
    assert_eq!((analysis.completed, analysis.scores, analysis.accuracy), (share(0, 0), None, None));
    assert_eq!(share(0, 0).percent, None);
}

#[test]
fn whoever_left_is_not_spoken_of() {
    let mut gradebook = class(vec![with(&[10.0]), with(&[90.0])]);
    gradebook.students.get_mut("s00").expect("it is there").withdrawn = Some("moved".into());
    assert_eq!(analyze(&gradebook, 1, past(1)).map(|analysis| analysis.graded), Some(share(1, 1)));
    assert_eq!(progress(&gradebook, past(1)).students.len(), 1);
    assert_eq!(struggling(&gradebook, 70.0, past(1)), []);
}

#[test]
fn progress_tells_where_everybody_is_and_who_stopped() {
    let gradebook = class(vec![
        with(&[90.0, 80.0, 75.0]),
        with(&[90.0]),
        vec![scored(90.0), none(), none(), scored(80.0)],
        vec![scored(90.0), none(), excused()],
        vec![],
    ]);
    let found = progress(&gradebook, past(3));
    let stopped: Vec<_> = found.students.iter().map(|student| student.stopped).collect();
    assert_eq!(stopped, [None, Some([2, 3]), None, None, Some([2, 3])]);
    assert_eq!(found.stopped, share(2, 5));
    let of: Vec<_> = found.milestones.iter().map(|m| (m.graded, m.completed, m.overdue)).collect();
    assert_eq!(of[0], (share(4, 5), share(4, 5), share(1, 5)));
    assert_eq!(of[1], (share(1, 5), share(1, 5), share(4, 5)));
    assert_eq!(of[2], (share(1, 4), share(1, 4), share(3, 4)));
    let first = &found.students[0];
    assert_eq!((first.attempts, first.last_activity, first.of), (3, Some(after(-1.0)), 60.0));
    let places: Vec<_> = first.milestones.iter().map(|place| (place.milestone, place.score)).collect();
    assert_eq!(places[..3], [(1, Some(90.0)), (2, Some(80.0)), (3, Some(75.0))]);
}

#[test]
fn curves_count_who_completed_by_the_end_of_each_day() {
    let tried_at = |hours, score| vec![tried(vec![reached(hours, score)])];
    let set = Case { overridden: Some(given(90.0)), ..none() };
    let gradebook = class(vec![
        tried_at(-30.0, 90.0),
        tried_at(-29.0, 90.0),
        tried_at(-40.0, 50.0),
        tried_at(-1.0, 70.0),
        vec![set],
        vec![excused()],
    ]);
    let curve = &progress(&gradebook, past(1)).curves[0];
    let points: Vec<_> = curve.points.iter().map(|point| (point.day.to_string(), point.completed)).collect();
    assert_eq!(points, [("2026-09-30".to_owned(), 2), ("2026-10-01".to_owned(), 4)]);
    assert_eq!(curve.of, 5);
}

#[test]
fn drops_are_of_the_same_students() {
    let gradebook =
        class(vec![with(&[90.0, 70.0]), with(&[80.0, 70.0]), with(&[10.0]), vec![none(), scored(100.0)]]);
    let drop = &progress(&gradebook, past(2)).drops[0];
    assert_eq!((drop.from, drop.to, drop.n, drop.went_on), (1, 2, 2, share(2, 3)));
    assert_eq!((drop.mean_before, drop.mean_after, drop.change), (Some(85.0), Some(70.0), Some(-15.0)));
}

/// Expects these reasons for the only student.
fn check_reasons(cases: Vec<Case>, now: Timestamp, expected: &[Reason]) {
    let found = struggling(&class(vec![cases]), 70.0, now);
    let reasons: Vec<_> = found.into_iter().flat_map(|one| one.reasons).collect();
    assert_eq!(reasons, expected);
}

#[test]
fn reasons_are_told_with_their_figures() {
    let below = |milestone, score| Reason::BelowThreshold { milestone, score, threshold: 70.0 };
    let stuck = || tried(vec![reached(-3.0, 50.0), reached(-2.0, 20.0), reached(-1.0, 50.0)]);
    let better = || tried(vec![reached(-3.0, 25.0), reached(-1.0, 50.0)]);
    let late = |hours| tried(vec![reached(hours, 100.0)]);
    let drop = Reason::Drop { from: 1, milestone: 2, before: 100.0, after: 75.0 };
    let stopped = Reason::Stopped { milestones: [1, 2] };
    let missing = |milestone| Reason::Missing { milestone };
    for (cases, now, expected) in [
        (vec![scored(75.0)], past(1), vec![]),
        (vec![scored(50.0)], past(1), vec![below(1, 50.0)]),
        (vec![none()], past(1), vec![missing(1)]),
        (vec![none()], after(0.0), vec![]),
        (vec![scored(90.0), none()], past(2), vec![]),
        (vec![scored(90.0), none()], due(2) + SignedDuration::from_hours(24 * 7 + 1), vec![missing(2)]),
        (vec![scored(60.0), none()], past(2), vec![below(1, 60.0), missing(2)]),
        (vec![excused()], past(1), vec![]),
        (vec![tried(vec![waiting(0.0)])], past(1), vec![]),
        (vec![none(), none()], past(2), vec![missing(1), missing(2), stopped]),
        (
            vec![stuck()],
            past(1),
            vec![below(1, 50.0), Reason::NoProgress { milestone: 1, attempts: 3, first: 50.0, last: 50.0 }],
        ),
        (vec![better()], past(1), vec![below(1, 50.0)]),
        (
            vec![tried(vec![refused(-3.0), refused(-2.0)])],
            past(1),
            vec![below(1, 0.0), Reason::Refused { milestone: 1, times: 2, of: 2 }],
        ),
        (vec![tried(vec![refused(-3.0), refused(-2.0), reached(-1.0, 90.0)])], past(1), vec![]),
        (with(&[100.0, 75.0]), past(2), vec![drop.clone()]),
        (with(&[100.0, 86.0]), past(2), vec![]),
        (vec![late(20.0), late(30.0 * 24.0 + 20.0)], past(2), vec![Reason::LateAlways { milestones: 2 }]),
        (vec![late(20.0)], past(1), vec![]),
    ] {
        check_reasons(cases, now, &expected);
    }
}

#[test]
fn whoever_needs_it_most_is_first_and_the_advice_fits() {
    let gradebook = class(vec![
        with(&[90.0, 69.0]),
        with(&[90.0, 90.0]),
        with(&[90.0, 30.0]),
        vec![],
        vec![scored(90.0), none()],
    ]);
    let found = struggling(&gradebook, 70.0, past(2));
    let order: Vec<_> = found.iter().map(|one| one.student.as_str()).collect();
    assert_eq!(order, ["s03", "s02", "s00"]);
    assert!(found.windows(2).all(|pair| pair[0].risk >= pair[1].risk));
    let topics = |one: &AtRisk| one.advice.iter().map(|Advice { topic, .. }| *topic).collect::<Vec<_>>();
    assert_eq!(topics(&found[0]), [Topic::Fundamentals, Topic::Convolution, Topic::Contact]);
    assert_eq!(topics(&found[1]), [Topic::Convolution]);
    let weakest = found[1].weakest.as_ref().expect("it lost points");
    assert_eq!((weakest.milestone, weakest.criterion.as_str()), (2, "Correctness"));
    assert!((weakest.lost - 70.0).abs() < 1e-9 && (weakest.score - 0.3).abs() < 1e-9);
}

#[test]
fn each_milestone_has_its_topic() {
    let topics =
        [Topic::Fundamentals, Topic::Convolution, Topic::Pipeline, Topic::Training, Topic::FrameworkDesign];
    let found = struggling(&class(vec![with(&[50.0; 5])]), 70.0, past(5));
    let advised: Vec<_> = found[0].advice.iter().map(|advice| (advice.milestone, advice.topic)).collect();
    assert_eq!(advised, (1..).map(Some).zip(topics).collect::<Vec<_>>());
}

#[test]
fn issues_of_content_need_five_students_and_their_threshold() {
    let trouble = |students: Vec<Vec<Case>>, now| {
        let issues = progress(&class(students), now).issues;
        issues.into_iter().map(|issue| (issue.milestone, issue.topic)).collect::<Vec<_>>()
    };
    let second = |completed: usize, of: usize| {
        let score = |number| if number < completed { 90.0 } else { 40.0 };
        (0..of).map(|number| with(&[90.0, score(number)])).collect::<Vec<_>>()
    };
    let accurate = |accuracy: f64, of: usize| {
        let student = || vec![excused(), excused(), excused(), measured("test-images.accuracy", accuracy)];
        (0..of).map(|_| student()).collect::<Vec<_>>()
    };
    let pending = |ungraded: usize, graded: usize| {
        let pending = || vec![scored(90.0), tried(vec![waiting(-1.0)])];
        let graded = (0..graded).map(|_| with(&[90.0, 40.0]));
        graded.chain((0..ungraded).map(|_| pending())).collect::<Vec<_>>()
    };
    let last = |score: f64| (0..5).map(|_| with(&[90.0, 90.0, 90.0, 90.0, score])).collect::<Vec<_>>();
    for (students, now, expected) in [
        (second(3, 5), past(2), vec![(2, Topic::Convolution)]),
        (second(7, 10), past(2), vec![]),
        (second(0, 4), past(2), vec![]),
        (pending(2, 8), past(2), vec![(2, Topic::Convolution)]),
        (pending(3, 8), past(2), vec![]),
        (accurate(0.69, 5), past(4), vec![(4, Topic::Training)]),
        (accurate(0.70, 5), past(4), vec![]),
        (accurate(0.10, 4), past(4), vec![]),
        (last(80.0), past(5), vec![(5, Topic::FrameworkDesign)]),
        (last(80.1), past(5), vec![]),
        ((0..6).map(|_| with(&[90.0])).collect(), due(2), vec![]),
        ((0..6).map(|_| with(&[90.0])).collect(), past(2), vec![(2, Topic::Convolution)]),
    ] {
        assert_eq!(trouble(students, now), expected);
    }
    let analysis = analyze(&class(second(3, 5)), 2, past(2)).expect("the course has it");
    assert_eq!(analysis.issues[0].finding, Finding::FewComplete { completed: share(3, 5) });
    assert!(analysis.issues[0].text.starts_with("3 of 5 (60.0 %) completed milestone 2, fewer than 70 %."));
    let five = analyze(&class(last(70.0)), 5, past(5)).expect("the course has it");
    assert!(matches!(&five.issues[0].finding, Finding::Drop(drop) if drop.n == 5 && drop.from == 4));
}

#[test]
fn quality_and_speed_are_compared_from_the_first_attempt_to_the_last() {
    let fast = |speed: f64| measured("dense-speed.speed", speed);
    let quality = |hours: f64, score: f64| attempt(hours, &[("?code-quality", score)]);
    let gradebook = class(vec![
        vec![tried(vec![quality(-9.0, 0.4), quality(-1.0, 0.7)]), none(), fast(0.2), fast(0.8)],
        vec![tried(vec![quality(-1.0, 0.9)]), none(), fast(0.5), fast(0.4)],
        vec![],
    ]);
    let [code, speed] = &progress(&gradebook, past(5)).improvements[..] else { panic!("there are two") };
    assert_eq!((code.skill, code.better, code.students[0].n), (Skill::CodeQuality, share(1, 1), 2));
    assert!((code.students[0].change - 0.3).abs() < 1e-12);
    assert_eq!((speed.skill, speed.better), (Skill::Speed, share(1, 2)));
    let seen = &speed.students[0];
    assert_eq!((seen.first.milestone, seen.last.milestone), (3, 4));
    assert!(speed.change.as_ref().is_some_and(|change| change.n == 2 && (change.mean - 0.25).abs() < 1e-12));
}
