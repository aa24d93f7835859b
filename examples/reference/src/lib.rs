//! A good implementation of milestones 1 to 5: the optimized yardstick, and what a full mark looks like.
//!
//! Safe Rust that LLVM vectorises by itself.

mod activation;
mod adam;
mod attention;
mod batch_norm2d;
mod checkpoint;
mod clip;
mod conv2d;
mod crc32;
mod cross_entropy;
mod dense;
mod dropout;
mod exp;
mod fit;
mod flatten;
mod gelu;
mod gemm;
mod generate;
mod heads;
mod kept;
mod layer_code;
mod layer_norm;
mod mean_squared_error;
mod optimizer;
mod pool2d;
mod position_embedding;
mod reader;
mod schedule;
mod sgd;
mod softmax;
mod sum;
#[cfg(test)]
mod testing;
mod token_embedding;
mod transformer_block;
mod weights;
mod window;

use tinytorch::{
    Dataset, Directive, Epoch, Fault, Language, Layer, LayerSpec, Layers, Learning, Loss, Optimizer,
    OptimizerSpec, Recipe, Rng, Sampling, Sequential, Tensor,
};

use activation::{Activation, Relu, Sigmoid, Tanh};
use attention::Attention;
use batch_norm2d::BatchNorm2d;
use conv2d::Conv2d;
use dense::Dense;
use dropout::Dropout;
use flatten::Flatten;
use gelu::Gelu;
use layer_norm::LayerNorm;
use pool2d::{AveragePool2d, MaxPool2d};
use position_embedding::PositionEmbedding;
use softmax::Softmax;
use token_embedding::TokenEmbedding;
use transformer_block::TransformerBlock;

/// The layers of milestones 1 to 5, and how they learn.
pub struct Reference;

impl Layers for Reference {
    fn layer(spec: &LayerSpec, rng: &mut Rng) -> Result<Box<dyn Layer>, Fault> {
        Ok(match *spec {
            LayerSpec::Dense(spec) => Box::new(Dense::new(spec, rng)?),
            LayerSpec::Relu => Box::new(Activation::<Relu>::new()),
            LayerSpec::Sigmoid => Box::new(Activation::<Sigmoid>::new()),
            LayerSpec::Tanh => Box::new(Activation::<Tanh>::new()),
            LayerSpec::Softmax => Box::new(Softmax::default()),
            LayerSpec::Flatten => Box::new(Flatten::default()),
            LayerSpec::Conv2d(spec) => Box::new(Conv2d::new(spec, rng)?),
            LayerSpec::MaxPool2d(spec) => Box::new(MaxPool2d::new(spec)?),
            LayerSpec::AveragePool2d(spec) => Box::new(AveragePool2d::new(spec)?),
            LayerSpec::BatchNorm2d(spec) => Box::new(BatchNorm2d::new(spec)?),
            LayerSpec::Dropout(probability) => Box::new(Dropout::new(probability, rng)?),
            LayerSpec::Gelu => Box::new(Gelu::default()),
            LayerSpec::TokenEmbedding(spec) => Box::new(TokenEmbedding::new(spec, rng)?),
            LayerSpec::PositionEmbedding(spec) => Box::new(PositionEmbedding::new(spec, rng)?),
            LayerSpec::LayerNorm(spec) => Box::new(LayerNorm::new(spec)?),
            LayerSpec::Attention(spec) => Box::new(Attention::new(spec, rng)?),
            LayerSpec::TransformerBlock(spec) => Box::new(TransformerBlock::new(spec, rng)?),
        })
    }
}

impl Learning for Reference {
    type Model = Sequential<Self>;

    fn cross_entropy(logits: &Tensor, targets: &[u32]) -> Result<Loss, Fault> {
        cross_entropy::cross_entropy(logits, targets)
    }

    fn mean_squared_error(predictions: &Tensor, targets: &Tensor) -> Result<Loss, Fault> {
        mean_squared_error::mean_squared_error(predictions, targets)
    }

    fn optimizer(spec: &OptimizerSpec) -> Result<Box<dyn Optimizer>, Fault> {
        Ok(optimizer::optimizer(spec))
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
        checkpoint::save(model)
    }

    fn restore(bytes: &[u8]) -> Result<Sequential<Self>, Fault> {
        checkpoint::restore(bytes)
    }
}

impl Language for Reference {
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

tinytorch::export_language!(Reference);
