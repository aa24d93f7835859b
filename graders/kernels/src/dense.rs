//! Dense (fully connected) layer: `y = x · W + b` over the last axis.

use ndarray::{ArrayView2, ArrayViewMut2, Axis};
use rayon::prelude::*;
use tito_tensor::{Shape, Tensor};

use crate::{Judged, ShapeError, Wide, gemm};

/// Rows of the output a task. A constant, so that the work is cut alike for any number of threads. Every task packs
/// the weight for itself, which costs a 512³ product a quarter of its speed at 64 rows and a tenth at 256.
const ROWS: usize = 512;

/// The dense layer in f64.
///
/// # Shapes
///
/// - `input`: `[.., inputs]`, of rank at least 1
/// - `weight`: `[inputs, outputs]`
/// - `bias`: `[outputs]`
/// - result: `[.., outputs]`
///
/// The gauge is Σ|xᵢwᵢ| + |b|, and the bias counts as a term whether it is there or not.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn oracle(input: &Wide, weight: &Wide, bias: Option<&Wide>) -> Result<Judged, ShapeError> {
    let layer = Layer::new(input.shape(), weight.shape(), bias.map(Wide::shape))?;
    let mut value = Vec::new();
    let mut gauge = Vec::new();
    for row in 0..layer.rows {
        let x = &input.data()[row * layer.inputs..][..layer.inputs];
        for j in 0..layer.outputs {
            let mut sum = bias.map_or(0.0, |bias| bias.data()[j]);
            let mut magnitude = sum.abs();
            for (i, x) in x.iter().enumerate() {
                let product = x * weight.data()[i * layer.outputs + j];
                sum += product;
                magnitude += product.abs();
            }
            value.push(sum);
            gauge.push(magnitude);
        }
    }
    let value = Wide::new(layer.output, value).expect("one element was pushed for every row and output");
    Ok(Judged { value, gauge, terms: layer.inputs + 1 })
}

/// The dense layer in f32, of the same shapes as the [`oracle`]'s; bit for bit the same for any number of threads.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn native(input: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor, ShapeError> {
    let layer = Layer::new(input.shape(), weight.shape(), bias.map(Tensor::shape))?;
    let mut output = match bias {
        Some(bias) => bias.data().repeat(layer.rows),
        None => vec![0.0; layer.rows * layer.outputs],
    };
    let x = matrix(input, layer.rows, layer.inputs);
    let w = matrix(weight, layer.inputs, layer.outputs);
    let y = ArrayViewMut2::from_shape((layer.rows, layer.outputs), &mut output);
    add_product(&x, &w, y.expect("the output was made with these rows and outputs"));
    Ok(Tensor::new(layer.output, output).expect("the output was made with these rows and outputs"))
}

/// Adds `x · w` to `y`, on rayon's threads where there are rows for them.
fn add_product(x: &ArrayView2<'_, f32>, w: &ArrayView2<'_, f32>, mut y: ArrayViewMut2<'_, f32>) {
    if x.nrows() <= ROWS {
        return gemm::accumulate(x, w, &mut y);
    }
    let (x, y) = (x.axis_chunks_iter(Axis(0), ROWS), y.axis_chunks_iter_mut(Axis(0), ROWS));
    y.into_par_iter().zip(x).for_each(|(mut y, x)| gemm::accumulate(&x, w, &mut y));
}

fn matrix(tensor: &Tensor, rows: usize, columns: usize) -> ArrayView2<'_, f32> {
    ArrayView2::from_shape((rows, columns), tensor.data())
        .expect("the layer's extents are those of its tensors")
}

/// The extents of a dense layer whose shapes meet.
struct Layer {
    rows: usize,
    inputs: usize,
    outputs: usize,
    output: Shape,
}

impl Layer {
    fn new(input: &Shape, weight: &Shape, bias: Option<&Shape>) -> Result<Self, ShapeError> {
        let (&features, outer) = input.extents().split_last().ok_or(ShapeError::Scalar("dense"))?;
        let &[inputs, outputs] = weight.extents() else { return Err(unmet(input, weight)) };
        if features != inputs {
            return Err(unmet(input, weight));
        }
        if let Some(bias) = bias.filter(|bias| bias.extents() != [outputs]) {
            return Err(ShapeError::Bias { bias: bias.clone(), weight: weight.clone() });
        }
        let output = Shape::new([outer, &[outputs]].concat());
        if output.elements().is_none() {
            return Err(ShapeError::Uncountable { operation: "dense", input: input.clone() });
        }
        // A countable shape has countable rows.
        let rows = outer.iter().map(|&extent| extent as usize).product();
        Ok(Self { rows, inputs: inputs as usize, outputs: outputs as usize, output })
    }
}

fn unmet(input: &Shape, weight: &Shape) -> ShapeError {
    ShapeError::Weight { input: input.clone(), weight: weight.clone() }
}
