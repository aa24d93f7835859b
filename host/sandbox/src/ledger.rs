//! Memory and tables of one store, summed over the whole component.
//!
//! Wasmtime's own `StoreLimits` count each memory alone, so that 400 memories of 1 GiB pass a limit of 1 GiB.

use tito_artifact::RunLimits;
use wasmtime::{Engine, ResourceLimiter, Result};

use crate::{Limit, LimitKind, instrument};

/// What one store has, and the first thing that it was denied.
pub(crate) struct Ledger {
    memory: Account,
    tables: Account,
    instances: u32,
    memories: u32,
    table_count: u32,
    denied: Option<Limit>,
    system: Option<String>,
    /// Where the engine profiles.
    listener: Option<Listener>,
}

/// Whom functions tell what they have counted.
struct Listener {
    engine: Engine,
    told: Option<u64>,
}

impl Listener {
    /// Whether a growth is a message. The next check of the epoch, which comes at once, notes the stack.
    fn hears(&mut self, current: usize, desired: usize) -> bool {
        let told = instrument::told(current, desired);
        if told.is_some() {
            self.told = told;
            self.engine.increment_epoch();
        }
        told.is_some()
    }
}

/// A sum that may not pass a limit.
#[derive(Debug)]
struct Account {
    kind: LimitKind,
    limit: u64,
    held: u64,
    peak: u64,
    /// What the growth that was granted last added, to be taken back if the system then fails to provide it.
    pending: u64,
}

impl Account {
    fn new(kind: LimitKind, limit: u64) -> Self {
        Self { kind, limit, held: 0, peak: 0, pending: 0 }
    }

    fn grow(&mut self, current: usize, desired: usize) -> Result<(), Limit> {
        let more = desired.saturating_sub(current) as u64;
        self.pending = 0;
        match self.held.checked_add(more) {
            Some(held) if held <= self.limit => {
                (self.held, self.pending, self.peak) = (held, more, self.peak.max(held));
                Ok(())
            }
            _ => Err(Limit { kind: self.kind, allowed: self.limit }),
        }
    }

    fn take_back(&mut self) {
        self.held -= std::mem::take(&mut self.pending);
    }
}

impl Ledger {
    pub(crate) fn new(limits: &RunLimits) -> Self {
        Self {
            memory: Account::new(LimitKind::Memory, limits.memory_bytes),
            tables: Account::new(LimitKind::Tables, limits.table_elements),
            instances: limits.instances,
            memories: limits.memories,
            table_count: limits.tables,
            denied: None,
            system: None,
            listener: None,
        }
    }

    /// The same, where what functions have counted is told by growths of memory. Beside each memory there may be another,
    /// of what they count with.
    pub(crate) fn listening(limits: &RunLimits, engine: &Engine) -> Self {
        let listener = Some(Listener { engine: engine.clone(), told: None });
        let own = u64::from(limits.memories) * instrument::CACHES_BYTES;
        let limits = RunLimits {
            memories: limits.memories.saturating_mul(2),
            memory_bytes: limits.memory_bytes.saturating_add(own),
            ..limits.clone()
        };
        Self { listener, ..Self::new(&limits) }
    }

    /// What a function has told since this was last asked.
    pub(crate) fn take_told(&mut self) -> Option<u64> {
        self.listener.as_mut()?.told.take()
    }

    /// All linear memories together: now, and at most.
    pub(crate) fn memory_bytes(&self) -> (u64, u64) {
        (self.memory.held, self.memory.peak)
    }

    /// What the guest was denied since this was last asked.
    pub(crate) fn take_denied(&mut self) -> Option<Limit> {
        self.denied.take()
    }

    /// What the system did not provide although it was granted: our failure, not the guest's.
    pub(crate) fn take_system_failure(&mut self) -> Option<String> {
        self.system.take()
    }

    /// A growth failed. One that was granted is taken back, and the system is to blame for it.
    fn failed(&mut self, account: fn(&mut Self) -> &mut Account, error: &wasmtime::Error) {
        if account(self).pending > 0 {
            account(self).take_back();
            self.system = Some(format!("{error:#}"));
        }
    }

    /// Whether a growth is granted. One beyond the memory's or table's own maximum fails without being denied.
    fn growing(
        &mut self,
        account: fn(&mut Self) -> &mut Account,
        from: usize,
        to: usize,
        most: Option<usize>,
    ) -> bool {
        let account = account(self);
        if most.is_some_and(|most| to > most) {
            account.pending = 0;
            return false;
        }
        let granted = account.grow(from, to);
        if let Err(limit) = granted {
            self.denied.get_or_insert(limit);
        }
        granted.is_ok()
    }
}

impl ResourceLimiter for Ledger {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        let is_message = self.listener.as_mut().is_some_and(|listener| listener.hears(current, desired));
        Ok(!is_message && self.growing(|ledger| &mut ledger.memory, current, desired, maximum))
    }

    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> Result<()> {
        self.failed(|ledger| &mut ledger.memory, &error);
        Ok(())
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        Ok(self.growing(|ledger| &mut ledger.tables, current, desired, maximum))
    }

    fn table_grow_failed(&mut self, error: wasmtime::Error) -> Result<()> {
        self.failed(|ledger| &mut ledger.tables, &error);
        Ok(())
    }

    fn instances(&self) -> usize {
        self.instances as usize
    }

    fn tables(&self) -> usize {
        self.table_count as usize
    }

    fn memories(&self) -> usize {
        self.memories as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_are_summed_and_a_failed_growth_is_taken_back() {
        let mut ledger = Ledger::new(&RunLimits { memory_bytes: 100, ..RunLimits::default() });
        assert!(ledger.memory_growing(0, 60, None).unwrap());
        assert!(!ledger.memory_growing(0, 60, None).unwrap(), "a second memory counts with the first");
        assert_eq!(ledger.take_denied(), Some(Limit { kind: LimitKind::Memory, allowed: 100 }));
        ledger.memory_grow_failed(wasmtime::format_err!("denied")).unwrap();
        assert_eq!(ledger.memory_bytes(), (60, 60), "what was denied is not taken back");
        assert_eq!(ledger.take_system_failure(), None);
        assert!(ledger.memory_growing(60, 100, None).unwrap());
        ledger.memory_grow_failed(wasmtime::format_err!("no pages")).unwrap();
        assert_eq!(ledger.memory_bytes(), (60, 100));
        assert_eq!(ledger.take_denied(), None);
        assert_eq!(ledger.take_system_failure().as_deref(), Some("no pages"));
        assert!(!ledger.memory_growing(60, 90, Some(80)).unwrap(), "more than the memory says of itself");
        ledger.memory_grow_failed(wasmtime::format_err!("its own maximum")).unwrap();
        assert_eq!((ledger.take_denied(), ledger.take_system_failure()), (None, None));
    }
}
