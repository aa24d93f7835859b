//! Guests of what may not have compiled.

use crate::{Called, Guest, HostError, Launch, Outcome, Ran, Run};

/// A component that does not compile or link is graded like one that fails: every launch of it gives the reason
/// again.
impl<L: Launch> Launch for Outcome<L> {
    fn launch(&self) -> Called<Box<dyn Guest>> {
        match self {
            Self::Answer(compiled) => compiled.launch(),
            Self::Fault(fault) => Ok(Outcome::Fault(fault.clone())),
            Self::Trap(trap) => Ok(Outcome::Trap(trap.clone())),
            Self::Limit(limit) => Ok(Outcome::Limit(*limit)),
        }
    }

    fn run_each(&self, runs: &[Run<'_>]) -> Result<Vec<Ran>, HostError> {
        match self {
            Self::Answer(compiled) => compiled.run_each(runs),
            _ => runs.iter().map(|run| run.of(self)).collect(),
        }
    }

    fn at_once(&self) -> usize {
        match self {
            Self::Answer(compiled) => compiled.at_once(),
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Compiled, Fault, Limit, LimitKind};

    #[track_caller]
    fn check(compiled: &Outcome<Compiled>) {
        let launched = compiled.launch().expect("the host did not fail");
        assert_eq!(launched.to_string(), compiled.to_string());
        assert!(launched.answer().is_none());
    }

    #[test]
    fn what_did_not_compile_gives_its_reason_at_every_launch() {
        check(&Outcome::Fault(Fault::Unsupported("the component does not compile".into())));
        check(&Outcome::Limit(Limit { kind: LimitKind::Memory, allowed: 1 }));
    }
}
