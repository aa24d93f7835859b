//! What cannot be answered gives a fault that says so.

use tito_judge::Draw;
use tito_sandbox::{
    Budget, Called, DenseSpec, Guest, HostError, Layer, Mode, NormSpec, OptimizerSpec, SgdSpec,
};
use tito_tensor::Tensor;

use crate::{
    Context,
    classroom::fit,
    faults::{Ask, Told, refusals},
    milestone::Found,
    toy,
};

/// Wrong arguments of losses, layers, `step` and `fit`. Each is asked of one who answers the right ones: whoever refuses
/// everything has refused nothing.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let budget = Budget::of_a_call(&context.limits);
    let questions: [(&str, Ask<'_>); 12] = [
        ("cross-entropy of logits [2, 3] against classes [2, 3]", &|guest, is_right| {
            cross_entropy(guest, &[2, 3], if is_right { &[2, 1] } else { &[2, 3] })
        }),
        ("cross-entropy of logits [2, 3] against classes [4294967295, 0]", &|guest, is_right| {
            cross_entropy(guest, &[2, 3], if is_right { &[0, 0] } else { &[u32::MAX, 0] })
        }),
        ("cross-entropy of logits [2, 3] against one class", &|guest, is_right| {
            cross_entropy(guest, &[2, 3], if is_right { &[2, 1] } else { &[2] })
        }),
        ("cross-entropy of logits [2, 3] against three classes", &|guest, is_right| {
            cross_entropy(guest, &[2, 3], if is_right { &[2, 1] } else { &[2, 1, 0] })
        }),
        ("cross-entropy of logits [2, 2, 3] against two classes", &|guest, is_right| {
            cross_entropy(guest, &[2, 2, 3], if is_right { &[2, 1, 0, 1] } else { &[2, 1] })
        }),
        ("mean squared error of predictions [2, 3] against targets [2, 2]", &|guest, is_right| {
            squared_error(guest, if is_right { &[2, 3] } else { &[2, 2] })
        }),
        ("mean squared error of predictions [2, 3] against targets [3, 2]", &|guest, is_right| {
            squared_error(guest, if is_right { &[2, 3] } else { &[3, 2] })
        }),
        ("backward through dense 3 -> 2 with an output gradient of [2, 3]", &|guest, is_right| {
            backward(guest, if is_right { &[2, 2] } else { &[2, 3] })
        }),
        ("a step of sgd for a parameter [2, 3] with a gradient [2, 2]", &|guest, is_right| {
            step(guest, if is_right { &[2, 3] } else { &[2, 2] })
        }),
        ("cross-entropy of logits [] against one class", &|guest, is_right| {
            cross_entropy(guest, if is_right { &[1, 1] } else { &[] }, &[0])
        }),
        ("batch normalisation of 3 features of images [2, 2, 2, 2]", &|guest, is_right| {
            normalise(guest, if is_right { 3 } else { 2 })
        }),
        ("a recipe with batches of 0 examples", &|guest, is_right| {
            train(guest, if is_right { 8 } else { 0 }, budget)
        }),
    ];
    Ok(Found::Cases(refusals(context, &questions, &WRONG)?))
}

fn ones(shape: &[u32]) -> Tensor {
    Tensor::from_fn(shape.to_vec(), |at| 1.0 + at as f32)
}

fn cross_entropy(guest: &mut dyn Guest, logits: &[u32], classes: &[u32]) -> Called<()> {
    Ok(guest.cross_entropy(&ones(logits), classes)?.map(|_| ()))
}

fn squared_error(guest: &mut dyn Guest, targets: &[u32]) -> Called<()> {
    Ok(guest.mean_squared_error(&ones(&[2, 3]), &ones(targets))?.map(|_| ()))
}

fn backward(guest: &mut dyn Guest, gradient: &[u32]) -> Called<()> {
    let layer = Layer::Dense(DenseSpec { inputs: 3, outputs: 2, bias: true });
    guest.build(&[layer], 7)?.then(|model| {
        guest
            .forward(model, &ones(&[2, 3]), Mode::Training)?
            .then(|_| Ok(guest.backward(model, &ones(gradient))?.map(|_| ())))
    })
}

fn step(guest: &mut dyn Guest, gradient: &[u32]) -> Called<()> {
    let spec = SgdSpec { learning_rate: 0.1, momentum: 0.0, weight_decay: 0.0 };
    guest
        .build_optimizer(OptimizerSpec::Sgd(spec))?
        .then(|optimizer| Ok(guest.step(optimizer, &[ones(&[2, 3])], &[ones(gradient)])?.map(|_| ())))
}

fn normalise(guest: &mut dyn Guest, channels: u32) -> Called<()> {
    let layer = Layer::BatchNorm2d(NormSpec { features: 3, epsilon: 1e-5 });
    guest
        .build(&[layer], 7)?
        .then(|model| Ok(guest.forward(model, &ones(&[2, channels, 2, 2]), Mode::Training)?.map(|_| ())))
}

fn train(guest: &mut dyn Guest, batch_size: u32, budget: Budget) -> Called<()> {
    let task = toy::task(&mut Draw::new([0; 32]), 16, 5, batch_size);
    guest.build(&task.layers, 7)?.then(|model| Ok(fit(guest, model, &task, budget)?.map(|_| ())))
}

const WRONG: Told = Told {
    accepted: [
        "wrong-argument-accepted",
        "Compare shapes, classes with the number of logits in a row, and the batch size with 0, before anything else.",
    ],
    traps: [
        "wrong-argument-traps",
        "A panic ends the whole guest. Check the arguments and return `invalid-argument` or `shape-mismatch`.",
    ],
};
