//! Flatten: every example becomes one row.

use tinytorch::{Fault, Layer, Mode, Tensor};

use crate::activation::{same, trained};

/// [N, ...] to [N, product of the rest].
#[derive(Default)]
pub(crate) struct Flatten {
    /// The shapes of the last training input and output.
    shapes: Option<[Vec<u32>; 2]>,
}

impl Layer for Flatten {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        if input.shape().is_empty() {
            return Err(Fault::shape_mismatch("flatten: a scalar has no batch"));
        }
        let examples = input.shape()[0];
        let mut width = 1;
        for &extent in &input.shape()[1..] {
            width *= extent;
        }
        if mode == Mode::Training {
            self.shapes = Some([input.shape().to_vec(), vec![examples, width]]);
        }
        Tensor::new([examples, width], input.data().to_vec())
    }

    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let [before, after] = trained("flatten", &self.shapes)?;
        same("flatten", gradient, after)?;
        Tensor::new(before.clone(), gradient.data().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_axis_stays() {
        for (shape, expected) in
            [(vec![2, 3, 4], vec![2, 12]), (vec![5, 1], vec![5, 1]), (vec![3], vec![3, 1])]
        {
            let mut flatten = Flatten::default();
            let output = flatten.forward(&Tensor::zeros(shape.clone()), Mode::Training).unwrap();
            assert_eq!(output.shape(), expected);
            assert_eq!(flatten.backward(&output).unwrap().shape(), shape);
        }
        assert!(Flatten::default().forward(&Tensor::zeros([]), Mode::Inference).is_err());
    }
}
