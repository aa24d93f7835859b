//! What holds of every course, student and attempt.

use jiff::SignedDuration;
use proptest::prelude::*;
use tito_gradebook::{
    Attempt, Attempts, Counts, Entry, Event, Gradebook, Late, Outcome, Record, Rules, Settled, State,
    Student, TimeFrom, course, settle,
};

use crate::build::{after, attempt, conditions, given, quarantined, refused, rules, student, waiting};

/// Any number, those included that no setting should have.
fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -10.0..200.0_f64,
        1 => any::<f64>(),
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, f64::MIN_POSITIVE]),
    ]
}

prop_compose! {
    fn any_rules()(
        percent_per_day in any_number(),
        floor_percent in any_number(),
        grace_minutes in prop_oneof![0..60_u32, any::<u32>()],
        closes_after_days in prop::option::of(prop_oneof![0..10_u32, any::<u32>()]),
        counts in prop::sample::select(vec![Counts::Best, Counts::Last]),
        at_most in prop::option::of(0..5_u32),
        weights in prop::collection::vec(any_number(), 5),
    ) -> Rules {
        let mut rules = rules();
        rules.late = Late { percent_per_day, floor_percent, grace_minutes, closes_after_days };
        rules.attempts = Attempts { counts, at_most };
        rules.milestones.iter_mut().zip(weights).for_each(|(milestone, weight)| milestone.weight = weight);
        rules
    }
}

fn any_attempt() -> impl Strategy<Value = Attempt> {
    let hours = -100.0..400.0_f64;
    let graded = (hours.clone(), 0.0..=1.0_f64, 0.0..=1.0_f64, prop::option::of(any_number())).prop_map(
        |(hours, dense, essay, points)| {
            let mut attempt = attempt(hours, &[("dense", dense), ("?essay", essay)]);
            attempt.scored.extend(points.map(|points| ("essay".to_owned(), given(points))));
            attempt
        },
    );
    prop_oneof![
        6 => graded,
        1 => hours.clone().prop_map(refused),
        1 => hours.clone().prop_map(quarantined),
        1 => hours.prop_map(waiting),
    ]
}

prop_compose! {
    fn any_student()(
        attempts in prop::collection::vec(any_attempt(), 0..5),
        all in prop::option::of(any_number()),
        own in prop::option::of(any_number()),
        set in prop::option::weighted(0.2, any_number()),
        excused in prop::bool::weighted(0.1),
    ) -> Record {
        let mut record = student(attempts);
        record.extension = all.map(given);
        let case = record.milestones.get_mut(&1).expect("it has one");
        (case.extension, case.overridden) = (own.map(given), set.map(given));
        case.excused = excused.then(|| given(()));
        record
    }
}

fn settled(rules: &Rules, record: &Record) -> Settled {
    settle(rules, &rules.milestones[0], record)
}

/// What somebody with these attempts reaches.
fn score(rules: &Rules, attempts: Vec<Attempt>) -> Option<f64> {
    settled(rules, &student(attempts)).score
}

proptest! {
    #[test]
    fn scores_are_from_0_to_100_and_the_last_line_has_them(rules in any_rules(), record in any_student()) {
        let settled = settled(&rules, &record);
        prop_assert_eq!(settled.score.is_some(), settled.state == State::Graded);
        prop_assert!(settled.score.is_none_or(|score| (0.0..=100.0).contains(&score)));
        prop_assert_eq!(settled.lines.last().expect("there is one").score, settled.score);
        prop_assert!(settled.lines.iter().all(|line| !line.text.contains("NaN")), "{:#?}", settled.lines);
    }

    #[test]
    fn courses_are_from_0_to_100(rules in any_rules(), record in any_student(), hours in -1e4..1e4_f64) {
        let grade = course(&rules, &record, after(hours));
        prop_assert!(grade.score.is_none_or(|score| (0.0..=100.0).contains(&score)));
        prop_assert!((0.0..=grade.out_of).contains(&grade.of));
        prop_assert_eq!(grade.lines.last().expect("there are five").score, grade.score);
    }

    #[test]
    fn later_never_gives_more(rules in any_rules(), attempt in any_attempt(), hours in 0.0..1e3_f64) {
        let submitted = attempt.submitted + SignedDuration::from_secs((hours * 3600.0) as i64);
        let later = Attempt { submitted, ..attempt.clone() };
        prop_assert!(score(&rules, vec![later]) <= score(&rules, vec![attempt]));
    }

    #[test]
    fn an_extension_never_gives_less(rules in any_rules(), record in any_student(), days in any_number(), own: bool) {
        let mut extended = record.clone();
        match own {
            true if days.is_nan() => return Ok(()),
            true => {
                let case = extended.milestones.get_mut(&1).expect("it has one");
                let had = case.extension.as_ref().map_or(0.0, |given| given.value);
                case.extension = Some(given(days.max(had)));
            }
            false => {
                let had = extended.extension.as_ref().map_or(0.0, |given| given.value);
                extended.extension = Some(given(days.max(had)));
            }
        }
        prop_assert!(settled(&rules, &extended).score >= settled(&rules, &record).score);
    }

    #[test]
    fn what_is_excused_does_not_depend_on_attempts(rules in any_rules(), one in any_student(), other in any_student()) {
        let excuse = |mut record: Record| {
            record.milestones.get_mut(&1).expect("it has one").excused = Some(given(()));
            settled(&rules, &record)
        };
        prop_assert_eq!(excuse(one), excuse(other));
    }

    #[test]
    fn another_attempt_never_lowers_the_best(mut rules in any_rules(), record in any_student(), more in any_attempt()) {
        rules.attempts = Attempts { counts: Counts::Best, at_most: None };
        let mut tried = record.clone();
        tried.milestones.get_mut(&1).expect("it has one").attempts.push(more);
        prop_assert!(settled(&rules, &tried).score >= settled(&rules, &record).score);
    }

    #[test]
    fn a_regrade_with_equal_marks_changes_nothing(rules in any_rules(), record in any_student()) {
        let mut regraded = record.clone();
        for attempt in &mut regraded.milestones.get_mut(&1).expect("it has one").attempts {
            attempt.gradings.extend(attempt.gradings.last().cloned());
        }
        prop_assert_eq!(settled(&rules, &regraded), settled(&rules, &record));
    }

    #[test]
    fn the_floor_is_left_while_the_milestone_is_open(mut rules in any_rules(), attempt in any_attempt(), floor in 0.0..=100.0_f64) {
        (rules.late.floor_percent, rules.late.closes_after_days) = (floor, None);
        let on_time = Attempt { time_from: TimeFrom::NotMarkedLate, ..attempt.clone() };
        let reached = score(&rules, vec![on_time]).map(|reached| reached * floor / 100.0 - 1e-8);
        prop_assert!(score(&rules, vec![attempt]) >= reached);
    }

    #[test]
    fn a_score_that_a_person_set_holds(rules in any_rules(), mut record in any_student(), set in 0.0..=100.0_f64) {
        let case = record.milestones.get_mut(&1).expect("it has one");
        (case.overridden, case.excused) = (Some(given(set)), None);
        prop_assert_eq!(settled(&rules, &record).score, Some(set));
    }

    #[test]
    fn students_do_not_touch_each_other(
        records in prop::collection::vec(prop::collection::vec(any_attempt(), 0..4), 1..4),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 64),
    ) {
        let told: Vec<Vec<Entry>> = records.iter().enumerate().map(|(who, attempts)| told(who, attempts)).collect();
        let in_order = Gradebook::of(told.iter().flatten());
        let mut queues: Vec<_> = told.iter().map(|entries| entries.iter()).collect();
        let mut mixed = Gradebook::default();
        for pick in &picks {
            let at = pick.index(queues.len());
            queues[at].next().into_iter().for_each(|entry| mixed.add(entry));
        }
        queues.into_iter().flatten().for_each(|entry| mixed.add(entry));
        prop_assert_eq!(mixed, in_order);
    }
}

/// The entries of a log that tell of these attempts of one student.
fn told(who: usize, attempts: &[Attempt]) -> Vec<Entry> {
    let student = format!("student{who}");
    let enrolled = Student { id: student.clone(), name: student.clone(), ..Student::default() };
    let mut events = vec![Event::Enrolled { student: enrolled }];
    for (number, attempt) in attempts.iter().enumerate() {
        let submission = format!("{who}-{number}");
        events.push(Event::Received {
            submission: submission.clone(),
            student: student.clone(),
            milestone: 1,
            submitted: attempt.submitted,
            time_from: attempt.time_from,
            component: None,
        });
        let graded = |outcome: &Outcome| Event::Graded {
            submission: submission.clone(),
            conditions: conditions(),
            outcome: outcome.clone(),
            observed: None,
        };
        events.extend(attempt.gradings.iter().map(|grading| graded(&grading.outcome)));
    }
    let entry = |event| Entry { at: after(0.0), by: "prof".into(), nonce: String::new(), event };
    events.into_iter().map(entry).collect()
}
