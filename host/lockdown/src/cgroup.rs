//! A cgroup for each worker, which bounds the memory that it touches; the kernel kills it beyond.
//!
//! Both versions are used as they are found. In version 1 the thread that makes the worker steps into the group, so
//! that the worker is born there: to move a process takes the kernel ten milliseconds (it waits for every processor),
//! to move the calling thread a fifth of one. Version 2 has no such way, and there the worker is moved.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use crate::{Bounds, checked::noted, process::Process};

/// What the program itself may touch on top of what it may allocate: its code, page tables, the socket's buffers.
const PROGRAM_BYTES: u64 = 64 << 20;

/// How to get a cgroup in which others can be made, without being an administrator.
const WAY_OUT: &str =
    "`systemd-run --user --scope -p Delegate=yes tito …` runs tito in one where it can be made";

/// A cgroup with nobody in it but one worker. Dropping it removes it, which the worker must not live to see.
#[derive(Debug)]
pub(crate) struct Group {
    place: &'static Place,
    dir: PathBuf,
    bytes: u64,
}

/// Where groups can be made.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    version: Version,
    dir: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

impl Group {
    /// Makes a group for a worker of these bounds.
    ///
    /// # Errors
    ///
    /// If this process has no cgroup in which it may make another; that is usual outside of a container or a systemd
    /// unit of its own.
    pub(crate) fn make(bounds: &Bounds) -> io::Result<Self> {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let place = place()?;
        let name = format!("tito-{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let dir = place.dir.join(name);
        fs::create_dir(&dir).map_err(|e| {
            io::Error::other(format!("cannot make the cgroup '{}': {e}; {WAY_OUT}", dir.display()))
        })?;
        let bytes = bounds.data_bytes.saturating_add(bounds.stack_bytes).saturating_add(PROGRAM_BYTES);
        let group = Self { place, dir, bytes };
        noted("bound its memory", group.bound())?;
        Ok(group)
    }

    /// Makes a worker in the group, and leaves the calling thread outside. What fails about the group does not keep the
    /// worker from being made.
    pub(crate) fn bear(
        self,
        make: impl FnOnce() -> io::Result<Process>,
    ) -> (io::Result<Process>, io::Result<Self>) {
        let is_stepping = self.place.version == Version::One;
        let stepped_in = if is_stepping { step_into(&self.dir) } else { Ok(()) };
        let worker = make();
        let settled = match &worker {
            _ if is_stepping => step_into(&self.place.dir),
            Ok(worker) => fs::write(self.dir.join("cgroup.procs"), worker.pid().to_string()),
            Err(_) => Ok(()),
        };
        let group = noted("put the worker into its cgroup", stepped_in.and(settled)).map(|()| self);
        (worker, group)
    }

    /// What it bounds, for people.
    pub(crate) fn describe(&self) -> String {
        format!("{} MiB that may be touched, version {:?}", self.bytes >> 20, self.place.version)
    }

    /// Whether the kernel has killed somebody in it for its memory.
    pub(crate) fn ran_out(&self) -> bool {
        let events = match self.place.version {
            Version::One => "memory.oom_control",
            Version::Two => "memory.events",
        };
        let events = fs::read_to_string(self.dir.join(events)).unwrap_or_default();
        let kills = events.lines().find_map(|line| line.strip_prefix("oom_kill ")?.parse::<u64>().ok());
        kills.is_some_and(|kills| kills > 0)
    }

    /// What there is a file for depends on how the kernel was built and which controllers were handed down.
    fn bound(&self) -> io::Result<()> {
        let bytes = self.bytes;
        let (needed, others): (_, &[(&str, String)]) = match self.place.version {
            Version::One => ("memory.limit_in_bytes", &[("memory.memsw.limit_in_bytes", bytes.to_string())]),
            Version::Two => {
                ("memory.max", &[("memory.swap.max", "0".to_owned()), ("pids.max", "1".to_owned())])
            }
        };
        fs::write(self.dir.join(needed), bytes.to_string())?;
        let there = others.iter().filter(|(name, _)| self.dir.join(name).exists());
        for (name, value) in there {
            fs::write(self.dir.join(name), value)?;
        }
        Ok(())
    }
}

impl Drop for Group {
    /// The kernel may take a moment to see that the last process has gone. What is left nevertheless, the next tito
    /// sweeps up.
    fn drop(&mut self) {
        const TRIES: u32 = 20;
        for _ in 0..TRIES {
            match fs::remove_dir(&self.dir) {
                Err(error) if error.kind() == io::ErrorKind::ResourceBusy => {
                    thread::sleep(Duration::from_millis(1));
                }
                _ => return,
            }
        }
    }
}

/// Moves the calling thread, which version 1 calls 0.
fn step_into(dir: &Path) -> io::Result<()> {
    fs::write(dir.join("tasks"), "0")
}

/// Where groups can be made, found once.
fn place() -> io::Result<&'static Place> {
    static PLACE: OnceLock<Result<Place, String>> = OnceLock::new();
    let find = || {
        let memberships = fs::read_to_string("/proc/self/cgroup").map_err(|e| format!("no cgroups: {e}"))?;
        let place = Place::find(&memberships, Path::new("/sys/fs/cgroup"))
            .ok_or_else(|| format!("no cgroup hands its memory controller on to us; {WAY_OUT}"))?;
        place.sweep();
        Ok(place)
    };
    PLACE.get_or_init(find).as_ref().map_err(|why| io::Error::other(why.as_str()))
}

impl Place {
    /// Reads `/proc/self/cgroup`, whose lines are `number:controllers:path`.
    fn find(memberships: &str, mounts: &Path) -> Option<Self> {
        let memberships = memberships.lines().filter_map(|line| {
            let mut fields = line.splitn(3, ':').skip(1);
            Some((fields.next()?, fields.next()?.trim_start_matches('/')))
        });
        memberships.filter_map(|(controllers, path)| Self::at(controllers, path, mounts)).next()
    }

    /// The place of one membership. In version 2 a group with processes hands no controller on, so that our own can
    /// do it only if it is the topmost; else the one around ours may let us make a sibling.
    fn at(controllers: &str, path: &str, mounts: &Path) -> Option<Self> {
        if controllers.split(',').any(|name| name == "memory") {
            let dir = mounts.join("memory").join(path);
            return dir.is_dir().then_some(Self { version: Version::One, dir });
        }
        let own = mounts.join(path);
        let hands_on_memory = |dir: &&Path| {
            fs::read_to_string(dir.join("cgroup.subtree_control"))
                .is_ok_and(|names| names.split_whitespace().any(|name| name == "memory"))
        };
        let mut candidates = own.ancestors().take(2).filter(|dir| dir.starts_with(mounts));
        let dir = controllers.is_empty().then(|| candidates.find(hands_on_memory))??;
        Some(Self { version: Version::Two, dir: dir.to_owned() })
    }

    /// Removes the groups of processes that were killed before they could. One that is in use cannot be removed.
    fn sweep(&self) {
        for entry in fs::read_dir(&self.dir).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let owner = name.to_str().and_then(|name| name.strip_prefix("tito-")?.split('-').next());
            if owner.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
                // It is another one's, who may not have left it to us.
                let _ = fs::remove_dir(entry.path());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hierarchy of these files, with `memory` in each.
    #[track_caller]
    fn check(memberships: &str, files: &[&str], expected: Option<(Version, &str)>) {
        let mounts =
            std::env::temp_dir().join(format!("tito-cgroup-{}-{}", std::process::id(), memberships.len()));
        for file in files {
            let file = mounts.join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "cpu memory pids\n").unwrap();
        }
        let found = Place::find(memberships, &mounts);
        let _ = fs::remove_dir_all(&mounts);
        assert_eq!(found, expected.map(|(version, dir)| Place { version, dir: mounts.join(dir) }));
    }

    #[test]
    fn a_place_is_found_in_either_version() {
        check("5:cpu,memory:/a\n0::/\n", &["memory/a/tasks"], Some((Version::One, "memory/a")));
        check("5:cpu,memory:/elsewhere\n", &["memory/a/tasks"], None);
        check("0::/app/tito\n", &["app/cgroup.subtree_control"], Some((Version::Two, "app")));
        check("0::/app/other/tito\n", &["app/cgroup.subtree_control"], None);
        check("0::/ \n", &["cgroup.subtree_control"], Some((Version::Two, "")));
        check("7:pids:/app\n", &["cgroup.subtree_control"], None);
        check("", &[], None);
    }
}
