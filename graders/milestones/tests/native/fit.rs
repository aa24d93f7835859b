//! Training a guest by its own forward and backward passes.

use tito_judge::Draw;
use tito_kernels::{clip, cross_entropy};
use tito_sandbox::{
    Batch, Called, Directive, Epoch, Fault, Guest, Lent, Lesson, Mode, ModelId, Recipe, SharedCallbacks,
    Spent, Split,
};
use tito_tensor::Tensor;
use tito_trainer::{Run, rate};

/// Examples for a look at the validation.
const LOOK: usize = 256;

/// Trains a model as the contract says; the fault that the host answered, where it did.
pub(crate) fn fit(
    guest: &mut dyn Guest,
    model: ModelId,
    lesson: &Lesson,
    host: &SharedCallbacks,
) -> Result<Vec<Epoch>, Fault> {
    let Lesson { training, validation, recipe, .. } = lesson;
    if recipe.batch_size == 0 {
        return Err(Fault::InvalidArgument("batches of nothing".into()));
    }
    let mut key = [0; 32];
    key[..8].copy_from_slice(&recipe.seed.to_le_bytes());
    let mut draw = Draw::new(key);
    let mut optimizer = Run::new(recipe.optimizer);
    let in_epoch = training.length.div_ceil(recipe.batch_size);
    let (mut step, mut history) = (0, Vec::new());
    for number in 1..=recipe.epochs {
        let mut order: Vec<u32> = (0..training.length).collect();
        if recipe.shuffle {
            order = draw.permutation(order.len()).into_iter().map(|place| place as u32).collect();
        }
        let mut met = Sums::default();
        for indices in order.chunks(recipe.batch_size as usize) {
            let batch = ask(host, Split::Training, indices)?;
            let logits = get(guest.forward(model, &batch.inputs, Mode::Training));
            let gradient = met.add(&logits, &batch.targets);
            get(guest.zero_gradients(model));
            get(guest.backward(model, &gradient));
            let rate = rate(recipe, step, u64::from(in_epoch * recipe.epochs));
            moved(guest, model, recipe, &mut optimizer, rate);
            step += 1;
        }
        let seen = validation.as_ref().map(|lent| look(guest, model, lent, host)).transpose()?;
        let [training_loss, training_accuracy] = met.means();
        let epoch = Epoch {
            number,
            training_loss,
            training_accuracy,
            validation_loss: seen.map(|[loss, _]| loss),
            validation_accuracy: seen.map(|[_, accuracy]| accuracy),
        };
        history.push(epoch);
        if host.lock().unwrap().report(epoch, Spent::default()) == Directive::Stop {
            break;
        }
    }
    Ok(history)
}

fn get<T>(called: Called<T>) -> T {
    called.expect("the host is well").answer().expect("the native kernels answer")
}

fn ask(host: &SharedCallbacks, split: Split, indices: &[u32]) -> Result<Batch, Fault> {
    host.lock().unwrap().batch(split, indices, Spent::default())
}

/// One step of all parameters. The new ones are loaded, which is what the contract has for it.
fn moved(guest: &mut dyn Guest, model: ModelId, recipe: &Recipe, optimizer: &mut Run, rate: f32) {
    let mut gradients = get(guest.gradients(model));
    if let Some(most) = recipe.clip_norm {
        clip::native(&mut gradients, most);
    }
    let mut parameters = get(guest.parameters(model));
    optimizer.step(rate, &mut parameters, &gradients).expect("there is a gradient for each parameter");
    get(guest.load(model, &parameters));
}

/// Loss and accuracy of the validation examples, in inference.
fn look(
    guest: &mut dyn Guest,
    model: ModelId,
    lent: &Lent,
    host: &SharedCallbacks,
) -> Result<[f32; 2], Fault> {
    let mut sums = Sums::default();
    for indices in (0..lent.length).collect::<Vec<_>>().chunks(LOOK) {
        let batch = ask(host, Split::Validation, indices)?;
        let logits = get(guest.forward(model, &batch.inputs, Mode::Inference));
        sums.add(&logits, &batch.targets);
    }
    Ok(sums.means())
}

#[derive(Default)]
struct Sums {
    loss: f64,
    hits: usize,
    count: usize,
}

impl Sums {
    /// Adds a batch, and gives the gradient of its loss.
    fn add(&mut self, logits: &Tensor, targets: &[u32]) -> Tensor {
        let loss = cross_entropy::native(logits, targets).expect("there is a target for each row");
        self.loss += f64::from(loss.value) * targets.len() as f64;
        self.count += targets.len();
        let rows = logits.data().chunks_exact(logits.data().len() / targets.len()).zip(targets);
        self.hits += rows
            .filter(|(row, target)| {
                let first = |best: usize, at: usize| if row[at] > row[best] { at } else { best };
                (0..row.len()).fold(0, first) == **target as usize
            })
            .count();
        loss.gradient
    }

    fn means(&self) -> [f32; 2] {
        let count = self.count.max(1) as f64;
        [(self.loss / count) as f32, (self.hits as f64 / count) as f32]
    }
}
