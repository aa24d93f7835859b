//! What a framework does besides chaining layers, from milestone 3 on.

use std::any::type_name;

use crate::{Dataset, Directive, Epoch, Fault, Loss, Model, Optimizer, OptimizerSpec, Recipe, Tensor};

/// What a framework does besides chaining layers, from milestone 3 on. [`export_learning!`](crate::export_learning)
/// exports it together with its model.
///
/// Everything but the model's type may be left out: what is not written yet answers with a fault and costs only what
/// was asked.
///
/// Here is one that has an optimizer, though none of the contract's: it goes by the sign of a gradient alone.
///
/// ```
/// use tinytorch::{
///     Fault, Layer, LayerSpec, Layers, Learning, Optimizer, OptimizerSpec, Rng, Sequential, Tensor,
/// };
///
/// struct Framework;
///
/// impl Layers for Framework {
///     fn layer(spec: &LayerSpec, _: &mut Rng) -> Result<Box<dyn Layer>, Fault> {
///         Err(Fault::unsupported(format!("{spec}: not written yet")))
///     }
/// }
///
/// impl Learning for Framework {
///     type Model = Sequential<Self>;
///
///     fn optimizer(_: &OptimizerSpec) -> Result<Box<dyn Optimizer>, Fault> {
///         Ok(Box::new(Signs))
///     }
/// }
///
/// tinytorch::export_learning!(Framework);
///
/// struct Signs;
///
/// impl Optimizer for Signs {
///     fn step(&mut self, rate: f32, parameters: &mut [&mut Tensor], gradients: &[Tensor]) -> Result<(), Fault> {
///         for (parameter, gradient) in parameters.iter_mut().zip(gradients) {
///             if parameter.shape() != gradient.shape() {
///                 return Err(Fault::shape_mismatch("step: a gradient of another shape than its parameter"));
///             }
///             let pairs = parameter.data_mut().iter_mut().zip(gradient.data());
///             pairs.for_each(|(p, g)| *p -= rate * g.signum());
///         }
///         Ok(())
///     }
/// }
/// # fn main() {
/// # let mut parameter = Tensor::new([2], vec![1.0, 2.0]).unwrap();
/// # let gradient = Tensor::new([2], vec![-7.0, 0.3]).unwrap();
/// # Signs.step(0.5, &mut [&mut parameter], &[gradient]).unwrap();
/// # assert_eq!(parameter.data(), [1.5, 1.5]);
/// # let missing = Framework::cross_entropy(&parameter, &[0]);
/// # assert!(matches!(missing, Err(Fault::Unsupported(_))));
/// # }
/// ```
pub trait Learning: Sized + 'static {
    /// What it trains: [`Sequential<Self>`](crate::Sequential), or a container of your own.
    type Model: Model;

    /// Softmax cross-entropy of logits `[..., classes]` against one class for each row, the mean over all rows, and its
    /// gradient with respect to the logits.
    ///
    /// # Errors
    ///
    /// [`Fault::ShapeMismatch`] unless there is one target a row, [`Fault::InvalidArgument`] for a target that is no
    /// class.
    fn cross_entropy(_logits: &Tensor, _targets: &[u32]) -> Result<Loss, Fault> {
        Err(missing::<Self>("cross-entropy"))
    }

    /// The mean of (prediction − target)² over all elements, and its gradient with respect to the predictions.
    ///
    /// # Errors
    ///
    /// [`Fault::ShapeMismatch`] if the shapes differ.
    fn mean_squared_error(_predictions: &Tensor, _targets: &Tensor) -> Result<Loss, Fault> {
        Err(missing::<Self>("mean-squared-error"))
    }

    /// An optimizer of this description that has made no step yet.
    ///
    /// # Errors
    ///
    /// [`Fault::Unsupported`] for one that is not written yet.
    fn optimizer(_spec: &OptimizerSpec) -> Result<Box<dyn Optimizer>, Fault> {
        Err(missing::<Self>("an optimizer"))
    }

    /// Trains a model with softmax cross-entropy and returns what was reported of every epoch.
    ///
    /// Every example is used once an epoch, in batches of the recipe's size of which the last may be smaller; in the data's
    /// own order, or in a new one every epoch that comes from the recipe's seed. After each epoch `report` is called, and
    /// where it answers [`Directive::Stop`] this returns. An epoch's training loss and accuracy are the means over its
    /// examples as they were met, those of the validation are the model's at its end, in inference.
    ///
    /// # Errors
    ///
    /// A fault of [`Dataset::batch`] is passed on: the host answers so when the budget is spent.
    fn fit(
        _model: &mut Self::Model,
        _training: &dyn Dataset,
        _validation: Option<&dyn Dataset>,
        _recipe: &Recipe,
        _report: &mut dyn FnMut(&Epoch) -> Directive,
    ) -> Result<Vec<Epoch>, Fault> {
        Err(missing::<Self>("fit"))
    }

    /// A checkpoint: the layers, every parameter, and every layer's [`state`](crate::Layer::state), in a format of your
    /// own.
    ///
    /// # Errors
    ///
    /// [`Fault::Unsupported`] unless a framework writes its own.
    fn save(_model: &Self::Model) -> Result<Vec<u8>, Fault> {
        Err(missing::<Self>("save"))
    }

    /// The model that was saved. Training it goes on as if it had never been away.
    ///
    /// # Errors
    ///
    /// [`Fault::InvalidArgument`] for bytes that are damaged, cut short, or no checkpoint at all.
    fn restore(_bytes: &[u8]) -> Result<Self::Model, Fault> {
        Err(missing::<Self>("restore"))
    }
}

fn missing<F>(what: &str) -> Fault {
    Fault::unsupported(format!("{what} of {}: not written yet", type_name::<F>()))
}
