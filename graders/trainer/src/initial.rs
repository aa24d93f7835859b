//! What a layer starts with.

use tito_judge::{Draw, parameter_shapes};
use tito_kernels::batch_norm2d::Moments;
use tito_sandbox::{Layer, NormSpec};
use tito_tensor::{Shape, Tensor};

use crate::{TrainError, layer::State};

/// The deviation that the entries of a table of embeddings start with.
const OF_TABLES: f64 = 0.02;

/// Where a block has the γ of its norms.
const GAMMAS_OF_A_BLOCK: [usize; 2] = [0, 10];

/// The parameters that a layer starts with, as the contract's documentation has them: LeCun's deviation for dense weights
/// and projections, He's for convolutions, a small one for tables, 1 for γ, 0 for everything that is added.
pub(crate) fn initial(layer: &Layer, draw: &mut Draw) -> Result<(Vec<Tensor>, State), TrainError> {
    let shapes = parameter_shapes(layer);
    let variance = match layer {
        Layer::Dense(spec) => 1.0 / f64::from(spec.inputs),
        Layer::Conv2d(spec) => {
            2.0 / (f64::from(spec.in_channels) * f64::from(spec.kernel.0) * f64::from(spec.kernel.1))
        }
        Layer::TokenEmbedding(_) | Layer::PositionEmbedding(_) => OF_TABLES * OF_TABLES,
        Layer::BatchNorm2d(spec) => return Ok(normal(*spec)),
        Layer::LayerNorm(_) => return Ok((composed(shapes, &[0], draw), None)),
        Layer::Attention(_) => return Ok((composed(shapes, &[], draw), None)),
        Layer::TransformerBlock(_) => return Ok((composed(shapes, &GAMMAS_OF_A_BLOCK, draw), None)),
        Layer::Relu | Layer::Sigmoid | Layer::Tanh | Layer::Softmax | Layer::Flatten | Layer::Gelu => 0.0,
        Layer::MaxPool2d(_) | Layer::AveragePool2d(_) => 0.0,
        Layer::Dropout(probability) if (0.0..1.0).contains(probability) => 0.0,
        Layer::Dropout(probability) => {
            return Err(TrainError::Setting(format!("dropout of {probability}: give one from 0 to below 1")));
        }
    };
    let mut shapes = shapes.into_iter();
    let weight = shapes.next().map(|shape| draw.normals(shape, variance.sqrt()));
    Ok((weight.into_iter().chain(shapes.map(Tensor::zeros)).collect(), None))
}

fn normal(spec: NormSpec) -> (Vec<Tensor>, State) {
    let ones = ones(Shape::from([spec.features]));
    let zeros = Tensor::zeros([spec.features]);
    let moments = Moments { mean: zeros.clone(), variance: ones.clone() };
    (vec![ones, zeros], Some(moments))
}

fn ones(shape: Shape) -> Tensor {
    Tensor::from_fn(shape, |_| 1.0)
}

/// Weights of LeCun's deviation, ones where the γ are, and zeros.
fn composed(shapes: Vec<Shape>, gammas: &[usize], draw: &mut Draw) -> Vec<Tensor> {
    let tensor = |(place, shape): (usize, Shape)| match *shape.extents() {
        [inputs, _] => draw.normals(shape, (1.0 / f64::from(inputs)).sqrt()),
        _ if gammas.contains(&place) => ones(shape),
        _ => Tensor::zeros(shape),
    };
    shapes.into_iter().enumerate().map(tensor).collect()
}
