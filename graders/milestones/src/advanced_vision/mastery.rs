//! How many of all test images the checkpoint recognises that a submission has trained.

use tito_data::Dataset;
use tito_judge::{Draw, Findings, advice};
use tito_sandbox::{HostError, Layer, Mode, Outcome};
use tito_trainer::Examples;

use super::{hint, recognised::recognised};
use crate::{
    Context, HandedTraining, Images, accuracy::different, chained, faults::CameBack, milestone::Found, toy,
};

/// How many images are shown a second time, with noise.
const NOISY: usize = 1_000;

/// The deviation of the noise, about two steps of a pixel's byte: nobody sees it, and no digest of a known image has it.
const NOISE: f64 = 0.01;

/// By how much fewer of them may be recognised for it. A network that was trained loses a per cent.
const LOST: f64 = 0.05;

/// The accuracy on all test images; it counts where the training that gave the checkpoint is proven.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut findings = Findings::default();
    let Some(Ok(handed)) = &context.own.handed else {
        let told = "no training was handed in that can be read; `provenance` says why".to_owned();
        findings.question("the checkpoint of the last epoch", Some((told, None)));
        findings.measured("accuracy", 0.0);
        return Ok(Found::Cases(findings));
    };
    let images = Images::all(context.data);
    let order = context.seed.draw("4/order").permutation(images.count());
    let (some, others) = order.split_at(NOISY.min(order.len()));
    let mut of = |places: &[usize]| recognised(context, handed.last(), &images, places, &mut findings);
    let (of_some, of_others) = match (of(some)?, of(others)?) {
        (Outcome::Answer(of_some), Outcome::Answer(of_others)) => (of_some, of_others),
        (Outcome::Answer(_), failed) | (failed, _) => {
            findings.question("all test images", Some((failed.to_string(), advice(&failed))));
            findings.measured("accuracy", 0.0);
            return Ok(Found::Cases(findings));
        }
    };
    let hits = of_some * some.len() as f64 + of_others * others.len() as f64;
    let recognised = hits / images.count() as f64;
    findings.question("all test images", None);
    let objection = objection(context, handed, (some, of_some), &mut findings)?;
    let counts = objection.is_none();
    findings.question("an accuracy that counts", objection);
    findings.measured("accuracy", if counts { recognised } else { 0.0 });
    findings.measured("images", images.count() as f64);
    findings.measured("recognised", recognised);
    let not = if counts { "" } else { ", which do not count" };
    let percent = 100.0 * recognised;
    findings.conclude(format!("{percent:.2} % of {} images right{not}", images.count()));
    Ok(Found::Cases(findings))
}

/// Why what was recognised does not count, of which there is the share of some images.
fn objection(
    context: &Context<'_>,
    handed: &HandedTraining,
    (places, without): (&[usize], f64),
    findings: &mut Findings,
) -> Result<CameBack, HostError> {
    let noisy = noisy(context.data, places, &mut context.seed.draw("4/noise"));
    let all: Vec<usize> = (0..noisy.count()).collect();
    let with = match recognised(context, handed.last(), &noisy, &all, findings)? {
        Outcome::Answer(with) => with,
        failed => return Ok(Some((failed.to_string(), advice(&failed)))),
    };
    findings.measured("lost_by_noise", without - with);
    if with < without - LOST {
        let told =
            format!("{:.0} % with noise that nobody sees, {:.0} % without", 100.0 * with, 100.0 * without);
        return Ok(Some((told, hint("images-known-by-heart"))));
    }
    if let Some(other) = other_classes(context, handed, places)? {
        return Ok(Some(other));
    }
    let is_proven = context.proof()?.holds();
    let told = || "the training is not proven; `provenance` says why".to_owned();
    Ok((!is_proven).then(|| (told(), None)))
}

/// Images that are held to the layers, one after the other.
const HELD: usize = 16;

/// What the checkpoint takes images for other than its layers do, each by itself on the answer of the one before it. Where
/// batch normalisation has moments, which nobody can load into a layer, it is not looked at.
fn other_classes(
    context: &Context<'_>,
    handed: &HandedTraining,
    places: &[usize],
) -> Result<CameBack, HostError> {
    let layers = &handed.plan.layers;
    if layers.iter().any(|layer| matches!(layer, Layer::BatchNorm2d(_))) {
        return Ok(None);
    }
    let (images, _) = context.data.batch(&places[..HELD.min(places.len())]);
    let (asked, _) = context.examiner().with_guest(|guest| {
        guest.restore(handed.last())?.then(|model| {
            guest.parameters(model)?.then(|parameters| {
                let logits = guest.forward(model, &images, Mode::Inference)?;
                Ok(logits.map(|logits| (parameters, logits)))
            })
        })
    })?;
    let (parameters, logits) = match asked {
        Outcome::Answer(answer) => answer,
        failed => return Ok(Some((failed.to_string(), advice(&failed)))),
    };
    chained::others(&context.examiner(), (layers, &parameters), &[[images, logits]], different, |count| {
        (format!("other classes than its layers give for {count} images"), hint("images-known-by-heart"))
    })
}

/// Images with noise on every pixel.
fn noisy(data: &Dataset, places: &[usize], draw: &mut Draw) -> toy::Drawn {
    let (mut inputs, targets) = data.batch(places);
    for pixel in inputs.data_mut() {
        *pixel = (*pixel + (NOISE * draw.normal()) as f32).clamp(0.0, 1.0);
    }
    toy::Drawn { inputs, targets }
}
