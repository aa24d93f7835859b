//! Courses from outside: what is kept, what is found when something was changed, and what a receipt proves.

use std::{fs, path::Path};

use jiff::Timestamp;
use rusqlite::Connection;
use tempfile::TempDir;
use tito_course::{Course, CourseError, HandedIn, MilestoneChanges, Proved, Received, Settings, Verified};
use tito_gradebook::{Event, Student, TimeFrom};
use tito_ledger::Receipt;

/// A module without anything in it: the gate would refuse it, intake does not look.
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

fn course(folder: &Path) -> Course {
    Course::open(folder, "tester").unwrap()
}

fn verify(folder: &TempDir) -> Verified {
    Course::verify(folder.path(), None, None).unwrap()
}

/// A course with two students and three submissions, of which one cannot be read.
fn with_submissions() -> (TempDir, Vec<Received>) {
    let folder = tempfile::tempdir().unwrap();
    let mut course = Course::create(folder.path(), "C 2026", "c_2026", "tester").unwrap();
    let weighs = MilestoneChanges { weight: Some(15.0), ..MilestoneChanges::default() };
    course.change_settings(|text| Settings::with_milestone(text, 1, &weighs)).unwrap();
    course.note_rules(|_| Some("Basic Inference".into())).unwrap();
    for id in ["ada", "bob"] {
        let student = Student { id: id.into(), name: id.to_uppercase(), ..Student::default() };
        course.append(vec![Event::Enrolled { student }]).unwrap();
    }
    let mut receive = |student: &str, bytes: &[u8]| course.receive(&handed_in(student, bytes)).unwrap();
    let received = vec![receive("ada", COMPONENT), receive("ada", b"junk"), receive("bob", COMPONENT)];
    (folder, received)
}

fn handed_in(student: &str, bytes: &[u8]) -> HandedIn {
    let time = (Timestamp::UNIX_EPOCH, TimeFrom::Told);
    HandedIn::of_bytes(student, 1, time, bytes.to_vec())
}

fn database(folder: &Path) -> Connection {
    Connection::open(folder.join("course.db")).unwrap()
}

/// Does what somebody with the file and without the key can do.
fn tamper(folder: &Path, statements: &str) {
    let free = "DROP TRIGGER entries_stay; DROP TRIGGER entries_are_kept;
        DROP TRIGGER checkpoints_stay; DROP TRIGGER checkpoints_are_kept;";
    database(folder).execute_batch(&format!("{free}{statements}")).unwrap();
}

#[test]
fn what_was_handed_in_is_there_again() {
    let (folder, received) = with_submissions();
    let course = course(folder.path());
    let ada = &course.gradebook().students["ada"].milestones[&1].attempts;
    assert_eq!(ada.len(), 2);
    let manifest = course.store().manifest(&received[0].submission).unwrap();
    assert_eq!(course.store().files(&manifest).unwrap()["component.wasm"], COMPONENT);
    assert_eq!((manifest.name(), manifest.previous), (received[0].submission.clone(), None));
    let unreadable = course.store().manifest(&received[1].submission).unwrap();
    assert_eq!(unreadable.previous.as_ref(), Some(&received[0].submission));
    assert_eq!(unreadable.unreadable.unwrap().rule, "format");
    assert_eq!(course.store().get(&unreadable.original.unwrap().sha256).unwrap(), b"junk");
}

#[test]
fn the_same_again_is_no_attempt_and_the_same_as_another_s_is_told() {
    let (folder, received) = with_submissions();
    assert_eq!(received[2].same_as, ["ada/1"]);
    let mut course = course(folder.path());
    for (bytes, first) in [(COMPONENT, &received[0]), (b"junk", &received[1])] {
        let again = course.receive(&handed_in("ada", bytes)).unwrap();
        assert!(again.is_again);
        assert_eq!(again.submission, first.submission);
    }
    assert_eq!(course.gradebook().students["ada"].milestones[&1].attempts.len(), 2);
    // Going back to what one had before the last attempt is a new one, unless it is the same hand-in once more.
    let mut later = handed_in("ada", COMPONENT);
    later.submitted = Timestamp::from_second(60).unwrap();
    assert!(!course.receive(&later).unwrap().is_again);
    assert_eq!(course.gradebook().students["ada"].milestones[&1].attempts.len(), 3);
}

/// Two processes that take in the same at the same time make one attempt of it.
#[test]
fn one_file_is_received_once() {
    let (folder, _) = with_submissions();
    let (mut one, mut other) = (course(folder.path()), course(folder.path()));
    let work = [COMPONENT, b"\0\x02\x01n"].concat();
    assert!(!one.receive(&handed_in("bob", &work)).unwrap().is_again);
    assert!(other.receive(&handed_in("bob", &work)).unwrap().is_again);
}

/// Of a folder that cannot be read everything is kept, and two are the same where their files are.
#[test]
fn unreadable_folders_are_kept_and_told_apart() {
    let (folder, _) = with_submissions();
    let mut course = course(folder.path());
    let mut receive = |student: &str, text: &str| {
        let files = [("notes.txt".to_owned(), text.as_bytes().to_vec())];
        let time = (Timestamp::UNIX_EPOCH, TimeFrom::Told);
        course.receive(&HandedIn::of_files(student, 1, time, files)).unwrap()
    };
    let (ada, bob) = (receive("ada", "one"), receive("bob", "two"));
    assert_eq!((ada.same_as, bob.same_as), (vec![], vec![]));
    assert!(!receive("ada", "two").is_again);
    let manifest = course.store().manifest(&bob.submission).unwrap();
    assert_eq!(manifest.unreadable.as_ref().unwrap().rule, "no-component");
    assert_eq!(course.store().files(&manifest).unwrap()["notes.txt"], b"two");
}

/// Nobody's signature is put under what somebody else has changed.
#[test]
fn nothing_is_signed_on_top_of_what_was_not() {
    let (folder, _) = with_submissions();
    let mut open = course(folder.path());
    tamper(
        folder.path(),
        "UPDATE entries SET bytes = CAST(bytes || x'20' AS BLOB) WHERE place = 5; DELETE FROM checkpoints WHERE size = 6;",
    );
    assert!(matches!(Course::open(folder.path(), "tester"), Err(CourseError::Damaged(_))));
    let left = Event::Withdrawn { student: "ada".into(), reason: "r".into() };
    assert!(matches!(open.append(vec![left]), Err(CourseError::Damaged(_))));
    assert_eq!(verify(&folder).troubles[0].thing, "entry 5");
}

#[cfg(unix)]
#[test]
fn nobody_but_the_owner_reads_a_course() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, _) = with_submissions();
    for name in ["course.db", "secret.key", "signing.key", "store"] {
        let mode = fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}");
    }
}

#[test]
fn an_untouched_course_is_verified() {
    let (folder, _) = with_submissions();
    let verified = verify(&folder);
    assert_eq!(verified.troubles, []);
    // Rules, two students, three submissions; three manifests, one component and one file of junk.
    assert_eq!((verified.entries, verified.checkpoints, verified.files), (6, 6, 5));
}

#[track_caller]
fn check_tampered(statements: &str, thing: &str) {
    let (folder, _) = with_submissions();
    tamper(folder.path(), statements);
    let troubles = verify(&folder).troubles;
    assert!(troubles.iter().any(|trouble| trouble.thing == thing), "{statements}: {troubles:?}");
}

#[test]
fn a_log_that_was_changed_is_found_and_named() {
    let rename = "UPDATE entries SET bytes = CAST(replace(CAST(bytes AS TEXT), 'BOB', 'ROB') AS BLOB) WHERE place = 2;";
    check_tampered(rename, "entry 2");
    check_tampered("DELETE FROM entries WHERE place = 3;", "entry 3");
    check_tampered("DELETE FROM entries WHERE place = 5;", "checkpoint 6");
    check_tampered("DELETE FROM checkpoints WHERE size = 6;", "entry 5");
    check_tampered("UPDATE entries SET bytes = x'78' WHERE place = 4;", "entry 4");
    let swap = "UPDATE entries SET place = 99 WHERE place = 3; UPDATE entries SET place = 3 WHERE place = 4;
        UPDATE entries SET place = 4 WHERE place = 99;";
    check_tampered(swap, "entry 3");
    check_tampered("UPDATE checkpoints SET note = 'x' WHERE size = 2;", "checkpoint 2");
    let own = "INSERT INTO entries (place, bytes) SELECT 6, bytes FROM entries WHERE place = 2;";
    check_tampered(own, "entry 6");
}

#[test]
fn nothing_is_changed_by_the_way() {
    let (folder, _) = with_submissions();
    for statement in ["UPDATE entries SET bytes = x'78'", "DELETE FROM entries", "DELETE FROM checkpoints"] {
        let error = database(folder.path()).execute_batch(statement).unwrap_err().to_string();
        assert!(error.contains("the log only grows"), "{statement}: {error}");
    }
}

/// Only what somebody outside keeps can tell a log that was cut back, checkpoints and all.
#[test]
fn a_log_that_was_cut_back_is_found_by_what_was_published() {
    let (folder, _) = with_submissions();
    let before = course(folder.path());
    let published = before.log().checkpoint().unwrap();
    tamper(folder.path(), "DELETE FROM entries WHERE place = 5; DELETE FROM checkpoints WHERE size = 6;");
    assert_eq!(verify(&folder).troubles, []);
    let troubles = Course::verify(folder.path(), None, Some(&published)).unwrap().troubles;
    assert_eq!(troubles[0].thing, "the published checkpoint");
}

#[test]
fn a_store_that_was_changed_is_found_and_named() {
    let (folder, received) = with_submissions();
    let name = &received[2].submission;
    let path = folder.path().join("store").join(&name[..2]).join(name);
    let bytes = fs::read(&path).unwrap();
    for damage in [None, Some([bytes.as_slice(), b" "].concat()), Some(Vec::new())] {
        match damage {
            Some(damage) => fs::write(&path, damage).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let troubles = verify(&folder).troubles;
        let things: Vec<_> = troubles.iter().map(|trouble| trouble.thing.as_str()).collect();
        assert_eq!(things, [format!("store/{name}")]);
    }
}

/// Two that have the course open see each other's entries, and neither loses one.
#[test]
fn two_may_append() {
    let (folder, _) = with_submissions();
    let (mut one, mut other) = (course(folder.path()), course(folder.path()));
    let extended =
        |days| Event::Extended { student: "ada".into(), milestone: Some(1), days, reason: "r".into() };
    for round in 0..5 {
        one.append(vec![extended(f64::from(round))]).unwrap();
        other.append(vec![extended(f64::from(round) + 0.5)]).unwrap();
    }
    let given =
        |course: &Course| course.gradebook().students["ada"].milestones[&1].extension.clone().unwrap().value;
    assert_eq!(given(&other), 4.5);
    assert_eq!(verify(&folder).troubles, []);
    let course = course(folder.path());
    assert_eq!((given(&course), course.log().tree().size()), (4.5, 16));
}

#[test]
fn one_grades_at_a_time() {
    let (folder, _) = with_submissions();
    let (one, other) = (course(folder.path()), course(folder.path()));
    let locked = one.lock().unwrap();
    assert!(matches!(other.lock(), Err(CourseError::Busy(_))));
    drop(locked);
    other.lock().unwrap();
}

#[test]
fn a_receipt_proves_what_was_handed_in() {
    let (folder, received) = with_submissions();
    let course = course(folder.path());
    let receipt = course.receipt(&received[0].submission).unwrap().to_string();
    let proved = Proved::by(&receipt.parse().unwrap(), &course.log().key()).unwrap();
    assert_eq!(proved.manifest.name(), received[0].submission);
    assert_eq!(proved.log.size, 6);
    let mut forged: Receipt = receipt.parse().unwrap();
    forged.extra =
        String::from_utf8(forged.extra).unwrap().replace("\\\"ada\\\"", "\\\"bob\\\"").into_bytes();
    Proved::by(&forged, &course.log().key()).unwrap_err();
    let other = with_submissions().0;
    let other = self::course(other.path());
    Proved::by(&receipt.parse().unwrap(), &other.log().key()).unwrap_err();
}

#[test]
fn a_course_is_found_from_below_and_not_made_twice() {
    let (folder, _) = with_submissions();
    let below = folder.path().join("store");
    assert_eq!(Course::find(&below).unwrap(), folder.path());
    assert!(matches!(Course::create(folder.path(), "D", "d", "tester"), Err(CourseError::Exists(_))));
    assert!(matches!(Course::find(Path::new("/")), Err(CourseError::NoCourse(_))));
}

#[test]
fn a_database_of_a_later_tito_is_left_alone() {
    let (folder, _) = with_submissions();
    database(folder.path()).pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(Course::open(folder.path(), "tester"), Err(CourseError::Newer { found: 99, .. })));
}
