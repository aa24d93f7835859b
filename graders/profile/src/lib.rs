//! What a profile says: functions by fuel, kinds of cost, a flame graph.
//!
//! Where the fuel went is the sandbox's to count, and what functions are called the artifact's to say; both are put
//! together here, for reports and for students. Nothing here runs anything.

mod flame;
mod kind;
mod report;

pub use flame::flame_graph;
pub use kind::{Kind, path};
pub use report::{Cost, Report, folded};
