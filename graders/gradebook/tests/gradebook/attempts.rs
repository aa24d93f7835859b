//! In which order attempts count, and what people change of it.

use tito_gradebook::{Counts, Entry, Event, Gradebook, Settled, State, Student, TimeFrom, settle};

use crate::build::{after, conditions, counting, rules};

/// The log of somebody with attempts at milestone 1: the name of each, the hours after it was due, and its score.
fn log(attempts: &[(&str, f64, f64)]) -> Vec<Event> {
    let student = Student { id: "ada".into(), ..Student::default() };
    let mut events = vec![Event::Enrolled { student }];
    for (name, hours, score) in attempts {
        let submission = (*name).to_owned();
        events.push(Event::Received {
            submission: submission.clone(),
            student: "ada".into(),
            milestone: 1,
            submitted: after(*hours),
            time_from: TimeFrom::Export,
            component: None,
        });
        let outcome = crate::build::reached(0.0, *score).gradings.remove(0).outcome;
        events.push(Event::Graded { submission, conditions: conditions(), outcome, observed: None });
    }
    events
}

fn retimed(submission: &str, hours: f64) -> Event {
    Event::Retimed { submission: submission.into(), submitted: after(hours), reason: "clock".into() }
}

fn voided(submission: &str) -> Event {
    Event::Voided { submission: submission.into(), reason: "wrong file".into() }
}

fn gradebook(events: Vec<Event>) -> Gradebook {
    let entry = |event| Entry { at: after(0.0), by: "dean".into(), nonce: String::new(), event };
    Gradebook::of(&events.into_iter().map(entry).collect::<Vec<_>>())
}

/// With these events after [`log`], the attempts are in this order, and of at most two the last counts.
fn check(attempts: &[(&str, f64, f64)], more: Vec<Event>, order: &str, counts: Option<&str>) -> Settled {
    let gradebook = gradebook(log(attempts).into_iter().chain(more).collect());
    let record = &gradebook.students["ada"];
    let names: String =
        record.milestones[&1].attempts.iter().map(|attempt| attempt.submission.as_str()).collect();
    let rules = counting(Counts::Last, Some(2));
    let settled = settle(&rules, &rules.milestones[0], record);
    assert_eq!((names.as_str(), settled.submission.as_deref()), (order, counts), "{:#?}", settled.lines);
    settled
}

#[test]
fn attempts_are_in_the_order_of_submission() {
    check(&[("a", -3.0, 10.0), ("b", -2.0, 20.0), ("c", -1.0, 30.0)], vec![], "abc", Some("b"));
    check(&[("a", -1.0, 10.0), ("b", -2.0, 20.0), ("c", -3.0, 30.0)], vec![], "cba", Some("b"));
    check(&[("a", -1.0, 10.0), ("b", -3.0, 20.0), ("c", -1.0, 30.0)], vec![], "bac", Some("a"));
    check(&[("a", -1.0, 10.0), ("b", -1.0, 20.0)], vec![], "ab", Some("b"));
}

#[test]
fn a_corrected_time_moves_an_attempt() {
    let attempts = [("a", -1.0, 10.0), ("b", -2.0, 20.0), ("c", 30.0, 30.0)];
    check(&attempts, vec![], "bac", Some("a"));
    check(&attempts, vec![retimed("c", -1.5)], "bca", Some("c"));
    // Of the same time, the log's order holds and not that of the corrections.
    check(&attempts, vec![retimed("b", -1.0), retimed("c", -1.0)], "abc", Some("b"));
    check(&attempts, vec![retimed("x", -1.0)], "bac", Some("a"));
}

#[test]
fn a_corrected_time_decides_lateness_and_keeps_the_first_one() {
    let settled = check(&[("a", 30.0, 50.0)], vec![retimed("a", 20.0), retimed("a", -1.0)], "a", Some("a"));
    let lines: Vec<_> = settled.lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!((settled.score, settled.days_late), (Some(50.0), 0));
    assert_eq!(
        lines,
        [
            "The one attempt counts: it was handed in on 2026-10-01T22:59:00Z.",
            "Its time was corrected by a person, from 2026-10-03T05:59:00Z: clock",
            "What was checked gives 50.0 of 100.",
        ]
    );
}

#[test]
fn a_voided_attempt_is_none() {
    let attempts = [("a", -3.0, 10.0), ("b", -2.0, 20.0), ("c", -1.0, 30.0)];
    let settled = check(&attempts, vec![voided("a")], "abc", Some("c"));
    let lines: Vec<_> = settled.lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(
        lines,
        [
            "Attempt 1 is not looked at: wrong file",
            "Attempt 2 of 3 gives 20.0: it was handed in on 2026-10-01T21:59:00Z.",
            "Attempt 3 of 3 counts, the last one: it was handed in on 2026-10-01T22:59:00Z.",
            "What was checked gives 30.0 of 100.",
        ]
    );
    check(&attempts, vec![voided("c")], "abc", Some("b"));
    let none = check(&attempts, vec![voided("a"), voided("b"), voided("c")], "abc", None);
    assert_eq!((none.state, none.score, none.lines.len()), (State::Missing, None, 3));
}

#[test]
fn points_for_a_voided_attempt_are_not_carried_over() {
    let essay = |points: bool| {
        let mut attempt = crate::build::attempt(-1.0, &[("dense", 1.0), ("?essay", 0.0)]);
        if points {
            attempt.scored.insert("essay".into(), crate::build::given(1.0));
            attempt.voided = Some(crate::build::given(()));
        }
        attempt
    };
    let record = crate::build::student(vec![essay(true), essay(false)]);
    let settled = settle(&rules(), &rules().milestones[0], &record);
    assert!(settled.lines.iter().all(|line| !line.text.contains("gave")), "{:#?}", settled.lines);
}
