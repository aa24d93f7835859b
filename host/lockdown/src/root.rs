//! The mount namespace: a root with nothing in it.

use std::{ffi::CStr, io, ptr};

use libc::c_ulong;

use crate::checked::{checked, noted};

/// Puts an empty, read-only file system in the place of everything.
///
/// # Errors
///
/// If the process may not mount; it then sees what it saw before.
pub(crate) fn empty() -> io::Result<String> {
    // Any folder will do to mount over; this is the one that must have been there for us to run.
    const PLACE: &CStr = c"/proc";
    let flags = libc::MS_RDONLY | libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC;
    noted("keep mounts to itself", mount(c"/", None, libc::MS_REC | libc::MS_PRIVATE))?;
    noted("mount an empty file system", mount(PLACE, Some(c"tmpfs"), flags))?;
    noted("make it the root", pivot(PLACE))?;
    Ok("its root is an empty folder that cannot be written to".to_owned())
}

fn mount(target: &CStr, kind: Option<&CStr>, flags: c_ulong) -> io::Result<()> {
    let kind = kind.map_or(ptr::null(), CStr::as_ptr);
    // SAFETY: The kernel reads three C strings, or null where it takes that.
    checked(unsafe { libc::mount(kind, target.as_ptr(), kind, flags, ptr::null()) }).map(drop)
}

/// The old root is put over the new one and then taken away with everything below it, so that no folder need be
/// there to put it into: `pivot_root(".", ".")`, as its manual page has it.
fn pivot(place: &CStr) -> io::Result<()> {
    // SAFETY: The kernel reads C strings.
    unsafe {
        checked(libc::chdir(place.as_ptr()))?;
        if libc::syscall(libc::SYS_pivot_root, c".".as_ptr(), c".".as_ptr()) == -1 {
            return Err(io::Error::last_os_error());
        }
        checked(libc::umount2(c".".as_ptr(), libc::MNT_DETACH))?;
        checked(libc::chdir(c"/".as_ptr())).map(drop)
    }
}
