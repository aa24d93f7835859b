//! Milestone 5, Language Generation: what there is of it here is the criterion of component reuse.

mod reuse;

pub use reuse::comparison;
