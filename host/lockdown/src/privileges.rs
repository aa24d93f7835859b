//! No capability, no way to gain one, and nobody of the same user may look inside.

use std::io;

use libc::{c_int, c_ulong};

use crate::checked::{checked, noted};

/// Gives up every capability for good, and hides the process from `ptrace` and `/proc` of its siblings.
///
/// # Errors
///
/// If the kernel refuses any of it.
pub(crate) fn drop_all() -> io::Result<String> {
    drop_bounding_set();
    noted("give up capabilities", drop_capabilities())?;
    noted("give up new privileges", control(libc::PR_SET_NO_NEW_PRIVS, 1))?;
    noted("hide from its siblings", control(libc::PR_SET_DUMPABLE, 0))?;
    Ok("no capability, none to be gained, closed to ptrace".to_owned())
}

fn control(option: c_int, value: c_ulong) -> io::Result<()> {
    const NONE: c_ulong = 0;
    // SAFETY: The options used here take numbers, not pointers.
    checked(unsafe { libc::prctl(option, value, NONE, NONE, NONE) }).map(drop)
}

/// As far as it goes: who has no capability may not drop them from this set either, and cannot use what is in it.
fn drop_bounding_set() {
    const MOST: c_ulong = 64;
    (0..MOST).all(|capability| control(libc::PR_CAPBSET_DROP, capability).is_ok());
}

fn drop_capabilities() -> io::Result<()> {
    const VERSION_3: u32 = 0x2008_0522;
    let header: [u32; 2] = [VERSION_3, 0];
    let none = [0_u32; 6];
    // SAFETY: The header is a version and a process, 0 for this one; version 3 reads two sets of three words.
    let set = unsafe { libc::syscall(libc::SYS_capset, header.as_ptr(), none.as_ptr()) };
    if set == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
