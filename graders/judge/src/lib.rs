//! Seeded cases, bounds, verdicts with evidence, misconceptions by name.
//!
//! A [`Case`] is drawn from a [`Seed`], audited so that no known cheat passes it, asked of a fresh guest by an
//! [`Examiner`] and compared with the oracle. What a case is for, and what it weighs, is `tito-milestones`'.

mod audit;
mod case;
mod condition;
mod describe;
mod doubt;
mod draw;
mod examiner;
mod exercise;
mod fast;
mod findings;
mod freivalds;
mod loss_case;
mod misconception;
mod optimizer;
mod probe;
mod question;
mod reference;
mod seed;
mod speed;
mod steps;
mod time_ratio;
mod turns;
mod verdict;
mod work;
mod writing;

pub use audit::audited;
pub use case::{Case, Kind};
pub use condition::{
    is_seen_by_sampling, sampled_condition, stack_gauge, stack_gradient_gauge, stack_gradients,
};
pub use describe::describe;
pub use doubt::Doubt;
pub use draw::Draw;
pub use examiner::{Examiner, NOT_ASKED};
pub use exercise::{Exercise, Task, output_shape};
pub use fast::{allow_fast, may_be_fast};
pub use findings::{Failure, Findings};
pub use freivalds::freivalds;
pub use loss_case::{LossCase, Targets};
pub use misconception::{IN_LOSSES, IN_OPTIMIZERS, IN_TRAINING, Known, MISCONCEPTIONS, Misconception};
pub use optimizer::{OptimizerOracle, adam_settings, sgd_settings};
pub use probe::probe;
pub use question::{Cheat, Given, Part, Question};
pub use reference::{
    affine, attention, block, conv_window, gradient_oracle, layer_oracle, parameter_shapes, pool_window,
    stack_oracle, stack_value, training_oracle, window,
};
pub use seed::Seed;
pub use speed::speed;
pub use steps::{Step, Steps};
pub use time_ratio::{Pair, TimeRatio};
pub use turns::{Taken, Turns};
pub use verdict::{advice, compare};
pub use work::{Effort, Size, Work};
pub use writing::{IN_WRITING, Writing};
