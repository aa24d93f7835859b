//! Softmax cross-entropy of logits against classes.

use tinytorch::{Fault, Loss, Tensor};

/// The mean over all rows of log Σ e^xⱼ − x_target, and its gradient (p − 1_target) / rows.
///
/// Shifted by the largest logit of a row: the difference is the same, and no power is above 1.
pub(crate) fn cross_entropy(logits: &Tensor, targets: &[u32]) -> Result<Loss, Fault> {
    check(logits, targets)?;
    let share = 1.0 / targets.len().max(1) as f32;
    let (mut gradient, mut sum) = (logits.clone(), 0.0);
    for (row, &target) in gradient.rows_mut().zip(targets) {
        let highest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let wanted = row[target as usize] - highest;
        row.iter_mut().for_each(|x| *x = (*x - highest).exp());
        let total: f32 = row.iter().sum();
        sum += f64::from(total.ln() - wanted);
        row[target as usize] -= total;
        row.iter_mut().for_each(|x| *x *= share / total);
    }
    Ok(Loss { value: (sum * f64::from(share)) as f32, gradient })
}

/// How many rows have their largest logit, the first of equals, at their target.
pub(crate) fn hits(logits: &Tensor, targets: &[u32]) -> usize {
    let is_hit = |&(row, &target): &(&[f32], &u32)| {
        let most = (0..row.len()).fold(0, |most, class| if row[class] > row[most] { class } else { most });
        most == target as usize
    };
    logits.rows().zip(targets).filter(is_hit).count()
}

fn check(logits: &Tensor, targets: &[u32]) -> Result<(), Fault> {
    let (shape, count) = (logits.shape(), targets.len());
    let rows: usize = shape.iter().rev().skip(1).map(|&extent| extent as usize).product();
    if shape.is_empty() || logits.width() == 0 || rows != count {
        return Err(Fault::shape_mismatch(format!(
            "cross-entropy: a target for each row wanted, {count} and logits of shape {shape:?} given"
        )));
    }
    match targets.iter().find(|&&class| class as usize >= logits.width()) {
        Some(class) => {
            let classes = logits.width();
            Err(Fault::invalid_argument(format!("cross-entropy: {class} is none of {classes} classes")))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::f32::consts::LN_2;

    use super::*;
    use crate::testing::{close, tensor};

    #[test]
    fn the_gradient_is_that_of_the_value() {
        let logits = tensor(&[2, 2, 3], &[0.5, -1.0, 2.0, 0.0, 0.1, 0.2, 3.0, 1.0, 1.5, -2.0, -2.5, 0.5]);
        let targets = [0, 2, 1, 1];
        let mut moved = logits.clone();
        let mut place = 0;
        let expected = logits.map(|x| {
            let mut at = |x: f32| {
                moved.data_mut()[place] = x;
                f64::from(cross_entropy(&moved, &targets).unwrap().value)
            };
            let slope = (at(x + 1e-2) - at(x - 1e-2)) / 2e-2;
            moved.data_mut()[place] = x;
            place += 1;
            slope as f32
        });
        close(&expected, &cross_entropy(&logits, &targets).unwrap().gradient, "cross-entropy");
    }

    #[track_caller]
    fn check(logits: &[f32], target: u32, value: f32, gradient: &[f32]) {
        let loss = cross_entropy(&tensor(&[1, logits.len() as u32], logits), &[target]).unwrap();
        assert!((loss.value - value).abs() <= 1e-6 * (1.0 + value.abs()), "{} is not {value}", loss.value);
        let pairs = loss.gradient.data().iter().zip(gradient);
        pairs.for_each(|(found, expected)| assert!((found - expected).abs() < 1e-6, "{:?}", loss.gradient));
    }

    #[test]
    fn extreme_logits_have_a_loss() {
        check(&[0.0, 0.0], 1, LN_2, &[0.5, -0.5]);
        check(&[1e4, 0.0, -1e4], 0, 0.0, &[0.0, 0.0, 0.0]);
        check(&[1e4, 0.0, -1e4], 2, 2e4, &[1.0, 0.0, -1.0]);
        check(&[-1e4, -1e4], 0, LN_2, &[-0.5, 0.5]);
    }

    #[test]
    fn targets_that_do_not_fit_are_faults() {
        for (shape, targets) in [(vec![], vec![0]), (vec![2, 3], vec![0]), (vec![2, 0], vec![0, 0])] {
            let found = cross_entropy(&Tensor::zeros(shape), &targets);
            assert!(matches!(found, Err(Fault::ShapeMismatch(_))), "{found:?}");
        }
        let found = cross_entropy(&Tensor::zeros([1, 3]), &[3]);
        assert!(matches!(found, Err(Fault::InvalidArgument(_))), "{found:?}");
        assert_eq!(cross_entropy(&Tensor::zeros([0, 3]), &[]).unwrap().value, 0.0);
    }

    #[test]
    fn the_first_of_equals_is_the_answer() {
        let logits = tensor(&[3, 2], &[1.0, 1.0, 0.0, 2.0, 3.0, -1.0]);
        assert_eq!(hits(&logits, &[0, 1, 1]), 2);
        assert_eq!(hits(&logits, &[1, 0, 0]), 1);
    }
}
