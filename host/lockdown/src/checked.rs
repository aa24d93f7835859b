//! The C library's way of failing, turned into ours.

use std::io;

use libc::c_int;

/// What a call of the C library returned, or the error that it left in `errno` when it returned -1.
pub(crate) fn checked(returned: c_int) -> io::Result<c_int> {
    if returned == -1 { Err(io::Error::last_os_error()) } else { Ok(returned) }
}

/// A result with a note on what was being done, for people.
pub(crate) fn noted<T>(doing: &str, result: io::Result<T>) -> io::Result<T> {
    result.map_err(|e| io::Error::new(e.kind(), format!("cannot {doing}: {e}")))
}
