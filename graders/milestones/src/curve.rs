//! How a network learns, epoch by epoch: the mean of several runs of the native trainer.

use std::str::FromStr;

use tito_data::Description;
use tito_sandbox::Epoch;

const CIFAR_10: &str = include_str!("../curves/cifar-10.csv");
const TINYDIGITS: &str = include_str!("../curves/tinydigits.csv");

/// How the native trainer learns what is assigned of a dataset, and what a linear model comes to by the same recipe.
/// `examples/train_curves.rs` makes the figures again.
///
/// # Panics
///
/// If nothing is assigned of it.
pub(crate) fn native(data: &Description) -> (Curve, Point) {
    let text = match data.name {
        "cifar-10" => CIFAR_10,
        "tinydigits" => TINYDIGITS,
        other => panic!("nothing is assigned of '{other}'"),
    };
    let points = text.lines().skip(1).map(|line| line.parse().expect("the file was written by a curve"));
    let mut epochs: Vec<Point> = points.collect();
    let linear = epochs.pop().expect("the last line is the linear model's");
    (Curve { epochs }, linear)
}

/// The mean of several runs, epoch by epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// In order, at least one.
    pub epochs: Vec<Point>,
}

/// One epoch of a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The mean loss of the training examples as they were met.
    pub training_loss: f64,
    /// The share of them that was right.
    pub training_accuracy: f64,
    /// The mean loss of the validation examples after the epoch.
    pub validation_loss: f64,
    /// The share of them that is right.
    pub validation_accuracy: f64,
    /// The deviation of that from run to run.
    pub deviation: f64,
}

impl Curve {
    /// The first line of a file of curves.
    pub const COLUMNS: &str =
        "training_loss,training_accuracy,validation_loss,validation_accuracy,validation_accuracy_deviation";

    /// The mean of these histories, which are of one length and have figures of the validation.
    ///
    /// # Panics
    ///
    /// If there are none.
    pub fn of(runs: &[Vec<Epoch>]) -> Self {
        let epochs = runs.iter().map(Vec::len).min().expect("there is a run");
        let point = |at: usize| {
            let mean = |get: &dyn Fn(&Epoch) -> f64| {
                runs.iter().map(|run| get(&run[at])).sum::<f64>() / runs.len() as f64
            };
            let accuracy = |epoch: &Epoch| f64::from(epoch.validation_accuracy.unwrap_or_default());
            let validation_accuracy = mean(&accuracy);
            Point {
                training_loss: mean(&|epoch| f64::from(epoch.training_loss)),
                training_accuracy: mean(&|epoch| f64::from(epoch.training_accuracy)),
                validation_loss: mean(&|epoch| f64::from(epoch.validation_loss.unwrap_or_default())),
                validation_accuracy,
                deviation: mean(&|epoch| (accuracy(epoch) - validation_accuracy).powi(2)).sqrt(),
            }
        };
        Self { epochs: (0..epochs).map(point).collect() }
    }

    /// One line an epoch, of figures in the order of [`COLUMNS`](Self::COLUMNS).
    pub fn lines(&self) -> Vec<String> {
        let line = |point: &Point| {
            let figures = [
                point.training_loss,
                point.training_accuracy,
                point.validation_loss,
                point.validation_accuracy,
                point.deviation,
            ];
            figures.map(|figure| format!("{figure:.5}")).join(",")
        };
        self.epochs.iter().map(line).collect()
    }
}

impl FromStr for Point {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let figures: Result<Vec<f64>, _> = line.split(',').map(str::parse).collect();
        match figures.as_deref() {
            Ok(&[training_loss, training_accuracy, validation_loss, validation_accuracy, deviation]) => {
                Ok(Self { training_loss, training_accuracy, validation_loss, validation_accuracy, deviation })
            }
            _ => Err(format!("'{line}' is no line of a curve")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_the_mean_of_its_runs_and_can_be_read_again() {
        let epoch = |loss, accuracy| Epoch {
            number: 1,
            training_loss: loss,
            training_accuracy: 0.5,
            validation_loss: Some(2.0 * loss),
            validation_accuracy: Some(accuracy),
        };
        let curve = Curve::of(&[vec![epoch(1.0, 0.25)], vec![epoch(2.0, 0.75)]]);
        let lines = curve.lines();
        assert_eq!(lines, ["1.50000,0.50000,3.00000,0.50000,0.25000"]);
        assert_eq!(lines[0].parse(), Ok(curve.epochs[0]));
        assert!("1,2".parse::<Point>().is_err());
    }
}
