//! Courses: every command of an instructor's term, and that nothing is lost or silently changed.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    home::{Home, prebuilt, reference},
    running::wait_for,
};

/// A home with the sample class in `here`.
fn sample_class() -> Home {
    let home = Home::new();
    home.check(&["assessment", "sample-class", "."], 0, "30 invented students");
    home
}

/// What becomes of a class's batch, by the student and the attempt.
#[track_caller]
fn batch(home: &Home, milestone: &str, code: i32) -> Vec<(String, u64, String, Option<f64>)> {
    let arguments = ["assessment", "batch", "--class", "cs329s_2024", "--milestone", milestone, "--json"];
    let done = home.json(&arguments, code);
    let row = |row: &Value| {
        let text = |key: &str| row[key].as_str().unwrap().to_owned();
        (text("student"), row["attempt"].as_u64().unwrap(), text("state"), row["score"].as_f64())
    };
    done["submissions"].as_array().unwrap().iter().map(row).collect()
}

/// The commands that instructors were promised, word for word, on the sample class, one after the other.
#[test]
fn every_promised_command_works_as_written() {
    let home = sample_class();
    let say = |line: &str, code: i32, expected: &str| {
        let words: Vec<_> = line.split(' ').collect();
        home.check(&words, code, expected);
    };
    say("assessment test --sample-submission milestone1_sample", 0, "Exemplary");
    say("assessment configure --milestones 1,2,3,4,5", 0, "Language Generation");
    say("assessment setup-milestone 1 --benchmark mnist_85_percent", 0, "`tito data fetch mnist` gets it");
    say("assessment setup-milestone 1 --benchmark tinydigits_85_percent", 0, "85 % of TinyDigits");
    say("assessment run --student john_doe --milestone 3", 0, "What counts");
    say("assessment batch --class cs329s_2024 --milestone 4", 0, "1 graded");
    let first = batch(&home, "1", 0);
    let state = |student: &str, attempt: u64| {
        let found = first.iter().find(|row| row.0 == student && row.1 == attempt).unwrap();
        (found.2.clone(), found.3)
    };
    assert_eq!(first.len(), 32, "everything that waited was graded");
    assert_eq!(state("sami_haddad", 1), ("refused".into(), None), "what cannot be read");
    assert_eq!(state("ada_osei", 1), ("graded".into(), Some(100.0)));
    assert!(state("farid_nasser", 1).1.unwrap() < 30.0, "the evil one");
    assert!(state("john_doe", 1).1.unwrap() < state("john_doe", 2).1.unwrap());
    say("assessment report --student john_doe --all-milestones", 0, "Basic Inference");
    say("assessment analyze --class cs329s_2024 --milestone 4", 0, "1 of 30");
    say("assessment progress --class cs329s_2024", 0, "john_doe");
    say("assessment struggling --threshold 70", 0, "farid_nasser");
    say("assessment upload-rubrics --platform gradescope", 0, "autograder-milestone-5.zip");
    say(
        "assessment score --student john_doe --milestone 1 --check code-quality --points 8/10",
        0,
        "john_doe",
    );
    say("assessment extend --student john_doe --milestone 2 --days 2 --reason illness", 0, "john_doe");
    say("assessment excuse --student cem_yilmaz --milestone 1 --reason withdrew", 0, "cem_yilmaz");
    home.write("roster.csv", "name,email\nNew Person,new@example.edu\nJohn Doe,john.doe@example.edu\n");
    say("assessment roster import roster.csv", 0, "1 new, 0 changed, 1 as they were");
    say("integrity similar", 0, "wei_huang");
    say("integrity similar --milestone 1 --html similar.html", 0, "umar_khan");
    say("integrity log --student john_doe", 0, "enrolled as John Doe");
    say("integrity verify", 0, "everything is as it was");
    say("data list", 0, "tinydigits");
    for (format, file) in
        [("html", "john.html"), ("markdown", "john.md"), ("csv", "john.csv"), ("json", "john.json")]
    {
        say(&format!("assessment report --student john_doe --format {format} --out {file}"), 0, "");
        assert!(fs::read_to_string(home.here(file)).unwrap().contains("Basic Inference"), "{file}");
    }
    say("assessment report --each-student reports --format html", 2, "--for <WHO>");
    say("assessment report --each-student reports --for student --format html", 0, "31 reports are written");
    let of_john = fs::read_to_string(home.here("reports/john_doe.html")).unwrap();
    assert!(of_john.contains("John Doe") && !of_john.contains("Ada Osei") && !of_john.contains("instructor"));
    say("assessment report --class cs329s_2024 --format html --out class.html", 0, "");
    assert!(fs::read_to_string(home.here("class.html")).unwrap().contains("Ada Osei"));
}

#[test]
fn a_course_begins_with_what_was_promised() {
    let home = Home::new();
    home.check(&["assessment", "init", "--course-name", "CS329S Fall 2024"], 0, "its class is cs329s_2024");
    home.check(&["assessment", "init", "--course-name", "Again"], 2, "there is a course in '.' already");
    home.check(&["assessment", "configure", "--milestones", "1,2,3,4,5"], 0, "tinydigits_85_percent");
    home.check(
        &["assessment", "configure", "--due", "1=2026-10-01T23:59:00-04:00"],
        0,
        "2026-10-02T03:59:00Z",
    );
    home.check(&["assessment", "configure", "--due", "1=tomorrow"], 2, "is no date and time");
    home.check(&["assessment", "batch", "--class", "cs_1", "--milestone", "1"], 2, "class is 'cs329s_2024'");
    home.check(&["assessment", "run", "--student", "x", "--milestone", "1"], 2, "there is no student 'x'");
    let settings = fs::read_to_string(home.here("course.toml")).unwrap();
    home.write("course.toml", settings.replace("grace-minutes", "grace-minuts"));
    home.check(&["assessment", "configure"], 2, "did you mean `grace-minutes`?");
    home.write("course.toml", settings.replace("grace-minutes = 10", "grace-minutes = 30 # the bus"));
    home.check(&["assessment", "configure", "--late-per-day", "5"], 0, "5 % a begun day after 30 minutes");
    assert!(fs::read_to_string(home.here("course.toml")).unwrap().contains("= 30 # the bus"));
    home.check(&["integrity", "log"], 0, "late.grace_minutes: 10 -> 30");
}

#[test]
fn outside_a_course_the_way_in_is_told() {
    let home = Home::new();
    home.check(&["integrity", "verify"], 2, "make one with `tito assessment init`");
}

/// A course on TinyDigits with one student.
fn small_course() -> Home {
    let home = Home::new();
    home.check(&["assessment", "init", "--course-name", "C 2026"], 0, "c_2026");
    home.check(
        &["assessment", "configure", "--milestones", "1", "--due", "1=2026-10-01T12:00:00Z"],
        0,
        "due",
    );
    home.write("roster.csv", "id,name,email\nada,Ada Osei,ada@example.edu\nbob,Bob Lee,bob@example.edu\n");
    home.check(&["assessment", "roster", "import", "roster.csv"], 0, "2 new");
    home
}

fn receive<'a>(file: &'a str, submitted: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let fixed =
        ["assessment", "receive", file, "--student", "ada", "--milestone", "1", "--submitted", submitted];
    [&fixed, more].concat()
}

/// What the settled score of ada's first milestone is.
fn ada(home: &Home) -> Value {
    let report = home.json(&["assessment", "report", "--student", "ada", "--json"], 0);
    report["milestones"][0].clone()
}

#[test]
fn a_submission_is_received_graded_and_settled() {
    let home = small_course();
    fs::copy(reference(), home.here("work.wasm")).unwrap();
    let late = "2026-10-02T13:00:00Z";
    home.check(&receive("work.wasm", late, &["--receipt", "ada.receipt"]), 0, "Received from ada");
    home.check(&receive("work.wasm", late, &[]), 0, "the very same for milestone 1 before");
    let run = ["assessment", "run", "--student", "ada", "--milestone", "1"];
    home.check(&run, 0, "2 begun days late");
    assert_eq!(ada(&home)["score"], json!(80.0));
    let extend =
        ["assessment", "extend", "--student", "ada", "--milestone", "1", "--days", "3", "--reason", "flu"];
    home.check(&extend, 0, "flu");
    assert_eq!(ada(&home)["score"], json!(100.0));
    let score = ["assessment", "score", "--student", "ada", "--milestone", "1", "--check"];
    home.check(&[&score[..], &["code-quality", "--points", "5/10"]].concat(), 0, "95.0");
    home.check(&[&score[..], &["dense", "--points", "5/10"]].concat(), 2, "a machine has decided 'dense'");
    home.check(&[&score[..], &["densest", "--points", "1/1"]].concat(), 2, "these await a person");
    let set = ["assessment", "override", "--student", "ada", "--milestone", "1", "--reason", "bug 12"];
    home.check(&[&set[..], &["--score", "42"]].concat(), 0, "42.0");
    home.check(&set, 0, "95.0");
    let excuse = ["assessment", "excuse", "--student", "ada", "--milestone", "1", "--reason", "r"];
    home.check(&excuse, 0, "no score");
    home.check(&[&excuse[..], &["--undo"]].concat(), 0, "95.0");
    home.check(&["integrity", "verify", "--derive", "all"], 0, "1 grades derived again");
    home.check(&["integrity", "log"], 0, "'code-quality' scored 50.0 % by hand");
}

/// Milestone 5 compares with what was graded for vision, and where nothing was, with what was handed in for that.
#[test]
fn a_vision_component_that_was_handed_in_is_compared_with() {
    let home = small_course();
    home.check(
        &["assessment", "configure", "--milestones", "5", "--due", "5=2026-10-01T12:00:00Z"],
        0,
        "due",
    );
    home.check(&["assessment", "setup-milestone", "5", "--benchmark", "tinytalk_native"], 0, "");
    let hello = prebuilt("examples/prebuilt/hello-layer.wasm");
    for folder in ["with", "without"] {
        fs::create_dir(home.here(folder)).unwrap();
        fs::copy(&hello, home.here(folder).join("component.wasm")).unwrap();
    }
    fs::copy(reference(), home.here("with/vision.wasm")).unwrap();
    let reuse = |student: &str, folder: &str| {
        let receive = ["assessment", "receive", folder, "--student", student, "--milestone", "5"];
        let received = home.check(&receive, 0, "Received from");
        assert!(!received.out.contains("vision.wasm"), "{}", received.out);
        let report = home.run(&["assessment", "run", "--student", student, "--milestone", "5"]).out;
        report.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let missing = "no vision component to compare with";
    let (without, with) = (reuse("bob", "without"), reuse("ada", "with"));
    assert!(without.contains(missing), "{without}");
    assert!(!with.contains(missing), "{with}");
    home.check(&["integrity", "verify", "--derive", "all"], 0, "2 grades derived again");
}

#[test]
fn what_was_received_wrongly_is_corrected_and_the_log_says_so() {
    let home = small_course();
    fs::copy(reference(), home.here("work.wasm")).unwrap();
    home.check(&receive("work.wasm", "2099-01-01T00:00:00Z", &[]), 2, "nobody has handed in yet");
    let late = "2026-10-05T12:00:00Z";
    let received = home.json(&receive("work.wasm", late, &["--json"]), 0);
    let name = received["submission"].as_str().unwrap();
    home.check(&["assessment", "run", "--student", "ada", "--milestone", "1"], 0, "days late");
    let retime = ["assessment", "retime", "--submission", &name[..12], "--submitted", "2026-10-01T11:00:00Z"];
    home.check(&[&retime[..], &["--reason", "it came by mail"]].concat(), 0, "it came by mail");
    assert_eq!(ada(&home)["score"], json!(100.0));
    home.check(
        &["assessment", "void", "--submission", &name[..4], "--reason", "r"],
        2,
        "give more of its name",
    );
    home.check(&["assessment", "void", "--submission", name, "--reason", "not hers"], 0, "not hers");
    assert_eq!(ada(&home)["score"], Value::Null);
    home.check(&["integrity", "log"], 0, "does not count: not hers");
    home.check(&["assessment", "configure", "--milestones", "2"], 2, "handed in for milestone 1");
    home.check(&["assessment", "configure", "--late-per-day", "20"], 0, "20 % a begun day");
    home.check(&["integrity", "log"], 0, "late.percent_per_day: 10.0 -> 20.0");
}

#[test]
fn a_receipt_is_checked_without_the_course() {
    let home = small_course();
    fs::copy(reference(), home.here("work.wasm")).unwrap();
    home.check(&receive("work.wasm", "2026-09-30T12:00:00Z", &["--receipt", "ada.receipt"]), 0, "Received");
    let key = home.json(&["integrity", "log", "--json"], 0)["key"].as_str().unwrap().to_owned();
    fs::rename(home.here("course.db"), home.here("elsewhere.db")).unwrap();
    let check = ["integrity", "receipt", "ada.receipt", "--key", &key];
    home.check(&check, 0, "ada handed in milestone 1 at 2026-09-30T12:00:00Z");
    home.check(&[&check[..], &["--submission", "work.wasm"]].concat(), 0, "is what was handed in");
    home.check(&[&check[..], &["--submission", "roster.csv"]].concat(), 1, "is not what was handed in");
    let receipt = fs::read_to_string(home.here("ada.receipt")).unwrap();
    home.write("ada.receipt", receipt.replacen("index ", "index 1", 1));
    home.check(&check, 1, "proves nothing");
}

#[test]
fn published_checkpoints_bind_whoever_has_the_key() {
    let home = small_course();
    let checkpoint = home.check(&["integrity", "checkpoint"], 0, "key: tito/c_2026/").out;
    home.write("checkpoint.txt", &checkpoint);
    home.check(&["integrity", "verify", "--published", "checkpoint.txt"], 0, "everything is as it was");
    let other = small_course();
    fs::copy(other.here("course.db"), home.here("course.db")).unwrap();
    fs::copy(other.here("signing.key"), home.here("signing.key")).unwrap();
    home.check(&["integrity", "verify", "--published", "checkpoint.txt"], 1, "the published checkpoint");
}

/// What another grader would find is shown before it counts, and the old grade stays in the log.
#[test]
fn a_regrade_is_shown_before_it_is_applied() {
    let home = small_course();
    fs::copy(reference(), home.here("work.wasm")).unwrap();
    home.check(&receive("work.wasm", "2026-09-30T12:00:00Z", &[]), 0, "Received");
    let batch = ["assessment", "batch", "--class", "c_2026", "--milestone", "1"];
    home.check(&batch, 0, "1 graded");
    home.check(&batch, 0, "nothing waits to be graded");
    let settings = fs::read_to_string(home.here("course.toml")).unwrap();
    home.write("tight.toml", "[run]\nfuel_per_call = 1\n");
    home.write("course.toml", settings + "limits = \"tight.toml\"\n");
    home.check(&batch, 0, "1 submissions were graded by another tito, or on other data, limits or checks");
    let regrade = [&batch[..], &["--regrade"]].concat();
    home.check(&regrade, 0, "1 grades would change");
    assert_eq!(ada(&home)["score"], json!(100.0));
    home.check(&regrade, 0, "nothing waits to be graded");
    home.check(&[&regrade[..], &["--apply"]].concat(), 0, "1 grades have changed");
    assert!(ada(&home)["score"].as_f64().unwrap() < 50.0);
    let log = home.check(&["integrity", "log"], 0, "graded 100.0").out;
    assert_eq!(log.matches(" graded ").count(), 2, "{log}");
    home.check(&[&regrade[..], &["--apply"]].concat(), 0, "No grade has changed");
}

/// What Canvas exports: flat files in an archive, some of them late.
#[test]
fn a_class_is_received_as_canvas_exports_it() {
    let home = small_course();
    let roster = "Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n\
        \"Osei, Ada\",101,s1,ada,A\n\"Lee, Bob\",102,s2,bob,A\n";
    home.write("canvas.csv", roster);
    let _ = home.check(&["assessment", "roster", "import", "canvas.csv"], 0, "");
    fs::create_dir(home.here("submissions")).unwrap();
    for name in ["oseiada_101_555_work.wasm", "leebob_LATE_102_556_component.wasm", "nobody_999_557_x.wasm"] {
        fs::copy(reference(), home.here("submissions").join(name)).unwrap();
    }
    let receive = ["assessment", "receive-class", "--milestone", "1", "submissions"];
    home.check(&receive, 1, "Nothing was taken in.");
    let partial = [&receive[..], &["--partial"]].concat();
    home.check(&partial, 2, "nobody says when these late ones handed in: bob");
    home.check(
        &[&partial[..], &["--submitted", "2026-10-02T12:00:00Z"]].concat(),
        1,
        "nobody_999_557_x.wasm",
    );
    let report = home.json(&["assessment", "report", "--student", "ada", "--json"], 0);
    assert_eq!(report["milestones"][0]["attempts"].as_array().unwrap().len(), 1, "{report}");
}

/// The autograder that is uploaded, run as Gradescope would.
#[test]
fn gradescope_gets_a_row_for_every_criterion() {
    let home = small_course();
    home.check(
        &["assessment", "upload-rubrics", "--platform", "gradescope", "--milestone", "1"],
        0,
        "autograder-milestone-1.zip",
    );
    home.check(&["assessment", "upload-rubrics", "--platform", "canvas"], 0, "canvas-rubrics.csv");
    fs::create_dir_all(home.here("autograder/submission")).unwrap();
    fs::create_dir(home.here("source")).unwrap();
    for file in ["course.toml", "secret.key"] {
        fs::copy(home.here(file), home.here("source").join(file)).unwrap();
    }
    fs::copy(reference(), home.here("autograder/submission/component.wasm")).unwrap();
    let metadata = r#"{"id": 1, "created_at": "2026-10-01T12:30:00Z", "assignment": {"id": 2, "title": "M1"},
        "users": [{"id": 3, "email": "ada@example.edu", "name": "Ada"}]}"#;
    home.write("autograder/submission_metadata.json", metadata);
    let grade =
        ["assessment", "gradescope", "--course", "source", "--milestone", "1", "--autograder", "autograder"];
    let results: Value = serde_json::from_str(&home.check(&grade, 0, "tests").out).unwrap();
    assert_eq!(results["tests"].as_array().unwrap().len(), 4, "{results}");
    assert_eq!(results["score"], json!(90.0), "what awaits review is a question of its own");
    fs::write(home.here("autograder/submission/component.wasm"), "junk").unwrap();
    home.check(&grade, 3, "\"score\": 0");
}

#[test]
fn a_gradebook_goes_to_canvas_and_shows_what_it_changes() {
    let home = small_course();
    fs::copy(reference(), home.here("work.wasm")).unwrap();
    home.check(&receive("work.wasm", "2026-09-30T12:00:00Z", &[]), 0, "Received");
    home.check(&["assessment", "batch", "--class", "c_2026", "--milestone", "1"], 0, "1 graded");
    home.check(&["assessment", "gradebook", "--out", "grades.csv"], 0, "'grades.csv' is written");
    assert!(
        fs::read_to_string(home.here("grades.csv")).unwrap().contains("ada,Ada Osei,ada@example.edu,,100")
    );
    let canvas = "Student,ID,SIS User ID,SIS Login ID,Section,Milestone 1 (77)\n    Points Possible,,,,,50\n\
        \"Osei, Ada\",101,,ada,A,40.00\n";
    home.write("canvas.csv", canvas);
    home.check(&["assessment", "roster", "import", "canvas.csv"], 0, "");
    let export = ["assessment", "gradebook", "--canvas", "canvas.csv", "--out", "import.csv", "--column"];
    home.check(&[&export[..], &["1=Milestone One"]].concat(), 2, "Milestone 1");
    let export = [&export[..], &["1=Milestone 1"]].concat();
    home.check(&export, 0, "provisional, left out without --provisional: ada 1");
    home.check(&[&export[..], &["--provisional"]].concat(), 0, "40 -> 50");
    assert!(fs::read_to_string(home.here("import.csv")).unwrap().contains("Milestone 1 (77)"));
    home.check(&["integrity", "log"], 0, "exported to canvas-csv");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &to),
            false => fs::copy(entry.path(), to).map(|_| ()).unwrap(),
        }
    }
}

/// A course of sixty students, in `one` and the very same in `other`.
fn sixty() -> Home {
    let home = Home::new();
    let component = |guest: &str| fs::read(prebuilt(&format!("tests/guests/prebuilt/{guest}.wasm"))).unwrap();
    let guests = ["evil_panic_in_forward", "wrong_relu_leaky", "wrong_bias_forgotten"].map(component);
    home.check(&["assessment", "init", "--course-name", "C 2026", "one"], 0, "c_2026");
    home.check(&["assessment", "configure", "--course", "one", "--milestones", "1"], 0, "tinydigits");
    let mut roster = "id,name,email\n".to_owned();
    fs::create_dir(home.here("class")).unwrap();
    for number in 0..60 {
        roster += &format!("s{number},Student {number},s{number}@example.edu\n");
        let name = format!("s{number}");
        let section = [&[0, 2 + name.len() as u8, 1, b'n'], name.as_bytes()].concat();
        // Every tenth is no component.
        let bytes = if number % 10 == 9 {
            name.clone().into_bytes()
        } else {
            [&guests[number % 3][..], &section].concat()
        };
        fs::write(home.here("class").join(format!("{name}.wasm")), bytes).unwrap();
    }
    home.write("roster.csv", roster);
    home.check(&["assessment", "roster", "import", "roster.csv", "--course", "one"], 0, "60 new");
    let receive = ["assessment", "receive-class", "class", "--milestone", "1", "--course", "one"];
    home.check(&receive, 0, "60 new");
    copy(&home.here("one"), &home.here("other"));
    home
}

/// Killed at fifty moments, a batch of sixty ends with the grades of one that nobody has disturbed.
#[test]
#[ignore = "takes minutes"]
fn a_batch_that_is_killed_loses_nothing_and_repeats_nothing() {
    let home = sixty();
    let batch = |course| {
        ["assessment", "batch", "--class", "c_2026", "--milestone", "1", "--course", course, "--jobs", "2"]
    };
    home.check(&batch("one"), 0, "54 graded, 6 refused");
    let mut moment = 12_345_u64;
    for _ in 0..50 {
        moment = moment.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut running = home.start(&batch("other"));
        let (start, wait) = (Instant::now(), Duration::from_millis((moment >> 33) % 1_600));
        wait_for("the moment", || (start.elapsed() >= wait || !running.is_at_work()).then_some(()));
        if running.is_at_work() {
            running.signal("KILL");
        }
        running.end();
    }
    home.check(&batch("other"), 0, "");
    for course in ["one", "other"] {
        let out = format!("{course}.csv");
        home.check(&["assessment", "gradebook", "--course", course, "--out", &out], 0, "is written");
        home.check(&["integrity", "verify", "--course", course], 0, "everything is as it was");
        let log = home.json(&["integrity", "log", "--course", course, "--json"], 0);
        let graded =
            log["entries"].as_array().unwrap().iter().filter(|entry| entry["event"]["kind"] == "graded");
        assert_eq!(graded.count(), 60, "{course}: every submission is graded once");
    }
    let grades = |course: &str| fs::read_to_string(home.here(&format!("{course}.csv"))).unwrap();
    assert_eq!(grades("one"), grades("other"));
}
