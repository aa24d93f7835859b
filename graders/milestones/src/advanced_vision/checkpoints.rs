//! Checkpoints that are exact, and those that are none.

use tito_grade::Hint;
use tito_judge::{Draw, Findings, advice};
use tito_sandbox::{
    Called, Conv2dSpec, DenseSpec, Guest, HostError, Layer, Mode, ModelId, NormSpec, Outcome, Pool2dSpec,
};
use tito_tensor::{Shape, Tensor};

use super::{hint, subject::Subject};
use crate::{Context, faults::CameBack, milestone::Found, parameters::same, toy};

/// What is saved and restored in a fresh instance has the same parameters and gives the same answers, bit for bit.
pub(super) fn exact(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("4/restore-exact");
    let subject = Subject::of(context, &mut draw);
    let mut findings = Findings::default();
    let images = subject.images(2, &mut draw);
    let asked = format!("the network, {}, saved and restored", subject.whose);
    let came_back = restored(context, |guest| subject.open(guest), &images, &mut findings)?;
    findings.question(asked, came_back);
    for layers in stacks() {
        let parameters = toy::parameters(&layers, &mut draw);
        let input = draw.normals(Shape::from(EXAMPLE), 1.0);
        let opened = |guest: &mut dyn Guest| built(guest, &layers, &parameters);
        let came_back = restored(context, opened, &input, &mut findings)?;
        findings.question(format!("{}, saved and restored", tito_judge::describe(&layers)), came_back);
    }
    Ok(Found::Cases(findings))
}

/// The input of every one of the stacks.
const EXAMPLE: [u32; 4] = [2, 2, 6, 5];

/// Layers of every kind that has something to save, or something to say.
fn stacks() -> [Vec<Layer>; 2] {
    let (kernel, stride) = ((3, 2), (2, 1));
    let conv = |bias| Conv2dSpec { in_channels: 2, out_channels: 3, kernel, stride, padding: (1, 0), bias };
    let pool = Pool2dSpec { kernel: (2, 2), stride: (1, 2), padding: (1, 0) };
    let norm = Layer::BatchNorm2d(NormSpec { features: 3, epsilon: 1e-3 });
    let dense = |bias| Layer::Dense(DenseSpec { inputs: 24, outputs: 4, bias });
    [
        vec![
            Layer::Conv2d(conv(true)),
            norm,
            Layer::Relu,
            Layer::MaxPool2d(pool),
            Layer::Flatten,
            dense(false),
        ],
        vec![
            Layer::Conv2d(conv(false)),
            Layer::Tanh,
            Layer::AveragePool2d(pool),
            Layer::Flatten,
            dense(true),
        ],
    ]
}

fn built(guest: &mut dyn Guest, layers: &[Layer], parameters: &[Tensor]) -> Called<ModelId> {
    guest.build(layers, 0)?.then(|model| Ok(guest.load(model, parameters)?.map(|()| model)))
}

/// The bytes of a model, its parameters, and its answer.
type Saved = (Vec<u8>, Vec<Tensor>);

fn saved(guest: &mut dyn Guest, model: ModelId, input: &Tensor) -> Called<Saved> {
    guest.save(model)?.then(|bytes| {
        guest.parameters(model)?.then(|mut tensors| {
            let answer = guest.forward(model, input, Mode::Inference)?;
            Ok(answer.map(|answer| {
                tensors.push(answer);
                (bytes, tensors)
            }))
        })
    })
}

/// What is other in a fresh instance.
fn restored(
    context: &Context<'_>,
    open: impl Fn(&mut dyn Guest) -> Called<ModelId>,
    input: &Tensor,
    findings: &mut Findings,
) -> Result<CameBack, HostError> {
    let examiner = context.examiner();
    let (first, usage) =
        examiner.with_guest(|guest| open(guest)?.then(|model| saved(guest, model, input)))?;
    findings.used(usage);
    let (bytes, tensors) = match first {
        Outcome::Answer(first) => first,
        other => return Ok(Some((other.to_string(), advice(&other)))),
    };
    let (again, usage) =
        examiner.with_guest(|guest| guest.restore(&bytes)?.then(|model| saved(guest, model, input)))?;
    findings.used(usage);
    Ok(match again {
        Outcome::Answer((_, others)) if !same(&tensors, &others) => {
            let is_answer = same(&tensors[..tensors.len() - 1], &others[..others.len().max(1) - 1]);
            let what = if is_answer { "another answer of the same parameters" } else { "other parameters" };
            Some((what.to_owned(), hint("not-restored-exactly")))
        }
        Outcome::Answer(_) => None,
        other => Some((other.to_string(), advice(&other))),
    })
}

/// How many places of a checkpoint are damaged, in turn, and how many cuts are made.
const PLACES: usize = 16;
const CUTS: usize = 8;

/// Bytes that are damaged, cut, or no checkpoint give a fault, and the instance goes on.
pub(super) fn damaged(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("4/damaged");
    let mut findings = Findings::default();
    let [layers, _] = stacks();
    let parameters = toy::parameters(&layers, &mut draw);
    let (right, usage) = context
        .examiner()
        .with_guest(|guest| built(guest, &layers, &parameters)?.then(|model| guest.save(model)))?;
    findings.used(usage);
    let right = match right {
        Outcome::Answer(right) if !right.is_empty() => right,
        other => {
            let told =
                other.map(|_| "no byte").answer().map_or_else(|| "no checkpoint".into(), str::to_owned);
            findings.question("a model, saved", Some((told, None)));
            return Ok(Found::Cases(findings));
        }
    };
    for (asked, bytes) in none(&right, &mut draw) {
        let (outcome, usage) = context.examiner().with_guest(|guest| {
            let of_wrong = guest.restore(&bytes)?.map(|_| ());
            // Whoever refuses everything has refused nothing.
            let of_right = guest.restore(&right)?.map(|_| ());
            Ok(Outcome::Answer([of_wrong, of_right]))
        })?;
        findings.used(usage);
        let came_back = outcome.answer().map_or_else(|| Some(("no guest".into(), None)), |both| told(&both));
        findings.question(asked, came_back);
    }
    Ok(Found::Cases(findings))
}

fn told([of_wrong, of_right]: &[Outcome<()>; 2]) -> Option<(String, Option<Hint>)> {
    match (of_wrong, of_right) {
        (Outcome::Fault(_), Outcome::Answer(())) => None,
        (Outcome::Fault(_), other) => Some((format!("a fault, and of the right bytes then {other}"), None)),
        (Outcome::Answer(()), _) => Some(("a model".to_owned(), hint("damage-unnoticed"))),
        (other, _) => Some((other.to_string(), hint("damage-traps"))),
    }
}

/// Bytes that are no checkpoint, with what they are.
fn none(right: &[u8], draw: &mut Draw) -> Vec<(String, Vec<u8>)> {
    let length = right.len();
    let mut all = vec![
        ("no bytes".to_owned(), Vec::new()),
        ("the first byte alone".to_owned(), right[..1].to_vec()),
        ("a checkpoint without its last byte".to_owned(), right[..length - 1].to_vec()),
        ("a checkpoint and another byte".to_owned(), [right, &[0]].concat()),
        ("a checkpoint twice".to_owned(), right.repeat(2)),
        ("zeros".to_owned(), vec![0; length]),
        ("ones".to_owned(), vec![0xff; length]),
        ("somebody else's archive".to_owned(), [b"PK\x03\x04".as_slice(), &[0; 60]].concat()),
        ("noise".to_owned(), (0..length).map(|_| draw.below(256) as u8).collect()),
    ];
    for _ in 0..CUTS {
        let kept = draw.below(length as u64) as usize;
        all.push((format!("the first {kept} of {length} bytes"), right[..kept].to_vec()));
    }
    for at in 0..PLACES {
        // Most places are weights; what says how many there are stands at the beginning.
        let place = if at % 2 == 0 { draw.below(length.min(64) as u64) } else { draw.below(length as u64) };
        let mut bytes = right.to_vec();
        bytes[place as usize] ^= 1 << draw.below(8);
        all.push((format!("a checkpoint with a bit turned over in byte {place} of {length}"), bytes));
    }
    all
}

#[cfg(test)]
mod tests {
    use tito_judge::parameter_shapes;

    use super::*;

    #[test]
    fn stacks_fit_their_example() {
        for layers in stacks() {
            let count: u64 = crate::own::multiplications(&layers, &EXAMPLE[1..]).iter().sum();
            assert!(count > 0 && layers.iter().flat_map(parameter_shapes).count() >= 3);
        }
    }

    #[test]
    fn what_is_no_checkpoint_is_other_bytes() {
        let right: Vec<u8> = (0..200).map(|byte| byte as u8).collect();
        let all = none(&right, &mut Draw::new([3; 32]));
        assert_eq!(all.len(), 9 + CUTS + PLACES);
        assert!(all.iter().all(|(_, bytes)| *bytes != right));
    }
}
