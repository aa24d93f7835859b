//! How a worker ended.

use std::{fmt, time::Duration};

use libc::c_int;

use crate::signals;

/// How a worker ended, and what can still be learnt of it.
#[derive(Clone, Debug)]
pub struct End {
    /// What it died of.
    pub death: Death,
    /// The end of what it wrote to standard error, at most 2 KiB of it. What is not UTF-8 is replaced, what does not
    /// print is escaped, and a worker that wrote more than a pipe holds lost the rest.
    pub last_words: String,
    /// Processor time of its whole life, user and system.
    pub cpu_time: Duration,
    /// Whether the kernel killed it for the memory that its cgroup may touch.
    pub cgroup_out_of_memory: bool,
}

/// What a worker died of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    /// It was alive and we killed it.
    Killed,
    /// It ended with this status.
    Exited(i32),
    /// This signal ended it: a forbidden system call (SIGSYS), processor time (SIGXCPU, or SIGKILL for one that does
    /// not listen), memory (SIGKILL), a fault (SIGSEGV), an abort (SIGABRT). SIGABRT and SIGXCPU are the worker's own
    /// words, as it tells them by exit status.
    Signalled(i32),
}

impl Death {
    /// Reads a status of `wait4`.
    pub(crate) fn new(status: c_int) -> Self {
        if libc::WIFSIGNALED(status) {
            return Self::Signalled(libc::WTERMSIG(status));
        }
        let code = libc::WEXITSTATUS(status);
        match code.checked_sub(signals::BASE) {
            Some(signal) if signals::TOLD.contains(&signal) => Self::Signalled(signal),
            _ => Self::Exited(code),
        }
    }
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Killed => f.write_str("it was killed from outside"),
            Self::Exited(status) => write!(f, "it ended with status {status}"),
            Self::Signalled(signal) => match meaning(signal) {
                Some(meaning) => write!(f, "the system ended it: {meaning}"),
                None => write!(f, "the system ended it: signal {signal}"),
            },
        }
    }
}

fn meaning(signal: c_int) -> Option<&'static str> {
    Some(match signal {
        libc::SIGABRT => "SIGABRT (it gave up)",
        libc::SIGBUS => "SIGBUS (memory that is not there)",
        libc::SIGFPE => "SIGFPE (arithmetic)",
        libc::SIGILL => "SIGILL (an instruction that is none)",
        libc::SIGKILL => "SIGKILL (out of memory or of processor time)",
        libc::SIGSEGV => "SIGSEGV (memory that is not its own)",
        libc::SIGSYS => "SIGSYS (a system call that is not allowed)",
        libc::SIGXCPU => "SIGXCPU (out of processor time)",
        _ => return None,
    })
}

/// The tail of what was written, as text that does no harm on a terminal.
pub(crate) fn last_words(written: &[u8]) -> String {
    const MOST: usize = 2 << 10;
    let tail = &written[written.len().saturating_sub(MOST)..];
    let mut words = String::new();
    for char in String::from_utf8_lossy(tail).trim().chars() {
        match char {
            '\n' | '\'' | '"' | '\\' => words.push(char),
            _ => words.extend(char.escape_debug()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: &[u8], expected: &str) {
        assert_eq!(last_words(written), expected);
    }

    #[test]
    fn last_words_do_no_harm_on_a_terminal() {
        check(b"", "");
        check(b"it's \"over\" \\o/\nreally\n", "it's \"over\" \\o/\nreally");
        check(b"\x1b[2J\r\x07\xff", "\\u{1b}[2J\\r\\u{7}\u{fffd}");
        check("\u{202e}gnp.exe, naïve 🦀".as_bytes(), "\\u{202e}gnp.exe, naïve 🦀");
        check(&[b"lost".as_slice(), &[b'a'; 2048]].concat(), &"a".repeat(2048));
    }

    #[test]
    fn a_status_tells_of_signals_that_the_first_process_cannot_die_of() {
        let exited = |code: c_int| Death::new(code << 8);
        assert_eq!(exited(3), Death::Exited(3));
        assert_eq!(exited(134), Death::Signalled(libc::SIGABRT));
        assert_eq!(exited(137), Death::Exited(137));
        assert_eq!(Death::new(libc::SIGSYS), Death::Signalled(libc::SIGSYS));
        assert!(Death::new(libc::SIGSYS).to_string().contains("SIGSYS (a system call that is not allowed)"));
    }
}
