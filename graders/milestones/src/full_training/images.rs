//! Training on real images inside the budget, held beside the native trainer with the same recipe.

use tito_data::Description;
use tito_grade::{Plot, Series, Table};
use tito_judge::{Findings, advice};
use tito_kernels::{Wide, cross_entropy};
use tito_sandbox::{Budget, Called, Epoch, Guest, HostError, Layer, Mode, ModelId, Outcome, Usage};
use tito_trainer::Examples;

use crate::{
    Assignment, Context, Curve, Drawn,
    classroom::{End, Record, Task, learn_and},
    curve::native,
    milestone::Found,
};

/// Images for a call: a plain loop takes some hundred million units of fuel for them.
const BATCH: usize = 8;

/// What a submission has learnt, by the host's own count.
pub(crate) struct Learnt {
    outcome: Outcome<[Counted; 2]>,
    record: Record,
    usage: Usage,
    /// Training batches of the whole recipe.
    steps: u64,
}

/// How well a model does on some examples.
#[derive(Clone, Copy)]
pub(crate) struct Counted {
    pub(crate) loss: f64,
    pub(crate) accuracy: f64,
}

/// Has the submission learn what is assigned; it takes minutes, and is done once.
pub(crate) fn learnt(context: &Context<'_>) -> Result<Learnt, HostError> {
    let assignment = Assignment::of(context.data);
    let Drawn { mut task, held_out } = assignment.draw(context.data, &mut context.seed.draw("3/images"));
    if let Some(layers) = &context.own.networks.cnn {
        (task.layers, task.parameters) = (layers.clone(), Vec::new());
    }
    let end = End { stop: None, budget: Budget::of_training(&context.limits) };
    let mut counted = None;
    let trained = learn_and(context, &task, end, &mut |guest, model| {
        if has_state(&task.layers) {
            counted = Some(count_both(guest, model, &task, held_out.as_ref())?);
        }
        Ok(())
    })?;
    let counted = match (counted, &trained.parameters) {
        (Some(counted), _) => counted,
        (None, None) => Outcome::Answer([NOTHING; 2]),
        // A fresh guest has nothing but the parameters: what was learnt is in them, or was not learnt.
        (None, Some(parameters)) => {
            let both = |guest: &mut dyn Guest, model| count_both(guest, model, &task, held_out.as_ref());
            context.examiner().with_model(&task.layers, parameters, both)?.0
        }
    };
    // Who was ended by its budget has learnt as much as it has.
    let is_over = trained.record.is_over && trained.parameters.is_some();
    let outcome = if is_over { counted } else { trained.outcome.and_then(|_| counted) };
    Ok(Learnt { outcome, record: trained.record, usage: trained.usage, steps: task.steps() })
}

const NOTHING: Counted = Counted { loss: f64::INFINITY, accuracy: 0.0 };

/// Whether layers remember of training more than their parameters.
fn has_state(layers: &[Layer]) -> bool {
    layers.iter().any(|layer| matches!(layer, Layer::BatchNorm2d(_)))
}

/// Of as many examples that were learnt as of those that were never lent.
fn count_both(
    guest: &mut dyn Guest,
    model: ModelId,
    task: &Task,
    held_out: &dyn Examples,
) -> Called<[Counted; 2]> {
    let places: Vec<usize> = (0..held_out.count()).collect();
    let mut of = |examples: &dyn Examples| count(guest, model, task.classes, examples, &places);
    of(task.training.as_ref())?.then(|training| Ok(of(held_out)?.map(|others| [training, others])))
}

/// Classifies the examples in these places.
pub(crate) fn count(
    guest: &mut dyn Guest,
    model: ModelId,
    classes: u32,
    examples: &dyn Examples,
    places: &[usize],
) -> Called<Counted> {
    let (mut loss, mut hits) = (0.0, 0);
    for places in places.chunks(BATCH) {
        let (inputs, targets) = examples.batch(places);
        let logits = match guest.forward(model, &inputs, Mode::Inference)? {
            Outcome::Answer(logits) => logits,
            other => return Ok(other.map(|_| unreachable!("it is no answer"))),
        };
        let wanted = [places.len() as u32, classes];
        if logits.shape().extents() != wanted {
            // Nothing is right.
            loss += f64::INFINITY;
            continue;
        }
        let of_batch = cross_entropy::oracle(&Wide::from(&logits), &targets).expect("a row has a target");
        loss += of_batch.value.value.data()[0] * places.len() as f64;
        let rows = logits.data().chunks_exact(classes as usize).zip(&targets);
        hits += rows.filter(|(row, target)| crate::accuracy::largest(row) == Some(**target as usize)).count();
    }
    let all = places.len() as f64;
    Ok(Outcome::Answer(Counted { loss: loss / all, accuracy: hits as f64 / all }))
}

/// How much of the native trainer's accuracy the submission reaches.
pub(super) fn accuracy(context: &Context<'_>) -> Result<Found, HostError> {
    let (learnt, description) = (context.learnt()?, context.data.description());
    let (curve, _) = native(description);
    let last = curve.epochs[curve.epochs.len() - 1];
    let mut findings = learnt.findings();
    findings.measured("native_accuracy", last.validation_accuracy);
    findings.measured("guessing", 1.0 / f64::from(context.data.form().classes));
    if let Outcome::Answer([training, others]) = &learnt.outcome {
        findings.measured("accuracy", others.accuracy);
        findings.measured("loss", others.loss);
        findings.measured("training_accuracy", training.accuracy);
        findings.measured("generalisation_gap", training.accuracy - others.accuracy);
        findings.conclude(learnt.sentence(others.accuracy, &curve));
    }
    learnt.shown(&curve, &mut findings);
    Ok(Found::Cases(findings))
}

/// Whether it beats a linear model that learnt by the same recipe.
pub(super) fn beats_linear(context: &Context<'_>) -> Result<Found, HostError> {
    let (learnt, description) = (context.learnt()?, context.data.description());
    let wanted = to_beat(description);
    let mut findings = learnt.findings();
    findings.measured("linear_accuracy", wanted);
    if let Outcome::Answer([_, Counted { accuracy, .. }]) = learnt.outcome {
        findings.measured("accuracy", accuracy);
        let told = || format!("{:.1} % of images that were never lent are right", 100.0 * accuracy);
        let asked = format!("more than the {:.1} % of a linear model", 100.0 * wanted);
        findings.question(asked, (accuracy <= wanted).then(|| (told(), None)));
    }
    Ok(Found::Cases(findings))
}

/// The accuracy of the linear model; where that is nearly as good as the network, what an honest run of the network
/// stays above in all but one of a million draws.
fn to_beat(description: &Description) -> f64 {
    let (curve, linear) = native(description);
    let last = curve.epochs[curve.epochs.len() - 1];
    linear.validation_accuracy.min(last.validation_accuracy - 5.0 * last.deviation)
}

impl Learnt {
    fn findings(&self) -> Findings {
        let mut findings = Findings::default();
        findings.used(self.usage);
        let is_right = matches!(self.outcome, Outcome::Answer(_));
        let came_back = (!is_right).then(|| (self.outcome.to_string(), advice(&self.outcome)));
        findings.question("a run of training on real images", came_back);
        findings.measured("steps", self.record.steps as f64);
        findings
    }

    fn sentence(&self, accuracy: f64, curve: &Curve) -> String {
        let last = curve.epochs[curve.epochs.len() - 1].validation_accuracy;
        let reached = format!(
            "{:.1} % of images that were never lent are right, where the native trainer has {:.1} %",
            100.0 * accuracy,
            100.0 * last
        );
        if !self.record.is_over {
            return reached;
        }
        let (taken, epochs) = (self.record.steps, curve.epochs.len() as u64);
        let in_epoch = self.steps / epochs;
        let reports = self.record.reports.len();
        let same = if reports > 0 {
            let point = curve.epochs[reports.min(curve.epochs.len()) - 1];
            format!("; after {reports} epochs it has {:.1} %", 100.0 * point.validation_accuracy)
        } else {
            "; faster layers get further".to_owned()
        };
        format!(
            "{reached}; the budget ended after {taken} of {} steps ({:.1} of {epochs} epochs){same}",
            self.steps,
            taken as f64 / in_epoch.max(1) as f64
        )
    }

    /// What was reported, beside the native trainer's.
    fn shown(&self, curve: &Curve, findings: &mut Findings) {
        let reports: Vec<&Epoch> = self.record.reports.iter().collect();
        if reports.is_empty() {
            return;
        }
        let figure = |value: Option<f32>| value.map_or("-".to_owned(), |value| format!("{value:.3}"));
        let rows = reports.iter().zip(1..).map(|(epoch, number): (_, usize)| {
            let native = curve.epochs.get(number - 1);
            let of_native = |get: fn(&crate::Point) -> f64| figure(native.map(|point| get(point) as f32));
            vec![
                number.to_string(),
                figure(Some(epoch.training_loss)),
                of_native(|point| point.training_loss),
                figure(epoch.validation_accuracy),
                of_native(|point| point.validation_accuracy),
            ]
        });
        findings.tabulated(Table {
            title: "Epochs as they were reported, beside the native trainer's".to_owned(),
            columns: ["epoch", "training loss", "native", "validation accuracy", "native"]
                .map(str::to_owned)
                .into(),
            rows: rows.take(50).collect(),
        });
        for (title, own, native) in [
            (
                "Training loss",
                reports.iter().map(|epoch| f64::from(epoch.training_loss)).collect::<Vec<_>>(),
                curve.epochs.iter().map(|point| point.training_loss).collect::<Vec<_>>(),
            ),
            (
                "Validation accuracy",
                reports.iter().filter_map(|epoch| epoch.validation_accuracy).map(f64::from).collect(),
                curve.epochs.iter().map(|point| point.validation_accuracy).collect(),
            ),
        ] {
            let series = [("reported", own), ("native", native)].map(|(name, values)| Series {
                name: name.to_owned(),
                values: values.into_iter().take(100).map(Into::into).collect(),
            });
            findings.plotted(Plot {
                title: title.to_owned(),
                along: "epoch".to_owned(),
                series: series.into(),
            });
        }
    }
}
