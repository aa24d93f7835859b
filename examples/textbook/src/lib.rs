//! The plain loops that a student writes first, all of them right: the textbook yardstick.
//!
//! Nothing here is fast on purpose or slow on purpose.

mod activation;
mod attention;
mod batch_norm2d;
mod checkpoint;
mod conv2d;
mod dense;
mod dropout;
mod embedding;
mod fit;
mod flatten;
mod generate;
mod layer_norm;
mod loss;
mod normal;
mod optimizer;
mod pool2d;
#[cfg(test)]
mod testing;
mod transformer_block;
mod window;

use tinytorch::{
    Dataset, Directive, Epoch, Fault, Language, Layer, LayerSpec, Layers, Learning, Loss, Optimizer,
    OptimizerSpec, Recipe, Rng, Sampling, Sequential, Tensor,
};

use activation::Softmax;
use attention::Attention;
use batch_norm2d::BatchNorm2d;
use conv2d::Conv2d;
use dense::Dense;
use dropout::Dropout;
use embedding::{PositionEmbedding, TokenEmbedding};
use flatten::Flatten;
use layer_norm::LayerNorm;
use optimizer::Stepper;
use pool2d::{AveragePool2d, MaxPool2d};
use transformer_block::TransformerBlock;

/// The layers of milestones 1 to 5, and how they learn.
pub struct Textbook;

impl Layers for Textbook {
    fn layer(spec: &LayerSpec, rng: &mut Rng) -> Result<Box<dyn Layer>, Fault> {
        match *spec {
            LayerSpec::Dense(spec) => Ok(Box::new(Dense::new(spec, rng))),
            LayerSpec::Relu => Ok(Box::new(activation::relu())),
            LayerSpec::Sigmoid => Ok(Box::new(activation::sigmoid())),
            LayerSpec::Tanh => Ok(Box::new(activation::tanh())),
            LayerSpec::Softmax => Ok(Box::new(Softmax::default())),
            LayerSpec::Flatten => Ok(Box::new(Flatten::default())),
            LayerSpec::Conv2d(spec) => Ok(Box::new(Conv2d::new(spec, rng))),
            LayerSpec::MaxPool2d(spec) => Ok(Box::new(MaxPool2d::new(spec))),
            LayerSpec::AveragePool2d(spec) => Ok(Box::new(AveragePool2d::new(spec))),
            LayerSpec::BatchNorm2d(spec) => Ok(Box::new(BatchNorm2d::new(spec))),
            LayerSpec::Dropout(probability) => Ok(Box::new(Dropout::new(probability, rng)?)),
            LayerSpec::Gelu => Ok(Box::new(activation::gelu())),
            LayerSpec::TokenEmbedding(spec) => Ok(Box::new(TokenEmbedding::new(spec, rng)?)),
            LayerSpec::PositionEmbedding(spec) => Ok(Box::new(PositionEmbedding::new(spec, rng)?)),
            LayerSpec::LayerNorm(spec) => Ok(Box::new(LayerNorm::new(spec)?)),
            LayerSpec::Attention(spec) => Ok(Box::new(Attention::new(spec, rng)?)),
            LayerSpec::TransformerBlock(spec) => Ok(Box::new(TransformerBlock::new(spec, rng)?)),
        }
    }
}

impl Learning for Textbook {
    type Model = Sequential<Self>;

    fn cross_entropy(logits: &Tensor, targets: &[u32]) -> Result<Loss, Fault> {
        loss::cross_entropy(logits, targets)
    }

    fn mean_squared_error(predictions: &Tensor, targets: &Tensor) -> Result<Loss, Fault> {
        loss::mean_squared_error(predictions, targets)
    }

    fn optimizer(spec: &OptimizerSpec) -> Result<Box<dyn Optimizer>, Fault> {
        Ok(Box::new(Stepper::new(*spec)))
    }

    fn fit(
        model: &mut Sequential<Self>,
        training: &dyn Dataset,
        validation: Option<&dyn Dataset>,
        recipe: &Recipe,
        report: &mut dyn FnMut(&Epoch) -> Directive,
    ) -> Result<Vec<Epoch>, Fault> {
        fit::fit(model, training, validation, recipe, report)
    }

    fn save(model: &Sequential<Self>) -> Result<Vec<u8>, Fault> {
        Ok(checkpoint::save(model))
    }

    fn restore(bytes: &[u8]) -> Result<Sequential<Self>, Fault> {
        checkpoint::restore(bytes)
    }
}

impl Language for Textbook {
    fn generate(
        model: &mut Sequential<Self>,
        prompt: &[u32],
        count: u32,
        sampling: Sampling,
        draws: &[f32],
    ) -> Result<Vec<u32>, Fault> {
        generate::generate(model, prompt, count, sampling.temperature, sampling.top_k, draws)
    }
}

tinytorch::export_language!(Textbook);
