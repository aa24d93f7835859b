//! A projection, y = x W + b, and sums of tensors.

use tinytorch::Tensor;

use crate::learning::Slopes;

/// y = x W + b over the last axis, which must be as wide as W wants.
pub fn linear(input: &Tensor, weight: &Tensor, bias: &Tensor) -> Tensor {
    let outputs = bias.width();
    let mut shape = input.shape().to_vec();
    shape.pop();
    shape.push(outputs as u32);
    let mut elements = Vec::new();
    for row in input.rows() {
        let first = elements.len();
        elements.extend_from_slice(bias.data());
        for (x, weights) in row.iter().zip(weight.rows()) {
            elements[first..].iter_mut().zip(weights).for_each(|(y, w)| *y += x * w);
        }
    }
    let mut elements = elements.into_iter();
    Tensor::from_fn(shape, || elements.next().unwrap_or_default())
}

/// dX = dY Wᵀ, dW = Xᵀ dY, db the sum of the rows of dY.
pub fn linear_slopes(input: &Tensor, weight: &Tensor, bias: &Tensor, gradient: &Tensor) -> Slopes {
    let mut back = input.map(|_| 0.0);
    let mut parameters = vec![weight.map(|_| 0.0), bias.map(|_| 0.0)];
    for ((x, dx), dy) in input.rows().zip(back.rows_mut()).zip(gradient.rows()) {
        let [to_weight, to_bias] = &mut parameters[..] else { continue };
        let rows = weight.rows().zip(to_weight.rows_mut());
        for ((x, dx), (weights, slopes)) in x.iter().zip(dx).zip(rows) {
            *dx = weights.iter().zip(dy).map(|(w, dy)| w * dy).sum();
            slopes.iter_mut().zip(dy).for_each(|(slope, dy)| *slope += x * dy);
        }
        to_bias.data_mut().iter_mut().zip(dy).for_each(|(slope, dy)| *slope += dy);
    }
    Slopes { input: back, parameters }
}

/// The sum of two tensors of one shape.
pub fn sum(left: &Tensor, right: &Tensor) -> Tensor {
    let mut sum = left.clone();
    sum.data_mut().iter_mut().zip(right.data()).for_each(|(a, b)| *a += b);
    sum
}
