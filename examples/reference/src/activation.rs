//! Activations: no parameters, and the shape of the output is the shape of the input.

use std::marker::PhantomData;

use tinytorch::{Fault, Layer, Mode, Tensor};

use crate::kept::{Kept, alike, zip};

/// A function of one number.
pub(crate) trait Curve {
    /// The layer's name.
    const NAME: &'static str;

    /// The function.
    fn value(x: f32) -> f32;

    /// Its slope at x, times the gradient that comes from above.
    fn back(x: f32, gradient: f32) -> f32;
}

/// max(x, 0)
pub(crate) struct Relu;

impl Curve for Relu {
    const NAME: &'static str = "relu";

    fn value(x: f32) -> f32 {
        if x > 0.0 { x } else { 0.0 }
    }

    fn back(x: f32, gradient: f32) -> f32 {
        if x > 0.0 { gradient } else { 0.0 }
    }
}

/// 1 / (1 + e^-x)
pub(crate) struct Sigmoid;

impl Curve for Sigmoid {
    const NAME: &'static str = "sigmoid";

    /// Only negative numbers are raised, so that nothing overflows.
    fn value(x: f32) -> f32 {
        let e = (-x.abs()).exp();
        if x < 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) }
    }

    /// s (1 − s), without the difference, which cancels where s is near 1.
    fn back(x: f32, gradient: f32) -> f32 {
        let e = (-x.abs()).exp();
        gradient * e / ((1.0 + e) * (1.0 + e))
    }
}

/// (e^x - e^-x) / (e^x + e^-x)
pub(crate) struct Tanh;

impl Curve for Tanh {
    const NAME: &'static str = "tanh";

    fn value(x: f32) -> f32 {
        x.tanh()
    }

    /// 1 − tanh² x, likewise without the difference.
    fn back(x: f32, gradient: f32) -> f32 {
        let e = (-2.0 * x.abs()).exp();
        gradient * 4.0 * e / ((1.0 + e) * (1.0 + e))
    }
}

/// A layer that applies a curve to every element.
pub(crate) struct Activation<C> {
    input: Kept,
    curve: PhantomData<C>,
}

impl<C> Activation<C> {
    pub(crate) fn new() -> Self {
        Self { input: Kept::default(), curve: PhantomData }
    }
}

impl<C: Curve> Layer for Activation<C> {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        self.input.copy(input, mode);
        Ok(input.map(C::value))
    }

    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let input = self.input.of(C::NAME)?;
        alike(C::NAME, gradient, input.shape())?;
        Ok(zip(gradient, input, |gradient, x| C::back(x, gradient)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check_gradients, tensor};

    fn check<C: Curve>(input: &[f32], expected: &[f32]) {
        for (&x, expected) in input.iter().zip(expected) {
            let found = C::value(x);
            assert!((found - expected).abs() < 1e-6, "{} of {x} is {found}, not {expected}", C::NAME);
        }
    }

    #[test]
    fn activations_are_right_in_the_middle_and_at_the_ends() {
        check::<Relu>(&[-1.0, 0.0, 2.0], &[0.0, 0.0, 2.0]);
        check::<Sigmoid>(&[0.0, 1.0, -1e4, 1e4], &[0.5, 0.731_058_6, 0.0, 1.0]);
        check::<Tanh>(&[0.0, 1.0, -1e4, 1e4], &[0.0, 0.761_594_2, -1.0, 1.0]);
    }

    #[test]
    fn slopes_are_those_of_the_curves() {
        let input = tensor(&[2, 4], &[-3.0, -1.0, -0.3, -0.1, 0.2, 0.7, 1.5, 4.0]);
        check_gradients(&mut Activation::<Relu>::new(), &input, 1e-2);
        check_gradients(&mut Activation::<Sigmoid>::new(), &input, 1e-2);
        check_gradients(&mut Activation::<Tanh>::new(), &input, 1e-2);
    }

    #[test]
    fn slopes_are_exact_at_the_kink_and_at_the_ends() {
        assert_eq!([-1.0, 0.0, 1.0].map(|x| Relu::back(x, 3.0)), [0.0, 0.0, 3.0]);
        assert_eq!([-1e4, 0.0, 1e4].map(|x| Sigmoid::back(x, 4.0)), [0.0, 1.0, 0.0]);
        assert_eq!([-1e4, 0.0, 1e4].map(|x| Tanh::back(x, 4.0)), [0.0, 4.0, 0.0]);
        assert!((Sigmoid::back(10.0, 1.0) / 4.539_580_6e-5 - 1.0).abs() < 1e-6, "a tail does not cancel");
    }
}
