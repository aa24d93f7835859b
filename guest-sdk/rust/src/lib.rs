//! What a `TinyTorch` submission in Rust depends on: tensors, layers, and the macros that export a framework.
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
//! # Learning
//!
//! From milestone 3 on layers go back as well. A layer keeps what its [`backward`](Layer::backward) will need of a
//! training pass, lists a gradient for each parameter, and adds to it. [`Sequential`] calls the layers from behind, and
//! lends all parameters and gradients to a step by [`update`](Sequential::update). Here the layer from above learns:
//!
//! ```
//! use tinytorch::{Fault, Layer, Mode, Tensor};
//! # use tinytorch::{DenseSpec, LayerSpec, Layers, Model, Rng, Sequential};
//!
//! struct Gain {
//!     gain: Tensor,
//!     gradient: Tensor,
//!     /// The input of the last training pass.
//!     input: Option<Tensor>,
//! }
//!
//! impl Layer for Gain {
//!     fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
//!         if mode == Mode::Training {
//!             self.input = Some(input.clone());
//!         }
//!         // As above.
//! #         let mut output = input.clone();
//! #         for row in output.rows_mut() {
//! #             row.iter_mut().zip(self.gain.data()).for_each(|(x, gain)| *x *= gain);
//! #         }
//! #         Ok(output)
//!     }
//!
//!     fn backward(&mut self, output_gradient: &Tensor) -> Result<Tensor, Fault> {
//!         let Some(input) = &self.input else { return Err(Fault::invalid_argument("gain: not trained")) };
//!         for (x, dy) in input.rows().zip(output_gradient.rows()) {
//!             let sums = self.gradient.data_mut().iter_mut();
//!             sums.zip(x.iter().zip(dy)).for_each(|(sum, (x, dy))| *sum += x * dy);
//!         }
//!         let mut input_gradient = output_gradient.clone();
//!         for row in input_gradient.rows_mut() {
//!             row.iter_mut().zip(self.gain.data()).for_each(|(dy, gain)| *dy *= gain);
//!         }
//!         Ok(input_gradient)
//!     }
//!
//!     fn gradients(&self) -> Vec<&Tensor> {
//!         vec![&self.gradient]
//!     }
//!
//!     fn gradients_mut(&mut self) -> Vec<&mut Tensor> {
//!         vec![&mut self.gradient]
//!     }
//! #   fn parameters(&self) -> Vec<&Tensor> {
//! #       vec![&self.gain]
//! #   }
//! #   fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
//! #       vec![&mut self.gain]
//! #   }
//!     // parameters and parameters_mut as above
//! }
//! # struct Framework;
//! # impl Layers for Framework {
//! #     fn layer(_: &LayerSpec, _: &mut Rng) -> Result<Box<dyn Layer>, Fault> {
//! #         let gain = Tensor::from_fn([2], || 1.0);
//! #         Ok(Box::new(Gain { gradient: Tensor::zeros([2]), gain, input: None }))
//! #     }
//! # }
//! # let mut model = Sequential::<Framework>::build(&[LayerSpec::Relu], 0)?;
//! # let inputs = Tensor::new([1, 2], vec![1.0, 2.0])?;
//!
//! let outputs = model.forward(&inputs, Mode::Training)?;
//! let output_gradient = outputs.map(|y| y - 3.0);
//! model.backward(&output_gradient)?;
//! model.update(|parameters, gradients| {
//!     for (parameter, gradient) in parameters.iter_mut().zip(gradients) {
//!         parameter.data_mut().iter_mut().zip(gradient.data()).for_each(|(p, g)| *p -= 0.1 * g);
//!     }
//! });
//! # assert_eq!(model.parameters()[0].data(), [1.2, 1.2]);
//! # Ok::<(), Fault>(())
//! ```
//!
//! [`Learning`] is where a framework answers for the rest: its losses, its [`Optimizer`]s, `fit` over a [`Dataset`], and
//! checkpoints. Write them one by one, as you do with layers; [`export_learning!`] then stands in place of
//! [`export_inference!`]. A checkpoint holds [`Sequential::specs`], every parameter, and every layer's
//! [`state`](Layer::state).
//!
//! # Writing
//!
//! From milestone 5 on a framework writes: [`Language`] has the function `generate`, and [`export_language!`] stands in place
//! of [`export_learning!`]. Tokens are whole numbers in a tensor `[sequences, length]`, which
//! [`LayerSpec::TokenEmbedding`] makes vectors of; the loss is the same [`Learning::cross_entropy`], of logits
//! `[sequences, length, tokens]` against one target for each position.
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
mod language;
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
pub use language::{Language, Sampling};
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
