//! Flatten: every example becomes one row.

use tinytorch::{Fault, Layer, Mode, Tensor};

/// [N, ...] to [N, product of the rest].
pub(crate) struct Flatten;

impl Layer for Flatten {
    fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
        let Some((&examples, rest)) = input.shape().split_first() else {
            return Err(Fault::shape_mismatch("flatten: a scalar has no axis of examples"));
        };
        let width = rest.iter().try_fold(1u32, |product, &extent| product.checked_mul(extent));
        let width =
            width.ok_or_else(|| Fault::shape_mismatch("flatten: more elements than an axis can count"))?;
        Tensor::new([examples, width], input.data().to_vec())
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
            let output = Flatten.forward(&Tensor::zeros(shape), Mode::Inference).unwrap();
            assert_eq!(output.shape(), expected);
        }
        assert!(Flatten.forward(&Tensor::zeros([]), Mode::Inference).is_err());
    }
}
