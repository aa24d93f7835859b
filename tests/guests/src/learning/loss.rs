//! The right losses.

use tinytorch::{Fault, Loss, Tensor};

use crate::softmax;

/// Softmax cross-entropy, the mean over all rows.
///
/// # Errors
///
/// [`Fault::ShapeMismatch`] unless there is one target a row, [`Fault::InvalidArgument`] for one that is no class.
pub fn cross_entropy(logits: &Tensor, targets: &[u32]) -> Result<Loss, Fault> {
    let classes = logits.width();
    if logits.shape().is_empty() || classes == 0 || logits.data().len() != classes * targets.len() {
        return Err(Fault::shape_mismatch("cross-entropy: a target for every row is wanted"));
    }
    let rows = targets.len().max(1) as f32;
    let (mut value, mut gradient) = (0.0, logits.clone());
    for (row, target) in gradient.rows_mut().zip(targets) {
        let target = *target as usize;
        if target >= classes {
            return Err(Fault::invalid_argument("cross-entropy: a target that is no class"));
        }
        let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        value += row.iter().map(|x| (x - most).exp()).sum::<f32>().ln() + most - row[target];
        softmax(row);
        row[target] -= 1.0;
        row.iter_mut().for_each(|p| *p /= rows);
    }
    Ok(Loss { value: value / rows, gradient })
}

/// The mean of squared differences.
///
/// # Errors
///
/// [`Fault::ShapeMismatch`] if the shapes differ.
pub fn mean_squared_error(predictions: &Tensor, targets: &Tensor) -> Result<Loss, Fault> {
    if predictions.shape() != targets.shape() {
        return Err(Fault::shape_mismatch("mean-squared-error: targets of another shape"));
    }
    let count = predictions.data().len().max(1) as f32;
    let mut targets = targets.data().iter();
    let errors = predictions.map(|p| p - targets.next().copied().unwrap_or_default());
    let value = errors.data().iter().map(|error| error * error).sum::<f32>() / count;
    Ok(Loss { value, gradient: errors.map(|error| 2.0 * error / count) })
}

/// How many rows have their largest element, the first of equals, at their target.
pub fn hits(logits: &Tensor, targets: &[u32]) -> usize {
    let best =
        |row: &[f32]| (1..row.len()).fold(0, |best, class| if row[class] > row[best] { class } else { best });
    logits.rows().zip(targets).filter(|(row, target)| best(row) == **target as usize).count()
}
