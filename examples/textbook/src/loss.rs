//! Losses.

use tinytorch::{Fault, Loss, Tensor};

/// Softmax cross-entropy: the mean over the rows of log sum e^x - x_target, each row shifted by its largest x.
pub(crate) fn cross_entropy(logits: &Tensor, targets: &[u32]) -> Result<Loss, Fault> {
    let classes = logits.width();
    if logits.shape().is_empty() || classes == 0 || logits.data().len() != targets.len() * classes {
        let (shape, count) = (logits.shape(), targets.len());
        return Err(Fault::shape_mismatch(format!("cross-entropy: {count} targets for logits {shape:?}")));
    }
    let rows = targets.len().max(1) as f32;
    let mut value = 0.0;
    let mut gradient = logits.clone();
    for (row, &target) in gradient.rows_mut().zip(targets) {
        let target = target as usize;
        if target >= classes {
            return Err(Fault::invalid_argument(format!("cross-entropy: there is no class {target}")));
        }
        let highest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut sum = 0.0;
        for &x in row.iter() {
            sum += (x - highest).exp();
        }
        value += (sum.ln() + highest - row[target]) / rows;
        for (class, x) in row.iter_mut().enumerate() {
            let hit = if class == target { 1.0 } else { 0.0 };
            *x = ((*x - highest).exp() / sum - hit) / rows;
        }
    }
    Ok(Loss { value, gradient })
}

/// The mean of (prediction - target)^2.
pub(crate) fn mean_squared_error(predictions: &Tensor, targets: &Tensor) -> Result<Loss, Fault> {
    if predictions.shape() != targets.shape() {
        return Err(Fault::shape_mismatch("mean-squared-error: predictions and targets have two shapes"));
    }
    let count = predictions.data().len().max(1) as f32;
    let mut value = 0.0;
    let mut gradient = predictions.clone();
    for (p, t) in gradient.data_mut().iter_mut().zip(targets.data()) {
        let error = *p - t;
        value += error * error / count;
        *p = 2.0 * error / count;
    }
    Ok(Loss { value, gradient })
}

/// How many rows have their largest element, the first of equals, at their target.
pub(crate) fn hits(logits: &Tensor, targets: &[u32]) -> usize {
    let mut hits = 0;
    for (row, &target) in logits.rows().zip(targets) {
        let mut best = 0;
        for class in 1..row.len() {
            if row[class] > row[best] {
                best = class;
            }
        }
        if best == target as usize {
            hits += 1;
        }
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(loss: Result<Loss, Fault>, value: f32, gradient: &[f32]) {
        let loss = loss.unwrap();
        assert!((loss.value - value).abs() <= 1e-6 * (1.0 + value), "{loss:?}");
        let pairs = loss.gradient.data().iter().zip(gradient);
        pairs.for_each(|(found, expected)| assert!((found - expected).abs() < 1e-6, "{loss:?}"));
    }

    #[test]
    fn losses_are_means_with_their_slopes() {
        let logits = Tensor::new([2, 2], vec![1e4, -1e4, 0.0, 0.0]).unwrap();
        let value = (2e4 + std::f32::consts::LN_2) / 2.0;
        check(cross_entropy(&logits, &[1, 0]), value, &[0.5, -0.5, -0.25, 0.25]);
        assert_eq!((hits(&logits, &[0, 0]), hits(&logits, &[1, 1])), (2, 0));
        let predictions = Tensor::new([2], vec![1.0, 5.0]).unwrap();
        check(mean_squared_error(&predictions, &Tensor::zeros([2])), 13.0, &[1.0, 5.0]);
    }

    #[test]
    fn what_does_not_fit_is_a_fault() {
        let logits = Tensor::zeros([2, 3]);
        assert!(matches!(cross_entropy(&logits, &[0]), Err(Fault::ShapeMismatch(_))));
        assert!(matches!(cross_entropy(&logits, &[0, 3]), Err(Fault::InvalidArgument(_))));
        assert!(matches!(mean_squared_error(&logits, &Tensor::zeros([6])), Err(Fault::ShapeMismatch(_))));
    }
}
