//! How somebody trains a network of their own on their own machine, epoch by epoch: what a `train.toml` says.
//!
//! ```toml
//! data = "cifar-10"
//! network = [
//!     { conv2d = { in-channels = 3, out-channels = 32, kernel = [4, 4], stride = [2, 2], padding = [1, 1] } },
//!     "relu",
//!     "flatten",
//!     { dense = { inputs = 8192, outputs = 10 } },
//! ]
//! optimizer = { sgd = { momentum = 0.9, weight-decay = 5e-4 } }
//! learning-rate = 0.03
//! warm-up = 0.2
//! epochs = 10
//! batch-size = 64
//! flip = true
//! seed = 1
//! ```

use serde::Deserialize;
use tito_data::{Dataset, Description, ImageForm};
use tito_judge::Draw;
use tito_sandbox::{AdamSpec, Layer, OptimizerSpec, Recipe, Schedule, SgdSpec};

use crate::{
    OwnError,
    own::{WrittenLayer, problem},
};

/// Multiplications for one image: four minutes an epoch on CIFAR-10, where a framework is quick.
const MOST_PRODUCTS: u64 = 32_000_000;

/// How a network is trained, one epoch at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// From images to logits.
    pub layers: Vec<Layer>,
    /// How many epochs there are.
    pub epochs: u32,
    /// Examples of the training split that are not trained on, but looked at after every epoch; the seed draws which.
    pub validation: usize,
    /// Whether images are turned over, left for right, in every other epoch by the toss of a coin.
    pub flip: bool,
    /// Of first parameters, orders and coins.
    pub seed: u64,
    optimizer: OptimizerSpec,
    batch_size: u32,
    /// The share of all steps in which the learning rate rises to its height.
    warm_up: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Written {
    data: String,
    network: Vec<WrittenLayer>,
    optimizer: WrittenOptimizer,
    learning_rate: f32,
    #[serde(default)]
    warm_up: f64,
    epochs: u32,
    batch_size: u32,
    #[serde(default)]
    validation: usize,
    #[serde(default)]
    flip: bool,
    seed: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum WrittenOptimizer {
    Sgd(WrittenSgd),
    Adam(WrittenAdam),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WrittenSgd {
    #[serde(default)]
    momentum: f32,
    #[serde(default)]
    weight_decay: f32,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WrittenAdam {
    #[serde(default)]
    weight_decay: f32,
}

impl WrittenOptimizer {
    /// At its highest rate. A decay of Adam's is decoupled, as it is wherever it is any good.
    fn at(&self, learning_rate: f32) -> OptimizerSpec {
        match *self {
            Self::Sgd(WrittenSgd { momentum, weight_decay }) => {
                OptimizerSpec::Sgd(SgdSpec { learning_rate, momentum, weight_decay })
            }
            Self::Adam(WrittenAdam { weight_decay }) => OptimizerSpec::Adam(AdamSpec {
                weight_decay,
                decoupled: weight_decay > 0.0,
                ..AdamSpec::usual(learning_rate)
            }),
        }
    }
}

impl Plan {
    /// Reads a `train.toml`, and says which data it is for.
    ///
    /// # Errors
    ///
    /// If it is not of the form above, or its network does not fit the images of that data.
    pub fn parse(text: &str) -> Result<(Self, &'static Description), OwnError> {
        let written: Written = toml::from_str(text)?;
        let wrong = |problem: String| OwnError::Plan { problem };
        let data = Description::named(&written.data).map_err(|error| wrong(error.to_string()))?;
        let images = data.images().ok_or_else(|| wrong(format!("{} is no data set of images", data.name)))?;
        let plan = Self {
            layers: written.network.into_iter().map(Layer::from).collect(),
            epochs: written.epochs,
            validation: written.validation,
            flip: written.flip,
            seed: written.seed,
            optimizer: written.optimizer.at(written.learning_rate),
            batch_size: written.batch_size,
            warm_up: written.warm_up,
        };
        match plan.problem(images) {
            Some(problem) => Err(wrong(problem)),
            None => Ok((plan, data)),
        }
    }

    fn problem(&self, images: &ImageForm) -> Option<String> {
        let rate = self.optimizer.learning_rate();
        let (momentum, decay) = match self.optimizer {
            OptimizerSpec::Sgd(spec) => (spec.momentum, spec.weight_decay),
            OptimizerSpec::Adam(spec) => (spec.beta1, spec.weight_decay),
        };
        let figures = [
            ("epochs", (1..=200).contains(&self.epochs), "from 1 to 200"),
            ("batch-size", (1..=4_096).contains(&self.batch_size), "from 1 to 4096"),
            ("learning-rate", (1e-6..=1e6).contains(&rate), "from 1e-6 to 1e6"),
            ("momentum", (0.0..1.0).contains(&momentum), "from 0 to below 1"),
            ("weight-decay", (0.0..=1.0).contains(&decay), "from 0 to 1"),
            ("warm-up", (0.0..1.0).contains(&self.warm_up), "from 0 to below 1"),
        ];
        let wrong = figures.into_iter().find(|(_, is_right, _)| !is_right);
        wrong
            .map(|(name, _, wanted)| format!("{name} must be {wanted}"))
            .or_else(|| problem(&self.layers, images, MOST_PRODUCTS))
    }

    /// How an epoch, counted from 1, is trained: the rate rises in a line from a tenth of its height and falls along half a
    /// cosine to 0, from the beginning of the epoch to its end along half a cosine of its own. Where it rises, the recipe's
    /// schedule leads up.
    pub(crate) fn recipe(&self, epoch: u32) -> Recipe {
        let [start, end] = [epoch - 1, epoch].map(|done| self.rate(f64::from(done) / f64::from(self.epochs)));
        let optimizer = match self.optimizer {
            OptimizerSpec::Sgd(spec) => OptimizerSpec::Sgd(SgdSpec { learning_rate: start, ..spec }),
            OptimizerSpec::Adam(spec) => OptimizerSpec::Adam(AdamSpec { learning_rate: start, ..spec }),
        };
        Recipe {
            optimizer,
            schedule: Schedule::Cosine(end),
            clip_norm: None,
            epochs: 1,
            batch_size: self.batch_size,
            shuffle: true,
            seed: self.draw(epoch).below(u64::MAX),
        }
    }

    /// The rate when this share of all steps is done.
    fn rate(&self, done: f64) -> f32 {
        let highest = f64::from(self.optimizer.learning_rate());
        let share = if done < self.warm_up {
            0.1 + 0.9 * done / self.warm_up
        } else {
            let after = (done - self.warm_up) / (1.0 - self.warm_up);
            0.5 + 0.5 * libm::cos(std::f64::consts::PI * after)
        };
        (highest * share) as f32
    }

    /// The places of the examples that are trained on and of those that are looked at.
    ///
    /// # Errors
    ///
    /// If more than a fifth is to be looked at: who trains on little has trained little.
    pub fn split(&self, data: &Dataset) -> Result<[Vec<usize>; 2], OwnError> {
        let most = data.len() / 5;
        if self.validation > most {
            let problem = format!("validation must be at most {most}, a fifth of the training examples");
            return Err(OwnError::Plan { problem });
        }
        let mut order = self.draw(0).permutation(data.len());
        let looked_at = order.split_off(data.len() - self.validation);
        Ok([order, looked_at])
    }

    /// What is drawn for an epoch, or with 0 for all of them.
    pub(crate) fn draw(&self, epoch: u32) -> Draw {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&self.seed.to_le_bytes());
        key[8..12].copy_from_slice(&epoch.to_le_bytes());
        Draw::new(key)
    }
}

#[cfg(test)]
mod tests {
    use tito_data::{Split, Store, TINYDIGITS};

    use super::*;

    const RIGHT: &str = r#"
        data = "tinydigits"
        network = ["flatten", { dense = { inputs = 64, outputs = 10 } }]
        optimizer = { sgd = { momentum = 0.9 } }
        learning-rate = 0.5
        warm-up = 0.25
        epochs = 4
        batch-size = 32
        validation = 48
        seed = 7
    "#;

    #[track_caller]
    fn check(change: (&str, &str), wrong: &str) {
        let error = Plan::parse(&RIGHT.replace(change.0, change.1)).unwrap_err().to_string();
        assert!(error.contains(wrong), "{error}");
    }

    #[test]
    fn a_plan_is_read_or_refused_with_what_is_wrong() {
        let (plan, data) = Plan::parse(RIGHT).unwrap();
        assert!(data.name == TINYDIGITS.name && plan.layers.len() == 2 && !plan.flip);
        check(("tinydigits", "digits"), "there is no dataset 'digits'");
        check(("tinydigits", "tinytalk"), "tinytalk is no data set of images");
        check(("epochs = 4", "epochs = 0"), "epochs must be from 1 to 200");
        check(("0.25", "1.0"), "warm-up must be from 0 to below 1");
        check(("0.5", "-0.5"), "learning-rate must be from 1e-6 to 1e6");
        check(("0.9", "nan"), "momentum must be from 0 to below 1");
        check(("momentum = 0.9", "weight-decay = inf"), "weight-decay must be from 0 to 1");
        check(("batch-size = 32", "batch-size = 5000"), "batch-size must be from 1 to 4096");
        check(("inputs = 64", "inputs = 63"), "does not fit");
        check(("seed", "seeds"), "unknown field `seeds`");
        check(("sgd", "sgdm"), "unknown variant `sgdm`");
    }

    #[test]
    fn the_example_is_a_plan() {
        let (plan, data) =
            Plan::parse(include_str!("../../../examples/trained/cifar-10/train.toml")).unwrap();
        assert!(data.name == "cifar-10" && plan.epochs == 10);
    }

    #[test]
    fn the_rate_rises_and_falls_without_a_step() {
        let (plan, _) = Plan::parse(RIGHT).unwrap();
        let recipes: Vec<Recipe> = (1..=4).map(|epoch| plan.recipe(epoch)).collect();
        let ends = recipes.iter().map(|recipe| match recipe.schedule {
            Schedule::Cosine(end) => end,
            Schedule::Constant => panic!("{recipe:?}"),
        });
        let ends: Vec<f32> = ends.collect();
        let starts: Vec<f32> = recipes.iter().map(|recipe| recipe.optimizer.learning_rate()).collect();
        assert_eq!((starts[0], starts[1], ends[3]), (0.05, 0.5, 0.0));
        assert_eq!(starts[1..], ends[..3]);
        assert!(starts[2] < 0.5 && starts[3] < starts[2]);
        assert!(recipes.windows(2).all(|pair| pair[0].seed != pair[1].seed));
    }

    #[test]
    fn examples_are_trained_on_or_looked_at() {
        let (plan, _) = Plan::parse(RIGHT).unwrap();
        let data = Store::at("").load(&TINYDIGITS, Split::Train).unwrap();
        let [training, looked_at] = plan.split(&data).unwrap();
        let mut all = [training, looked_at.clone()].concat();
        all.sort_unstable();
        assert!(looked_at.len() == 48 && all.into_iter().eq(0..data.len()));
        let greedy = Plan { validation: 1 + data.len() / 5, ..plan };
        assert!(greedy.split(&data).is_err());
    }
}
