//! A small right framework that learns, made so that a guest can replace the one thing that is wrong with it.
//!
//! Layers are made by a [`MakeLayer`], [`taught`] where they are right; everything else is a function of [`Learner`].

mod batch_norm2d;
mod checkpoint;
mod convolved;
mod dropout;
mod fit;
mod learner;
mod loss;
mod optimizer;
mod pupil;
mod slopes;
mod taught;
#[cfg(test)]
mod tests;
mod way_back;

pub use batch_norm2d::{BatchNorm2d, Moments};
pub use checkpoint::{contents, model_of, sealed, words_of};
pub use dropout::Dropout;
pub use fit::{Met, clip, evaluate, fit, in_batches, rate, scored, shuffled, summed_up};
pub use learner::Learner;
pub use loss::{cross_entropy, hits, mean_squared_error};
pub use optimizer::{At, Moved, Steps, adam_by, moved};
pub use pupil::{Lesson, Pupil};
pub use slopes::{
    average_pool_slopes, conv2d_slopes, curve_slopes, dense_slopes, each_output, flatten_slopes,
    max_pool_slopes, pool_slopes, softmax_slopes,
};
pub use taught::{bent, curve, slopes, taught, way_back};
pub use tinytorch::{
    AdamSpec, Batch, Dataset, Directive, Epoch, Learning, Loss, NormSpec, Optimizer, OptimizerSpec, Recipe,
    Schedule, SgdSpec, export_learning,
};
pub use way_back::{Back, Pass, Slopes, WayBack};

use crate::MakeLayer;

/// Exports the right framework with some of its layers replaced, by a [`MakeLayer`].
#[macro_export]
macro_rules! export_learning_layers {
    ($layer:expr) => {
        #[derive(Default)]
        struct Layers;

        impl $crate::learning::Learner for Layers {
            const LAYER: $crate::MakeLayer = $layer;
        }

        $crate::export_learner!(Layers);
    };
}

/// Exports a [`Learner`]: the right framework with some of its functions replaced.
#[macro_export]
macro_rules! export_learner {
    ($learner:ty) => {
        $crate::learning::export_learning!($crate::learning::Lesson<$learner>);
    };
}

/// The right layers, where nothing else is said.
pub(crate) const TAUGHT: MakeLayer = taught;
