//! The extents of a tensor's axes, outermost first.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The extents of a tensor's axes, outermost first; a scalar has none.
///
/// Extents are `u32` because that is what the contract carries and what a 32-bit guest can address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Shape(Vec<u32>);

impl Shape {
    /// A shape with these extents.
    pub fn new(extents: impl Into<Vec<u32>>) -> Self {
        Self(extents.into())
    }

    /// The extents, outermost first.
    pub fn extents(&self) -> &[u32] {
        &self.0
    }

    /// How many axes there are.
    pub fn rank(&self) -> usize {
        self.0.len()
    }

    /// The product of the extents: 1 for a scalar, `None` where it does not fit in `usize`.
    pub fn elements(&self) -> Option<usize> {
        self.0.iter().try_fold(1usize, |product, &extent| product.checked_mul(extent as usize))
    }

    /// The innermost extent; `None` for a scalar.
    pub fn last(&self) -> Option<usize> {
        self.0.last().map(|&extent| extent as usize)
    }

    /// Rows of the tensor seen as a matrix over its last axis: `[rows, last]`. A scalar is one row of one.
    ///
    /// # Panics
    ///
    /// If the number of elements does not fit in `usize`; a [`Tensor`](crate::Tensor)'s always does.
    pub fn as_matrix(&self) -> (usize, usize) {
        let Some((&last, outer)) = self.0.split_last() else { return (1, 1) };
        let rows = Self(outer.to_vec()).elements().expect("a tensor's shape has a countable number of rows");
        (rows, last as usize)
    }

    /// The index along every axis of the element at `offset` in row-major order.
    pub fn index_of(&self, offset: usize) -> Vec<u32> {
        let mut rest = offset;
        let mut index: Vec<u32> = self
            .0
            .iter()
            .rev()
            .map(|&extent| {
                let extent = (extent as usize).max(1);
                let along = (rest % extent) as u32;
                rest /= extent;
                along
            })
            .collect();
        index.reverse();
        index
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl<const N: usize> From<[u32; N]> for Shape {
    fn from(extents: [u32; N]) -> Self {
        Self(extents.to_vec())
    }
}

impl From<Vec<u32>> for Shape {
    fn from(extents: Vec<u32>) -> Self {
        Self(extents)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scalar_has_one_element_and_one_row() {
        let scalar = Shape::default();
        assert_eq!((scalar.elements(), scalar.as_matrix(), scalar.last()), (Some(1), (1, 1), None));
    }

    #[test]
    fn indices_are_row_major() {
        let shape = Shape::from([2, 3, 4]);
        assert_eq!(shape.index_of(0), [0, 0, 0]);
        assert_eq!(shape.index_of(5), [0, 1, 1]);
        assert_eq!(shape.index_of(23), [1, 2, 3]);
        assert_eq!(shape.as_matrix(), (6, 4));
    }

    #[test]
    fn a_product_that_overflows_is_no_number() {
        assert_eq!(Shape::from([u32::MAX; 3]).elements(), None);
    }
}
