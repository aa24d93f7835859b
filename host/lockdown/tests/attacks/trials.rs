//! Which attack meets which layers, and what should come of it.

use std::sync::OnceLock;

use libtest_mimic::{Failed, Trial};
use tito_lockdown::{Death, Layer, LayerReport, LayerState};

use crate::{
    attack::FORBIDDEN,
    worker::{Outcome, Part, run},
};

/// What should come of an attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Works,
    Refused(i32),
    /// Ended by this signal.
    Dies(i32),
}

use Expected::{Dies, Refused, Works};

const SIGSYS: Expected = Dies(libc::SIGSYS);
const LIMITS: &[Layer] = &[Layer::ResourceLimits];
const LIMITS_FOR_GOOD: &[Layer] = &[Layer::ResourceLimits, Layer::NoNewPrivileges];
const PRIVILEGES: &[Layer] = &[Layer::NoNewPrivileges];
const PATHS: &[Layer] = &[Layer::Landlock];
const USER: &[Layer] = &[Layer::UserNamespace];
const MOUNTS: &[Layer] = &[Layer::UserNamespace, Layer::MountNamespace];
const PIDS: &[Layer] = &[Layer::UserNamespace, Layer::PidNamespace];
const NETWORK: &[Layer] = &[Layer::UserNamespace, Layer::NetworkNamespace];
const IPC: &[Layer] = &[Layer::UserNamespace, Layer::IpcNamespace];

/// Each attack, what should come of it under the whole lockdown, and under the layers that should hold alone.
type Row = (&'static str, Expected, &'static [(&'static [Layer], Expected)]);

const ROWS: &[Row] = &[
    (
        "read a file",
        SIGSYS,
        &[(PATHS, Refused(libc::EACCES)), (MOUNTS, Refused(libc::ENOENT)), (LIMITS, Refused(libc::EMFILE))],
    ),
    (
        "make a file",
        SIGSYS,
        &[(PATHS, Refused(libc::EACCES)), (MOUNTS, Refused(libc::ENOENT)), (LIMITS, Refused(libc::EMFILE))],
    ),
    ("list a folder", SIGSYS, &[(PATHS, Refused(libc::EACCES)), (MOUNTS, Refused(libc::ENOENT))]),
    ("ask about a file", SIGSYS, &[(MOUNTS, Refused(libc::ENOENT))]),
    (
        "connect by TCP",
        SIGSYS,
        &[
            (PATHS, Refused(libc::EACCES)),
            (NETWORK, Refused(libc::ENETUNREACH)),
            (LIMITS, Refused(libc::EMFILE)),
        ],
    ),
    ("listen by TCP", SIGSYS, &[(PATHS, Refused(libc::EACCES))]),
    ("send by UDP", SIGSYS, &[(NETWORK, Refused(libc::ENETUNREACH))]),
    ("connect to a socket in a folder", SIGSYS, &[(MOUNTS, Refused(libc::ENOENT))]),
    (
        "connect to an abstract socket",
        SIGSYS,
        &[(PATHS, Refused(libc::EPERM)), (NETWORK, Refused(libc::ECONNREFUSED))],
    ),
    ("fork", SIGSYS, &[]),
    ("start a thread", SIGSYS, &[]),
    ("run a program", SIGSYS, &[(PATHS, Refused(libc::EACCES)), (MOUNTS, Refused(libc::ENOENT))]),
    ("signal the parent", SIGSYS, &[(PATHS, Refused(libc::EPERM)), (PIDS, Refused(libc::ESRCH))]),
    ("signal the parent's thread", SIGSYS, &[(PATHS, Refused(libc::EPERM)), (PIDS, Refused(libc::ESRCH))]),
    (
        "trace the parent",
        SIGSYS,
        &[(PATHS, Refused(libc::EPERM)), (USER, Refused(libc::EPERM)), (PIDS, Refused(libc::ESRCH))],
    ),
    (
        "read the parent's memory",
        SIGSYS,
        &[(PATHS, Refused(libc::EPERM)), (USER, Refused(libc::EPERM)), (PIDS, Refused(libc::ESRCH))],
    ),
    (
        "open the parent's memory",
        SIGSYS,
        &[(PATHS, Refused(libc::EACCES)), (USER, Refused(libc::EACCES)), (MOUNTS, Refused(libc::ENOENT))],
    ),
    ("find the parent's shared memory", SIGSYS, &[(IPC, Refused(libc::ENOENT))]),
    ("map executable memory", SIGSYS, &[]),
    ("make memory executable", SIGSYS, &[]),
    ("allocate too much", Refused(libc::ENOMEM), &[(LIMITS, Refused(libc::ENOMEM))]),
    ("make a file in memory", SIGSYS, &[(LIMITS, Refused(libc::EMFILE))]),
    ("make an io_uring", SIGSYS, &[]),
    ("duplicate a descriptor", SIGSYS, &[(LIMITS, Refused(libc::EMFILE))]),
    ("raise the limit of memory", SIGSYS, &[(LIMITS_FOR_GOOD, Refused(libc::EPERM))]),
    ("raise the limit of core dumps", SIGSYS, &[(LIMITS_FOR_GOOD, Refused(libc::EPERM))]),
    ("regain a capability", SIGSYS, &[(PRIVILEGES, Refused(libc::EPERM))]),
    ("change the root", SIGSYS, &[(PRIVILEGES, Refused(libc::EPERM))]),
    ("become root in a namespace", SIGSYS, &[]),
    ("open up to ptrace", SIGSYS, &[]),
    ("wait for children", SIGSYS, &[]),
    ("recurse a little", Works, &[(LIMITS, Works)]),
    ("recurse a lot", Dies(libc::SIGABRT), &[]),
    ("allocate in Rust", Dies(libc::SIGABRT), &[(LIMITS, Dies(libc::SIGABRT))]),
    ("touch too much", Dies(libc::SIGABRT), &[(&[Layer::Cgroup], Dies(libc::SIGKILL))]),
    ("loop", Dies(libc::SIGXCPU), &[(LIMITS, Dies(libc::SIGXCPU))]),
    ("loop and not listen", Dies(libc::SIGKILL), &[]),
    ("abort", Dies(libc::SIGABRT), &[]),
];

/// Attacks that some systems refuse to everybody, and those that do without a lockdown what they do with one.
const WITHOUT_CONTROL: &[&str] = &["loop", "loop and not listen", "abort", "recurse a lot"];

/// What needs no layer to be refused on some systems: ptrace under Yama, root's doings for who is not root.
const REFUSED_BY_SOME: &[i32] = &[libc::EPERM, libc::EACCES, libc::ENOSYS];

/// Every trial.
pub(crate) fn all() -> Vec<Trial> {
    let rows = ROWS.iter().flat_map(|(deed, expected, alone)| {
        let control = (!WITHOUT_CONTROL.contains(deed)).then(|| trial(deed, &[], false, Works));
        let alone = alone.iter().map(|(layers, expected)| trial(deed, layers, false, *expected));
        control.into_iter().chain([trial(deed, &Layer::ALL, true, *expected)]).chain(alone)
    });
    let loading = ["map executable memory", "make memory executable"];
    let loading = loading.iter().map(|deed| trial(deed, &Layer::ALL, false, Works));
    let forbidden = FORBIDDEN.iter().map(|(name, _)| trial(name, &Layer::ALL, true, SIGSYS));
    rows.chain(loading).chain(forbidden).collect()
}

fn trial(deed: &'static str, layers: &'static [Layer], is_sealed: bool, expected: Expected) -> Trial {
    let under = match layers {
        [] => "nothing".to_owned(),
        _ if layers == Layer::ALL => if is_sealed { "everything" } else { "everything, loading" }.to_owned(),
        some => some.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and "),
    };
    Trial::test(format!("{deed} under {under}"), move || check(&Part { deed, layers, is_sealed }, expected))
}

fn check(part: &Part<'_>, expected: Expected) -> Result<(), Failed> {
    if let Some(why) = missing(part) {
        eprintln!("skipped: {} under {:?}: {why}", part.deed, part.layers);
        return Ok(());
    }
    let (said, end) = run(part);
    let got = match (&said, end.death) {
        (Some((_, Outcome::Worked(_))), Death::Exited(0)) => Works,
        (Some((_, Outcome::Refused(errno))), Death::Exited(0)) => Refused(*errno),
        (None, Death::Signalled(signal)) => Dies(signal),
        _ => return Err(format!("{said:?}, {end:?}").into()),
    };
    match got {
        Refused(errno) if part.layers.is_empty() && REFUSED_BY_SOME.contains(&errno) => {
            eprintln!("skipped: {}: this system refuses it to everybody", part.deed);
        }
        _ if got != expected => {
            return Err(format!("expected {expected:?}, got {got:?}: {said:?}, {end:?}").into());
        }
        _ => {}
    }
    let by_cgroup = part.layers == [Layer::Cgroup];
    if end.cgroup_out_of_memory != by_cgroup {
        return Err(format!("out of the cgroup's memory, or not: {end:?}").into());
    }
    Ok(())
}

/// Why a layer that the part is about is not there on this system.
fn missing(part: &Part<'_>) -> Option<String> {
    if part.layers == Layer::ALL {
        return None;
    }
    let about = |report: &&LayerReport| part.layers.contains(&report.layer);
    layers().iter().filter(about).find_map(|LayerReport { layer, state }| match state {
        LayerState::Off(why) => Some(format!("no {layer} here: {why}")),
        LayerState::On(detail) => missing_in_landlock(part.deed, *layer, detail),
    })
}

/// Landlock learnt to deny ports, then signals and abstract sockets; `trace` and `memory` it always denied.
fn missing_in_landlock(deed: &str, layer: Layer, detail: &str) -> Option<String> {
    let needed = match deed {
        "connect by TCP" | "listen by TCP" => "port",
        "connect to an abstract socket" | "signal the parent" | "signal the parent's thread" => "signal",
        _ => return None,
    };
    (layer == Layer::Landlock && !detail.contains(needed))
        .then(|| format!("Landlock is too old here: {detail}"))
}

/// The layers of this system.
pub(crate) fn layers() -> &'static [LayerReport] {
    static LAYERS: OnceLock<Vec<LayerReport>> = OnceLock::new();
    LAYERS.get_or_init(|| {
        let part = Part { deed: "nothing", layers: &Layer::ALL, is_sealed: true };
        let cgroup = crate::worker::start(&part).unwrap().cgroup().clone();
        let (said, end) = run(&part);
        let (mut reports, _) = said.unwrap_or_else(|| panic!("{end:?}"));
        reports.push(LayerReport { layer: Layer::Cgroup, state: cgroup });
        reports
    })
}
