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

/// In one of two forms, so that e is never raised to a large positive power.
fn sigmoid(x: f32) -> f32 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let e = x.exp();
        e / (1.0 + e)
    }
}

/// The hyperbolic tangent.
pub(crate) struct Tanh;

impl Layer for Tanh {
    fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
        Ok(input.map(|x| x.tanh()))
    }
}

/// e^x over the sum of e^x along the last axis, shifted by the largest x of the row.
pub(crate) struct Softmax;

impl Layer for Softmax {
    fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
        let mut output = input.clone();
        for row in output.rows_mut() {
            let mut highest = row[0];
            for &x in row.iter() {
                highest = highest.max(x);
            }
            let mut sum = 0.0;
            for x in row.iter_mut() {
                *x = (*x - highest).exp();
                sum += *x;
            }
            for x in row.iter_mut() {
                *x /= sum;
            }
        }
        Ok(output)
    }
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
