//! Seeded cases, bounds, verdicts with evidence, misconceptions by name.
//!
//! A [`Case`] is drawn from a [`Seed`], audited so that no known cheat passes it, asked of a fresh guest by an
//! [`Examiner`] and compared with the oracle. What a case is for, and what it weighs, is `tito-milestones`'.

mod audit;
mod case;
mod condition;
mod describe;
mod draw;
mod examiner;
mod findings;
mod misconception;
mod probe;
mod reference;
mod seed;
mod verdict;

pub use audit::{audited, cheats};
pub use case::{Case, Kind};
pub use condition::stack_gauge;
pub use describe::describe;
pub use draw::Draw;
pub use examiner::{Examiner, NOT_ASKED};
pub use findings::{Failure, Findings};
pub use misconception::{MISCONCEPTIONS, Misconception};
pub use probe::probe;
pub use reference::{conv_window, layer_oracle, parameter_shapes, pool_window, stack_oracle, window};
pub use seed::Seed;
pub use verdict::{advice, compare};
