//! The f64 tensor that oracles take and give, so that a stack of layers can be evaluated in f64 throughout.

use tito_tensor::{Shape, Tensor, TensorError};

/// A row-major float64 array, last axis fastest. Its length is always the product of its shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Wide {
    shape: Shape,
    data: Vec<f64>,
}

impl Wide {
    /// A wide tensor of this shape.
    ///
    /// # Errors
    ///
    /// If `data` does not hold exactly the product of the extents.
    pub fn new(shape: impl Into<Shape>, data: Vec<f64>) -> Result<Self, TensorError> {
        let shape = shape.into();
        match shape.elements() {
            Some(wanted) if wanted == data.len() => Ok(Self { shape, data }),
            Some(wanted) => Err(TensorError::Length { shape, wanted, found: data.len() }),
            None => Err(TensorError::Uncountable(shape)),
        }
    }

    /// The shape.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The elements in row-major order.
    pub fn data(&self) -> &[f64] {
        &self.data
    }

    /// The elements seen as rows over the last axis, of which a scalar has one; none where that axis is empty.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.data.chunks_exact(self.shape.last().unwrap_or(1).max(1))
    }

    /// The tensor with every element replaced by its image, in the same shape.
    pub(crate) fn map(&self, image: impl Fn(f64) -> f64) -> Self {
        Self { shape: self.shape.clone(), data: self.data.iter().map(|&x| image(x)).collect() }
    }

    /// The tensor of images of two elements each.
    ///
    /// # Panics
    ///
    /// If the shapes differ.
    pub(crate) fn zip(&self, other: &Self, image: impl Fn(f64, f64) -> f64) -> Self {
        assert_eq!(self.shape, other.shape, "elements are taken two by two");
        let data = self.data.iter().zip(&other.data).map(|(&a, &b)| image(a, b)).collect();
        Self { shape: self.shape.clone(), data }
    }
}

impl From<&Tensor> for Wide {
    fn from(tensor: &Tensor) -> Self {
        let data = tensor.data().iter().map(|&x| f64::from(x)).collect();
        Self { shape: tensor.shape().clone(), data }
    }
}
