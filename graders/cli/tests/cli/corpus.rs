//! Every guest of the sabotage suite through the whole program and milestone 1, in batches, behind real walls.

use std::{
    collections::{BTreeMap, HashSet},
    fs,
};

use serde_json::Value;
use tito_milestones::milestone;
use tito_tests::{Ending, Guest, guests};

use crate::{
    batch::{batch, reports, rows},
    home::Home,
    running::{Process, Running, wait_for},
};

/// What tito itself may hold, whatever its workers do.
const PEAK_BYTES: u64 = 512 << 20;

/// Loops end by their fuel, long before a deadline that would depend on the machine; the rest bounds what is held.
fn limits(fuel_per_call: u64) -> String {
    format!(
        "[run]\nfuel_per_call = {fuel_per_call}\nmemory_bytes = {}\noutput_bytes = {}\noutput_elements = {}\n",
        64 << 20,
        16 << 20,
        1 << 20
    )
}

/// Lets it work to its end and gives the most memory that it held. None of its workers may outlive it.
fn watch(running: &mut Running) -> u64 {
    let mut peak = 0;
    let mut seen: HashSet<Process> = HashSet::new();
    wait_for("the end of the batch", || {
        peak = running.peak_bytes().unwrap_or(peak);
        seen.extend(running.workers());
        (!running.is_at_work()).then_some(())
    });
    assert!(!seen.is_empty(), "nobody was at work");
    wait_for("the end of its workers", || (!seen.iter().any(|worker| worker.is_alive())).then_some(()));
    peak
}

/// How a guest ended, in the words of its header: refused by which rule, or which checks failed.
fn found(report: &Value) -> Ending {
    if let Some(rule) = report["refusal"]["rule"].as_str() {
        return Ending::Refused(rule.to_owned());
    }
    let text = |value: &Value| value.as_str().expect("it is a name").to_owned();
    let list = |value: &Value| value.as_array().expect("it is a list").clone();
    let checks = list(&report["criteria"]).into_iter().flat_map(|criterion| list(&criterion["checks"]));
    let decided = checks.filter(|check| check["name"] != "code-quality");
    let (failed, passed): (Vec<_>, Vec<_>) = decided.partition(|check| check["status"] != "passed");
    assert!(failed.iter().all(|check| check["status"] == "failed"), "{report}");
    match passed.as_slice() {
        [] => Ending::FailsEverything,
        _ => Ending::Fails(failed.iter().map(|check| text(&check["name"])).collect()),
    }
}

/// What is wrong with what became of a guest, if anything is.
fn complaint(guest: &Guest, row: &Value, report: &Value) -> Option<String> {
    let rubric = milestone(1).expect("milestone 1 is graded").rubric;
    let expected =
        &guest.expectation.ending.among(&rubric.checks().map(|(_, rule)| rule.name.clone()).collect());
    let state = if matches!(expected, Ending::Refused(_)) { "refused" } else { "graded" };
    let found = found(report);
    let is_right = row["state"] == state && found == *expected && row.get("score") == report.get("score");
    (!is_right).then(|| format!("{}: expected {expected:?}, found {found:?}: {row}", guest.name))
}

/// Grades these guests, all of which have the same fuel.
fn check(fuel_per_call: u64, guests: &[Guest]) {
    let home = Home::new();
    fs::create_dir(home.here("class")).unwrap();
    for guest in guests {
        home.write(&format!("class/{}.wasm", guest.name), &guest.bytes);
    }
    home.write("limits.toml", limits(fuel_per_call));
    let mut arguments = batch(&["--no-cache", "--json", "--reports", "reports", "--limits", "limits.toml"]);
    match home.lacking_walls().as_slice() {
        [] => arguments.push("--require-lockdown"),
        lacking => eprintln!("without --require-lockdown: this machine lacks {lacking:?}"),
    }
    let mut running = home.start(&arguments);
    let peak = watch(&mut running);
    let ended = running.end();
    assert_eq!((ended.code, peak < PEAK_BYTES), (Some(0), true), "{peak} bytes\n{}", ended.err);
    let (rows, reports) = (rows(&ended.out), reports(&home.here("reports")));
    let complaint = |guest: &Guest| {
        let file = format!("{}.wasm", guest.name);
        complaint(guest, &rows[&file], &reports[&file])
    };
    let complaints: Vec<_> = guests.iter().filter_map(complaint).collect();
    assert_eq!((rows.len(), complaints.len()), (guests.len(), 0), "{}", complaints.join("\n"));
    eprintln!("{} guests, at most {} MiB in tito itself", guests.len(), peak >> 20);
}

#[test]
fn every_guest_ends_as_its_header_says() {
    let mut classes = BTreeMap::<u64, Vec<Guest>>::new();
    for guest in guests() {
        classes.entry(guest.fuel_per_call).or_default().push(guest);
    }
    for (fuel_per_call, guests) in classes {
        check(fuel_per_call, &guests);
    }
}
