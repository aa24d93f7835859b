//! Flatten: every example becomes one row.

use tinytorch::{Fault, Layer, Mode, Tensor};

use crate::kept::{alike, untrained};

/// [N, ...] to [N, product of the rest].
#[derive(Default)]
pub(crate) struct Flatten {
    /// The shape of the last training input.
    input: Option<Vec<u32>>,
}

impl Layer for Flatten {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        let flat = flat(input.shape())?;
        if mode == Mode::Training {
            self.input = Some(input.shape().to_vec());
        }
        Tensor::new(flat, input.data().to_vec())
    }

    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let shape = self.input.as_ref().ok_or_else(|| untrained("flatten"))?;
        alike("flatten", gradient, &flat(shape)?)?;
        Tensor::new(shape.as_slice(), gradient.data().to_vec())
    }
}

/// The shape of what was of this one.
fn flat(shape: &[u32]) -> Result<[u32; 2], Fault> {
    let Some((&examples, rest)) = shape.split_first() else {
        return Err(Fault::shape_mismatch("flatten: a scalar has no axis of examples"));
    };
    let width = rest.iter().try_fold(1u32, |product, &extent| product.checked_mul(extent));
    let width =
        width.ok_or_else(|| Fault::shape_mismatch("flatten: more elements than an axis can count"))?;
    Ok([examples, width])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_axis_stays_and_all_come_back() {
        for (shape, expected) in
            [(vec![2, 3, 4], vec![2, 12]), (vec![5, 1], vec![5, 1]), (vec![3], vec![3, 1])]
        {
            let mut flatten = Flatten::default();
            let output = flatten.forward(&Tensor::zeros(shape.clone()), Mode::Training).unwrap();
            assert_eq!(output.shape(), expected);
            assert_eq!(flatten.backward(&output).unwrap().shape(), shape);
            assert!(matches!(flatten.backward(&Tensor::zeros([7, 7])), Err(Fault::ShapeMismatch(_))));
        }
        assert!(Flatten::default().forward(&Tensor::zeros([]), Mode::Inference).is_err());
        assert!(Flatten::default().backward(&Tensor::zeros([1, 1])).is_err());
    }
}
