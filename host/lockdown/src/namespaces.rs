//! Which namespaces a worker is born into, found out once by making a child in all of them.

use std::{ffi::CString, io, sync::OnceLock};

use libc::c_int;

use crate::{
    Layer, LayerReport, LayerState,
    birth::{Birth, deliver},
    nursery,
};

/// The layers that are namespaces, how they are cloned, and what each does.
const NAMESPACES: [(Layer, c_int, &str); 5] = [
    (Layer::UserNamespace, libc::CLONE_NEWUSER, "a user of its own, who is nobody outside"),
    (Layer::MountNamespace, libc::CLONE_NEWNS, "mounts of its own"),
    (Layer::PidNamespace, libc::CLONE_NEWPID, "the first process of its own, and the last"),
    (Layer::IpcNamespace, libc::CLONE_NEWIPC, "nothing is shared"),
    (Layer::NetworkNamespace, libc::CLONE_NEWNET, "no device but a loopback that is down"),
];

/// What becomes of each namespace here, of those among `layers`.
pub(crate) fn reports(layers: &[Layer]) -> Vec<LayerReport> {
    static POSSIBLE: OnceLock<Result<(), String>> = OnceLock::new();
    let possible = POSSIBLE.get_or_init(|| nursery::run(probe).map_err(|e| advice(&e)));
    let state = |layer, detail: &str| match possible {
        _ if !layers.contains(&layer) => LayerState::left_out(),
        Ok(()) => LayerState::On(detail.to_owned()),
        Err(why) => LayerState::Off(why.clone()),
    };
    NAMESPACES.map(|(layer, _, detail)| LayerReport { layer, state: state(layer, detail) }).into()
}

/// The flags of the namespaces that are on.
pub(crate) fn flags(reports: &[LayerReport]) -> c_int {
    let is_on = |layer| reports.iter().any(|r| r.layer == layer && r.state.is_on());
    NAMESPACES.iter().filter(|(layer, ..)| is_on(*layer)).fold(0, |flags, (_, flag, _)| flags | flag)
}

/// What a child of these flags has to write to be root in its user namespace, which it must be to make its root
/// empty. Outside it is who we are, and inside there is no other user.
pub(crate) fn identity(flags: c_int) -> Vec<(CString, Vec<u8>)> {
    if flags & libc::CLONE_NEWUSER == 0 {
        return Vec::new();
    }
    // SAFETY: Both calls always succeed and touch no memory.
    let (user, group) = unsafe { (libc::geteuid(), libc::getegid()) };
    vec![
        (c"/proc/self/setgroups".to_owned(), b"deny".to_vec()),
        (c"/proc/self/uid_map".to_owned(), format!("0 {user} 1").into_bytes()),
        (c"/proc/self/gid_map".to_owned(), format!("0 {group} 1").into_bytes()),
    ]
}

/// All or none: where the kernel lets nobody make a user namespace, the others are for administrators alone.
fn probe() -> io::Result<()> {
    let namespaces = NAMESPACES.iter().fold(0, |flags, (_, flag, _)| flags | flag);
    deliver(&Birth { namespaces, identity: identity(namespaces), program: None }).map(drop)
}

fn advice(error: &io::Error) -> String {
    format!(
        "the system refuses a child in namespaces of its own: {error}; the sysctls user.max_user_namespaces, \
         kernel.unprivileged_userns_clone or kernel.apparmor_restrict_unprivileged_userns, or a container's seccomp \
         profile may say so"
    )
}
