//! Why a guest has ended, read off wasmtime's error.

use tito_artifact::RunLimits;
use wasmtime::{Error, Store, Trap as Code, WasmBacktrace};
use wasmtime_wasi::I32Exit;

use crate::{
    Budget, HostError, Limit, LimitKind, Outcome, Trap, TrapKind,
    state::{State, TooMuchOutput, escaped},
};

/// How many of the submission's functions are named.
const FUNCTIONS: usize = 8;

/// Why a guest has ended.
#[derive(Clone, Debug)]
pub(super) enum End {
    Trap(Trap),
    Limit(Limit),
}

impl End {
    /// What an error of wasmtime's means. A trap after memory was denied is the memory limit's: an allocator
    /// that gets no more memory gives up.
    ///
    /// # Errors
    ///
    /// If the system refused something, such as memory: that is our failure.
    pub(super) fn of(
        error: &Error,
        store: &mut Store<State>,
        limits: &RunLimits,
        budget: Budget,
    ) -> Result<Self, HostError> {
        if let Some(refused) = by_system(error).or_else(|| store.data_mut().ledger.take_system_failure()) {
            return Err(HostError::new("cannot run a guest: the system refused", refused));
        }
        Ok(Self::by_guest(error, store, limits, budget))
    }

    fn by_guest(error: &Error, store: &mut Store<State>, limits: &RunLimits, budget: Budget) -> Self {
        let limit = |(kind, allowed)| Self::Limit(Limit { kind, allowed });
        if let Some(&I32Exit(status)) = error.downcast_ref::<I32Exit>() {
            let message = format!("it left the program with status {status}");
            return Self::Trap(Trap { kind: TrapKind::Exit, message, functions: functions(error) });
        }
        if error.downcast_ref::<TooMuchOutput>().is_some() {
            return limit((LimitKind::OutputBytes, limits.output_bytes.into()));
        }
        let code = error.downcast_ref::<Code>();
        let known = match code {
            Some(Code::OutOfFuel) => Some((LimitKind::Fuel, budget.fuel)),
            Some(Code::Interrupt) => Some((LimitKind::Deadline, budget.ms)),
            Some(Code::StackOverflow) => Some((LimitKind::Stack, limits.stack_bytes.into())),
            _ => by_words(error, limits),
        };
        known.map(limit).or_else(|| store.data_mut().ledger.take_denied().map(Self::Limit)).unwrap_or_else(
            || {
                Self::Trap(Trap {
                    kind: kind(code),
                    message: message(error, code),
                    functions: functions(error),
                })
            },
        )
    }

    pub(super) fn outcome<T>(self) -> Outcome<T> {
        match self {
            Self::Trap(trap) => Outcome::Trap(trap),
            Self::Limit(limit) => Outcome::Limit(limit),
        }
    }
}

/// What the system says where it is the cause, for example that it has no memory for a mapping. Such an error has no
/// trap code, and a guest has no words in it.
pub(crate) fn by_system(error: &Error) -> Option<String> {
    let cause = error.root_cause().to_string();
    let is_system = error.downcast_ref::<Code>().is_none() && cause.contains("(os error ");
    is_system.then(|| format!("{error:#}"))
}

/// The limits that wasmtime reports in words alone; each has a test that would notice other words.
fn by_words(error: &Error, limits: &RunLimits) -> Option<(LimitKind, u64)> {
    let words = format!("{error:#}");
    let counts = u64::from(limits.instances.max(limits.memories).max(limits.tables));
    [
        ("fuel allocated for hostcalls", LimitKind::OutputBytes, limits.output_bytes.into()),
        ("handle limit exceeded", LimitKind::Handles, limits.handles.into()),
        ("count too high", LimitKind::Instances, counts),
    ]
    .into_iter()
    .find_map(|(text, kind, allowed)| words.contains(text).then_some((kind, allowed)))
}

fn kind(code: Option<&Code>) -> TrapKind {
    match code {
        None => TrapKind::InvalidAnswer,
        Some(Code::UnreachableCodeReached) => TrapKind::Unreachable,
        Some(Code::MemoryOutOfBounds) => TrapKind::MemoryOutOfBounds,
        Some(Code::IntegerOverflow | Code::IntegerDivisionByZero | Code::BadConversionToInteger) => {
            TrapKind::Arithmetic
        }
        Some(Code::TableOutOfBounds | Code::IndirectCallToNull | Code::BadSignature) => {
            TrapKind::IndirectCall
        }
        Some(_) => TrapKind::Other,
    }
}

fn message(error: &Error, code: Option<&Code>) -> String {
    match code {
        Some(Code::UnreachableCodeReached) => {
            "it gave up (a panic, or an `unreachable` instruction)".to_owned()
        }
        Some(code) => code.to_string(),
        None => escaped(&error.root_cause().to_string()),
    }
}

/// The submission's own functions that were running, innermost first; those of the standard library say how
/// a program gave up and not where.
fn functions(error: &Error) -> Vec<String> {
    let Some(backtrace) = error.downcast_ref::<WasmBacktrace>() else { return Vec::new() };
    let names = backtrace.frames().iter().filter_map(wasmtime::FrameInfo::func_name);
    names.filter(|name| !is_library(name)).take(FUNCTIONS).map(escaped).collect()
}

fn is_library(name: &str) -> bool {
    let path = name.trim_start_matches(['<', '&', '[']);
    ["core::", "std::", "alloc::", "__rust", "rust_", "_R", "_ZN"].iter().any(|start| path.starts_with(start))
}
