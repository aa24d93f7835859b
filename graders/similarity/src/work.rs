//! What somebody handed in.

use std::collections::{BTreeMap, BTreeSet};

/// What somebody handed in, as bytes that nobody vouches for.
#[derive(Clone, Debug, Default)]
pub struct Work<'a> {
    /// What it is called, unique among those that are compared.
    pub id: String,
    /// Whose it is. Works that have an owner in common are never paired.
    pub owners: BTreeSet<String>,
    /// The team that was declared. Works of one team are never paired.
    pub team: Option<String>,
    /// When it was received, in a form that sorts as time does, such as `2026-11-26T10:59:48Z`. It is shown and decides
    /// nothing.
    pub received: Option<String>,
    /// The component, or a core module.
    pub component: Option<&'a [u8]>,
    /// The component's core modules as another optimiser has left them, in order; `None` where the caller has none.
    /// Every work of a task must come from the same optimiser, or none should.
    pub reoptimised: Option<Vec<&'a [u8]>>,
    /// Source files by their paths. Those of no known language are passed over.
    pub sources: BTreeMap<String, &'a [u8]>,
}
