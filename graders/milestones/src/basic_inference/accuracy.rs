//! The MLP with the weights that tito trained, on the test images.

use rayon::prelude::*;
use tito_judge::{Findings, advice};
use tito_sandbox::{HostError, Mode, Outcome, Usage};
use tito_tensor::Tensor;

use crate::{Context, Network, milestone::Found, permuted};

/// Images for one guest, in batches of `BATCH` with the last one partial.
const IMAGES: usize = 1_000;
const BATCH: usize = 64;

/// Classifies every test image. The host keeps the labels, and it permutes hidden units and classes by the seed,
/// so that answers that were learnt by heart are to other questions.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("1/mnist-mlp");
    let (network, classes) = permuted(&Network::shipped(context.data.description()), &mut draw);
    let order = draw.permutation(context.data.len());
    let parts: Vec<_> = order
        .par_chunks(IMAGES)
        .map(|images| classify(context, &network, &classes, images))
        .collect::<Result<_, _>>()?;
    let mut findings = Findings::default();
    let mut right = 0;
    for (outcome, usage) in parts {
        findings.used(usage);
        let failed = matches!(outcome, Outcome::Answer(_))
            .then_some(None)
            .unwrap_or_else(|| Some(outcome.to_string()));
        findings.question(
            format!("the MLP on up to {IMAGES} images"),
            failed.map(|came_back| (came_back, advice(&outcome))),
        );
        right += outcome.answer().unwrap_or(0);
    }
    let accuracy = right as f64 / context.data.len().max(1) as f64;
    findings.measured("accuracy", accuracy);
    findings.measured("images", context.data.len() as f64);
    findings.conclude(format!("{:.2} % of {} images right", 100.0 * accuracy, context.data.len()));
    Ok(Found::Cases(findings))
}

/// How many of these images the submission classifies rightly.
fn classify(
    context: &Context<'_>,
    network: &Network,
    classes: &[usize],
    images: &[usize],
) -> Result<(Outcome<usize>, Usage), HostError> {
    context.examiner().with_model(&network.layers, &network.parameters, |guest, model| {
        images.chunks(BATCH).try_fold(Outcome::Answer(0), |right, images| {
            right.then(|right| {
                let (inputs, labels) = context.data.batch(images);
                let logits = guest.forward(model, &inputs, Mode::Inference)?;
                Ok(logits.map(|logits| right + hits(&logits, &labels, classes)))
            })
        })
    })
}

/// How many rows have their largest logit at their label's place; none where the shape is not [labels, classes].
/// A row with a NaN has no largest logit.
fn hits(logits: &Tensor, labels: &[u32], classes: &[usize]) -> usize {
    if logits.shape().extents() != [labels.len() as u32, classes.len() as u32] {
        return 0;
    }
    let rows = logits.data().chunks_exact(classes.len());
    let is_hit = |(row, &label): (&[f32], &u32)| largest(row).is_some_and(|at| classes[at] == label as usize);
    rows.zip(labels).filter(|&pair| is_hit(pair)).count()
}

/// The place of the one largest element; none where it is tied, since a constant answers nothing.
fn largest(row: &[f32]) -> Option<usize> {
    let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut places = row.iter().enumerate().filter(|&(_, &x)| x == most || x.is_nan()).map(|(at, _)| at);
    let first = places.next()?;
    (places.next().is_none() && !row[first].is_nan()).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_one_largest_logit_counts() {
        for (row, at) in [
            (vec![0.0, 2.0, 1.0], Some(1)),
            (vec![2.0, 2.0, 1.0], None),
            (vec![0.0, f32::NAN, 1.0], None),
            (vec![f32::NAN; 3], None),
            (vec![0.0, f32::INFINITY, 1.0], Some(1)),
        ] {
            assert_eq!(largest(&row), at, "{row:?}");
        }
    }
}
