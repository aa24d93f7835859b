//! What became of a call: an answer, a fault, a trap, or a limit. All of them are the submission's doing.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Called;

/// What became of a call to a guest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome<T> {
    /// It answered, in the form that the contract asks for; whether rightly is for the judge.
    Answer(T),
    /// It said that it cannot answer, and why.
    Fault(Fault),
    /// It crashed, or its answer breaks the contract. The guest is gone.
    Trap(Trap),
    /// It wanted more than it may have. The guest is gone.
    Limit(Limit),
}

impl<T> Outcome<T> {
    /// The answer, where there is one.
    pub fn answer(self) -> Option<T> {
        match self {
            Self::Answer(answer) => Some(answer),
            _ => None,
        }
    }

    /// Another answer made of this one.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Outcome<U> {
        self.and_then(|answer| Outcome::Answer(f(answer)))
    }

    /// What a call makes of this answer; without an answer there is no call.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub fn then<U>(self, call: impl FnOnce(T) -> Called<U>) -> Called<U> {
        match self {
            Self::Answer(answer) => call(answer),
            Self::Fault(fault) => Ok(Outcome::Fault(fault)),
            Self::Trap(trap) => Ok(Outcome::Trap(trap)),
            Self::Limit(limit) => Ok(Outcome::Limit(limit)),
        }
    }

    /// Another outcome made of this answer.
    pub fn and_then<U>(self, f: impl FnOnce(T) -> Outcome<U>) -> Outcome<U> {
        match self {
            Self::Answer(answer) => f(answer),
            Self::Fault(fault) => Outcome::Fault(fault),
            Self::Trap(trap) => Outcome::Trap(trap),
            Self::Limit(limit) => Outcome::Limit(limit),
        }
    }
}

/// What went wrong instead of an answer, as one sentence; an answer says so too.
impl<T> fmt::Display for Outcome<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(_) => f.write_str("an answer"),
            Self::Fault(fault) => fault.fmt(f),
            Self::Trap(trap) => trap.fmt(f),
            Self::Limit(limit) => limit.fmt(f),
        }
    }
}

/// A fault that the submission reports, with its own words: escaped, and cut at 512 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// It does not implement what was asked.
    Unsupported(String),
    /// Shapes do not fit.
    ShapeMismatch(String),
    /// An argument is out of its range.
    InvalidArgument(String),
    /// It failed inside.
    Internal(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, words) = match self {
            Self::Unsupported(words) => ("unsupported", words),
            Self::ShapeMismatch(words) => ("shape-mismatch", words),
            Self::InvalidArgument(words) => ("invalid-argument", words),
            Self::Internal(words) => ("internal", words),
        };
        write!(f, "the fault {name}: {words}")
    }
}

/// A crash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trap {
    /// What kind of crash.
    pub kind: TrapKind,
    /// What exactly, in the engine's words or ours; escaped.
    pub message: String,
    /// The submission's functions that were running, innermost first, at most eight; escaped.
    pub functions: Vec<String>,
}

/// The kinds of crashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrapKind {
    /// It gave up: a panic, an index out of range, an `unwrap` of nothing.
    Unreachable,
    /// It read or wrote outside its memory.
    MemoryOutOfBounds,
    /// It divided by zero, overflowed or converted a number that does not fit.
    Arithmetic,
    /// It called through a table entry that is empty, absent or of another type.
    IndirectCall,
    /// Its answer breaks the contract: a pointer outside its memory, text that is not UTF-8, a forged handle, a
    /// tensor whose shape and data disagree.
    InvalidAnswer,
    /// It left the program, as if a grader were there to be left.
    Exit,
    /// The process that ran it died.
    Crash,
    /// Anything else.
    Other,
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self.kind {
            TrapKind::InvalidAnswer => "an answer that breaks the contract",
            TrapKind::Crash => "a crash",
            _ => "a trap",
        };
        write!(f, "{verb}: {}", self.message)?;
        match self.functions.first() {
            Some(function) => write!(f, ", in {function}"),
            None => Ok(()),
        }
    }
}

/// A limit that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// Which.
    pub kind: LimitKind,
    /// How much is allowed, in the unit of the kind.
    pub allowed: u64,
}

/// What a running component is limited in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LimitKind {
    /// Fuel for one call.
    Fuel,
    /// Bytes of all linear memories.
    Memory,
    /// Elements of all tables.
    Tables,
    /// Core instances, memories or tables that instantiation makes.
    Instances,
    /// Bytes of stack of one call.
    Stack,
    /// Milliseconds of one call: of processor time where a worker process runs it, else of wall time.
    Deadline,
    /// Milliseconds of processor time of all calls together.
    Total,
    /// Milliseconds of processor time of the compiler.
    CompileTime,
    /// Bytes of the compiler's memory.
    CompileMemory,
    /// Bytes handed to the host in one call.
    OutputBytes,
    /// Elements of all tensors in one answer.
    OutputElements,
    /// Resource handles alive.
    Handles,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, unit) = match self.kind {
            LimitKind::Fuel => ("fuel", "units a call"),
            LimitKind::Memory => ("memory", "bytes"),
            LimitKind::Tables => ("tables", "elements"),
            LimitKind::Instances => ("instances", "of a kind"),
            LimitKind::Stack => ("stack", "bytes"),
            LimitKind::Deadline => ("time", "milliseconds a call"),
            LimitKind::Total => ("total time", "milliseconds for all calls"),
            LimitKind::CompileTime => ("compile time", "milliseconds"),
            LimitKind::CompileMemory => ("compile memory", "bytes"),
            LimitKind::OutputBytes => ("output", "bytes a call"),
            LimitKind::OutputElements => ("output", "elements an answer"),
            LimitKind::Handles => ("handles", "alive"),
        };
        write!(f, "the {name} limit: at most {} {unit}", self.allowed)
    }
}
