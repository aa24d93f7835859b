//! What the machine, an operator or a shell can do to tito in the middle of its work: no grade changes, nothing that
//! was recorded is lost, and nobody is left behind.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader, Read as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Stdio,
};

use serde_json::Value;

use crate::{
    batch::{batch, reports, rows},
    home::{Home, Ran, TITO, prebuilt, reference},
    running::{Process, Running, wait_for},
};

/// Ten submissions, some of them right.
const CLASS: [&str; 10] = [
    "cheat_echo",
    "evil_panic_in_forward",
    "ok_double_precision",
    "ok_eight_accumulators",
    "ok_own_container",
    "wrong_bias_forgotten",
    "wrong_relu_leaky",
    "wrong_shapes_trap",
    "wrong_softmax_unshifted",
    "wrong_weight_transposed",
];

/// A home with these submissions.
fn class(names: &[&str]) -> Home {
    let home = Home::new();
    fs::create_dir(home.here("class")).unwrap();
    for name in names {
        let guest = prebuilt(&format!("tests/guests/prebuilt/{name}.wasm"));
        fs::copy(guest, home.here("class").join(name).with_extension("wasm")).unwrap();
    }
    home
}

/// The rows and the reports of a batch that is not disturbed.
fn undisturbed(home: &Home) -> (BTreeMap<String, Value>, BTreeMap<String, Value>) {
    let arguments = batch(&["--no-cache", "--json", "--reports", "undisturbed"]);
    let rows = rows(&home.check(&arguments, 0, "tito.batch").out);
    (rows, reports(&home.here("undisturbed")))
}

fn wait_for_end_of(workers: &[Process]) {
    let is_over = || !workers.iter().any(|worker| worker.is_alive());
    wait_for("the end of the workers", || is_over().then_some(()));
}

/// Ends a batch in the middle, then does it again.
#[track_caller]
fn check_interrupted(interrupt: impl FnOnce(&Running), signal: i32) {
    let home = class(&CLASS);
    let (rows_expected, reports_expected) = undisturbed(&home);
    let arguments = batch(&["--no-cache", "--json", "--reports", "reports"]);
    let running = home.start(&arguments);
    let workers = wait_for("a report while others are graded", || {
        (!reports(&home.here("reports")).is_empty()).then_some(())?;
        running.stop();
        let workers = running.workers();
        if !workers.iter().any(|worker| worker.is_alive()) {
            running.resume();
            return None;
        }
        Some(workers)
    });
    interrupt(&running);
    // What it cannot take while it is stopped it takes now; a killed one may be gone.
    running.resume();
    let ended = running.end();
    assert_eq!((ended.code, ended.signal, ended.out.as_str()), (None, Some(signal), ""), "{}", ended.err);
    wait_for_end_of(&workers);
    let kept = reports(&home.here("reports"));
    assert!((1..CLASS.len()).contains(&kept.len()), "it was not in the middle: {} reports", kept.len());
    assert!(kept.iter().all(|(file, report)| reports_expected[file] == *report));
    assert_eq!(rows(&home.check(&arguments, 0, "tito.batch").out), rows_expected);
    assert_eq!(reports(&home.here("reports")), reports_expected);
}

#[test]
fn a_batch_that_is_ended_leaves_whole_reports_and_no_worker() {
    check_interrupted(|running| running.signal("KILL"), 9);
    check_interrupted(|running| running.signal_group("INT"), 2);
    check_interrupted(|running| running.signal("HUP"), 1);
}

/// Grades a class and kills the workers that `choose` wants dead, of which there must be some. A death costs a
/// submission its grade or nothing.
#[track_caller]
fn check_killed(names: &[&str], mut choose: impl FnMut(Process) -> bool) -> BTreeMap<String, Value> {
    let mut killed = 0;
    let home = class(names);
    let (expected, _) = undisturbed(&home);
    let arguments = batch(&["--no-cache", "--json", "--reports", "reports"]);
    let mut running = home.start(&arguments);
    wait_for("the end of the batch", || {
        let chosen = running.workers().into_iter().filter(|worker| choose(*worker));
        killed += chosen.filter(|worker| worker.kill()).count();
        (!running.is_at_work()).then_some(())
    });
    assert!(killed > 0, "nobody was killed");
    let ended = running.end();
    let found = rows(&ended.out);
    assert!(found.keys().eq(expected.keys()), "{found:?}");
    for (file, row) in &found {
        let is_lost = row["state"] == "quarantined" || row["state"] == "failed";
        assert!(*row == expected[file] || is_lost && row.get("score").is_none(), "{row}");
    }
    let any = |state: &str| found.values().any(|row| row["state"] == state);
    let code = if any("failed") {
        4
    } else if any("quarantined") {
        5
    } else {
        0
    };
    assert_eq!(ended.code, Some(code), "{}", ended.err);
    for (file, report) in reports(&home.here("reports")) {
        assert_eq!(report.get("score"), found[&file].get("score"), "{report}");
        assert_eq!(report.get("quarantine").is_some(), found[&file]["state"] == "quarantined", "{report}");
    }
    found
}

/// Chooses the first `count` workers that have been at work for a while, each once. A loop takes longer until its fuel
/// is used up, and the canary, which is asked in between, is done before.
fn first_at_work(count: usize) -> impl FnMut(Process) -> bool {
    let mut chosen = Vec::new();
    move |worker| {
        let is_chosen = chosen.len() < count && worker.has_worked(3) && !chosen.contains(&worker);
        chosen.extend(is_chosen.then_some(worker));
        is_chosen
    }
}

#[test]
fn one_death_is_forgiven_and_two_are_no_grade() {
    for (deaths, state) in [(1, "graded"), (2, "quarantined")] {
        let found = check_killed(&["evil_loop_in_forward"], first_at_work(deaths));
        let row = &found["evil_loop_in_forward.wasm"];
        assert_eq!(row["state"], state, "{row}");
    }
}

#[test]
fn workers_that_die_at_any_time_lower_no_score() {
    for every in [3, 7, 50] {
        let mut seen = 0;
        check_killed(&CLASS, |_| {
            seen += 1;
            seen % every == 0
        });
    }
}

/// Runs the program with these arguments as a shell starts it that has said something before.
fn shell(home: &Home, before: &str, arguments: &[&str], after: &str) -> Ran {
    let script = format!("{before}; exec \"$0\" \"$@\" {after}");
    Ran::of(home.command("sh").args(["-c", &script, TITO]).args(arguments))
}

/// Grades the right framework alone.
fn test_reference<'a>(reference: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let test = ["milestone", "test", "1", "--data", "tinydigits", "--component", reference];
    [&test[..], more].concat()
}

/// As a full disk does, this bound makes every file end after so many blocks.
fn full(blocks: u32) -> String {
    format!("trap '' XFSZ; ulimit -f {blocks}")
}

#[test]
fn a_full_disk_costs_time_and_no_grade() {
    let (home, reference) = (Home::new(), reference());
    let test = test_reference(&reference, &[]);
    let expected = home.check(&test_reference(&reference, &["--no-cache"]), 0, "100.0 of 100").out;
    for (blocks, note) in [(0, "what is compiled is not kept"), (1, "what was compiled is not kept")] {
        let ran = shell(&home, &full(blocks), &test, "").held_to(0, note);
        assert_eq!(ran.out, expected);
        let kept = fs::read_dir(home.cache()).unwrap().count();
        assert_eq!(kept, blocks as usize, "only the key has room");
    }
    assert_eq!(home.check(&test, 0, "100.0 of 100").out, expected);
    let kept = shell(&home, &full(0), &test, "").held_to(0, "100.0 of 100");
    assert!(!kept.err.contains("kept"), "what was kept while there was room is used: {}", kept.err);
    shell(&home, ":", &test, ">/dev/full").held_to(4, "cannot write to standard output");
}

#[test]
fn a_report_that_cannot_be_written_is_said_and_not_half_there() {
    let home = class(&CLASS[..2]);
    let arguments = batch(&["--no-cache", "--json", "--reports", "reports"]);
    let ran =
        shell(&home, &full(1), &arguments, "").held_to(4, "cannot write the report 'reports/cheat_echo");
    assert!(rows(&ran.out).values().all(|row| row["state"] == "failed" && row.get("score").is_none()));
    assert_eq!(fs::read_dir(home.here("reports")).unwrap().count(), 0);
}

#[test]
fn a_cache_that_cannot_be_used_costs_time_and_no_grade() {
    let (home, reference) = (Home::new(), reference());
    let test = test_reference(&reference, &[]);
    let expected = home.check(&test_reference(&reference, &["--no-cache"]), 0, "100.0 of 100").out;
    home.write("file", "");
    fs::create_dir_all(home.here("open/tito/compiled")).unwrap();
    fs::set_permissions(home.here("open/tito/compiled"), fs::Permissions::from_mode(0o777)).unwrap();
    fs::create_dir_all(home.here("short/tito/compiled")).unwrap();
    fs::set_permissions(home.here("short/tito/compiled"), fs::Permissions::from_mode(0o700)).unwrap();
    home.write("short/tito/compiled/key", "short");
    for folder in [home.here("file"), home.here("open"), home.here("short"), "/proc".into()] {
        let ran = Ran::of(home.command(TITO).args(&test).env("XDG_CACHE_HOME", folder));
        assert_eq!(ran.held_to(0, "cannot use the compile cache").out, expected);
    }
}

/// A byte of the cache may be another one than was written, be it of an entry or of the key, and an entry may have
/// another length.
#[test]
fn a_cache_that_is_damaged_is_mended() {
    let (home, reference) = (Home::new(), reference());
    let test = test_reference(&reference, &[]);
    let expected = home.check(&test, 0, "100.0 of 100").out;
    let [entry] = entries(&home.cache()).try_into().unwrap();
    let check = |file: &Path, damage: fn(&mut Vec<u8>)| {
        let mut damaged = fs::read(&entry).unwrap();
        let mut bytes = fs::read(file).unwrap();
        damage(&mut bytes);
        fs::write(file, &bytes).unwrap();
        if file == entry {
            damaged = bytes;
        }
        assert_eq!(home.check(&test, 0, "100.0 of 100").out, expected);
        assert_ne!(fs::read(&entry).unwrap(), damaged, "the entry is as before");
        assert_eq!(entries(&home.cache()), [entry.as_path()]);
    };
    check(&home.cache().join("key"), |bytes| bytes[31] ^= 1);
    check(&entry, |bytes| bytes[0] ^= 1);
    check(&entry, |bytes| *bytes.last_mut().unwrap() ^= 0x80);
    check(&entry, |bytes| bytes.truncate(bytes.len() / 2));
    check(&entry, |bytes| bytes.push(0));
    check(&entry, Vec::clear);
}

/// The files of a cache besides its key.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| !path.ends_with("key")).collect()
}

#[test]
fn whatever_its_first_three_descriptors_are_it_grades() {
    let (home, reference) = (Home::new(), reference());
    let test = test_reference(&reference, &[]);
    let expected = home.check(&test, 0, "100.0 of 100").out;
    // Without a folder for its cache it has a note to write, which must find a place or do no harm.
    let unused = "XDG_CACHE_HOME=/dev/null; export XDG_CACHE_HOME";
    for (after, is_read) in [
        ("<&-", true),
        ("2>&-", true),
        ("<&- 2>&-", true),
        ("<&- >&-", false),
        ("<&- >&- 2>&-", false),
        ("2>/dev/full", true),
        ("2>/dev/null", true),
        ("</dev/zero", true),
    ] {
        let ran = shell(&home, unused, &test, after);
        let is_right = ran.out == if is_read { expected.as_str() } else { "" };
        assert!(ran.code == 0 && is_right, "{after}: {}\n{}\n{}", ran.code, ran.out, ran.err);
    }
}

/// A parent that ignores the death of its children never learns how they ended, and what it was started with that way
/// is so for tito, too. A compiler that may have next to no memory dies of it, which is a limit and no quarantine.
#[test]
fn grades_do_not_depend_on_the_signals_that_tito_was_started_with() {
    let home = class(&["evil_memory_hoard", "evil_panic_in_forward", "wrong_state_kept"]);
    home.write("limits.toml", "[compile]\nmemory_bytes = 1_048_576\n");
    for limits in [&[][..], &["--limits", "limits.toml"]] {
        let arguments = batch(&[&["--no-cache", "--json", "--reports", "reports"], limits].concat());
        let expected = home.check(&arguments, 0, "tito.batch").out;
        let reports_expected = reports(&home.here("reports"));
        for signals in ["--ignore-signal=CHLD", "--block-signal=CHLD", "--block-signal", "--ignore-signal"] {
            let mut env = home.command("env");
            let ran = Ran::of(env.args([signals, TITO]).args(&arguments)).held_to(0, "tito.batch");
            assert_eq!(ran.out, expected, "{signals}");
            assert_eq!(reports(&home.here("reports")), reports_expected, "{signals}");
        }
    }
}

/// So many refused components that what is printed of them does not fit into a pipe.
fn crowd() -> Home {
    let home = class(&[]);
    (0..800).for_each(|number| home.write(&format!("class/{number}.wasm"), ""));
    home
}

#[test]
fn a_full_pipe_is_waited_for_and_a_closed_one_is_no_trouble() {
    let home = crowd();
    let start = || {
        let mut command = home.command(TITO);
        command.args(batch(&["--json"])).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the program starts")
    };
    for lines in [0, 1, usize::MAX] {
        let mut child = start();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let read: Vec<_> = out.by_ref().lines().take(lines).map(Result::unwrap).collect();
        drop(out);
        let ended = child.wait_with_output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert!(ended.status.code() == Some(0) && !said.contains("panicked"), "{lines}: {said}");
        assert!(lines < usize::MAX || rows(&read.join("\n")).len() == 800);
    }
    let mut unread = start();
    drop(unread.stderr.take());
    assert_eq!(unread.wait_with_output().unwrap().status.code(), Some(0));
}

/// A grade that held the time of day could not be derived again, and a clock that jumps could spoil it.
#[test]
fn no_grade_knows_the_time_of_day() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    for folder in ["host", "graders/judge", "graders/milestones", "graders/grade", "graders/kernels"] {
        sources(&root.join(folder), &mut files);
    }
    assert!(files.len() > 100, "the walk lost its way: {} files", files.len());
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for clock in ["SystemTime", "UNIX_EPOCH", "jiff", "chrono", "CLOCK_REALTIME"] {
            assert!(!text.contains(clock), "{} names {clock}", file.display());
        }
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() && entry.file_name() != "target" {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}
