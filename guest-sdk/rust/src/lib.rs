//! What a `TinyTorch` submission in Rust depends on: tensors, layers, and the macro that exports a model.
//!
//! You write the layers; this crate carries tensors in and out of WebAssembly and chains the layers that you return. It
//! contains none of the mathematics that you are graded on. `tito new NAME` makes a project that has it all in place;
//! this page says what is there and why.
//!
//! # A first layer
//!
//! A layer is a struct with a [`forward`](Layer::forward). It takes a [`Tensor`], which is a shape and a list of `f32`
//! in row-major order, and returns another:
//!
//! ```
//! use tinytorch::{Fault, Layer, Mode, Tensor};
//!
//! /// max(x, 0)
//! struct Relu;
//!
//! impl Layer for Relu {
//!     fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
//!         Ok(input.map(|x| x.max(0.0)))
//!     }
//! }
//!
//! let input = Tensor::new([2, 2], vec![-1.0, 2.0, 0.0, -3.0])?;
//! let output = Relu.forward(&input, Mode::Inference)?;
//! assert_eq!(output, Tensor::new([2, 2], vec![0.0, 2.0, 0.0, 0.0])?);
//! # Ok::<(), Fault>(())
//! ```
//!
//! # A framework
//!
//! The grader asks for layers by description. [`Layers`] is where you answer: a layer, or a [`Fault`] that says that it
//! is not written yet. A fault is an answer and costs only what was asked; a panic loses the whole model. Then export:
//!
//! ```
//! use tinytorch::{Fault, Layer, LayerSpec, Layers, Rng, Sequential};
//! # use tinytorch::{Mode, Model, Tensor};
//! # struct Relu;
//! # impl Layer for Relu {
//! #     fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
//! #         Ok(input.map(|x| x.max(0.0)))
//! #     }
//! # }
//!
//! pub struct Framework;
//!
//! impl Layers for Framework {
//!     fn layer(spec: &LayerSpec, rng: &mut Rng) -> Result<Box<dyn Layer>, Fault> {
//!         match *spec {
//!             LayerSpec::Relu => Ok(Box::new(Relu)),
//!             other => Err(Fault::unsupported(format!("{other}: not written yet"))),
//!         }
//!     }
//! }
//!
//! tinytorch::export_inference!(Sequential<Framework>);
//! # fn main() {
//! # let mut model = Sequential::<Framework>::build(&[LayerSpec::Relu], 0).unwrap();
//! # assert_eq!(model.forward(&Tensor::zeros([3]), Mode::Inference), Ok(Tensor::zeros([3])));
//! # let missing = Sequential::<Framework>::build(&[LayerSpec::Softmax], 0).err();
//! # assert_eq!(missing, Some(Fault::unsupported("softmax: not written yet")));
//! # }
//! ```
//!
//! `tito build` turns that crate into `component.wasm`, and `tito milestone test 1` grades it, or the number of a
//! later milestone.
//!
//! # A layer with parameters
//!
//! [`parameters`](Layer::parameters) lists them in the order that the layer's description documents, and
//! [`parameters_mut`](Layer::parameters_mut) lists the same ones for the grader to replace with its own: that is how it
//! knows what the output should be. Here is a layer that the contract does not have, y = g x over the last axis, with
//! everything that a dense layer needs too:
//!
//! ```
//! use tinytorch::{Fault, Layer, Mode, Rng, Tensor};
//!
//! struct Gain {
//!     /// [features]
//!     gain: Tensor,
//! }
//!
//! impl Gain {
//!     fn new(features: u32, rng: &mut Rng) -> Self {
//!         Self { gain: Tensor::from_fn([features], || 1.0 + 0.1 * rng.normal()) }
//!     }
//! }
//!
//! impl Layer for Gain {
//!     fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
//!         if input.shape().last() != self.gain.shape().last() {
//!             let (wanted, found) = (self.gain.width(), input.shape());
//!             return Err(Fault::shape_mismatch(format!("gain: {wanted} features wanted, shape {found:?} given")));
//!         }
//!         let mut output = input.clone();
//!         for row in output.rows_mut() {
//!             row.iter_mut().zip(self.gain.data()).for_each(|(x, gain)| *x *= gain);
//!         }
//!         Ok(output)
//!     }
//!
//!     fn parameters(&self) -> Vec<&Tensor> {
//!         vec![&self.gain]
//!     }
//!
//!     fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
//!         vec![&mut self.gain]
//!     }
//! }
//!
//! let mut layer = Gain::new(2, &mut Rng::new(42));
//! *layer.parameters_mut()[0] = Tensor::new([2], vec![10.0, 100.0])?;
//! let input = Tensor::new([2, 2], vec![1.0, 2.0, 3.0, 4.0])?;
//! assert_eq!(layer.forward(&input, Mode::Inference)?.data(), [10.0, 200.0, 30.0, 400.0]);
//! assert!(matches!(layer.forward(&Tensor::zeros([2, 3]), Mode::Inference), Err(Fault::ShapeMismatch(_))));
//! # Ok::<(), Fault>(())
//! ```
//!
//! # Speed
//!
//! `tito build` lets the compiler use 128-bit SIMD. It does so by itself where a loop runs over slices of equal length
//! (`zip`, `chunks_exact`) and every turn is independent of the one before it; indexing costs a check a turn. A sum over
//! f32 is not independent: several sums side by side are. Write it right first.

#[doc(hidden)]
pub mod bindings;
mod dataset;
#[doc(hidden)]
pub mod export;
mod fault;
mod layer;
mod learning;
mod log;
mod loss;
mod model;
mod optimizer;
mod recipe;
mod rng;
mod sequential;
mod spec;
mod tensor;

pub use dataset::{Batch, Dataset};
pub use fault::Fault;
pub use layer::{Layer, Layers, Mode};
pub use learning::Learning;
pub use log::log;
pub use loss::Loss;
pub use model::Model;
pub use optimizer::{AdamSpec, Optimizer, OptimizerSpec, SgdSpec};
pub use recipe::{Directive, Epoch, Recipe, Schedule};
pub use rng::Rng;
pub use sequential::Sequential;
pub use spec::{
    AttentionSpec, BlockSpec, Conv2dSpec, DenseSpec, EmbeddingSpec, LayerSpec, NormSpec, Pool2dSpec,
};
pub use tensor::Tensor;
