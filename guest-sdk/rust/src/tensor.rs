//! A row-major float32 array, the one kind of value that a model takes and gives.
//!
//! No arithmetic lives here: that is what a submission is graded on.

use crate::Fault;

/// A row-major float32 array, last axis fastest. Its length is always the product of its shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    shape: Vec<u32>,
    data: Vec<f32>,
}

impl Tensor {
    /// A tensor of this shape; a scalar has an empty one.
    ///
    /// # Errors
    ///
    /// [`Fault::ShapeMismatch`] if `data` does not hold exactly the product of the extents.
    pub fn new(shape: impl Into<Vec<u32>>, data: Vec<f32>) -> Result<Self, Fault> {
        let shape = shape.into();
        match elements(&shape) {
            Some(wanted) if wanted == data.len() => Ok(Self { shape, data }),
            Some(wanted) => Err(Fault::shape_mismatch(format!(
                "shape {shape:?} wants {wanted} elements, but there are {}",
                data.len()
            ))),
            None => {
                Err(Fault::shape_mismatch(format!("shape {shape:?} has more elements than fit in memory")))
            }
        }
    }

    /// A tensor whose elements are what `value` returns, called once for each in row-major order.
    ///
    /// # Panics
    ///
    /// If the shape has more elements than fit in memory.
    pub fn from_fn(shape: impl Into<Vec<u32>>, value: impl FnMut() -> f32) -> Self {
        let shape = shape.into();
        let elements = elements(&shape).expect("the shape has more elements than fit in memory");
        let data = std::iter::repeat_with(value).take(elements).collect();
        Self { shape, data }
    }

    /// A tensor of zeros.
    ///
    /// # Panics
    ///
    /// If the shape has more elements than fit in memory.
    pub fn zeros(shape: impl Into<Vec<u32>>) -> Self {
        Self::from_fn(shape, || 0.0)
    }

    /// The extents of the axes, outermost first.
    pub fn shape(&self) -> &[u32] {
        &self.shape
    }

    /// The extent of the last axis: 1 for a scalar.
    pub fn width(&self) -> usize {
        self.shape.last().map_or(1, |&extent| extent as usize)
    }

    /// The elements in row-major order.
    pub fn data(&self) -> &[f32] {
        &self.data
    }

    /// The elements in row-major order, to be changed in place.
    pub fn data_mut(&mut self) -> &mut [f32] {
        &mut self.data
    }

    /// The rows along the last axis, each of [`width`](Self::width) elements. None if there are no elements.
    ///
    /// ```
    /// # use tinytorch::Tensor;
    /// let tensor = Tensor::new([2, 3], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?;
    /// let sums: Vec<f32> = tensor.rows().map(|row| row.iter().sum()).collect();
    /// assert_eq!(sums, [6.0, 15.0]);
    /// # Ok::<(), tinytorch::Fault>(())
    /// ```
    pub fn rows(&self) -> std::slice::ChunksExact<'_, f32> {
        self.data.chunks_exact(self.width().max(1))
    }

    /// The rows along the last axis, to be changed in place.
    pub fn rows_mut(&mut self) -> std::slice::ChunksExactMut<'_, f32> {
        let width = self.width().max(1);
        self.data.chunks_exact_mut(width)
    }

    /// The tensor of the same shape whose elements are `value` of this one's.
    pub fn map(&self, value: impl FnMut(f32) -> f32) -> Self {
        Self { shape: self.shape.clone(), data: self.data.iter().copied().map(value).collect() }
    }

    /// The tensor out of its place, where an empty one stays.
    pub(crate) fn take(&mut self) -> Self {
        std::mem::replace(self, Self { shape: vec![0], data: Vec::new() })
    }

    /// The shape and the elements.
    pub fn into_parts(self) -> (Vec<u32>, Vec<f32>) {
        (self.shape, self.data)
    }
}

/// The product of the extents, where it and its bytes can be counted on this machine.
fn elements(shape: &[u32]) -> Option<usize> {
    let elements = shape.iter().try_fold(1usize, |product, &extent| product.checked_mul(extent as usize))?;
    elements.checked_mul(size_of::<f32>()).map(|_| elements)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_must_be_the_product_of_the_shape() {
        for (shape, length, complaint) in [
            (vec![2, 3], 6, None),
            (vec![], 1, None),
            (vec![4, 0], 0, None),
            (vec![2, 3], 5, Some("shape mismatch: shape [2, 3] wants 6 elements, but there are 5")),
            (vec![], 0, Some("shape mismatch: shape [] wants 1 elements, but there are 0")),
            (
                vec![u32::MAX; 3],
                0,
                Some(
                    "shape mismatch: shape [4294967295, 4294967295, 4294967295] has more elements than fit in memory",
                ),
            ),
        ] {
            let found = Tensor::new(shape, vec![0.0; length]).err().map(|fault| fault.to_string());
            assert_eq!(found.as_deref(), complaint);
        }
    }

    #[test]
    fn rows_run_along_the_last_axis() {
        for (shape, rows) in [(vec![2, 3, 4], 6), (vec![5], 1), (vec![], 1), (vec![3, 0], 0), (vec![0, 3], 0)]
        {
            assert_eq!(Tensor::zeros(shape).rows().count(), rows);
        }
    }
}
