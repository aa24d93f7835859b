//! A network with the weights that tito trained, on the test images.

use rayon::prelude::*;
use tito_grade::{Hint, Table};
use tito_judge::{Draw, Findings, advice};
use tito_sandbox::{Called, Guest, HostError, Mode, ModelId, Outcome, Usage};
use tito_tensor::{Shape, Tensor};

use crate::{Architecture, Context, Network, chained, faults::CameBack, own, permuted};

/// Images for one guest, in batches of at most so many with the last one partial: a batch through a CNN is as much work
/// as any call should be.
const IMAGES: usize = 1_000;
const BATCH: usize = 8;

/// How many batches of a guest's are held to the layers one after the other.
const HELD: usize = 2;

/// Below this a layer is wrong: whatever the rounding, the shipped networks stay far above.
const RIGHT: f64 = 0.9;

/// What a submission made of some images.
struct Recognised {
    /// How often images of a class (the row) were taken for one (the column); the last column is for no class at all.
    confusion: Vec<Vec<u32>>,
    /// Why some were taken for no class, where that is no matter of a tie.
    problem: Option<String>,
    /// Batches that are to be held to the layers: the inputs and the logits.
    held: Vec<[Tensor; 2]>,
}

/// What classifies the images.
enum Subject<'a> {
    /// A network that the host loads, and the class of each of its outputs.
    Network(Network, Vec<usize>),
    /// What the submission's own `restore` makes of a checkpoint.
    Checkpoint(&'a [u8]),
}

/// What a submission made of the test images.
pub(crate) struct Measured {
    /// Whose network it is, in words.
    pub(crate) whose: &'static str,
    /// Its parameters.
    pub(crate) parameters: usize,
    /// Its layers, where the host knows them.
    pub(crate) network: Option<Network>,
    /// What was asked, and what it took.
    pub(crate) findings: Findings,
    /// The share of images that were recognised.
    pub(crate) accuracy: f64,
    /// How many there were.
    images: usize,
    confusion: Vec<Vec<u32>>,
}

/// Classifies every test image with the submission's own network, or else the shipped one. The host keeps the labels, and
/// it permutes the shipped one's channels, hidden units and classes as they are drawn, so that answers that were learnt by
/// heart are to other questions.
pub(crate) fn measure(context: &Context<'_>, architecture: Architecture) -> Result<Measured, HostError> {
    let mut draw = context.seed.draw(&format!("accuracy/{}", architecture.name()));
    let (subject, whose) = subject(context, architecture, &mut draw)?;
    let classes = context.data.form().classes as usize;
    let order = draw.permutation(context.data.len());
    let parts: Vec<(&[usize], [usize; HELD])> = order
        .chunks(IMAGES)
        .map(|images| (images, [(); HELD].map(|()| draw.below(images.len().div_ceil(BATCH) as u64) as usize)))
        .collect();
    let parts: Vec<_> = parts
        .into_par_iter()
        .map(|(images, held)| classify(context, &subject, images, &held))
        .collect::<Result<_, _>>()?;
    let mut findings = Findings::default();
    let mut all = Recognised::of(classes);
    for (outcome, usage) in parts {
        findings.used(usage);
        let came_back = match &outcome {
            Outcome::Answer(part) => part.problem.clone().map(|problem| (problem, None)),
            failed => Some((failed.to_string(), advice(failed))),
        };
        findings.question(format!("the {} on up to {IMAGES} images", architecture.name()), came_back);
        outcome.answer().into_iter().for_each(|part| all.add(&part));
    }
    let other = match &subject {
        Subject::Network(network, _) => others(context, network, &all.held)?,
        Subject::Checkpoint(_) => None,
    };
    let is_its_own = other.is_none();
    findings.question("the classes that the layers give one after the other", other);
    let right: u32 = (0..classes).map(|class| all.confusion[class][class]).sum();
    let images = context.data.len();
    // Whoever recognises images without the network has not been asked for that.
    let accuracy = if is_its_own { f64::from(right) / images.max(1) as f64 } else { 0.0 };
    let (parameters, network) = match subject {
        Subject::Network(network, _) => (network.numbers().len(), Some(network)),
        Subject::Checkpoint(checkpoint) => (restored(context, checkpoint)?, None),
    };
    Ok(Measured { whose, parameters, network, findings, accuracy, images, confusion: all.confusion })
}

/// What is to classify the images, and whose it is.
fn subject<'a>(
    context: &'a Context<'_>,
    architecture: Architecture,
    draw: &mut Draw,
) -> Result<(Subject<'a>, &'static str), HostError> {
    let own = &context.own;
    let every: Vec<usize> = (0..context.data.form().classes as usize).collect();
    if let (Some(checkpoint), Architecture::Cnn) = (&own.checkpoint, architecture) {
        return Ok((Subject::Checkpoint(checkpoint), "your own, restored from model.ckpt"));
    }
    if let (Some(layers), Some(images)) = (own.networks.of(architecture), &own.training) {
        let trained = own::trained(layers, images, draw);
        let network =
            trained.map_err(|error| HostError::new("cannot train the network of model.toml", error))?;
        return Ok((Subject::Network(network, every), "your own of model.toml, trained by tito"));
    }
    let (network, classes) = permuted(&Network::shipped(architecture, context.data), draw);
    Ok((Subject::Network(network, classes), "the shipped one"))
}

/// What came back other than the classes that the layers give. Labels that were learnt by heart are no answer to a network.
fn others(context: &Context<'_>, network: &Network, held: &[[Tensor; 2]]) -> Result<CameBack, HostError> {
    let stack = (network.layers.as_slice(), network.parameters.as_slice());
    chained::others(&context.examiner(), stack, held, different, |images| {
        let hint = Hint {
            misconception: "network-not-of-its-layers".into(),
            advice: "A network answers what its layers give in order, whatever the images are.".into(),
        };
        (format!("other classes for {images} images"), Some(hint))
    })
}

/// How near two logits may be, as a part of the largest, so that their order is a matter of rounding.
const NEAR: f32 = 0.01;

/// How many rows have another largest element, where that is the largest by more than rounding.
pub(crate) fn different(chain: &Tensor, logits: &Tensor) -> usize {
    let width = chain.shape().last().unwrap_or(1).max(1);
    if chain.shape() != logits.shape() {
        return chain.data().len() / width;
    }
    let rows = chain.data().chunks_exact(width).zip(logits.data().chunks_exact(width));
    rows.filter(|(chain, logits)| largest(logits).is_some_and(|taken| is_other(chain, taken))).count()
}

/// Whether another element than this one is the largest by more than rounding.
fn is_other(row: &[f32], taken: usize) -> bool {
    let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let size = row.iter().fold(0.0f32, |size, x| size.max(x.abs()));
    let is_near = most - row[taken] <= NEAR * size;
    // Numbers that are none or all alike are no answer, and nobody takes a class from them.
    !is_near || row.iter().any(|x| x.is_nan()) || row.iter().all(|&x| x == row[0])
}

/// How many parameters a checkpoint has; none where it is none.
fn restored(context: &Context<'_>, checkpoint: &[u8]) -> Result<usize, HostError> {
    let (outcome, _) = context
        .examiner()
        .with_guest(|guest| guest.restore(checkpoint)?.then(|model| guest.parameters(model)))?;
    Ok(outcome.answer().into_iter().flatten().map(|tensor| tensor.data().len()).sum())
}

/// The findings of a check of accuracy alone, and what to look at where it is low.
pub(crate) fn check(
    context: &Context<'_>,
    architecture: Architecture,
    low: &str,
) -> Result<Findings, HostError> {
    let Measured { whose, findings, accuracy, images, confusion, .. } = context.measured(architecture)?;
    let (mut findings, accuracy) = (findings.clone(), *accuracy);
    findings.measured("accuracy", accuracy);
    findings.measured("images", *images as f64);
    let advice = if accuracy < RIGHT { low } else { "" };
    let own = if whose.starts_with("your") { format!(" by {whose}") } else { String::new() };
    findings.conclude(format!("{:.2} % of {images} images right{own}{advice}", 100.0 * accuracy));
    table(confusion).into_iter().for_each(|table| findings.tabulated(table));
    Ok(findings)
}

/// None where no image was taken for any class.
fn table(confusion: &[Vec<u32>]) -> Option<Table> {
    let classes = confusion.len();
    let is_empty = confusion.iter().all(|row| row[..classes].iter().all(|&count| count == 0));
    let names = (0..classes).map(|class| class.to_string());
    let rows = confusion
        .iter()
        .enumerate()
        .map(|(class, row)| [class.to_string()].into_iter().chain(row.iter().map(u32::to_string)).collect());
    let columns = ["class".to_owned()].into_iter().chain(names).chain(["none".to_owned()]);
    let title = "Images of a class, and what they were taken for".to_owned();
    (!is_empty).then(|| Table { title, columns: columns.collect(), rows: rows.collect() })
}

/// What the submission takes each of these images for.
fn classify(
    context: &Context<'_>,
    subject: &Subject<'_>,
    images: &[usize],
    held: &[usize],
) -> Result<(Outcome<Recognised>, Usage), HostError> {
    let examiner = context.examiner();
    match subject {
        Subject::Network(network, classes) => {
            examiner.with_model(&network.layers, &network.parameters, |guest, model| {
                recognised(context, guest, model, classes, (images, held))
            })
        }
        Subject::Checkpoint(checkpoint) => {
            let classes: Vec<usize> = (0..context.data.form().classes as usize).collect();
            examiner.with_guest(|guest| {
                guest
                    .restore(checkpoint)?
                    .then(|model| recognised(context, guest, model, &classes, (images, &[])))
            })
        }
    }
}

/// What a model takes these images for; of the batches in these places it keeps the logits.
fn recognised(
    context: &Context<'_>,
    guest: &mut dyn Guest,
    model: ModelId,
    classes: &[usize],
    (images, held): (&[usize], &[usize]),
) -> Called<Recognised> {
    let mut batches = images.chunks(BATCH).enumerate();
    batches.try_fold(Outcome::Answer(Recognised::of(classes.len())), |recognised, (at, images)| {
        recognised.then(|mut recognised| {
            let (inputs, labels) = context.data.batch(images);
            let logits = guest.forward(model, &inputs, Mode::Inference)?;
            Ok(logits.map(|logits| {
                recognised.note(&logits, &labels, classes);
                if held.contains(&at) {
                    recognised.held.push([inputs, logits]);
                }
                recognised
            }))
        })
    })
}

impl Recognised {
    fn of(classes: usize) -> Self {
        Self { confusion: vec![vec![0; classes + 1]; classes], problem: None, held: Vec::new() }
    }

    fn add(&mut self, part: &Self) {
        self.held.extend_from_slice(&part.held);
        for (row, more) in self.confusion.iter_mut().zip(&part.confusion) {
            row.iter_mut().zip(more).for_each(|(count, more)| *count += more);
        }
    }

    /// Notes for every row of logits its label and the class of its largest logit.
    fn note(&mut self, logits: &Tensor, labels: &[u32], classes: &[usize]) {
        let wanted = Shape::from([labels.len() as u32, classes.len() as u32]);
        let has_shape = *logits.shape() == wanted;
        if !has_shape {
            self.problem.get_or_insert(format!("logits of shape {}, not {wanted}", logits.shape()));
        } else if logits.data().iter().any(|x| x.is_nan()) {
            self.problem.get_or_insert("logits that are NaN".to_owned());
        }
        for (place, &label) in labels.iter().enumerate() {
            let row = has_shape.then(|| &logits.data()[place * classes.len()..][..classes.len()]);
            let class = row.and_then(largest).map_or(classes.len(), |at| classes[at]);
            self.confusion[label as usize][class] += 1;
        }
    }
}

/// The place of the one largest element; none where it is tied, since a constant answers nothing.
pub(crate) fn largest(row: &[f32]) -> Option<usize> {
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

    #[test]
    fn only_what_is_no_rounding_is_another_class() {
        #[track_caller]
        fn check(chain: [f32; 3], logits: [f32; 3], expected: usize) {
            let [chain, logits] = [chain, logits].map(|row| Tensor::new([1, 3], row.to_vec()).unwrap());
            assert_eq!(different(&chain, &logits), expected);
        }
        check([0.0, 2.0, 1.0], [0.0, 2.0, 1.0], 0);
        check([0.0, 2.0, 1.0], [0.0, 1.0, 2.0], 1);
        check([0.0, 2.0, 1.99], [0.0, 1.99, 2.0], 0);
        check([0.0, 0.0, 0.0], [0.0, 1.0, 0.0], 1);
        check([f32::NAN, 0.0, 0.0], [0.0, 1.0, 0.0], 1);
        check([0.0, 2.0, 1.0], [1.0, 1.0, 1.0], 0);
    }

    #[test]
    fn what_is_no_class_is_counted_and_said() {
        let mut recognised = Recognised::of(3);
        let note = |recognised: &mut Recognised, shape: [u32; 2], data: Vec<f32>| {
            recognised.note(&Tensor::new(shape, data).unwrap(), &[2, 0], &[1, 2, 0]);
        };
        note(&mut recognised, [2, 3], vec![0.0, 1.0, 0.0, 5.0, 1.0, 5.0]);
        assert_eq!(recognised.confusion, [[0, 0, 0, 1], [0; 4], [0, 0, 1, 0]]);
        assert_eq!(recognised.problem, None);
        note(&mut recognised, [2, 2], vec![0.0; 4]);
        note(&mut recognised, [2, 3], vec![f32::NAN; 6]);
        assert_eq!(recognised.confusion, [[0, 0, 0, 3], [0; 4], [0, 0, 1, 2]]);
        assert_eq!(recognised.problem.as_deref(), Some("logits of shape [2, 2], not [2, 3]"));
        assert!(table(&recognised.confusion).is_some() && table(&Recognised::of(3).confusion).is_none());
    }
}
