//! A row-major float32 array whose length is the product of its shape.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Shape;

/// A row-major float32 array, last axis fastest. Its length is always the product of its shape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Tensor {
    shape: Shape,
    data: Vec<f32>,
}

/// Why some numbers are not a tensor.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TensorError {
    /// The data holds another number of elements than the shape says.
    #[error("shape {shape} wants {wanted} elements, but there are {found}")]
    Length {
        /// The shape that was claimed.
        shape: Shape,
        /// The product of its extents.
        wanted: usize,
        /// How many elements came with it.
        found: usize,
    },
    /// The product of the extents is more than this machine can count.
    #[error("shape {0} has more elements than can be counted")]
    Uncountable(Shape),
}

impl Tensor {
    /// A tensor of this shape.
    ///
    /// # Errors
    ///
    /// If `data` does not hold exactly the product of the extents.
    pub fn new(shape: impl Into<Shape>, data: Vec<f32>) -> Result<Self, TensorError> {
        let shape = shape.into();
        match shape.elements() {
            Some(wanted) if wanted == data.len() => Ok(Self { shape, data }),
            Some(wanted) => Err(TensorError::Length { shape, wanted, found: data.len() }),
            None => Err(TensorError::Uncountable(shape)),
        }
    }

    /// A tensor whose element at row-major offset `i` is `value(i)`.
    ///
    /// # Panics
    ///
    /// If the shape has more elements than can be counted.
    pub fn from_fn(shape: impl Into<Shape>, value: impl FnMut(usize) -> f32) -> Self {
        let shape = shape.into();
        let elements = shape.elements().expect("a shape made by the host has a countable number of elements");
        Self { data: (0..elements).map(value).collect(), shape }
    }

    /// A tensor of zeros.
    ///
    /// # Panics
    ///
    /// If the shape has more elements than can be counted.
    pub fn zeros(shape: impl Into<Shape>) -> Self {
        Self::from_fn(shape, |_| 0.0)
    }

    /// The shape.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The elements in row-major order.
    pub fn data(&self) -> &[f32] {
        &self.data
    }

    /// The elements in row-major order, to be changed in place.
    pub fn data_mut(&mut self) -> &mut [f32] {
        &mut self.data
    }

    /// The shape and the elements.
    pub fn into_parts(self) -> (Shape, Vec<f32>) {
        (self.shape, self.data)
    }

    /// Whether two tensors have the same shape and the same bits. Any NaN equals any other: which one an operation
    /// gives is the machine's choice.
    pub fn same_bits(&self, other: &Self) -> bool {
        let same = |(a, b): (&f32, &f32)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
        self.shape == other.shape && self.data.iter().zip(&other.data).all(same)
    }
}

/// What a tensor is written as; reading it back checks the length again.
#[derive(Serialize, Deserialize)]
struct Parts {
    shape: Shape,
    data: Vec<f32>,
}

impl From<Tensor> for Parts {
    fn from(tensor: Tensor) -> Self {
        Self { shape: tensor.shape, data: tensor.data }
    }
}

impl TryFrom<Parts> for Tensor {
    type Error = TensorError;

    fn try_from(parts: Parts) -> Result<Self, TensorError> {
        Self::new(parts.shape, parts.data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_must_be_the_product_of_the_shape() {
        let error = Tensor::new([2, 3], vec![0.0; 5]).unwrap_err();
        assert_eq!(error.to_string(), "shape [2, 3] wants 6 elements, but there are 5");
        assert!(matches!(Tensor::new([u32::MAX; 3], vec![]), Err(TensorError::Uncountable(_))));
    }

    #[test]
    fn equal_bits_tell_zeros_apart_and_know_nan() {
        let nan = Tensor::new([1], vec![f32::NAN]).unwrap();
        assert!(nan.same_bits(&Tensor::new([1], vec![-f32::NAN]).unwrap()));
        let (zero, minus) = (Tensor::new([1], vec![0.0]).unwrap(), Tensor::new([1], vec![-0.0]).unwrap());
        assert!(!zero.same_bits(&minus));
    }
}
