//! Softmax cross-entropy of logits against classes, the mean over all rows: `log Σ e^xⱼ − x_target`.

use tito_tensor::{Shape, Tensor};

use crate::{Judged, Loss, ShapeError, Wide, softmax, sum::Sums};

/// The loss, a scalar, and its gradient `(p − 1_target) / rows`, in f64.
///
/// # Shapes
///
/// - `logits`: `[.., classes]`, as the gradient
/// - `targets`: one class a row
///
/// The gauges are the mean of `|log Σ eˣ| + |x_target| + 1`, and `(p(1 + |x − max| + |log Σ eˣ|) + 1_target) / rows`, which also takes p from the logarithm; the terms are the
/// classes, and for the loss the rows, too. A row of which all are −∞ has no loss that a number could say.
///
/// # Errors
///
/// If there is not one target a row, or a target is no class.
pub fn oracle(logits: &Wide, targets: &[u32]) -> Result<Loss<Judged, Judged>, ShapeError> {
    let rows = Rows::new(logits.shape(), targets)?;
    let p = softmax::oracle(logits);
    let count = rows.count.max(1) as f64;
    let (mut value, mut gradient) = (Sums::zeros(1), Sums::zeros(logits.data().len()));
    for (row, (x, &target)) in logits.rows().zip(targets).enumerate() {
        let max = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let log_sum = max + libm::log(x.iter().map(|x| libm::exp(x - max)).sum());
        let wanted = x[target as usize];
        value.add_gauged(0, (log_sum - wanted) / count, (log_sum.abs() + wanted.abs() + 1.0) / count);
        for class in 0..rows.classes {
            let (at, hit) = (row * rows.classes + class, f64::from(class == target as usize));
            let gauge = (p.gauge[at] + p.value.data()[at] * log_sum.abs() + hit) / count;
            gradient.add_gauged(at, (p.value.data()[at] - hit) / count, gauge);
        }
    }
    Ok(Loss {
        value: value.judged(Shape::default(), rows.classes + rows.count),
        gradient: gradient.judged(logits.shape().clone(), rows.classes),
    })
}

/// The loss and its gradient in f32, of the same shapes as the [`oracle`]'s.
///
/// # Errors
///
/// If there is not one target a row, or a target is no class.
pub fn native(logits: &Tensor, targets: &[u32]) -> Result<Loss<f32, Tensor>, ShapeError> {
    let rows = Rows::new(logits.shape(), targets)?;
    let mut gradient = softmax::native(logits);
    let share = 1.0 / rows.count.max(1) as f32;
    let mut value = 0.0;
    let logits = logits.data().chunks_exact(rows.classes);
    for ((p, x), &target) in gradient.data_mut().chunks_exact_mut(rows.classes).zip(logits).zip(targets) {
        // The largest logit's probability is at least one part of the classes, and the logarithm of its own has no end.
        let most = (0..rows.classes).fold(0, |most, class| if x[class] > x[most] { class } else { most });
        value += x[most] - libm::logf(p[most]) - x[target as usize];
        p[target as usize] -= 1.0;
        p.iter_mut().for_each(|p| *p *= share);
    }
    Ok(Loss { value: value * share, gradient })
}

/// Rows of logits with a target each.
struct Rows {
    count: usize,
    classes: usize,
}

impl Rows {
    fn new(logits: &Shape, targets: &[u32]) -> Result<Self, ShapeError> {
        let (count, classes) = logits.as_matrix();
        if logits.rank() == 0 || classes == 0 || targets.len() != count {
            return Err(ShapeError::Targets { logits: logits.clone(), targets: targets.len() });
        }
        match targets.iter().find(|&&class| class as usize >= classes) {
            Some(&class) => Err(ShapeError::Class { logits: logits.clone(), class }),
            None => Ok(Self { count, classes }),
        }
    }
}
