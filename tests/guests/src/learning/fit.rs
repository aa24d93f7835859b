//! The right training loop, each of its parts a function of [`Learner`].

use tinytorch::{Dataset, Directive, Epoch, Fault, Mode, Model, Recipe, Rng, Schedule, Tensor};

use super::{Learner, Pupil, hits};

/// What was met in a batch.
#[derive(Clone, Copy)]
pub struct Met {
    /// The mean loss.
    pub loss: f32,
    /// How many predictions were right.
    pub hits: usize,
    /// How many there were.
    pub count: usize,
}

/// Every example once an epoch, a report after each, until it is told to stop.
///
/// # Errors
///
/// What the data, the layers or the loss say, and [`Fault::InvalidArgument`] for batches of nothing.
pub fn fit<G: Learner>(
    pupil: &mut Pupil<G>,
    training: &dyn Dataset,
    validation: Option<&dyn Dataset>,
    recipe: &Recipe,
    report: &mut dyn FnMut(&Epoch) -> Directive,
) -> Result<Vec<Epoch>, Fault> {
    if recipe.batch_size == 0 {
        return Err(Fault::invalid_argument("fit: batches of nothing"));
    }
    let (length, mut rng, mut optimizer) =
        (training.length(), G::rng(recipe), G::optimizer(&recipe.optimizer)?);
    let in_epoch = u64::from(length.div_ceil(recipe.batch_size));
    let (mut step, steps, mut history) = (0, in_epoch * u64::from(recipe.epochs), Vec::new());
    for number in 1..=recipe.epochs {
        let order = if recipe.shuffle { G::shuffled(length, &mut rng) } else { (0..length).collect() };
        let mut met = Vec::new();
        for indices in G::in_batches(&order, recipe.batch_size) {
            let batch = training.batch(&indices)?;
            G::forget(pupil);
            let logits = pupil.forward(&batch.inputs, Mode::Training)?;
            let loss = G::cross_entropy(&logits, &batch.targets)?;
            met.push(scored(loss.value, &logits, &batch.targets));
            pupil.backward(&G::sent_back(loss.gradient, batch.targets.len(), recipe))?;
            let mut gradients = pupil.stack.gradients();
            if let Some(most) = recipe.clip_norm {
                G::clip(&mut gradients, most);
            }
            let rate = G::rate(recipe, [step, steps], in_epoch);
            optimizer.step(rate, &mut pupil.stack.parameters_mut(), &gradients)?;
            step += 1;
        }
        let [training_loss, training_accuracy] = G::summed_up(&met);
        let valid = validation.map(|data| G::evaluate(pupil, data)).transpose()?;
        let [validation_loss, validation_accuracy] = [0, 1].map(|it| valid.map(|valid| valid[it]));
        let epoch = Epoch { number, training_loss, training_accuracy, validation_loss, validation_accuracy };
        history.push(epoch);
        if !G::goes_on(report(&epoch)) {
            break;
        }
    }
    pupil.stack.zero_gradients();
    Ok(history)
}

/// A batch's score.
pub fn scored(loss: f32, logits: &Tensor, targets: &[u32]) -> Met {
    Met { loss, hits: hits(logits, targets), count: targets.len() }
}

/// The mean loss and accuracy over all predictions.
pub fn summed_up(met: &[Met]) -> [f32; 2] {
    let count = met.iter().map(|met| met.count).sum::<usize>().max(1) as f64;
    let loss: f64 = met.iter().map(|met| f64::from(met.loss) * met.count as f64).sum();
    [(loss / count) as f32, (met.iter().map(|met| met.hits).sum::<usize>() as f64 / count) as f32]
}

/// A random order.
pub fn shuffled(length: u32, rng: &mut Rng) -> Vec<u32> {
    let mut order: Vec<u32> = (0..length).collect();
    for last in (1..order.len()).rev() {
        order.swap(last, (rng.bits() % (last as u64 + 1)) as usize);
    }
    order
}

/// Batches of this size, of which the last may be smaller.
pub fn in_batches(order: &[u32], size: u32) -> Vec<Vec<u32>> {
    order.chunks(size as usize).map(<[u32]>::to_vec).collect()
}

/// The learning rate of a step of so many, counted from 0.
pub fn rate(recipe: &Recipe, step: u64, steps: u64) -> f32 {
    let first = recipe.optimizer.learning_rate();
    let Schedule::Cosine(last) = recipe.schedule else { return first };
    let half = (1.0 + (std::f64::consts::PI * step as f64 / steps.max(1) as f64).cos()) / 2.0;
    (f64::from(last) + (f64::from(first) - f64::from(last)) * half) as f32
}

/// Scales all gradients to this length, if together they are longer.
pub fn clip(gradients: &mut [Tensor], most: f32) {
    let squares: f64 = gradients.iter().flat_map(Tensor::data).map(|g| f64::from(*g) * f64::from(*g)).sum();
    let scale = f64::from(most) / squares.sqrt();
    if scale < 1.0 {
        gradients.iter_mut().flat_map(Tensor::data_mut).for_each(|g| *g *= scale as f32);
    }
}

/// The mean loss and accuracy on all examples, in the mode that is said.
///
/// # Errors
///
/// What the data, the layers or the loss say.
pub fn evaluate<G: Learner>(pupil: &mut Pupil<G>, data: &dyn Dataset, mode: Mode) -> Result<[f32; 2], Fault> {
    let mut met = Vec::new();
    for indices in in_batches(&(0..data.length()).collect::<Vec<_>>(), 256) {
        let batch = data.batch(&indices)?;
        let logits = pupil.forward(&batch.inputs, mode)?;
        met.push(scored(G::cross_entropy(&logits, &batch.targets)?.value, &logits, &batch.targets));
    }
    Ok(summed_up(&met))
}
