//! A tito that is at work, its workers, and what can be done to them from outside meanwhile.

use std::{
    fs::{self, File},
    os::unix::process::{CommandExt as _, ExitStatusExt as _},
    path::{Path, PathBuf},
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

use crate::home::{Home, TITO};

/// No wait is longer, however busy the machine is: what has not come by then does not come.
const PATIENCE: Duration = Duration::from_secs(500);

/// A tito that is at work, in a process group of its own; dropping it ends the group.
pub(crate) struct Running {
    child: Child,
    out: PathBuf,
    err: PathBuf,
}

/// How it ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A process, told by its birth from a later one of the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Process {
    id: u32,
    born: u64,
}

/// Waits until something is found.
#[track_caller]
pub(crate) fn wait_for<T>(what: &str, mut find: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = find() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

impl Home {
    /// Starts the program; what it prints goes to files, so that it never waits for a reader.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        let (out, err) = (self.here("out"), self.here("err"));
        let file = |path| File::create(path).expect("it can be made");
        // A shell that runs in the background, as CI's may, starts its children deaf to some signals.
        let mut command = self.command("env");
        command
            .arg("--default-signal")
            .arg(TITO)
            .args(arguments)
            .process_group(0)
            .stdout(file(&out))
            .stderr(file(&err));
        Running { child: command.spawn().expect("the program starts"), out, err }
    }
}

impl Running {
    /// The workers that it has now.
    pub(crate) fn workers(&self) -> Vec<Process> {
        let processes = fs::read_dir("/proc").expect("Linux lists processes").flatten();
        let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        ids.filter(|id| parent(*id) == Some(self.child.id())).filter_map(Process::of).collect()
    }

    /// Sends it a signal of this name, for example `KILL`.
    #[track_caller]
    pub(crate) fn signal(&self, name: &str) {
        assert!(signal(name, &self.child.id().to_string()), "there is nobody to take {name}");
    }

    /// Sends a signal to its group, as a terminal does.
    #[track_caller]
    pub(crate) fn signal_group(&self, name: &str) {
        assert!(signal(name, &format!("-{}", self.child.id())), "there is nobody to take {name}");
    }

    /// Makes it stand still, so that it starts no worker that is not there already.
    pub(crate) fn stop(&self) {
        self.signal("STOP");
        wait_for("all its threads to stand still", || {
            let threads = fs::read_dir(format!("/proc/{}/task", self.child.id())).ok()?.flatten();
            let mut threads = threads.filter_map(|thread| stat(&thread.path().join("stat")));
            threads.all(|stat| stat[STATE] == "T").then_some(())
        });
    }

    /// Lets it go on, if it is still there.
    pub(crate) fn resume(&self) {
        let _is_there = signal("CONT", &self.child.id().to_string());
    }

    /// The most memory that it ever held; nothing once it has ended.
    pub(crate) fn peak_bytes(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        Some(1_024 * line.trim().trim_end_matches(" kB").parse::<u64>().expect("it is kilobytes"))
    }

    /// Whether it has not ended yet.
    pub(crate) fn is_at_work(&mut self) -> bool {
        self.child.try_wait().expect("it is our child").is_none()
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn end(mut self) -> Ended {
        let status = wait_for("its end", || self.child.try_wait().expect("it is our child"));
        let text = |path| fs::read_to_string(path).expect("it writes UTF-8");
        let (out, err) = (text(&self.out), text(&self.err));
        Ended { code: status.code(), signal: status.signal(), out, err }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.is_at_work() {
            self.signal_group("KILL");
            self.child.wait().expect("it is our child");
        }
    }
}

impl Process {
    fn of(id: u32) -> Option<Self> {
        Some(Self { id, born: stat(&file(id))?.get(STARTED)?.parse().ok()? })
    }

    /// Whether it has not died; one that nobody has waited for yet is dead.
    pub(crate) fn is_alive(self) -> bool {
        let is_dead = |stat: Vec<String>| matches!(stat[STATE].as_str(), "Z" | "X");
        Self::of(self.id) == Some(self) && !stat(&file(self.id)).is_none_or(is_dead)
    }

    /// Whether it has worked for so many ticks of the system's clock, a hundred a second.
    pub(crate) fn has_worked(self, ticks: u64) -> bool {
        let figure = |stat: &[String], index: usize| stat[index].parse::<u64>().ok();
        let worked = |stat: Vec<String>| Some(figure(&stat, USER_TIME)? + figure(&stat, SYSTEM_TIME)?);
        stat(&file(self.id)).and_then(worked).is_some_and(|worked| worked >= ticks)
    }

    /// Kills it, and says whether it was still there.
    pub(crate) fn kill(self) -> bool {
        signal("KILL", &self.id.to_string())
    }
}

// Where figures are in `/proc/PID/stat`, counted from behind the name, which may hold anything.
const STATE: usize = 0;
const PARENT: usize = 1;
const USER_TIME: usize = 11;
const SYSTEM_TIME: usize = 12;
const STARTED: usize = 19;

fn file(id: u32) -> PathBuf {
    format!("/proc/{id}/stat").into()
}

/// The figures of a process or of a thread, unless it is gone.
fn stat(file: &Path) -> Option<Vec<String>> {
    let text = fs::read_to_string(file).ok()?;
    let (_, figures) = text.rsplit_once(')')?;
    Some(figures.split_whitespace().map(str::to_owned).collect())
}

fn parent(id: u32) -> Option<u32> {
    stat(&file(id))?.get(PARENT)?.parse().ok()
}

/// Whether there was somebody to take it.
#[must_use]
fn signal(name: &str, target: &str) -> bool {
    let script = format!("kill -s {name} -- {target} 2>/dev/null");
    Command::new("sh").args(["-c", &script]).status().expect("there is a shell").success()
}
