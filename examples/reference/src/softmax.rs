//! Softmax along the last axis.

use tinytorch::{Fault, Layer, Mode, Tensor};

use crate::{
    exp::exp,
    kept::{Kept, alike},
    sum::{highest, sum, sum_of},
};

/// e^x over the sum of e^x along the last axis.
#[derive(Default)]
pub(crate) struct Softmax {
    output: Kept,
}

impl Layer for Softmax {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        let mut output = input.clone();
        output.rows_mut().for_each(softmax);
        self.output.copy(&output, mode);
        Ok(output)
    }

    /// pᵢ (gᵢ − Σ pⱼ gⱼ)
    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let output = self.output.of("softmax")?;
        alike("softmax", gradient, output.shape())?;
        let mut back = output.clone();
        for (p, gradient) in back.rows_mut().zip(gradient.rows()) {
            let mean = sum_of(p, gradient, |p, g| p * g);
            p.iter_mut().zip(gradient).for_each(|(p, g)| *p *= g - mean);
        }
        Ok(back)
    }
}

/// Shifted by the maximum: the quotient is the same, and no power is above 1.
pub(crate) fn softmax(row: &mut [f32]) {
    let highest = highest(row);
    row.iter_mut().for_each(|x| *x = exp(*x - highest));
    let sum = sum(row);
    row.iter_mut().for_each(|x| *x /= sum);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check_gradients, tensor};

    fn check(row: &[f32], expected: &[f32]) {
        let mut found = row.to_vec();
        softmax(&mut found);
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
        }
    }

    #[test]
    fn probabilities_are_right_in_the_middle_and_at_the_ends() {
        check(&[1e4, 1e4, 0.0], &[0.5, 0.5, 0.0]);
        check(&[1.0, 2.0, 3.0], &[0.090_030_57, 0.244_728_48, 0.665_240_94]);
    }

    #[test]
    fn gradients_are_those_of_the_rows() {
        let input = tensor(&[2, 3], &[0.1, -1.0, 2.0, 0.5, 0.6, -0.7]);
        check_gradients(&mut Softmax::default(), &input, 1e-2);
    }
}
