//! Weights start with the documented mean and deviation (LeCun, Bottou, Orr, Müller: *Efficient BackProp*, 1998,
//! §4.6, as today's TinyTorch has it), biases at zero.
//!
//! Any distribution with these moments is right. Each test has a false alarm in a million gradings.

use tito_grade::Hint;
use tito_judge::{Findings, advice};
use tito_sandbox::{DenseSpec, Guest, HostError, Layer, Outcome};
use tito_tensor::Tensor;

use crate::{Context, milestone::Found};

/// 120,000 weights: their variance is known to 0.4 %, and He's is twice LeCun's.
const SPEC: DenseSpec = DenseSpec { inputs: 400, outputs: 300, bias: true };
const NEXT: DenseSpec = DenseSpec { inputs: 300, outputs: 400, bias: true };

/// Standard deviations that a normal number passes once in a million draws.
const SIGMAS: f64 = 4.9;

/// Two layers under three seeds.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("1/initialisation");
    let seed = draw.below(u64::MAX - 1);
    let mut findings = Findings::default();
    let (outcome, usage) = context.examiner().with_guest(|guest| {
        let [one, again, other] = [drawn(guest, seed)?, drawn(guest, seed)?, drawn(guest, seed + 1)?];
        Ok(one.and_then(|one| again.and_then(|again| other.map(|other| [one, again, other]))))
    })?;
    findings.used(usage);
    match outcome {
        Outcome::Answer(models) => judge(&models, &mut findings),
        failed => findings.question("the initial parameters", Some((failed.to_string(), advice(&failed)))),
    }
    Ok(Found::Cases(findings))
}

/// The initial parameters of the two layers, once their number is right.
fn drawn(guest: &mut dyn Guest, seed: u64) -> Result<Outcome<Vec<Tensor>>, HostError> {
    guest.build(&[Layer::Dense(SPEC), Layer::Dense(NEXT)], seed)?.then(|model| guest.parameters(model))
}

fn judge([one, again, other]: &[Vec<Tensor>; 3], findings: &mut Findings) {
    // By their number of elements, so that another order or shape fails the check of that alone.
    let weights =
        |model: &[Tensor]| model.iter().filter(|t| t.data().len() > 400).cloned().collect::<Vec<_>>();
    let biases =
        |model: &[Tensor]| model.iter().filter(|t| t.data().len() <= 400).cloned().collect::<Vec<_>>();
    let found = weights(one);
    let [first, second] = found.as_slice() else {
        return findings
            .question("the initial weights", Some(("no two weights of 120,000 elements".into(), None)));
    };
    for (name, weight, spec) in [("first", first, SPEC), ("second", second, NEXT)] {
        findings.question(format!("the mean of the {name} layer's weights"), mean(weight));
        findings.question(format!("the deviation of the {name} layer's weights"), deviation(weight, spec));
    }
    findings.question("the initial biases", {
        let is_zero = biases(one).iter().all(|bias| bias.data().iter().all(|&b| b == 0.0));
        (!is_zero).then(|| told("not all zero", "bias-not-zero", "Biases start at 0."))
    });
    findings.question(
        "the same seed again",
        (one != again).then(|| {
            told(
                "other parameters",
                "seed-ignored",
                "Everything random is drawn from the seed that `build` is given.",
            )
        }),
    );
    findings.question(
        "another seed",
        (weights(one) == weights(other)).then(|| {
            told(
                "the same weights",
                "seed-ignored",
                "Everything random is drawn from the seed that `build` is given.",
            )
        }),
    );
    findings.question(
        "two layers of one model",
        (first.data()[..400] == second.data()[..400]).then(|| {
            told(
                "the same weights",
                "layers-alike",
                "Draw on from the same generator; do not start it again.",
            )
        }),
    );
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

fn deviation(weight: &Tensor, spec: DenseSpec) -> CameBack {
    let (_, variance, spread) = moments(weight);
    let (inputs, outputs) = (f64::from(spec.inputs), f64::from(spec.outputs));
    let is = |wanted: f64| (variance - wanted).abs() <= SIGMAS * spread.sqrt() + 1e-4 * wanted;
    if is(1.0 / inputs) {
        return None;
    }
    let (misconception, advice) = if variance == 0.0 {
        (
            "initialisation-constant",
            "All weights are the same, so that all outputs of a layer learn the same.",
        )
    } else if is(2.0 / inputs) {
        (
            "initialisation-he",
            "That is He's deviation, sqrt(2 / inputs). Dense layers start with sqrt(1 / inputs).",
        )
    } else if is(2.0 / (inputs + outputs)) {
        (
            "initialisation-glorot",
            "That is Glorot's deviation, sqrt(2 / (inputs + outputs)). Dense layers start with sqrt(1 / inputs).",
        )
    } else if is(1.0 / outputs) {
        (
            "initialisation-by-outputs",
            "That is sqrt(1 / outputs). What counts is the length of the sum: sqrt(1 / inputs).",
        )
    } else {
        ("initialisation-deviation", "Dense weights start with the deviation sqrt(1 / inputs).")
    };
    let came_back = format!("{:.6}, not {:.6}", variance.sqrt(), (1.0 / inputs).sqrt());
    Some(told(&came_back, misconception, advice))
}
