//! How worker processes are started.

use std::fmt::Write as _;

use tito_lockdown::{Bounds, LayerReport, LayerState, Program};
use tito_sandbox::HostError;

use crate::worker::Worker;

/// How worker processes are started: which program, and whether one that is not locked down will do.
#[derive(Clone, Debug)]
pub(crate) struct Starter {
    pub(crate) program: Program,
    pub(crate) locked_down: bool,
}

impl Starter {
    /// A worker that is locked down as far as this kernel can, and as far as is demanded.
    pub(crate) fn start(&self, bounds: &Bounds) -> Result<Worker, HostError> {
        // Whatever a machine short of memory kills first is gone the second time.
        let worker =
            Worker::start(&self.program, bounds).or_else(|_| Worker::start(&self.program, bounds))?;
        match lacking(worker.layers()) {
            Some(lacking) if self.locked_down => {
                Err(HostError::new("a lockdown is required, and this machine lacks a part of it", lacking))
            }
            _ => Ok(worker),
        }
    }
}

/// The layers that matter and are off, each with its reason.
fn lacking(layers: impl Iterator<Item = LayerReport>) -> Option<String> {
    let mut lacking = String::new();
    for LayerReport { layer, state } in layers {
        if let LayerState::Off(why) = state
            && layer.is_required()
        {
            let separator = if lacking.is_empty() { "" } else { "; " };
            write!(lacking, "{separator}{layer}: {why}").expect("a string takes all text");
        }
    }
    (!lacking.is_empty()).then_some(lacking)
}

#[cfg(test)]
mod tests {
    use tito_lockdown::Layer;

    use super::*;

    #[test]
    fn what_matters_and_is_off_is_named() {
        let report = |layer, state| LayerReport { layer, state };
        let off = |layer| report(layer, LayerState::Off("not in this kernel".into()));
        let on = |layer| report(layer, LayerState::On(String::new()));
        assert_eq!(lacking([on(Layer::Seccomp), off(Layer::Cgroup)].into_iter()), None);
        let found = lacking([off(Layer::Seccomp), off(Layer::Landlock), on(Layer::Cgroup)].into_iter());
        let found = found.expect("two are off");
        assert!(found.contains("; ") && found.contains(": not in this kernel"), "{found}");
    }
}
