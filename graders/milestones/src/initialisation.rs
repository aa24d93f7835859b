//! Weights start with the documented mean and deviation, biases at zero.
//!
//! Any distribution with these moments is right. Each test has a false alarm in a million gradings.

use tito_grade::Hint;
use tito_judge::{Draw, Findings, advice};
use tito_sandbox::{Guest, HostError, Layer, Outcome};
use tito_tensor::Tensor;

use crate::Context;

/// Standard deviations that a normal number passes once in a million draws.
const SIGMAS: f64 = 4.9;

/// A layer has fewer biases than this, and more weights.
const BIASES: usize = 400;

/// A layer with weights, and what is documented of them.
pub(crate) struct Documented {
    /// The layer; its weights are so many that their variance is known well enough to tell the rules apart.
    pub(crate) layer: Layer,
    /// What an output sums over, and in how many sums an input is.
    pub(crate) fan_in: u32,
    pub(crate) fan_out: u32,
    /// The variance times `fan_in`: 1 is LeCun's, 2 is He's.
    pub(crate) gain: f64,
    /// The rule in words.
    pub(crate) rule: &'static str,
}

/// Two layers of one model, under three seeds.
pub(crate) fn examine(
    context: &Context<'_>,
    draw: &mut Draw,
    layers: &[Documented; 2],
) -> Result<Findings, HostError> {
    // Far apart in every bit: honest generators make a seed odd, or take its first 53 bits.
    let [seed, other] = [(); 2].map(|()| draw.below(u64::MAX));
    let stack = layers.each_ref().map(|documented| documented.layer);
    let mut findings = Findings::default();
    let (outcome, usage) = context.examiner().with_guest(|guest| {
        let [one, again, other] =
            [drawn(guest, &stack, seed)?, drawn(guest, &stack, seed)?, drawn(guest, &stack, other)?];
        Ok(one.and_then(|one| again.and_then(|again| other.map(|other| [one, again, other]))))
    })?;
    findings.used(usage);
    match outcome {
        Outcome::Answer(models) => judge(&models, layers, &mut findings),
        failed => findings.question("the initial parameters", Some((failed.to_string(), advice(&failed)))),
    }
    Ok(findings)
}

/// The initial parameters of the layers.
fn drawn(guest: &mut dyn Guest, layers: &[Layer], seed: u64) -> Result<Outcome<Vec<Tensor>>, HostError> {
    guest.build(layers, seed)?.then(|model| guest.parameters(model))
}

fn judge([one, again, other]: &[Vec<Tensor>; 3], layers: &[Documented; 2], findings: &mut Findings) {
    // By their number of elements, so that another order or shape fails the check of that alone.
    let weights =
        |model: &[Tensor]| model.iter().filter(|t| t.data().len() > BIASES).cloned().collect::<Vec<_>>();
    let biases =
        |model: &[Tensor]| model.iter().filter(|t| t.data().len() <= BIASES).cloned().collect::<Vec<_>>();
    let found = weights(one);
    let [first, second] = found.as_slice() else {
        let came_back = "other than one weight for each of the two layers".into();
        return findings.question("the initial weights", Some((came_back, None)));
    };
    for (name, weight, documented) in [("first", first, &layers[0]), ("second", second, &layers[1])] {
        findings.question(format!("the mean of the {name} layer's weights"), mean(weight));
        findings
            .question(format!("the deviation of the {name} layer's weights"), deviation(weight, documented));
    }
    findings.question("the initial biases", {
        let biases = biases(one);
        let is_zero = biases.iter().all(|bias| bias.data().iter().all(|&b| b == 0.0));
        (!is_zero || biases.is_empty())
            .then(|| told("not all there and zero", "bias-not-zero", "Biases start at 0."))
    });
    findings.question("the same seed again", (one != again).then(|| seed_ignored("other parameters")));
    let is_same = weights(one) == weights(other);
    findings.question("another seed", is_same.then(|| seed_ignored("the same weights")));
    findings.question(
        "two layers of one model",
        are_alike(first, second).then(|| {
            told(
                "the same weights, up to their deviation",
                "layers-alike",
                "Draw on from the same generator; do not start it again.",
            )
        }),
    );
}

fn seed_ignored(came_back: &str) -> (String, Option<Hint>) {
    told(came_back, "seed-ignored", "Everything random is drawn from the seed that `build` is given.")
}

/// Whether the first weights of two layers are the same numbers, however scaled: those of independent layers have a
/// correlation of some 0.05.
fn are_alike(first: &Tensor, second: &Tensor) -> bool {
    let pairs = || first.data().iter().zip(second.data()).take(BIASES);
    let sum = |of: fn(f64, f64) -> f64| pairs().map(|(&a, &b)| of(a.into(), b.into())).sum::<f64>();
    let correlation = sum(|a, b| a * b) / (sum(|a, _| a * a) * sum(|_, b| b * b)).sqrt();
    correlation.abs() > 0.9
}

type CameBack = Option<(String, Option<Hint>)>;

fn told(came_back: &str, misconception: &str, advice: &str) -> (String, Option<Hint>) {
    (came_back.to_owned(), Some(Hint { misconception: misconception.into(), advice: advice.into() }))
}

/// Mean, variance and the variance of that variance (from the fourth moment), in f64.
fn moments(weight: &Tensor) -> (f64, f64, f64) {
    let count = weight.data().len() as f64;
    let moment = |f: &dyn Fn(f64) -> f64| weight.data().iter().map(|&w| f(f64::from(w))).sum::<f64>() / count;
    let mean = moment(&|w| w);
    let variance = moment(&|w| (w - mean).powi(2));
    let fourth = moment(&|w| (w - mean).powi(4));
    (mean, variance, (fourth - variance * variance) / count)
}

fn mean(weight: &Tensor) -> CameBack {
    let (mean, variance, _) = moments(weight);
    let allowed = SIGMAS * (variance / weight.data().len() as f64).sqrt();
    // Written so that NaN fails; weights that are all the same fail here or at the deviation.
    let is_right = mean.abs() <= allowed;
    (!is_right).then(|| {
        told(
            &format!("{mean:.6}, further from 0 than {allowed:.6}"),
            "initialisation-not-centred",
            "Weights are drawn around 0, both signs alike.",
        )
    })
}

fn deviation(weight: &Tensor, documented: &Documented) -> CameBack {
    let &Documented { fan_in, fan_out, gain, rule, .. } = documented;
    let (fan_in, fan_out) = (f64::from(fan_in), f64::from(fan_out));
    let (_, variance, spread) = moments(weight);
    let is = |wanted: f64| (variance - wanted).abs() <= SIGMAS * spread.sqrt() + 1e-4 * wanted;
    let right = gain / fan_in;
    if is(right) {
        return None;
    }
    let others = [
        ("initialisation-he", "He's deviation, sqrt(2 / fan-in)", 2.0 / fan_in),
        ("initialisation-lecun", "LeCun's deviation, sqrt(1 / fan-in)", 1.0 / fan_in),
        (
            "initialisation-glorot",
            "Glorot's deviation, sqrt(2 / (fan-in + fan-out))",
            2.0 / (fan_in + fan_out),
        ),
        (
            "initialisation-by-outputs",
            "sqrt(1 / fan-out); what counts is the length of the sum",
            1.0 / fan_out,
        ),
    ];
    let known = others.into_iter().find(|&(_, _, other)| is(other));
    let (misconception, advice) = match known {
        _ if variance == 0.0 => (
            "initialisation-constant",
            "All weights are the same, so that all outputs of a layer learn the same.".to_owned(),
        ),
        Some((name, words, _)) => (name, format!("That is {words}. {rule}")),
        None => ("initialisation-deviation", rule.to_owned()),
    };
    let came_back = format!("{:.6}, not {:.6}", variance.sqrt(), right.sqrt());
    Some(told(&came_back, misconception, &advice))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_alike_however_they_are_scaled() {
        let mut draw = Draw::new([4; 32]);
        let [first, other] = [(); 2].map(|()| draw.normals([500], 0.1));
        let scaled = Tensor::from_fn([700], |at| 3.0 * first.data()[at % 500]);
        assert!(are_alike(&first, &scaled));
        assert!(!are_alike(&first, &other));
    }
}
