//! Position embedding: the vector at each place of a sequence has the table's row of that place added.

use tito_tensor::{Shape, Tensor};

use crate::{
    Gradients, Judged, ShapeError, Wide,
    sequences::{Sequences, table_extents},
    shape_error::alike,
    sum::Sums,
};

/// The sums in f64.
///
/// # Shapes
///
/// - `input`: `[n, t, width]`, as the result
/// - `table`: `[context, width]`, of no fewer rows than `t`
///
/// The gauge is |x| + |row|; the terms are the two.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn oracle(input: &Wide, table: &Wide) -> Result<Judged, ShapeError> {
    let sequences = meeting(input.shape(), table.shape())?;
    let mut sums = Sums::zeros(input.data().len());
    for (at, x) in input.data().iter().enumerate() {
        sums.add(at, *x);
        sums.add(at, table.data()[at % sequences.each()]);
    }
    Ok(sums.judged(input.shape().clone(), 2))
}

/// The sums in f32, of the same shapes as the [`oracle`]'s.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn native(input: &Tensor, table: &Tensor) -> Result<Tensor, ShapeError> {
    let sequences = meeting(input.shape(), table.shape())?;
    let mut output = input.clone();
    for sequence in output.data_mut().chunks_exact_mut(sequences.each().max(1)) {
        sequence.iter_mut().zip(table.data()).for_each(|(y, row)| *y += row);
    }
    Ok(output)
}

/// The gradients in f64: the output's for the input, and for the table its sum over the sequences. Rows behind the last
/// place have none.
///
/// The input's is not rounded, so answers must be equal. The gauge of the table's is the sum of absolute values; the terms
/// are the sequences.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn oracle_backward(input: &Wide, table: &Wide, gradient: &Wide) -> Result<Gradients<Judged>, ShapeError> {
    let sequences = meeting(input.shape(), table.shape())?;
    alike("position-embedding backward", gradient.shape(), input.shape())?;
    let mut sums = Sums::zeros(table.data().len());
    gradient.data().iter().enumerate().for_each(|(at, &dy)| sums.add(at % sequences.each(), dy));
    Ok(Gradients {
        input: Judged::exact(gradient.clone()),
        parameters: vec![sums.judged(table.shape().clone(), sequences.count)],
    })
}

/// The gradients in f32, as [`oracle_backward`] has them.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn native_backward(
    input: &Tensor,
    table: &Tensor,
    gradient: &Tensor,
) -> Result<Gradients<Tensor>, ShapeError> {
    let sequences = meeting(input.shape(), table.shape())?;
    alike("position-embedding backward", gradient.shape(), input.shape())?;
    let mut to_table = Tensor::zeros(table.shape().clone());
    for sequence in gradient.data().chunks_exact(sequences.each().max(1)) {
        to_table.data_mut().iter_mut().zip(sequence).for_each(|(sum, dy)| *sum += dy);
    }
    Ok(Gradients { input: gradient.clone(), parameters: vec![to_table] })
}

/// The sequences, to each of which as many elements of the table are added, from its first, as it has.
fn meeting(input: &Shape, table: &Shape) -> Result<Sequences, ShapeError> {
    let sequences = Sequences::new("position-embedding", input)?;
    let [context, width] = table_extents("position-embedding", table)?;
    if sequences.width != width || sequences.length > context {
        return Err(ShapeError::Positions { input: input.clone(), table: table.clone() });
    }
    Ok(sequences)
}
