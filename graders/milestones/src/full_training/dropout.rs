//! Dropout: how many are kept, what becomes of them, and that `backward` knows which.

use tito_grade::Hint;
use tito_judge::{Findings, advice};
use tito_kernels::{Judged, Wide, dropout};
use tito_sandbox::{Called, Guest, HostError, Layer, Mode, ModelId, Outcome};
use tito_tensor::Tensor;

use crate::{Context, milestone::Found};

/// Standard deviations that a normal number passes once in a million draws.
const SIGMAS: f64 = 4.9;

/// Rows and columns of what is dropped from: 8,000 elements, of which the kept share is known to 3 %.
const SHAPE: [u32; 2] = [80, 100];

/// What a guest answers: twice in training with a gradient each, then in inference.
struct Answers {
    trained: [(Tensor, Tensor); 2],
    inferred: Tensor,
}

type CameBack = Option<(String, Option<Hint>)>;

/// Three probabilities.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/dropout");
    let mut findings = Findings::default();
    for probability in [0.5, 0.2, draw.pick(&[0.1f32, 0.3, 0.7, 0.8])] {
        // None is 0, so that what is dropped is seen.
        let nonzero = |tensor: Tensor| {
            Tensor::from_fn(tensor.shape().clone(), |at| {
                let x = tensor.data()[at];
                x + 0.25f32.copysign(x)
            })
        };
        let [input, gradient] = [(); 2].map(|()| nonzero(draw.normals(SHAPE, 1.0)));
        let (outcome, usage) = context.examiner().with_guest(|guest| {
            guest
                .build(&[Layer::Dropout(probability)], 7)?
                .then(|model| answers(guest, model, &input, &gradient))
        })?;
        findings.used(usage);
        match outcome {
            Outcome::Answer(answers) => judge(&mut findings, probability, &input, &gradient, &answers),
            failed => {
                let came_back = (failed.to_string(), advice(&failed));
                findings.question(format!("dropout {probability}"), Some(came_back));
            }
        }
    }
    Ok(Found::Cases(findings))
}

fn answers(guest: &mut dyn Guest, model: ModelId, input: &Tensor, gradient: &Tensor) -> Called<Answers> {
    train(guest, model, input, gradient)?.then(|first| {
        train(guest, model, input, gradient)?.then(|second| {
            let inferred = guest.forward(model, input, Mode::Inference)?;
            Ok(inferred.map(|inferred| Answers { trained: [first, second], inferred }))
        })
    })
}

fn train(
    guest: &mut dyn Guest,
    model: ModelId,
    input: &Tensor,
    gradient: &Tensor,
) -> Called<(Tensor, Tensor)> {
    guest
        .forward(model, input, Mode::Training)?
        .then(|output| Ok(guest.backward(model, gradient)?.map(|given| (output, given))))
}

fn judge(findings: &mut Findings, probability: f32, input: &Tensor, gradient: &Tensor, answers: &Answers) {
    let [(first, given), (second, _)] = &answers.trained;
    let mut question = |what: &str, came_back| {
        findings.question(format!("dropout {probability} {what}"), came_back);
    };
    question("in inference", inferred(&answers.inferred, input));
    let is_there = [first, second, given].iter().all(|tensor| tensor.shape() == input.shape());
    if !is_there {
        return question("in training", Some((format!("another shape than {}", input.shape()), None)));
    }
    let [mask, other] = [first, second].map(mask);
    question("in training: how many are kept", kept(&mask, probability));
    question("in training: which are kept", independent(&mask, probability));
    question("in training: what is kept", scaled(first, input, &mask, probability));
    question("backward", masked(given, gradient, &mask, probability));
    let again = told(
        "the same elements are dropped",
        "dropout-mask-repeated",
        "Draw a new mask at every `forward` in training.",
    );
    question("in training, called again", (mask.data() == other.data()).then_some(again));
}

fn told(came_back: &str, misconception: &str, advice: &str) -> (String, Option<Hint>) {
    (came_back.to_owned(), Some(Hint { misconception: misconception.into(), advice: advice.into() }))
}

fn mask(output: &Tensor) -> Tensor {
    Tensor::from_fn(output.shape().clone(), |at| f32::from(output.data()[at] != 0.0))
}

/// In inference nothing is rounded.
fn inferred(answer: &Tensor, input: &Tensor) -> CameBack {
    if answer.same_bits(input) {
        return None;
    }
    let is_dropped = answer.data().contains(&0.0);
    let (misconception, advice) = if is_dropped {
        ("dropout-in-inference", "Elements are dropped in inference, too. There dropout is the identity.")
    } else {
        (
            "dropout-scaled-in-inference",
            "The input comes back scaled in inference. What is kept is scaled in training already, by 1 / (1 - p), so that \
             inference is the identity.",
        )
    };
    Some(told("not the input", misconception, advice))
}

/// A binomial number of them, by its normal approximation.
fn kept(mask: &Tensor, probability: f32) -> CameBack {
    let (count, keep) = (mask.data().len() as f64, 1.0 - f64::from(probability));
    let kept: f64 = mask.data().iter().map(|&kept| f64::from(kept)).sum();
    let allowed = SIGMAS * libm::sqrt(count * keep * (1.0 - keep));
    let is = |share: f64| (kept - count * share).abs() <= allowed;
    if is(keep) {
        return None;
    }
    let words = format!("{kept} of {count}, not {:.0} give or take {allowed:.0}", count * keep);
    let (misconception, advice) = if kept == count {
        ("dropout-never-drops", "Nothing is dropped in training.")
    } else if is(1.0 - keep) {
        ("dropout-keeps-the-dropped", "The probability is that of being dropped, not of being kept.")
    } else {
        ("dropout-share", "Each element is dropped with the probability that the layer was built with.")
    };
    Some(told(&words, misconception, advice))
}

/// Neighbours along a row and along a column are alike as often as independent ones are.
fn independent(mask: &Tensor, probability: f32) -> CameBack {
    let keep = 1.0 - f64::from(probability);
    let alike = keep * keep + (1.0 - keep) * (1.0 - keep);
    // The variance of a sum of pairs that overlap: its own, and that with the pair before and behind.
    let overlap = keep.powi(3) + (1.0 - keep).powi(3) - alike * alike;
    let variance = alike * (1.0 - alike) + 2.0 * overlap;
    let is_drawn = |apart: usize| {
        let pairs = mask.data().iter().zip(&mask.data()[apart..]);
        let count = (mask.data().len() - apart) as f64;
        let found = pairs.filter(|(a, b)| a == b).count() as f64;
        (found - count * alike).abs() <= SIGMAS * libm::sqrt(count * variance)
    };
    let came_back = || {
        told(
            "a pattern",
            "dropout-pattern",
            "Each element is dropped by a draw of its own, not by rows, columns or turns.",
        )
    };
    (!(is_drawn(1) && is_drawn(SHAPE[1] as usize))).then(came_back)
}

/// What is right for the mask that an answer has.
fn right(input: &Tensor, mask: &Tensor, probability: f32) -> Judged {
    dropout::oracle(&Wide::from(input), &Wide::from(mask), probability)
        .expect("the mask is of the input's shape")
}

fn accepts(right: &Judged, answer: &Tensor) -> bool {
    answer.data().iter().enumerate().all(|(at, &got)| right.accepts(at, got))
}

fn scaled(output: &Tensor, input: &Tensor, mask: &Tensor, probability: f32) -> CameBack {
    if accepts(&right(input, mask, probability), output) {
        return None;
    }
    let is_plain = accepts(&right(input, mask, 0.0), output);
    let is_by_dropped = accepts(&right(input, mask, 1.0 - probability), output);
    let hint = if is_plain {
        "What is kept is not scaled."
    } else if is_by_dropped {
        "What is kept is divided by the probability of being dropped."
    } else {
        "What is kept has other numbers."
    };
    let advice = format!("{hint} Divide it by 1 - p, so that the mean stays.");
    let misconception = if is_plain || is_by_dropped { "dropout-not-scaled" } else { "" };
    Some(told("other numbers", misconception, &advice))
}

fn masked(given: &Tensor, gradient: &Tensor, mask: &Tensor, probability: f32) -> CameBack {
    if accepts(&right(gradient, mask, probability), given) {
        return None;
    }
    let all = Tensor::from_fn(mask.shape().clone(), |_| 1.0);
    let (misconception, advice) = if given.same_bits(gradient)
        || accepts(&right(gradient, &all, probability), given)
    {
        (
            "dropout-gradient-not-masked",
            "The gradient passes where the element was dropped. It has the mask of the last `forward` in training.",
        )
    } else if accepts(&right(gradient, mask, 0.0), given) {
        (
            "dropout-gradient-not-scaled",
            "The gradient of what was kept is divided by 1 - p, as it was itself.",
        )
    } else {
        (
            "dropout-gradient-of-another-mask",
            "Another mask is used than in `forward`. Keep the mask until `backward`.",
        )
    };
    Some(told("other numbers", misconception, advice))
}
