//! Activations: no parameters, and the shape of the output is the shape of the input.

use tinytorch::{Fault, Layer, Mode, Tensor};

use crate::normal::{below, density};

/// A function of every element by itself.
pub(crate) struct Activation {
    value: fn(f32) -> f32,
    slope: fn(f32) -> f32,
    /// The last training input.
    input: Option<Tensor>,
}

/// max(x, 0), whose slope at 0 is 0.
pub(crate) fn relu() -> Activation {
    Activation {
        value: |x| if x > 0.0 { x } else { 0.0 },
        slope: |x| if x > 0.0 { 1.0 } else { 0.0 },
        input: None,
    }
}

/// 1 / (1 + e^-x), whose slope is s (1 - s).
pub(crate) fn sigmoid() -> Activation {
    Activation { value: logistic, slope: |x| logistic(x) * logistic(-x), input: None }
}

/// In one of two forms, so that e is never raised to a large positive power.
fn logistic(x: f32) -> f32 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let e = x.exp();
        e / (1.0 + e)
    }
}

/// The hyperbolic tangent, whose slope is 1 - t^2.
pub(crate) fn tanh() -> Activation {
    Activation { value: |x| x.tanh(), slope: |x| 1.0 - x.tanh() * x.tanh(), input: None }
}

/// x P(x), where P(x) is how likely a normal variable is below x; its slope is P(x) + x p(x).
pub(crate) fn gelu() -> Activation {
    Activation {
        value: |x| (f64::from(x) * below(x.into())) as f32,
        slope: |x| (below(x.into()) + f64::from(x) * density(x.into())) as f32,
        input: None,
    }
}

impl Layer for Activation {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        if mode == Mode::Training {
            self.input = Some(input.clone());
        }
        Ok(input.map(self.value))
    }

    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let input = trained("activation", &self.input)?;
        same("activation", gradient, input.shape())?;
        let mut back = gradient.clone();
        for i in 0..back.data().len() {
            back.data_mut()[i] *= (self.slope)(input.data()[i]);
        }
        Ok(back)
    }
}

/// e^x over the sum of e^x along the last axis, shifted by the largest x of the row.
#[derive(Default)]
pub(crate) struct Softmax {
    /// The last training output.
    output: Option<Tensor>,
}

impl Layer for Softmax {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
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
        if mode == Mode::Training {
            self.output = Some(output.clone());
        }
        Ok(output)
    }

    /// p_i (g_i - the sum over j of p_j g_j)
    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let output = trained("softmax", &self.output)?;
        same("softmax", gradient, output.shape())?;
        let mut back = gradient.clone();
        for (g, p) in back.rows_mut().zip(output.rows()) {
            let mut sum = 0.0;
            for i in 0..p.len() {
                sum += p[i] * g[i];
            }
            for i in 0..p.len() {
                g[i] = p[i] * (g[i] - sum);
            }
        }
        Ok(back)
    }
}

/// What a layer remembers of training, if there has been any.
pub(crate) fn trained<'a, T>(layer: &str, remembered: &'a Option<T>) -> Result<&'a T, Fault> {
    remembered.as_ref().ok_or_else(|| Fault::invalid_argument(format!("{layer}: backward before training")))
}

/// Whether a gradient has the shape that is wanted.
pub(crate) fn same(layer: &str, gradient: &Tensor, shape: &[u32]) -> Result<(), Fault> {
    if gradient.shape() != shape {
        let found = gradient.shape();
        return Err(Fault::shape_mismatch(format!("{layer}: gradient must be {shape:?}, but is {found:?}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::check_gradients;

    fn check(mut layer: impl Layer, input: &[f32], expected: &[f32]) {
        let input = Tensor::new([1, input.len() as u32], input.to_vec()).unwrap();
        let output = layer.forward(&input, Mode::Inference).unwrap();
        assert_eq!(output.shape(), input.shape());
        for (found, expected) in output.data().iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
        }
        assert!(matches!(layer.backward(&output), Err(Fault::InvalidArgument(_))));
    }

    #[test]
    fn activations_are_right_in_the_middle_and_at_the_ends() {
        check(relu(), &[-1.0, 0.0, 2.0], &[0.0, 0.0, 2.0]);
        check(sigmoid(), &[0.0, 1.0, -1e4, 1e4], &[0.5, 0.731_058_6, 0.0, 1.0]);
        check(tanh(), &[0.0, 1.0, -1e4, 1e4], &[0.0, 0.761_594_2, -1.0, 1.0]);
        check(gelu(), &[-1.0, 0.0, 1.0, -1e4, 1e4], &[-0.158_655_26, 0.0, 0.841_344_7, 0.0, 1e4]);
        check(Softmax::default(), &[1e4, 1e4, 0.0], &[0.5, 0.5, 0.0]);
        check(Softmax::default(), &[1.0, 2.0, 3.0], &[0.090_030_57, 0.244_728_48, 0.665_240_94]);
    }

    #[test]
    fn gradients_are_right() {
        for layer in [relu(), sigmoid(), tanh(), gelu()] {
            check_gradients(layer, &[2, 3, 4], 0.01);
        }
        check_gradients(Softmax::default(), &[3, 5], 0.01);
    }
}
