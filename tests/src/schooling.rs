//! What `tito train` would leave of a guest: a linear model, trained for a few epochs on TinyDigits, with its log.

use std::sync::LazyLock;

use tito_artifact::Digest;
use tito_data::{Dataset, Split, Store, TINYDIGITS};
use tito_milestones::{
    Entry, HandedTraining, NotTrained, Origin, Own, Plan, Training, TrainingFiles, TrainingLog,
};
use tito_sandbox::{Budget, Launch, RunLimits};

const PLAN: &str = r#"data = "tinydigits"
network = ["flatten", { dense = { inputs = 64, outputs = 10 } }]
optimizer = { sgd = { momentum = 0.9 } }
learning-rate = 0.1
epochs = 3
batch-size = 32
seed = 11
"#;

static IMAGES: LazyLock<Dataset> = LazyLock::new(|| {
    Store::at("unused").load(&TINYDIGITS, Split::Train).expect("TinyDigits is part of the program")
});

/// What this component brings to milestone 4, trained under these limits.
///
/// # Panics
///
/// If the host itself fails.
pub fn own(component: Digest, launch: &dyn Launch, limits: &RunLimits) -> Own {
    let handed = trained(component, launch, limits).map_err(|problem| problem.to_string());
    let handed = handed
        .and_then(|files| HandedTraining::read(component, files).map_err(|problem| problem.to_string()));
    Own { handed: Some(handed), training: Some(IMAGES.clone()), ..Own::default() }
}

fn trained(component: Digest, launch: &dyn Launch, limits: &RunLimits) -> Result<TrainingFiles, NotTrained> {
    let (plan, _) = Plan::parse(PLAN).expect("it is a plan");
    let training = Training::new(&plan, &IMAGES).expect("there are enough images");
    let (mut log, mut checkpoints) = (TrainingLog::default(), Vec::<Vec<u8>>::new());
    for epoch in 1..=plan.epochs {
        let before = checkpoints.last();
        let budget = Budget::of_training(limits);
        let trained = training.epoch(launch, epoch, before.map(Vec::as_slice), budget, None);
        let trained = trained.expect("the host is well")?;
        let before = before.map(|bytes| Digest::of(bytes).to_string());
        let entry = Entry::new(epoch, Origin::new(component, PLAN, &IMAGES), before, &trained);
        log.append(entry).expect("it goes on from the last one");
        checkpoints.push(trained.checkpoint);
    }
    Ok(TrainingFiles { plan: PLAN.to_owned(), log: log.text(), checkpoints })
}
