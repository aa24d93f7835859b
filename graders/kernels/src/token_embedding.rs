//! Token embedding: every token becomes its row of a table.
//!
//! Tokens travel as whole numbers in float32, because the contract knows one kind of tensor.

use tito_tensor::{Shape, Tensor};

use crate::{Gradients, Judged, ShapeError, Wide, sequences::table_extents, shape_error::alike, sum::Sums};

/// The rows of the tokens, in f64. Nothing is rounded, so answers must be equal.
///
/// # Shapes
///
/// - `tokens`: `[n, t]`, whole numbers below `entries`
/// - `table`: `[entries, width]`
/// - result: `[n, t, width]`
///
/// # Errors
///
/// If the shapes do not meet, or a token is no row of the table.
pub fn oracle(tokens: &Wide, table: &Wide) -> Result<Judged, ShapeError> {
    let lookup = Lookup::new(tokens.shape(), tokens.data().iter().copied(), table.shape())?;
    let value = Wide::new(lookup.output.clone(), lookup.gather(table.data()));
    Ok(Judged::exact(value.expect("there is a row for every token")))
}

/// The rows of the tokens, as the [`oracle`] gives them.
///
/// # Errors
///
/// If the shapes do not meet, or a token is no row of the table.
pub fn native(tokens: &Tensor, table: &Tensor) -> Result<Tensor, ShapeError> {
    let lookup = Lookup::of(tokens, table)?;
    let value = Tensor::new(lookup.output.clone(), lookup.gather(table.data()));
    Ok(value.expect("there is a row for every token"))
}

/// The gradients in f64: each row of the table has the sum of those of its tokens.
///
/// The gauge is the sum of absolute values; the terms are how often the most frequent token occurs. Of tokens there is no
/// gradient, because between two of them there is nothing; the contract wants a tensor in the input's shape, and it is
/// zeros, which are equal to nothing else.
///
/// # Errors
///
/// If the gradient does not have the output's shape, or as [`oracle`].
pub fn oracle_backward(
    tokens: &Wide,
    table: &Wide,
    gradient: &Wide,
) -> Result<Gradients<Judged>, ShapeError> {
    let lookup = Lookup::new(tokens.shape(), tokens.data().iter().copied(), table.shape())?;
    alike("token-embedding backward", gradient.shape(), &lookup.output)?;
    let mut sums = Sums::zeros(table.data().len());
    for (&row, dy) in lookup.rows.iter().zip(gradient.rows()) {
        dy.iter().enumerate().for_each(|(at, &dy)| sums.add(row * lookup.width + at, dy));
    }
    let nothing = Wide::new(tokens.shape().clone(), vec![0.0; tokens.data().len()]);
    Ok(Gradients {
        input: Judged::exact(nothing.expect("there is a zero for every token")),
        parameters: vec![sums.judged(table.shape().clone(), lookup.most_frequent())],
    })
}

/// The gradients in f32, as [`oracle_backward`] has them.
///
/// # Errors
///
/// If the gradient does not have the output's shape, or as [`oracle`].
pub fn native_backward(
    tokens: &Tensor,
    table: &Tensor,
    gradient: &Tensor,
) -> Result<Gradients<Tensor>, ShapeError> {
    let lookup = Lookup::of(tokens, table)?;
    alike("token-embedding backward", gradient.shape(), &lookup.output)?;
    let mut to_table = Tensor::zeros(table.shape().clone());
    for (&row, dy) in lookup.rows.iter().zip(gradient.data().chunks_exact(lookup.width.max(1))) {
        let sums = &mut to_table.data_mut()[row * lookup.width..][..lookup.width];
        sums.iter_mut().zip(dy).for_each(|(sum, dy)| *sum += dy);
    }
    Ok(Gradients { input: Tensor::zeros(tokens.shape().clone()), parameters: vec![to_table] })
}

/// Tokens that are rows of a table.
struct Lookup {
    rows: Vec<usize>,
    entries: usize,
    width: usize,
    output: Shape,
}

impl Lookup {
    fn of(tokens: &Tensor, table: &Tensor) -> Result<Self, ShapeError> {
        Self::new(tokens.shape(), tokens.data().iter().map(|&token| f64::from(token)), table.shape())
    }

    fn new(shape: &Shape, tokens: impl Iterator<Item = f64>, table: &Shape) -> Result<Self, ShapeError> {
        let &[count, length] = shape.extents() else { return Err(ShapeError::Tokens(shape.clone())) };
        let [entries, width] = table_extents("token-embedding", table)?;
        // A table's extents are those of a shape.
        let output = Shape::from([count, length, width as u32]);
        if output.elements().is_none() {
            return Err(ShapeError::Uncountable { operation: "token-embedding", input: shape.clone() });
        }
        let row = |(at, token): (usize, f64)| {
            let is_row = token.fract() == 0.0 && (0.0..entries as f64).contains(&token);
            let error = || ShapeError::Token { token: token.to_string(), at, table: table.clone() };
            if is_row { Ok(token as usize) } else { Err(error()) }
        };
        let rows = tokens.enumerate().map(row).collect::<Result<_, _>>()?;
        Ok(Self { rows, entries, width, output })
    }

    fn gather<T: Copy>(&self, table: &[T]) -> Vec<T> {
        let rows = self.rows.iter().map(|row| &table[row * self.width..][..self.width]);
        rows.flatten().copied().collect()
    }

    fn most_frequent(&self) -> usize {
        let mut counts = vec![0; self.entries];
        self.rows.iter().for_each(|&row| counts[row] += 1);
        counts.into_iter().max().unwrap_or(0)
    }
}
