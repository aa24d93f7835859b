//! Tables of tokens and of places, the rows that are taken replaceable.

use tinytorch::{EmbeddingSpec, Fault, Layer, Mode, Rng, Tensor};

use crate::learning::{Pass, Slopes};

/// Tokens [N, T] to the rows of a table [N, T, width].
pub struct Tokens {
    /// [entries, width]
    pub table: Tensor,
    /// The row of a token, of so many.
    pub row: fn(usize, usize) -> usize,
    /// Whether a number is no token.
    pub is_none: fn(f32, usize) -> bool,
}

/// Adds to each place of [N, T, width] its row of a table.
pub struct Places {
    /// [entries, width]
    pub table: Tensor,
    /// The row of a place of a text, of so many; the length of the texts is told besides.
    pub row: fn([usize; 2], usize, usize) -> Option<usize>,
}

/// A table from N(0, 0.02²).
///
/// # Errors
///
/// [`Fault::InvalidArgument`] for one without rows or columns.
fn table(spec: &EmbeddingSpec, rng: &mut Rng) -> Result<Tensor, Fault> {
    if spec.entries == 0 || spec.width == 0 {
        return Err(Fault::invalid_argument("an empty table"));
    }
    Ok(Tensor::from_fn([spec.entries, spec.width], || 0.02 * rng.normal()))
}

impl Tokens {
    /// The right layer.
    ///
    /// # Errors
    ///
    /// [`Fault::InvalidArgument`] for an empty table.
    pub fn new(spec: &EmbeddingSpec, rng: &mut Rng) -> Result<Self, Fault> {
        let is_none = |token: f32, entries| token.fract() != 0.0 || token < 0.0 || token as usize >= entries;
        Ok(Self { table: table(spec, rng)?, row: |token, _| token, is_none })
    }
}

impl Layer for Tokens {
    fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
        let &[texts, length] = input.shape() else {
            return Err(Fault::shape_mismatch("token-embedding: tokens [N, T] wanted"));
        };
        let (entries, width) = (self.table.shape()[0] as usize, self.table.width());
        let mut rows = Vec::new();
        for &token in input.data() {
            if (self.is_none)(token, entries) {
                return Err(Fault::invalid_argument("token-embedding: no such token"));
            }
            let row = (self.row)(token as usize, entries);
            rows.extend_from_slice(&self.table.data()[row * width..][..width]);
        }
        Tensor::new([texts, length, width as u32], rows)
    }

    fn parameters(&self) -> Vec<&Tensor> {
        vec![&self.table]
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        vec![&mut self.table]
    }
}

/// Every token's gradient, `put` into its row; tokens have none themselves.
pub fn token_slopes(pass: &Pass, put: fn(&mut f32, f32)) -> Slopes {
    let mut table = pass.parameters[0].map(|_| 0.0);
    let width = table.width();
    for (token, dy) in pass.input.data().iter().zip(pass.gradient.rows()) {
        let row = &mut table.data_mut()[*token as usize * width..][..width];
        row.iter_mut().zip(dy).for_each(|(sum, dy)| put(sum, *dy));
    }
    Slopes { input: pass.input.map(|_| 0.0), parameters: vec![table] }
}

impl Places {
    /// The right layer.
    ///
    /// # Errors
    ///
    /// [`Fault::InvalidArgument`] for an empty table.
    pub fn new(spec: &EmbeddingSpec, rng: &mut Rng) -> Result<Self, Fault> {
        Ok(Self { table: table(spec, rng)?, row: |[_, place], _, _| Some(place) })
    }
}

impl Layer for Places {
    fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
        let (entries, width) = (self.table.shape()[0], self.table.width());
        let length = match *input.shape() {
            [_, length, found] if found as usize == width && length <= entries => length as usize,
            _ => {
                return Err(Fault::shape_mismatch(
                    "position-embedding: other sequences than the table is for",
                ));
            }
        };
        let mut output = input.clone();
        for (at, x) in output.rows_mut().enumerate() {
            if let Some(row) = (self.row)([at / length, at % length], entries as usize, length) {
                x.iter_mut().zip(&self.table.data()[row * width..]).for_each(|(x, row)| *x += row);
            }
        }
        Ok(output)
    }

    fn parameters(&self) -> Vec<&Tensor> {
        vec![&self.table]
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        vec![&mut self.table]
    }
}

/// Every place's gradient, added to its row.
pub fn place_slopes(pass: &Pass) -> Slopes {
    let mut table = pass.parameters[0].map(|_| 0.0);
    let (width, length) = (table.width(), pass.input.shape()[1] as usize);
    for (at, dy) in pass.gradient.rows().enumerate() {
        let row = &mut table.data_mut()[at % length * width..][..width];
        row.iter_mut().zip(dy).for_each(|(sum, dy)| *sum += dy);
    }
    Slopes { input: pass.gradient.clone(), parameters: vec![table] }
}
