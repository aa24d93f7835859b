//! Milestone 3, Full Training: "I can train production-quality models!"

mod activations;
pub(crate) mod analysis;
mod batch_norm2d;
mod conv2d;
mod dense;
mod dropout;
mod dynamics;
mod every_example;
mod gradients;
mod images;
mod losses;
mod optimizers;
mod pool2d;
mod reports;
mod runs;
mod stacks;
mod steps;
mod wrong_arguments;

use tito_data::{CIFAR10, Description, Split, TINYDIGITS};
use tito_grade::Hint;

pub(crate) use self::{
    every_example::uneven,
    images::{Learnt, count, learnt},
};

use crate::milestone::{Brings, Check, Milestone};

static DATA: [&Description; 2] = [&CIFAR10, &TINYDIGITS];

const CHECKS: &[(&str, Check)] = &[
    ("every-example-once", every_example::once),
    ("batches", every_example::batches),
    ("shuffle", every_example::order),
    ("reports", reports::every_epoch),
    ("true-reports", reports::are_true),
    ("stop", runs::stop),
    ("same-seed", runs::same_seed),
    ("validation-untouched", runs::validation),
    ("clip-and-schedule", steps::clip_and_schedule),
    ("checkpoints", runs::checkpoints),
    ("memory", runs::memory),
    ("cross-entropy", losses::cross_entropy),
    ("cross-entropy-extremes", losses::extremes),
    ("mean-squared-error", losses::mean_squared_error),
    ("wrong-arguments", wrong_arguments::check),
    ("backward-dense", dense::check),
    ("backward-conv2d", conv2d::check),
    ("backward-max-pool2d", pool2d::max),
    ("backward-average-pool2d", pool2d::average),
    ("backward-activations", activations::check),
    ("batch-norm2d", batch_norm2d::training),
    ("batch-norm2d-inference", batch_norm2d::inference),
    ("dropout", dropout::check),
    ("backward-stacks", stacks::check),
    ("gradients-accumulate", gradients::check),
    ("sgd", optimizers::sgd),
    ("adam", optimizers::adam),
    ("adamw", optimizers::adamw),
    ("optimizers-independent", optimizers::independent),
    ("images", images::accuracy),
    ("beats-linear", images::beats_linear),
    ("one-batch", dynamics::one_batch),
    ("loss-falls", dynamics::loss_falls),
    ("first-steps", steps::first),
    ("analysis", analysis::check),
];

/// The milestone with its rubric.
pub(crate) fn milestone() -> Milestone {
    Milestone::embedded(
        include_str!("full_training/milestone.toml"),
        &DATA,
        Split::Train,
        Brings::Networks,
        CHECKS,
    )
}

/// Known bugs of training loops, by name, with what to tell the student.
const MISTAKES: &[(&str, &str)] = &[
    ("last-batch-dropped", "The last batch of an epoch is smaller; it is trained on like the others."),
    (
        "last-batch-filled-up",
        "The last batch holds what is left. Filling it up with examples of before uses those twice.",
    ),
    ("examples-dropped", "Does the loop over an epoch's order end too early?"),
    (
        "examples-repeated",
        "An epoch uses every example once; a second pass, for example to measure, is not free.",
    ),
    (
        "examples-drawn-with-replacement",
        "Shuffle the indices and walk through them, instead of drawing each one anew.",
    ),
    ("order-not-kept", "Without `shuffle` the examples come as they lie in the data, in every epoch."),
    ("order-of-first-epoch-again", "Shuffle at the start of every epoch, with a generator that goes on."),
    ("recipe-seed-ignored", "The order comes from `recipe.seed`: seed the generator of the shuffle with it."),
    (
        "not-shuffled",
        "Where the recipe shuffles, each epoch wants a random order of all examples (Fisher and Yates).",
    ),
    (
        "shuffle-off-by-one",
        "Fisher and Yates let an example change places with itself, too: draw from 0 up to and including its own place.",
    ),
    ("epoch-not-reported", "`report` is called once after every epoch, the last one included."),
    (
        "metrics-not-true",
        "The host computes loss and accuracy from the parameters itself: validation is measured in inference, \
     over all examples, with every example weighing the same in the mean; training is the mean over the examples as \
     they were met, or at the end of the epoch.",
    ),
    (
        "validation-of-epoch-before",
        "The figures are those of the epoch before: measure after the last step, then report.",
    ),
    ("stop-ignored", "Where `report` answers `stop`, return from `fit` at once with the history so far."),
    (
        "seed-not-obeyed",
        "The same recipe on the same parameters gives the same bits: where does other randomness come from?",
    ),
    ("nothing-learnt", "`fit` trains the model that it is given. Is it a copy that learns?"),
    (
        "validation-learnt",
        "The validation examples are only looked at, in inference: no step is made on them, and they draw \
     nothing from the generator of the shuffle.",
    ),
    ("clip-forgotten", "`clip-norm` bounds the length of all gradients together before every step."),
    ("clip-per-tensor", "One norm over the gradients of all parameters, and one factor for all of them."),
    (
        "clip-by-value",
        "It is the norm that is bounded, and all gradients are scaled alike; no element is cut on its own.",
    ),
    ("schedule-ignored", "With the schedule `cosine` every step has a rate of its own."),
    (
        "schedule-per-epoch",
        "The cosine runs over all steps of all epochs: the rate changes with every batch.",
    ),
    ("schedule-one-step-late", "The first step has the optimizer's own rate: count steps from 0."),
    (
        "gradient-summed",
        "The loss is the mean over the batch, so its gradient is divided by the number of predictions.",
    ),
    (
        "small-batch-divided-by-full-size",
        "The mean over the last batch divides by the examples that it has, not by the recipe's batch size.",
    ),
    ("gradients-not-zeroed", "`backward` adds to the gradients: set them to zero before every batch."),
    (
        "state-not-saved",
        "A checkpoint holds state besides the parameters: batch normalisation's running mean and variance, and where \
     dropout's generator stands.",
    ),
    (
        "batch-not-learnt",
        "A network of this size learns 16 examples by heart. Do the gradients of all parameters arrive, and is the \
     step taken downhill?",
    ),
    ("loss-does-not-fall", "Is the step taken against the gradient, and with the rate of the recipe?"),
    (
        "memory-leaked",
        "Is something kept from step to step, such as the inputs of every forward pass or a history of gradients?",
    ),
];

/// What to tell about a known bug.
fn hint(name: &str) -> Option<Hint> {
    let (name, advice) =
        MISTAKES.iter().find(|(known, _)| *known == name).expect("a bug that is named is known");
    Some(Hint { misconception: (*name).into(), advice: (*advice).into() })
}
