//! A worker's life from outside: what it inherits, how it is waited for, and that nothing of it is left.

use std::{
    fs,
    io::{self, BufRead as _, BufReader, Write as _},
    os::fd::AsRawFd as _,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use libtest_mimic::Trial;
use tito_lockdown::{Child, Death, Interest, Layer, Program, Ready};

use crate::{
    targets::Targets,
    trials::layers,
    worker::{BOUNDS, Outcome, Part, program, run, start},
};

/// The first argument of a process that is made to be a parent.
pub(crate) const PARENT: &str = "--as-parent";

const SOON: Duration = Duration::from_secs(20);

/// Every trial.
pub(crate) fn all() -> Vec<Trial> {
    let trials: [(&str, fn()); 14] = [
        ("the layers that are required stand", required_layers_stand),
        ("without namespaces the rest stands", without_namespaces_the_rest_stands),
        ("nothing is inherited", nothing_is_inherited),
        ("a missing program is named", a_missing_program_is_named),
        ("an argument with a null is refused", a_null_is_refused),
        ("bytes are seen before the end", bytes_are_seen_before_the_end),
        ("room for bytes is waited for", room_is_waited_for),
        ("a closed socket is not ready", a_closed_socket_is_not_ready),
        ("a worker that runs is killed", a_worker_that_runs_is_killed),
        ("processor time is known", processor_time_is_known),
        ("standard error never blocks", standard_error_never_blocks),
        ("a panic is told in its last words", a_panic_is_told),
        ("a worker dies with its parent", a_worker_dies_with_its_parent),
        ("nothing is left behind", nothing_is_left_behind),
    ];
    let passed = |test: fn()| {
        test();
        Ok(())
    };
    trials.map(|(name, test)| Trial::test(name, move || passed(test))).into()
}

/// The life of a process that is made to be a parent.
pub(crate) fn parent(mut args: impl Iterator<Item = String>) {
    match args.next().as_deref() {
        Some("hold") => hold(),
        Some("raise") => raise(),
        Some("raise without namespaces") => raise_without_namespaces(),
        other => panic!("no such parent: {other:?}"),
    }
}

const fn part(deed: &str) -> Part<'_> {
    Part { deed, layers: &Layer::ALL, is_sealed: true }
}

fn required_layers_stand() {
    for report in layers() {
        println!("{}: {:?}", report.layer, report.state);
        assert!(report.state.is_on() || !report.layer.is_required(), "{report:?}");
    }
    let told: Vec<_> = layers().iter().map(|report| report.layer).collect();
    assert!(Layer::ALL.iter().all(|layer| told.contains(layer)), "{told:?}");
}

fn without_namespaces_the_rest_stands() {
    let status = Command::new("/proc/self/exe").args([PARENT, "raise without namespaces"]).status().unwrap();
    assert!(status.success());
}

/// In a user namespace of its own anybody may forbid further ones, as an administrator may in the first.
fn raise_without_namespaces() {
    // SAFETY: A plain system call.
    let user = unsafe { libc::geteuid() };
    // SAFETY: A plain system call.
    let barred = match unsafe { libc::unshare(libc::CLONE_NEWUSER) } {
        0 => fs::write("/proc/self/uid_map", format!("0 {user} 1"))
            .and_then(|()| fs::write("/proc/sys/user/max_user_namespaces", "0")),
        _ => Err(io::Error::last_os_error()),
    };
    if let Err(why) = barred {
        return println!("skipped: cannot forbid namespaces: {why}");
    }
    for report in layers().iter().filter(|report| report.layer != Layer::Cgroup) {
        assert_eq!(report.state.is_on(), report.layer.is_required(), "{report:?}");
    }
    assert_eq!(run(&part("read a file")).1.death, Death::Signalled(libc::SIGSYS));
    Targets::here().tear_down();
}

fn nothing_is_inherited() {
    let file = fs::File::open("/dev/null").unwrap();
    // SAFETY: The copy, which programs inherit, is closed by nobody and harms nobody.
    assert_ne!(unsafe { libc::dup(file.as_raw_fd()) }, -1);
    let (said, end) = run(&Part { deed: "count what it inherited", layers: &[], is_sealed: false });
    let (_, outcome) = said.unwrap_or_else(|| panic!("{end:?}"));
    assert_eq!(outcome, Outcome::Worked("[0, 1, 2] 0".to_owned()));
}

fn a_missing_program_is_named() {
    let error = Child::spawn(&Program::at("/no/such/program"), &BOUNDS).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
    assert_eq!(
        error.to_string(),
        "cannot start the worker '/no/such/program': cannot run it: No such file or directory (os error 2)"
    );
}

fn a_null_is_refused() {
    let error = Child::spawn(&Program::own().arg("a\0b"), &BOUNDS).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
}

fn bytes_are_seen_before_the_end() {
    let child = start(&part("nothing")).unwrap();
    thread::sleep(Duration::from_millis(100));
    assert_eq!(child.wait(Interest::Read, SOON).unwrap(), Ready::Readable);
    let mut said = vec![0; 1 << 16];
    assert_ne!(io::Read::read(&mut child.socket(), &mut said).unwrap(), 0);
    assert_eq!(child.wait(Interest::Read, SOON).unwrap(), Ready::Ended);
    assert_eq!(child.end().unwrap().death, Death::Exited(0));
}

fn room_is_waited_for() {
    let child = start(&part("loop")).unwrap();
    assert_eq!(child.wait(Interest::Read, Duration::from_millis(1)).unwrap(), Ready::TimedOut);
    assert_eq!(child.wait(Interest::Write, SOON).unwrap(), Ready::Writable);
    child.socket().set_nonblocking(true).unwrap();
    while child.socket().write(&[0; 4096]).is_ok() {}
    assert_eq!(child.wait(Interest::Write, Duration::from_millis(1)).unwrap(), Ready::TimedOut);
    assert_eq!(child.wait(Interest::Write, SOON).unwrap(), Ready::Ended);
    assert_eq!(child.end().unwrap().death, Death::Signalled(libc::SIGXCPU));
}

fn a_closed_socket_is_not_ready() {
    for interest in [Interest::Read, Interest::Write] {
        let child = start(&part("close the socket and loop")).unwrap();
        while child.wait(interest, Duration::from_millis(50)).unwrap() == Ready::Writable {}
        assert_eq!(child.wait(interest, Duration::from_millis(1)).unwrap(), Ready::TimedOut);
        assert_eq!(child.wait(interest, SOON).unwrap(), Ready::Ended);
        assert_eq!(child.end().unwrap().death, Death::Signalled(libc::SIGXCPU));
    }
}

fn a_worker_that_runs_is_killed() {
    assert_eq!(start(&part("loop")).unwrap().end().unwrap().death, Death::Killed);
}

fn processor_time_is_known() {
    let child = start(&part("loop")).unwrap();
    let early = child.cpu_time().unwrap();
    child.wait(Interest::Read, SOON).unwrap();
    let end = child.end().unwrap();
    assert!(early < end.cpu_time && end.cpu_time >= Duration::from_millis(900), "{early:?}, {end:?}");
}

fn standard_error_never_blocks() {
    let (said, end) = run(&part("fill standard error"));
    let (_, outcome) = said.unwrap_or_else(|| panic!("{end:?}"));
    assert_eq!(outcome, Outcome::Worked("true".to_owned()));
    assert!(end.last_words.ends_with("words words"), "{end:?}");
}

fn a_panic_is_told() {
    let (_, end) = run(&part("panic"));
    assert_eq!(end.death, Death::Exited(101));
    assert!(end.last_words.contains("for the test"), "{end:?}");
}

/// A process starts a worker and is killed; the worker is known by what it was called with.
fn a_worker_dies_with_its_parent() {
    let mut parent =
        Command::new("/proc/self/exe").args([PARENT, "hold"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut ready = String::new();
    BufReader::new(parent.stdout.take().unwrap()).read_line(&mut ready).unwrap();
    let mark = format!("\"parent\":{},", parent.id());
    // A process is there a moment before the system tells what it was called with.
    assert!(comes_true(|| is_running(&mark)), "{ready:?}");
    parent.kill().unwrap();
    parent.wait().unwrap();
    assert!(comes_true(|| !is_running(&mark)));
    remove_what_a_killed_parent_leaves(parent.id());
}

/// Whether it holds within some seconds.
fn comes_true(holds: impl Fn() -> bool) -> bool {
    (0..500).any(|_| {
        thread::sleep(Duration::from_millis(10));
        holds()
    })
}

fn hold() {
    let _child = Child::spawn(&program(&part("echo a byte")), &BOUNDS).unwrap();
    println!("ready");
    thread::sleep(SOON);
}

/// The targets of that parent, and its cgroup: the next process that uses cgroups would sweep it up at its start.
fn remove_what_a_killed_parent_leaves(parent: u32) {
    let _ = fs::remove_dir_all(std::env::temp_dir().join(format!("tito-attacks-{parent}")));
    assert!(Command::new("/proc/self/exe").args([PARENT, "raise"]).status().unwrap().success());
    assert_eq!(groups_of(parent), 0);
}

fn is_running(mark: &str) -> bool {
    let called = |process: fs::DirEntry| fs::read(process.path().join("cmdline")).unwrap_or_default();
    let is_marked = |called: &[u8]| String::from_utf8_lossy(called).contains(mark);
    fs::read_dir("/proc").unwrap().flatten().any(|process| is_marked(&called(process)))
}

fn nothing_is_left_behind() {
    assert!(Command::new("/proc/self/exe").args([PARENT, "raise"]).status().unwrap().success());
}

/// Has workers that end in all ways, and is left with no child and no cgroup.
fn raise() {
    for deed in ["nothing", "echo a byte", "abort"] {
        drop(start(&part(deed)).unwrap());
        start(&part(deed)).unwrap().end().unwrap();
        let child = start(&part(deed)).unwrap();
        child.wait(Interest::Read, Duration::from_millis(200)).unwrap();
        drop(child);
    }
    assert!(Child::spawn(&Program::at("/no/such/program"), &BOUNDS).is_err());
    // SAFETY: A plain system call.
    assert_eq!(unsafe { libc::waitpid(-1, std::ptr::null_mut(), libc::WNOHANG) }, -1);
    assert_eq!(io::Error::last_os_error().raw_os_error(), Some(libc::ECHILD));
    assert_eq!(groups_of(std::process::id()), 0);
    Targets::here().tear_down();
}

/// How many cgroups there are of this process's workers.
fn groups_of(process: u32) -> usize {
    let prefix = format!("tito-{process}-");
    let memberships = fs::read_to_string("/proc/self/cgroup").unwrap();
    let paths = memberships.lines().filter_map(|line| line.splitn(3, ':').nth(2));
    let dirs = paths.flat_map(|path| ["memory", ""].map(|mount| format!("/sys/fs/cgroup/{mount}{path}")));
    let around = |dir: String| [Path::new(&dir).to_owned(), Path::new(&dir).join("..")];
    let entries = dirs.flat_map(around).filter_map(|dir| fs::read_dir(dir).ok()).flatten().flatten();
    entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix)).count()
}
