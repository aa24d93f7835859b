//! Activations: no parameters, and the shape of the output is the shape of the input.

use tinytorch::{Fault, Layer, Mode, Tensor};

/// max(x, 0)
pub(crate) struct Relu;

impl Layer for Relu {
    fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
        Ok(input.map(|x| if x > 0.0 { x } else { 0.0 }))
    }
}

/// 1 / (1 + e^-x)
pub(crate) struct Sigmoid;

impl Layer for Sigmoid {
    fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
        Ok(input.map(sigmoid))
    }
}

/// Only negative numbers are raised, so that nothing overflows.
fn sigmoid(x: f32) -> f32 {
    let e = (-x.abs()).exp();
    if x < 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) }
}

/// (e^x - e^-x) / (e^x + e^-x)
pub(crate) struct Tanh;

impl Layer for Tanh {
    fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
        Ok(input.map(f32::tanh))
    }
}

/// e^x over the sum of e^x along the last axis.
pub(crate) struct Softmax;

impl Layer for Softmax {
    fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
        let mut output = input.clone();
        output.rows_mut().for_each(softmax);
        Ok(output)
    }
}

/// Shifted by the maximum: the quotient is the same, and no power is above 1.
fn softmax(row: &mut [f32]) {
    let highest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    row.iter_mut().for_each(|x| *x = (*x - highest).exp());
    let sum: f32 = row.iter().sum();
    row.iter_mut().for_each(|x| *x /= sum);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(mut layer: impl Layer, input: &[f32], expected: &[f32]) {
        let input = Tensor::new([1, input.len() as u32], input.to_vec()).unwrap();
        let output = layer.forward(&input, Mode::Inference).unwrap();
        assert_eq!(output.shape(), input.shape());
        for (found, expected) in output.data().iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
        }
    }

    #[test]
    fn activations_are_right_in_the_middle_and_at_the_ends() {
        check(Relu, &[-1.0, 0.0, 2.0], &[0.0, 0.0, 2.0]);
        check(Sigmoid, &[0.0, 1.0, -1e4, 1e4], &[0.5, 0.731_058_6, 0.0, 1.0]);
        check(Tanh, &[0.0, 1.0, -1e4, 1e4], &[0.0, 0.761_594_2, -1.0, 1.0]);
        check(Softmax, &[1e4, 1e4, 0.0], &[0.5, 0.5, 0.0]);
        check(Softmax, &[1.0, 2.0, 3.0], &[0.090_030_57, 0.244_728_48, 0.665_240_94]);
    }
}
