//! A network with the weights that tito trained, on the test images.

use rayon::prelude::*;
use tito_grade::Table;
use tito_judge::{Draw, Findings, advice};
use tito_sandbox::{HostError, Mode, Outcome, Usage};
use tito_tensor::Tensor;

use crate::{Architecture, Context, Network, permuted};

/// Images for one guest, in batches of at most so many with the last one partial: a batch through a CNN is as much work
/// as any call should be.
const IMAGES: usize = 1_000;
const BATCH: usize = 8;

/// How often images of a class (the row) were taken for one (the column).
type Confusion = Vec<Vec<u32>>;

/// What a submission made of the test images.
pub(crate) struct Measured {
    /// What was asked, and what it took.
    pub(crate) findings: Findings,
    /// The share of images that were recognised.
    pub(crate) accuracy: f64,
    /// How many there were.
    pub(crate) images: usize,
    /// What was taken for what.
    pub(crate) confusion: Table,
}

/// Classifies every test image with the shipped network. The host keeps the labels, and it permutes channels, hidden units
/// and classes as they are drawn, so that answers that were learnt by heart are to other questions.
pub(crate) fn measure(
    context: &Context<'_>,
    architecture: Architecture,
    draw: &mut Draw,
) -> Result<Measured, HostError> {
    let shipped = Network::shipped(architecture, context.data.description());
    let (network, classes) = permuted(&shipped, draw);
    let order = draw.permutation(context.data.len());
    let parts: Vec<_> = order
        .par_chunks(IMAGES)
        .map(|images| classify(context, &network, &classes, images))
        .collect::<Result<_, _>>()?;
    let mut findings = Findings::default();
    let mut confusion = vec![vec![0; classes.len()]; classes.len()];
    for (outcome, usage) in parts {
        findings.used(usage);
        let failed =
            (!matches!(outcome, Outcome::Answer(_))).then(|| (outcome.to_string(), advice(&outcome)));
        findings.question(format!("the {} on up to {IMAGES} images", architecture.name()), failed);
        outcome.answer().into_iter().for_each(|part| add(&mut confusion, &part));
    }
    let right: u32 = (0..classes.len()).map(|class| confusion[class][class]).sum();
    let images = context.data.len();
    let accuracy = f64::from(right) / images.max(1) as f64;
    Ok(Measured { findings, accuracy, images, confusion: table(&confusion) })
}

/// The findings of a check of accuracy alone.
pub(crate) fn check(
    context: &Context<'_>,
    architecture: Architecture,
    draw: &mut Draw,
) -> Result<Findings, HostError> {
    let Measured { mut findings, accuracy, images, confusion } = measure(context, architecture, draw)?;
    findings.measured("accuracy", accuracy);
    findings.measured("images", images as f64);
    findings.conclude(format!("{:.2} % of {images} images right", 100.0 * accuracy));
    findings.tabulated(confusion);
    Ok(findings)
}

fn add(sum: &mut Confusion, part: &Confusion) {
    for (row, more) in sum.iter_mut().zip(part) {
        row.iter_mut().zip(more).for_each(|(count, more)| *count += more);
    }
}

fn table(confusion: &Confusion) -> Table {
    let classes = (0..confusion.len()).map(|class| class.to_string());
    let rows = confusion
        .iter()
        .enumerate()
        .map(|(class, row)| [class.to_string()].into_iter().chain(row.iter().map(u32::to_string)).collect());
    Table {
        title: "Images of a class, and what they were taken for".into(),
        columns: ["class".to_owned()].into_iter().chain(classes).collect(),
        rows: rows.collect(),
    }
}

/// What the submission takes each of these images for.
fn classify(
    context: &Context<'_>,
    network: &Network,
    classes: &[usize],
    images: &[usize],
) -> Result<(Outcome<Confusion>, Usage), HostError> {
    context.examiner().with_model(&network.layers, &network.parameters, |guest, model| {
        let none = vec![vec![0; classes.len()]; classes.len()];
        images.chunks(BATCH).try_fold(Outcome::Answer(none), |confusion, images| {
            confusion.then(|mut confusion| {
                let (inputs, labels) = context.data.batch(images);
                let logits = guest.forward(model, &inputs, Mode::Inference)?;
                Ok(logits.map(|logits| {
                    note(&mut confusion, &logits, &labels, classes);
                    confusion
                }))
            })
        })
    })
}

/// Notes for every row of logits its label and the class of its largest logit; nothing where the shape is not
/// [labels, classes], or for a row without a largest one.
fn note(confusion: &mut Confusion, logits: &Tensor, labels: &[u32], classes: &[usize]) {
    if logits.shape().extents() != [labels.len() as u32, classes.len() as u32] {
        return;
    }
    for (row, &label) in logits.data().chunks_exact(classes.len()).zip(labels) {
        if let Some(at) = largest(row) {
            confusion[label as usize][classes[at]] += 1;
        }
    }
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
