//! The training loop.

use std::f64::consts::PI;

use tinytorch::{
    Dataset, Directive, Epoch, Fault, Mode, Model, Optimizer, Recipe, Rng, Schedule, Sequential, Tensor,
};

use crate::{
    Textbook,
    loss::{cross_entropy, hits},
    optimizer::Stepper,
};

pub(crate) fn fit(
    model: &mut Sequential<Textbook>,
    training: &dyn Dataset,
    validation: Option<&dyn Dataset>,
    recipe: &Recipe,
    report: &mut dyn FnMut(&Epoch) -> Directive,
) -> Result<Vec<Epoch>, Fault> {
    if recipe.batch_size == 0 || recipe.clip_norm.is_some_and(|norm| norm.is_nan() || norm <= 0.0) {
        return Err(Fault::invalid_argument("fit: batch size and clip norm must be above 0"));
    }
    let mut rng = Rng::new(recipe.seed);
    let mut stepper = Stepper::new(recipe.optimizer);
    let steps = training.length().div_ceil(recipe.batch_size) as u64 * u64::from(recipe.epochs);
    let (mut step, mut history) = (0, Vec::new());
    for number in 1..=recipe.epochs {
        let mut order: Vec<u32> = (0..training.length()).collect();
        if recipe.shuffle {
            shuffle(&mut order, &mut rng);
        }
        let mut score = Score::default();
        for indices in order.chunks(recipe.batch_size as usize) {
            let batch = training.batch(indices)?;
            model.zero_gradients();
            let logits = model.forward(&batch.inputs, Mode::Training)?;
            let loss = cross_entropy(&logits, &batch.targets)?;
            score.count(loss.value, &logits, &batch.targets);
            model.backward(&loss.gradient)?;
            model.update(|parameters, gradients| {
                if let Some(most) = recipe.clip_norm {
                    clip(gradients, most);
                }
                stepper.step(rate(recipe, step, steps), parameters, gradients)
            })?;
            step += 1;
        }
        let (training_loss, training_accuracy) = score.means();
        let valid = validation.map(|data| evaluate(model, data)).transpose()?;
        let epoch = Epoch {
            number,
            training_loss,
            training_accuracy,
            validation_loss: valid.map(|(loss, _)| loss),
            validation_accuracy: valid.map(|(_, accuracy)| accuracy),
        };
        history.push(epoch);
        if report(&epoch) == Directive::Stop {
            break;
        }
    }
    model.zero_gradients();
    Ok(history)
}

/// Fisher and Yates: from behind, each one changes places with any that is not behind it.
fn shuffle(order: &mut [u32], rng: &mut Rng) {
    for last in (1..order.len()).rev() {
        order.swap(last, (rng.bits() % (last as u64 + 1)) as usize);
    }
}

/// The learning rate of a step, counted from 0.
fn rate(recipe: &Recipe, step: u64, steps: u64) -> f32 {
    let first = recipe.optimizer.learning_rate();
    match recipe.schedule {
        Schedule::Constant => first,
        Schedule::Cosine(last) => {
            let half = (1.0 + (PI * step as f64 / steps as f64).cos()) / 2.0;
            (f64::from(last) + (f64::from(first) - f64::from(last)) * half) as f32
        }
    }
}

/// Scales all gradients so that together they are no longer than this.
fn clip(gradients: &mut [Tensor], most: f32) {
    let mut squares = 0.0;
    for gradient in gradients.iter() {
        for &g in gradient.data() {
            squares += f64::from(g) * f64::from(g);
        }
    }
    let norm = squares.sqrt();
    if norm > f64::from(most) {
        for gradient in gradients {
            *gradient = gradient.map(|g| (f64::from(g) * f64::from(most) / norm) as f32);
        }
    }
}

/// Mean loss and accuracy in inference.
fn evaluate(model: &mut Sequential<Textbook>, data: &dyn Dataset) -> Result<(f32, f32), Fault> {
    let indices: Vec<u32> = (0..data.length()).collect();
    let mut score = Score::default();
    for indices in indices.chunks(256) {
        let batch = data.batch(indices)?;
        let logits = model.forward(&batch.inputs, Mode::Inference)?;
        score.count(cross_entropy(&logits, &batch.targets)?.value, &logits, &batch.targets);
    }
    Ok(score.means())
}

/// Sums over predictions.
#[derive(Default)]
struct Score {
    loss: f64,
    hits: f64,
    predictions: f64,
}

impl Score {
    fn count(&mut self, loss: f32, logits: &Tensor, targets: &[u32]) {
        self.loss += f64::from(loss) * targets.len() as f64;
        self.hits += hits(logits, targets) as f64;
        self.predictions += targets.len() as f64;
    }

    fn means(&self) -> (f32, f32) {
        let predictions = self.predictions.max(1.0);
        ((self.loss / predictions) as f32, (self.hits / predictions) as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checkpoint,
        testing::{Clouds, Windows},
    };
    use tinytorch::{
        AdamSpec, BlockSpec, DenseSpec, EmbeddingSpec, LayerSpec, NormSpec, OptimizerSpec, SgdSpec,
    };

    const RECIPE: Recipe = Recipe {
        optimizer: OptimizerSpec::Sgd(SgdSpec { learning_rate: 0.1, momentum: 0.9, weight_decay: 1e-4 }),
        schedule: Schedule::Cosine(0.01),
        clip_norm: Some(1.0),
        epochs: 4,
        batch_size: 8,
        shuffle: true,
        seed: 3,
    };

    fn model() -> Sequential<Textbook> {
        let dense = |inputs, outputs| LayerSpec::Dense(DenseSpec { inputs, outputs, bias: true });
        Sequential::build(&[dense(2, 6), LayerSpec::Tanh, LayerSpec::Dropout(0.1), dense(6, 2)], 1).unwrap()
    }

    fn clouds(count: u32) -> Clouds {
        Clouds(count, Default::default())
    }

    #[test]
    fn clouds_are_told_apart_and_going_on_is_going_on() {
        let (data, validation) = (clouds(60), clouds(300));
        let mut model = model();
        let proceed = &mut |_: &Epoch| Directive::Proceed;
        let history = fit(&mut model, &data, Some(&validation), &RECIPE, proceed).unwrap();
        assert!(history.len() == 4 && history[3].validation_accuracy > Some(0.95), "{history:?}");
        assert!(history[3].training_loss < history[0].training_loss / 2.0, "{history:?}");
        assert!(validation.1.take().iter().map(Vec::len).eq([256, 44].repeat(4)));
        let mut restored = checkpoint::restore(&checkpoint::save(&model)).unwrap();
        let on = Recipe { seed: 4, ..RECIPE };
        let again = [&mut model, &mut restored].map(|model| fit(model, &data, None, &on, proceed).unwrap());
        assert_eq!(again[0], again[1]);
        assert_eq!(model.parameters(), restored.parameters());
    }

    fn gpt(width: u32, steps: u32) -> Sequential<Textbook> {
        let table = |entries| EmbeddingSpec { entries, width };
        let layers = [
            LayerSpec::TokenEmbedding(table(27)),
            LayerSpec::PositionEmbedding(table(steps)),
            LayerSpec::TransformerBlock(BlockSpec { width, heads: 2, expansion: 4 }),
            LayerSpec::LayerNorm(NormSpec { features: width, epsilon: 1e-5 }),
            LayerSpec::Dense(DenseSpec { inputs: width, outputs: 27, bias: true }),
        ];
        Sequential::build(&layers, 1).unwrap()
    }

    const TEXT: &str = "the quick brown fox jumps over the lazy dog and runs away";

    #[test]
    fn a_sentence_is_learned_by_heart_and_written_again() {
        let (learning_rate, beta1, beta2, epsilon) = (0.01, 0.9, 0.99, 1e-8);
        let adam = AdamSpec { learning_rate, beta1, beta2, epsilon, weight_decay: 0.0, decoupled: true };
        let recipe = Recipe {
            optimizer: OptimizerSpec::Adam(adam),
            schedule: Schedule::Cosine(0.001),
            epochs: 60,
            batch_size: 7,
            ..RECIPE
        };
        let (mut model, data) = (gpt(16, 8), Windows { text: TEXT, length: 8 });
        let history = fit(&mut model, &data, Some(&data), &recipe, &mut |_| Directive::Proceed).unwrap();
        let (first, last) = (history[0], history[59]);
        assert!(first.training_loss > 1.5 && last.validation_loss < Some(0.3), "{first:?}, {last:?}");
        let all = data.tokens();
        let written = crate::generate::generate(&mut model, &all[..8], all.len() as u32 - 8, 0.0, 0, &[]);
        assert_eq!(written, Ok(all[8..].to_vec()));
    }

    #[test]
    fn every_position_counts_as_much_as_every_other() {
        let (mut model, data) = (gpt(4, 5), Windows { text: TEXT, length: 5 });
        let whole = data.batch(&(0..data.length()).collect::<Vec<_>>()).unwrap();
        let logits = model.forward(&whole.inputs, Mode::Inference).unwrap();
        let (mut loss, mut hits) = (0.0, 0.0);
        for (row, &target) in logits.rows().zip(&whole.targets) {
            let row: Vec<f64> = row.iter().map(|&x| f64::from(x)).collect();
            loss += row.iter().map(|x| x.exp()).sum::<f64>().ln() - row[target as usize];
            hits += if row.iter().all(|&x| x <= row[target as usize]) { 1.0 } else { 0.0 };
        }
        let count = f64::from(data.length() * 5);
        // Nothing moves, and the last batch is smaller than the others.
        let still = OptimizerSpec::Sgd(SgdSpec { learning_rate: 0.0, momentum: 0.0, weight_decay: 0.0 });
        let schedule = Schedule::Constant;
        let recipe = Recipe { optimizer: still, schedule, epochs: 1, batch_size: 10, ..RECIPE };
        let epoch = fit(&mut model, &data, Some(&data), &recipe, &mut |_| Directive::Proceed).unwrap()[0];
        let near = |found: f32, sum: f64| (f64::from(found) - sum / count).abs() < 1e-5;
        assert!(
            near(epoch.training_loss, loss) && near(epoch.training_accuracy, hits),
            "{epoch:?}, {loss}, {hits}"
        );
        assert!(near(epoch.validation_loss.unwrap(), loss), "{epoch:?}, {loss}");
        assert!(near(epoch.validation_accuracy.unwrap(), hits), "{epoch:?}, {hits}");
    }

    #[test]
    fn every_example_comes_once_an_epoch_until_it_is_told_to_stop() {
        let data = clouds(20);
        let stop = |epoch: &Epoch| if epoch.number == 2 { Directive::Stop } else { Directive::Proceed };
        let history = fit(&mut model(), &data, None, &RECIPE, &mut { stop }).unwrap();
        assert!(history.len() == 2 && history[0].validation_loss.is_none(), "{history:?}");
        let asked = data.1.take();
        assert!(asked.iter().map(Vec::len).eq([8, 8, 4, 8, 8, 4]), "{asked:?}");
        let [mut first, mut second] = [asked[..3].concat(), asked[3..].concat()];
        assert_ne!(first, second);
        first.sort();
        second.sort();
        assert!(first == second && first.into_iter().eq(0..20));
        fit(&mut model(), &data, None, &Recipe { shuffle: false, ..RECIPE }, &mut { stop }).unwrap();
        assert!(data.1.take().concat().into_iter().eq((0..20).chain(0..20)));
    }

    #[test]
    fn a_recipe_that_makes_no_sense_is_a_fault() {
        for recipe in [Recipe { batch_size: 0, ..RECIPE }, Recipe { clip_norm: Some(-1.0), ..RECIPE }] {
            let found = fit(&mut model(), &clouds(5), None, &recipe, &mut |_| Directive::Proceed);
            assert!(matches!(found, Err(Fault::InvalidArgument(_))), "{found:?}");
        }
    }

    #[test]
    fn the_rate_and_the_length_are_the_recipe_s() {
        assert!((rate(&RECIPE, 0, 10) - 0.1).abs() < 1e-7 && (rate(&RECIPE, 5, 10) - 0.055).abs() < 1e-7);
        assert!(rate(&RECIPE, 9, 10) > 0.01);
        let mut gradients = [Tensor::new([2], vec![3.0, 4.0]).unwrap()];
        clip(&mut gradients, 6.0);
        assert_eq!(gradients[0].data(), [3.0, 4.0]);
        clip(&mut gradients, 1.0);
        assert!((gradients[0].data()[0] - 0.6).abs() < 1e-6, "{gradients:?}");
    }
}
