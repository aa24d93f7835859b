//! A small right framework, made so that a guest can replace the one thing that is wrong with it.
//!
//! Plain loops, all of them right. What a guest does not replace comes from here.

mod conv2d;
mod dense;
mod guest;
#[cfg(target_arch = "wasm32")]
mod heap;
mod images;
pub mod language;
mod layer;
pub mod learning;
mod pool2d;
mod right;
mod stack;

pub use conv2d::Conv2d;
pub use dense::Dense;
pub use guest::{Guest, Submission};
pub use images::{Images, Window, beside, pool_of};
pub use layer::{after, before, elementwise, rowwise, whole};
pub use pool2d::{largest, mean, pool};
pub use right::{right, sigmoid, softmax};
pub use stack::Stack;
pub use tinytorch::{
    Conv2dSpec, DenseSpec, Fault, Layer, LayerSpec, Mode, Model, Pool2dSpec, Rng, Tensor, export_inference,
};

/// A function like [`right`].
pub type MakeLayer = fn(&LayerSpec, &mut Rng) -> Result<Box<dyn Layer>, Fault>;

/// Exports the right framework with some of its layers replaced, by a [`MakeLayer`].
#[macro_export]
macro_rules! export_layers {
    ($layer:expr) => {
        #[derive(Default)]
        struct Layers;

        impl $crate::Guest for Layers {
            const LAYER: $crate::MakeLayer = $layer;
        }

        $crate::export_inference!($crate::Submission<Layers>);
    };
}
