//! How many of all test images the checkpoint recognises that a submission has trained.

use tito_data::Dataset;
use tito_grade::Hint;
use tito_judge::{Draw, Findings, advice};
use tito_sandbox::{HostError, Outcome};
use tito_trainer::Examples;

use super::{hint, recognised::recognised};
use crate::{Context, Images, milestone::Found, toy};

/// How many images are shown a second time, with noise.
const NOISY: usize = 1_000;

/// The deviation of the noise, about two steps of a pixel's byte: nobody sees it, and no table of known images has it.
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
    let all: Vec<usize> = (0..images.count()).collect();
    let recognised = match recognised(context, handed.last(), &images, &all, &mut findings)? {
        Outcome::Answer(accuracy) => accuracy,
        failed => {
            findings.question("all test images", Some((failed.to_string(), advice(&failed))));
            findings.measured("accuracy", 0.0);
            return Ok(Found::Cases(findings));
        }
    };
    findings.question("all test images", None);
    let objection = objection(context, handed.last(), &images, &mut findings)?;
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

/// Why what was recognised does not count.
fn objection(
    context: &Context<'_>,
    checkpoint: &[u8],
    images: &Images,
    findings: &mut Findings,
) -> Result<Option<(String, Option<Hint>)>, HostError> {
    let mut draw = context.seed.draw("4/noise");
    let mut places = draw.permutation(context.data.len());
    places.truncate(NOISY);
    let noisy = noisy(context.data, &places, &mut draw);
    let all: Vec<usize> = (0..noisy.count()).collect();
    let mut of = |examples: &(dyn Examples + Sync), places: &[usize]| {
        recognised(context, checkpoint, examples, places, findings)
    };
    let (without, with) = match (of(images, &places)?, of(&noisy, &all)?) {
        (Outcome::Answer(without), Outcome::Answer(with)) => (without, with),
        (Outcome::Answer(_), failed) | (failed, _) => return Ok(Some((failed.to_string(), advice(&failed)))),
    };
    findings.measured("lost_by_noise", without - with);
    if with < without - LOST {
        let told =
            format!("{:.0} % with noise that nobody sees, {:.0} % without", 100.0 * with, 100.0 * without);
        return Ok(Some((told, hint("images-known-by-heart"))));
    }
    let is_proven = context.proof()?.holds();
    let told = || "the training is not proven; `provenance` says why".to_owned();
    Ok((!is_proven).then(|| (told(), None)))
}

/// Images with noise on every pixel.
fn noisy(data: &Dataset, places: &[usize], draw: &mut Draw) -> toy::Drawn {
    let (mut inputs, targets) = data.batch(places);
    for pixel in inputs.data_mut() {
        *pixel = (*pixel + (NOISE * draw.normal()) as f32).clamp(0.0, 1.0);
    }
    toy::Drawn { inputs, targets }
}
