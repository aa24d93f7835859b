//! Landlock: no path, no port, no signal to others.
//!
//! Landlock is the kernel's sandbox for programs without privileges: Mickaël Salaün, "Landlock: From a security
//! mechanism idea to a widely available implementation", 2024. Its ABI numbers say what a kernel knows.

use std::io;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, LandlockStatus, RestrictionStatus, Ruleset, RulesetAttr as _,
    RulesetError, RulesetStatus, Scope,
};

/// Denies whatever this kernel lets be denied, and allows nothing: there is no rule.
///
/// # Errors
///
/// If the kernel has no Landlock, or has it switched off.
pub(crate) fn deny_all() -> io::Result<String> {
    let status = restrict().map_err(io::Error::other)?;
    match (status.ruleset, status.landlock) {
        (RulesetStatus::NotEnforced, _)
        | (_, LandlockStatus::NotEnabled | LandlockStatus::NotImplemented) => {
            Err(io::Error::other("this kernel has no Landlock, or it is not among the modules in lsm="))
        }
        (_, LandlockStatus::Available { effective_abi, .. }) => Ok(describe(effective_abi)),
    }
}

/// Asks for everything that the newest version known here can deny; an older kernel denies what it knows.
fn restrict() -> Result<RestrictionStatus, RulesetError> {
    const NEWEST: ABI = ABI::V10;
    Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?
        .restrict_self()
}

fn describe(abi: ABI) -> String {
    let ports = if abi >= ABI::V4 { ", no TCP port" } else { "" };
    let scopes = if abi >= ABI::V6 { ", no signal and no abstract socket to others" } else { "" };
    format!("ABI {}: no path{ports}{scopes}", abi as i32)
}
