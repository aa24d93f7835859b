//! What a guest may do otherwise than a right framework that learns.

use tinytorch::{
    Dataset, Directive, Epoch, Fault, Loss, Mode, Optimizer, OptimizerSpec, Recipe, Rng, Tensor,
};

use super::{
    At, Met, Pupil, Steps, TAUGHT, clip, contents, cross_entropy, evaluate, fit, in_batches,
    mean_squared_error, model_of, moved, rate, sealed, shuffled, summed_up, words_of,
};
use crate::{MakeLayer, Stack};

/// A submission that learns in which something is replaced; whatever is left out stays right.
pub trait Learner: Default + 'static {
    /// The layers that it has.
    const LAYER: MakeLayer = TAUGHT;

    /// In place of `parameters`.
    fn parameters(&self, stack: &Stack) -> Vec<Tensor> {
        stack.parameters()
    }

    /// In place of `load`.
    ///
    /// # Errors
    ///
    /// As [`Stack::load`].
    fn load(&mut self, stack: &mut Stack, parameters: Vec<Tensor>) -> Result<(), Fault> {
        stack.load(parameters)?;
        stack.zero_gradients();
        Ok(())
    }

    /// In place of `forward`.
    ///
    /// # Errors
    ///
    /// As [`Stack::pass`].
    fn forward(&mut self, stack: &mut Stack, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        stack.pass(input, mode)
    }

    /// In place of `backward`.
    ///
    /// # Errors
    ///
    /// As [`Stack::backward`].
    fn backward(&mut self, stack: &mut Stack, gradient: &Tensor) -> Result<Tensor, Fault> {
        stack.backward(gradient)
    }

    /// In place of `gradients`.
    fn gradients(&self, stack: &Stack) -> Vec<Tensor> {
        stack.gradients()
    }

    /// In place of `zero-gradients`.
    fn zero_gradients(&mut self, stack: &mut Stack) {
        stack.zero_gradients();
    }

    /// In place of `cross-entropy`, also in `fit`.
    ///
    /// # Errors
    ///
    /// As [`cross_entropy`].
    fn cross_entropy(logits: &Tensor, targets: &[u32]) -> Result<Loss, Fault> {
        cross_entropy(logits, targets)
    }

    /// In place of `mean-squared-error`.
    ///
    /// # Errors
    ///
    /// As [`mean_squared_error`].
    fn mean_squared_error(predictions: &Tensor, targets: &Tensor) -> Result<Loss, Fault> {
        mean_squared_error(predictions, targets)
    }

    /// In place of an optimizer, also in `fit`.
    ///
    /// # Errors
    ///
    /// None while it is right.
    fn optimizer(spec: &OptimizerSpec) -> Result<Box<dyn Optimizer>, Fault> {
        Ok(Steps::boxed(spec, Self::moved))
    }

    /// In place of an optimizer's formula.
    fn moved(spec: &OptimizerSpec, at: At, memory: &mut [f32; 2]) -> f32 {
        moved(spec, at, memory)
    }

    /// In place of `fit`.
    ///
    /// # Errors
    ///
    /// As [`fit`].
    fn fit(
        pupil: &mut Pupil<Self>,
        training: &dyn Dataset,
        validation: Option<&dyn Dataset>,
        recipe: &Recipe,
        report: &mut dyn FnMut(&Epoch) -> Directive,
    ) -> Result<Vec<Epoch>, Fault> {
        fit(pupil, training, validation, recipe, report)
    }

    /// The generator of the orders of a run.
    fn rng(recipe: &Recipe) -> Rng {
        Rng::new(recipe.seed)
    }

    /// The order of an epoch's examples, where it is to be shuffled.
    fn shuffled(length: u32, rng: &mut Rng) -> Vec<u32> {
        shuffled(length, rng)
    }

    /// An epoch's batches.
    fn in_batches(order: &[u32], size: u32) -> Vec<Vec<u32>> {
        in_batches(order, size)
    }

    /// What happens to gradients before a step.
    fn forget(pupil: &mut Pupil<Self>) {
        pupil.stack.zero_gradients();
    }

    /// The gradient that goes back from the loss of so many examples.
    fn sent_back(gradient: Tensor, _count: usize, _recipe: &Recipe) -> Tensor {
        gradient
    }

    /// The learning rate of a step of so many, counted from 0. The step of an epoch of so many is told besides.
    fn rate(recipe: &Recipe, [step, steps]: [u64; 2], _in_epoch: u64) -> f32 {
        rate(recipe, step, steps)
    }

    /// In place of clipping.
    fn clip(gradients: &mut [Tensor], most: f32) {
        clip(gradients, most);
    }

    /// In place of the validation.
    ///
    /// # Errors
    ///
    /// As [`evaluate`].
    fn evaluate(pupil: &mut Pupil<Self>, data: &dyn Dataset) -> Result<[f32; 2], Fault> {
        evaluate(pupil, data, Mode::Inference)
    }

    /// The loss and the accuracy that are told of an epoch's batches.
    fn summed_up(met: &[Met]) -> [f32; 2] {
        summed_up(met)
    }

    /// Whether training goes on after an epoch.
    fn goes_on(directive: Directive) -> bool {
        directive == Directive::Proceed
    }

    /// In place of `save`.
    ///
    /// # Errors
    ///
    /// None while it is right.
    fn save(pupil: &Pupil<Self>) -> Result<Vec<u8>, Fault> {
        Ok(sealed(&words_of(pupil)))
    }

    /// In place of `restore`.
    ///
    /// # Errors
    ///
    /// [`Fault::InvalidArgument`] for what is no checkpoint.
    fn restore(bytes: &[u8]) -> Result<Pupil<Self>, Fault> {
        model_of(&contents(bytes)?)
    }
}
