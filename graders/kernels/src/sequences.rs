//! What language models work on: sequences of vectors `[n, t, width]`, and tables of vectors `[entries, width]`.

use tito_tensor::Shape;

use crate::ShapeError;

/// The extents of sequences.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sequences {
    pub(crate) count: usize,
    pub(crate) length: usize,
    pub(crate) width: usize,
}

impl Sequences {
    pub(crate) fn new(operation: &'static str, input: &Shape) -> Result<Self, ShapeError> {
        let &[count, length, width] = input.extents() else {
            return Err(ShapeError::Sequences { operation, input: input.clone() });
        };
        let [count, length, width] = [count, length, width].map(|extent| extent as usize);
        Ok(Self { count, length, width })
    }

    /// The elements of one.
    pub(crate) fn each(self) -> usize {
        self.length * self.width
    }
}

/// The extents of a table.
pub(crate) fn table_extents(operation: &'static str, table: &Shape) -> Result<[usize; 2], ShapeError> {
    match table.extents() {
        &[entries, width] => Ok([entries as usize, width as usize]),
        _ => Err(ShapeError::Table { operation, table: table.clone() }),
    }
}
