//! Training, epoch by epoch.

use tinytorch::{
    Batch, Dataset, Directive, Epoch, Fault, Mode, Model, Optimizer, Recipe, Rng, Sequential, Tensor,
};

use crate::{
    Reference,
    clip::clip,
    cross_entropy::{cross_entropy, hits},
    optimizer::optimizer,
    schedule,
};

/// Examples that are evaluated at a time.
const EVALUATED: usize = 256;

/// Examples that a dataset gives at a time.
const GIVEN: usize = 4096;

/// What [`Learning::fit`](tinytorch::Learning::fit) asks for.
pub(crate) fn fit(
    model: &mut Sequential<Reference>,
    training: &dyn Dataset,
    validation: Option<&dyn Dataset>,
    recipe: &Recipe,
    report: &mut dyn FnMut(&Epoch) -> Directive,
) -> Result<Vec<Epoch>, Fault> {
    check(recipe)?;
    let mut run = Run::new(model, recipe, training.length());
    let mut rng = Rng::new(recipe.seed);
    let mut history = Vec::new();
    for number in 1..=recipe.epochs {
        let order = order(training.length(), recipe.shuffle, &mut rng);
        let mut sums = Sums::default();
        for indices in order.chunks(recipe.batch_size as usize) {
            run.step(&batch(training, indices)?, &mut sums)?;
        }
        let [training_loss, training_accuracy] = sums.means();
        let valid = validation.map(|data| evaluate(run.model, data)).transpose()?;
        let [validation_loss, validation_accuracy] = [0, 1].map(|it| valid.map(|means| means[it]));
        let epoch = Epoch { number, training_loss, training_accuracy, validation_loss, validation_accuracy };
        history.push(epoch);
        if report(&epoch) == Directive::Stop {
            break;
        }
    }
    run.model.zero_gradients();
    Ok(history)
}

fn check(recipe: &Recipe) -> Result<(), Fault> {
    if recipe.batch_size == 0 {
        return Err(Fault::invalid_argument("fit: a batch has one example at least"));
    }
    match recipe.clip_norm.filter(|norm| *norm <= 0.0 || norm.is_nan()) {
        Some(norm) => Err(Fault::invalid_argument(format!("fit: a clip norm above 0 wanted, {norm} given"))),
        None => Ok(()),
    }
}

/// The order of an epoch's examples: the data's own, or a random one (Durstenfeld, "Algorithm 235: random permutation",
/// 1964).
fn order(length: u32, shuffle: bool, rng: &mut Rng) -> Vec<u32> {
    let mut order: Vec<u32> = (0..length).collect();
    for last in (1..order.len()).rev().take_while(|_| shuffle) {
        let any = (u128::from(rng.bits()) * (last as u128 + 1)) >> 64;
        order.swap(last, any as usize);
    }
    order
}

/// The examples at these places, asked for in as many parts as a dataset wants.
fn batch(data: &dyn Dataset, indices: &[u32]) -> Result<Batch, Fault> {
    let mut parts = indices.chunks(GIVEN).map(|indices| data.batch(indices));
    let first = parts.next().unwrap_or_else(|| data.batch(&[]))?;
    parts.try_fold(first, |whole, part| join(whole, part?))
}

fn join(whole: Batch, part: Batch) -> Result<Batch, Fault> {
    let (mut shape, mut data) = whole.inputs.into_parts();
    let examples = shape.first_mut().ok_or_else(|| Fault::internal("fit: a batch without examples"))?;
    *examples += part.inputs.shape().first().copied().unwrap_or(0);
    data.extend_from_slice(part.inputs.data());
    Ok(Batch { inputs: Tensor::new(shape, data)?, targets: [whole.targets, part.targets].concat() })
}

/// A model that is being trained.
struct Run<'a> {
    model: &'a mut Sequential<Reference>,
    recipe: &'a Recipe,
    optimizer: Box<dyn Optimizer>,
    /// Steps made, and steps to make.
    steps: [u64; 2],
}

impl<'a> Run<'a> {
    fn new(model: &'a mut Sequential<Reference>, recipe: &'a Recipe, examples: u32) -> Self {
        let in_epoch = u64::from(examples.div_ceil(recipe.batch_size));
        let steps = [0, in_epoch * u64::from(recipe.epochs)];
        Self { model, recipe, optimizer: optimizer(&recipe.optimizer), steps }
    }

    /// Forward, back, and a step; the loss is counted as it was before the step.
    fn step(&mut self, batch: &Batch, sums: &mut Sums) -> Result<(), Fault> {
        self.model.zero_gradients();
        let logits = self.model.forward(&batch.inputs, Mode::Training)?;
        let loss = cross_entropy(&logits, &batch.targets)?;
        sums.add(loss.value, &logits, &batch.targets);
        self.model.backward(&loss.gradient)?;
        let [step, steps] = self.steps;
        let rate = schedule::rate(self.recipe.schedule, self.recipe.optimizer.learning_rate(), step, steps);
        self.steps[0] += 1;
        self.model.update(|parameters, gradients| {
            if let Some(most) = self.recipe.clip_norm {
                clip(gradients, most);
            }
            self.optimizer.step(rate, parameters, gradients)
        })
    }
}

/// The mean loss and accuracy on all examples, in inference.
fn evaluate(model: &mut Sequential<Reference>, data: &dyn Dataset) -> Result<[f32; 2], Fault> {
    let indices: Vec<u32> = (0..data.length()).collect();
    let mut sums = Sums::default();
    for indices in indices.chunks(EVALUATED) {
        let batch = data.batch(indices)?;
        let logits = model.forward(&batch.inputs, Mode::Inference)?;
        sums.add(cross_entropy(&logits, &batch.targets)?.value, &logits, &batch.targets);
    }
    Ok(sums.means())
}

/// What means over batches of different sizes are made of.
#[derive(Default)]
struct Sums {
    loss: f64,
    hits: usize,
    count: usize,
}

impl Sums {
    /// Adds a batch with its mean loss.
    fn add(&mut self, loss: f32, logits: &Tensor, targets: &[u32]) {
        self.loss += f64::from(loss) * targets.len() as f64;
        self.hits += hits(logits, targets);
        self.count += targets.len();
    }

    /// The mean loss and the share of hits, both 0 of nothing at all.
    fn means(&self) -> [f32; 2] {
        [self.loss, self.hits as f64].map(|sum| (sum / self.count.max(1) as f64) as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint;
    use crate::testing::{Points, Windows};
    use tinytorch::{
        AdamSpec, BlockSpec, DenseSpec, EmbeddingSpec, LayerSpec, NormSpec, OptimizerSpec, Schedule, SgdSpec,
    };

    const SGD: OptimizerSpec =
        OptimizerSpec::Sgd(SgdSpec { learning_rate: 0.1, momentum: 0.9, weight_decay: 0.0 });

    const RECIPE: Recipe = Recipe {
        optimizer: SGD,
        schedule: Schedule::Constant,
        clip_norm: None,
        epochs: 3,
        batch_size: 16,
        shuffle: true,
        seed: 5,
    };

    fn dense(inputs: u32, outputs: u32) -> LayerSpec {
        LayerSpec::Dense(DenseSpec { inputs, outputs, bias: true })
    }

    fn network() -> Sequential<Reference> {
        let layers = [dense(2, 8), LayerSpec::Relu, LayerSpec::Dropout(0.1), dense(8, 2)];
        Sequential::build(&layers, 1).unwrap()
    }

    fn linear() -> Sequential<Reference> {
        Sequential::build(&[dense(2, 2)], 1).unwrap()
    }

    fn proceed(_: &Epoch) -> Directive {
        Directive::Proceed
    }

    #[test]
    fn points_that_a_line_parts_are_learned() {
        let adam = AdamSpec {
            learning_rate: 0.02,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 1e-3,
            decoupled: true,
        };
        for optimizer in [SGD, OptimizerSpec::Adam(adam)] {
            let recipe = Recipe { optimizer, epochs: 8, schedule: Schedule::Cosine(0.001), ..RECIPE };
            let mut model = network();
            let history =
                fit(&mut model, &Points::new(200), Some(&Points::new(300)), &recipe, &mut proceed).unwrap();
            let (first, last) = (history[0], history[7]);
            assert!(last.training_loss < 0.3 * first.training_loss, "{history:?}");
            assert!(last.validation_accuracy > Some(0.95), "{history:?}");
            assert!(model.gradients().iter().flat_map(Tensor::data).all(|&g| g == 0.0));
        }
    }

    const TEXT: &str = "the quick brown fox jumps over the lazy dog and runs away";

    fn gpt(width: u32, steps: u32) -> Sequential<Reference> {
        let table = |entries| EmbeddingSpec { entries, width };
        let layers = [
            LayerSpec::TokenEmbedding(table(27)),
            LayerSpec::PositionEmbedding(table(steps)),
            LayerSpec::TransformerBlock(BlockSpec { width, heads: 2, expansion: 4 }),
            LayerSpec::LayerNorm(NormSpec { features: width, epsilon: 1e-5 }),
            dense(width, 27),
        ];
        Sequential::build(&layers, 1).unwrap()
    }

    #[test]
    fn a_sentence_is_learned_by_heart_and_written_again() {
        let adam = AdamSpec {
            learning_rate: 0.01,
            beta1: 0.9,
            beta2: 0.99,
            epsilon: 1e-8,
            weight_decay: 0.0,
            decoupled: true,
        };
        let recipe = Recipe {
            optimizer: OptimizerSpec::Adam(adam),
            schedule: Schedule::Cosine(0.001),
            clip_norm: Some(1.0),
            epochs: 60,
            batch_size: 7,
            ..RECIPE
        };
        let (mut model, data) = (gpt(16, 8), Windows { text: TEXT, length: 8 });
        let history = fit(&mut model, &data, Some(&data), &recipe, &mut proceed).unwrap();
        let (first, last) = (history[0], history[59]);
        assert!(first.training_loss > 1.5 && last.validation_loss < Some(0.3), "{first:?}, {last:?}");
        assert!(last.training_accuracy > 0.8 && last.validation_accuracy < Some(1.0), "{last:?}");
        let all = Windows::tokens(TEXT);
        let written = crate::generate::generate(&mut model, &all[..8], all.len() as u32 - 8, 0.0, 0, &[]);
        assert_eq!(written, Ok(all[8..].to_vec()));
    }

    #[test]
    fn every_position_counts_as_much_as_every_other() {
        let (mut model, data) = (gpt(4, 5), Windows { text: TEXT, length: 5 });
        let whole = data.batch(&(0..data.length()).collect::<Vec<_>>()).unwrap();
        let logits = model.forward(&whole.inputs, Mode::Inference).unwrap();
        let (mut loss, mut hits) = (0.0, 0);
        for (row, &target) in logits.rows().zip(&whole.targets) {
            let row: Vec<f64> = row.iter().map(|&x| f64::from(x)).collect();
            loss += row.iter().map(|x| x.exp()).sum::<f64>().ln() - row[target as usize];
            hits += usize::from(row.iter().all(|&x| x <= row[target as usize]));
        }
        let count = (data.length() * 5) as usize;
        assert_eq!((whole.targets.len(), logits.shape()), (count, &[data.length(), 5, 27][..]));
        // The last of the batches is smaller than the others.
        let still = OptimizerSpec::Sgd(SgdSpec { learning_rate: 0.0, momentum: 0.0, weight_decay: 0.0 });
        let recipe = Recipe { optimizer: still, epochs: 1, batch_size: 10, ..RECIPE };
        let epoch = fit(&mut model, &data, Some(&data), &recipe, &mut proceed).unwrap()[0];
        let means = [loss, hits as f64].map(|sum| (sum / count as f64) as f32);
        for found in [epoch.training_loss, epoch.validation_loss.unwrap()] {
            assert!((found - means[0]).abs() < 1e-5, "{found} is not {}", means[0]);
        }
        assert_eq!([epoch.training_accuracy, epoch.validation_accuracy.unwrap()], [means[1]; 2]);
    }

    #[test]
    fn every_example_is_used_once_an_epoch() {
        let data = Points::new(50);
        fit(&mut linear(), &data, None, &RECIPE, &mut proceed).unwrap();
        let asked = data.asked.take();
        assert!(asked.iter().map(Vec::len).eq([16, 16, 16, 2].repeat(3)), "{asked:?}");
        let epochs: Vec<Vec<u32>> = asked.chunks(4).map(<[_]>::concat).collect();
        for (number, epoch) in epochs.iter().enumerate() {
            assert!(!epochs[..number].contains(epoch), "an order comes again");
            let mut sorted = epoch.clone();
            sorted.sort();
            assert!(sorted.into_iter().eq(0..50) && !epoch.is_sorted(), "{epoch:?}");
        }
        for (seed, is_equal) in [(5, true), (6, false)] {
            fit(&mut linear(), &data, None, &Recipe { seed, ..RECIPE }, &mut proceed).unwrap();
            assert_eq!(data.asked.take() == asked, is_equal);
        }
        fit(&mut linear(), &data, None, &Recipe { shuffle: false, ..RECIPE }, &mut proceed).unwrap();
        assert!(data.asked.take().concat().into_iter().eq((0..50).cycle().take(150)));
    }

    #[test]
    fn what_is_reported_is_what_was_met() {
        let recipe = Recipe { batch_size: 200, epochs: 2, ..RECIPE };
        let mut model = linear();
        let (data, validation) = (Points::new(150), Points::new(300));
        let mut reported = Vec::new();
        let history = fit(&mut model, &data, Some(&validation), &recipe, &mut |epoch| {
            reported.push(*epoch);
            if epoch.number == 1 { Directive::Stop } else { Directive::Proceed }
        });
        assert_eq!(history, Ok(reported.clone()));
        let [epoch] = reported[..] else { panic!("it did not stop: {reported:?}") };
        // One batch of all: its loss is that of the parameters at the beginning.
        let [before, accuracy] = evaluate(&mut linear(), &data).unwrap();
        assert!((epoch.training_loss - before).abs() < 1e-6 && epoch.training_accuracy == accuracy);
        let after = evaluate(&mut model, &validation).unwrap();
        assert_eq!([epoch.validation_loss, epoch.validation_accuracy], after.map(Some));
        assert!(validation.asked.take().iter().map(Vec::len).eq([256, 44].repeat(2)));
    }

    #[test]
    fn the_same_again_gives_the_same_and_so_does_going_on_from_a_checkpoint() {
        let data = Points::new(40);
        let [mut once, mut again] = [network(), network()];
        for model in [&mut once, &mut again] {
            fit(model, &data, None, &RECIPE, &mut proceed).unwrap();
        }
        assert_eq!(once.parameters(), again.parameters());
        let mut restored = checkpoint::restore(&checkpoint::save(&once).unwrap()).unwrap();
        let on = Recipe { seed: 9, ..RECIPE };
        let histories = [&mut once, &mut restored].map(|model| fit(model, &data, None, &on, &mut proceed));
        assert_eq!(histories[0], histories[1]);
        assert_eq!(once.parameters(), restored.parameters());
        assert_ne!(once.parameters(), again.parameters());
    }

    /// How far one step at rate 1 without momentum goes.
    fn reach(clip_norm: Option<f32>, schedule: Schedule, epochs: u32) -> f64 {
        let plain = SgdSpec { learning_rate: 1.0, momentum: 0.0, weight_decay: 0.0 };
        let optimizer = OptimizerSpec::Sgd(plain);
        let recipe = Recipe { clip_norm, schedule, epochs, optimizer, batch_size: 64, ..RECIPE };
        let mut model = linear();
        let before = model.parameters();
        fit(&mut model, &Points::new(64), None, &recipe, &mut |_| Directive::Stop).unwrap();
        let after = model.parameters();
        let pairs = before.iter().flat_map(Tensor::data).zip(after.iter().flat_map(Tensor::data));
        pairs.map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt()
    }

    #[test]
    fn clips_and_schedules_as_the_recipe_says() {
        let free = reach(None, Schedule::Constant, 1);
        assert!(free > 0.1, "{free}");
        assert!((reach(Some(0.05), Schedule::Constant, 1) - 0.05).abs() < 1e-6);
        assert!((reach(Some(9.0), Schedule::Constant, 1) - free).abs() < 1e-6);
        assert!((reach(Some(0.05), Schedule::Cosine(0.0), 4) - 0.05).abs() < 1e-6, "the first step is whole");
    }

    #[test]
    fn a_fault_of_the_data_is_passed_on() {
        let data = Points::new(50);
        data.budget.set(5);
        let found = fit(&mut linear(), &data, None, &RECIPE, &mut proceed);
        assert_eq!(found, Err(Fault::internal("the budget is spent")));
        assert_eq!(data.asked.take().len(), 5);
    }

    #[test]
    fn a_batch_may_be_larger_than_what_is_given_at_a_time() {
        let data = Points::new(5000);
        let recipe = Recipe { batch_size: 4500, shuffle: false, epochs: 1, ..RECIPE };
        fit(&mut linear(), &data, None, &recipe, &mut proceed).unwrap();
        assert!(data.asked.take().iter().map(Vec::len).eq([4096, 404, 500]));
        let whole = batch(&data, &(0..5000).collect::<Vec<_>>()).unwrap();
        assert_eq!((whole.inputs.shape(), whole.targets.len()), (&[5000, 2][..], 5000));
    }

    #[test]
    fn a_recipe_that_makes_no_sense_is_a_fault() {
        let data = Points::new(10);
        for recipe in [
            Recipe { batch_size: 0, ..RECIPE },
            Recipe { clip_norm: Some(0.0), ..RECIPE },
            Recipe { clip_norm: Some(f32::NAN), ..RECIPE },
        ] {
            let found = fit(&mut linear(), &data, None, &recipe, &mut proceed);
            assert!(matches!(found, Err(Fault::InvalidArgument(_))), "{found:?}");
        }
        assert_eq!(
            fit(&mut linear(), &data, None, &Recipe { epochs: 0, ..RECIPE }, &mut proceed),
            Ok(vec![])
        );
        let empty = fit(&mut linear(), &Points::new(0), None, &RECIPE, &mut proceed).unwrap();
        assert!(empty.len() == 3 && empty[0].training_loss == 0.0);
    }
}
