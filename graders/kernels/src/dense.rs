//! Dense (fully connected) layer: `y = x · W + b` over the last axis.

use ndarray::{ArrayView2, ArrayViewMut2, Axis};
use rayon::prelude::*;
use tito_tensor::{Shape, Tensor};

use crate::{
    Gradients, Judged, ShapeError, Wide, gemm,
    gemm::{matrix, matrix_mut},
    shape_error::alike,
    sum::Sums,
};

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
    let x = matrix(input.data(), layer.rows, layer.inputs);
    let w = matrix(weight.data(), layer.inputs, layer.outputs);
    add_product(&x, &w, matrix_mut(&mut output, layer.rows, layer.outputs));
    Ok(Tensor::new(layer.output, output).expect("the output was made with these rows and outputs"))
}

/// The gradients of the dense layer in f64, given the one with respect to its output.
///
/// The gauges are sums of absolute values: `|dY| · |W|ᵀ` for the input, `|X|ᵀ · |dY|` for the weight, `Σ|dY|` for the
/// bias; the terms are outputs for the one and rows for the others.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn oracle_backward(
    input: &Wide,
    weight: &Wide,
    bias: Option<&Wide>,
    gradient: &Wide,
) -> Result<Gradients<Judged>, ShapeError> {
    let layer = Layer::new(input.shape(), weight.shape(), bias.map(Wide::shape))?;
    layer.meets(gradient.shape())?;
    let Layer { rows, inputs, outputs, .. } = layer;
    let (x, w, dy) = (input.data(), weight.data(), gradient.data());
    let (mut to_input, mut to_weight) = (Sums::zeros(x.len()), Sums::zeros(w.len()));
    let mut to_bias = Sums::zeros(outputs);
    for (row, j) in (0..rows).flat_map(|row| (0..outputs).map(move |j| (row, j))) {
        let dy = dy[row * outputs + j];
        to_bias.add(j, dy);
        for i in 0..inputs {
            to_input.add(row * inputs + i, dy * w[i * outputs + j]);
            to_weight.add(i * outputs + j, dy * x[row * inputs + i]);
        }
    }
    let bias = bias.map(|bias| to_bias.judged(bias.shape().clone(), rows));
    let to_weight = to_weight.judged(weight.shape().clone(), rows);
    Ok(Gradients {
        input: to_input.judged(input.shape().clone(), outputs),
        parameters: [to_weight].into_iter().chain(bias).collect(),
    })
}

/// The gradients of the dense layer in f32, as [`oracle_backward`] has them; bit for bit the same for any number of
/// threads.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn native_backward(
    input: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    gradient: &Tensor,
) -> Result<Gradients<Tensor>, ShapeError> {
    let layer = Layer::new(input.shape(), weight.shape(), bias.map(Tensor::shape))?;
    layer.meets(gradient.shape())?;
    let Layer { rows, inputs, outputs, .. } = layer;
    let w = matrix(weight.data(), inputs, outputs);
    let dy = matrix(gradient.data(), rows, outputs);
    let mut to_input = Tensor::zeros(input.shape().clone());
    add_product(&dy, &w.t(), matrix_mut(to_input.data_mut(), rows, inputs));
    Ok(Gradients { input: to_input, parameters: layer.parameters(input, weight, bias, gradient) })
}

/// The gradients of weight and bias alone, as [`native_backward`] has them: of a first layer's input nobody wants one.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn native_parameters(
    input: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    gradient: &Tensor,
) -> Result<Vec<Tensor>, ShapeError> {
    let layer = Layer::new(input.shape(), weight.shape(), bias.map(Tensor::shape))?;
    layer.meets(gradient.shape())?;
    Ok(layer.parameters(input, weight, bias, gradient))
}

/// Adds `x · w` to `y`, on rayon's threads where there are rows for them.
fn add_product(x: &ArrayView2<'_, f32>, w: &ArrayView2<'_, f32>, mut y: ArrayViewMut2<'_, f32>) {
    if x.nrows() <= ROWS {
        return gemm::accumulate(x, w, &mut y);
    }
    let (x, y) = (x.axis_chunks_iter(Axis(0), ROWS), y.axis_chunks_iter_mut(Axis(0), ROWS));
    y.into_par_iter().zip(x).for_each(|(mut y, x)| gemm::accumulate(&x, w, &mut y));
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

    fn meets(&self, gradient: &Shape) -> Result<(), ShapeError> {
        alike("dense backward", gradient, &self.output)
    }

    /// The gradients of weight and bias: `xᵀ · dy`, and the sums of dy's columns.
    fn parameters(
        &self,
        input: &Tensor,
        weight: &Tensor,
        bias: Option<&Tensor>,
        gradient: &Tensor,
    ) -> Vec<Tensor> {
        let x = matrix(input.data(), self.rows, self.inputs);
        let dy = matrix(gradient.data(), self.rows, self.outputs);
        let mut to_weight = Tensor::zeros(weight.shape().clone());
        add_product(&x.t(), &dy, matrix_mut(to_weight.data_mut(), self.inputs, self.outputs));
        let to_bias = bias.map(|bias| {
            let mut to_bias = Tensor::zeros(bias.shape().clone());
            for row in gradient.data().chunks_exact(self.outputs.max(1)) {
                to_bias.data_mut().iter_mut().zip(row).for_each(|(sum, dy)| *sum += dy);
            }
            to_bias
        });
        [to_weight].into_iter().chain(to_bias).collect()
    }
}

fn unmet(input: &Shape, weight: &Shape) -> ShapeError {
    ShapeError::Weight { input: input.clone(), weight: weight.clone() }
}
