//! How training goes: one batch is learnt by heart, and the loss falls.

use tito_judge::Findings;
use tito_kernels::{Wide, cross_entropy};
use tito_sandbox::{AdamSpec, HostError, OptimizerSpec};
use tito_tensor::Tensor;

use super::{every_example::unfinished, hint, reports::model};
use crate::{
    Context,
    classroom::{Task, learn},
    milestone::Found,
    toy,
};

/// The loss below which one batch is learnt by heart: e^-0.05 is a probability of 95 %.
const BY_HEART: f64 = 0.05;

/// Student's t of 95 %, two-sided, for the slope of a line through eight points.
const T: f64 = 2.447;
const EPOCHS: u32 = 8;

/// One batch can be learnt by heart.
pub(super) fn one_batch(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/one-batch");
    let mut findings = Findings::default();
    let mut task = toy::task(&mut draw, 16, 3, 16);
    task.recipe.epochs = 300;
    task.recipe.optimizer = OptimizerSpec::Adam(AdamSpec::usual(0.03));
    task.validation = None;
    let trained = learn(context, &task, None)?;
    findings.used(trained.usage);
    let loss = trained.parameters.as_ref().and_then(|parameters| loss(&task, parameters));
    findings.measured("loss", loss.unwrap_or(f64::NAN));
    // Written so that NaN is not below.
    let is_low = loss.is_some_and(|loss| loss < BY_HEART);
    let told = || match loss {
        Some(loss) => (format!("a loss of {loss:.3}, not below {BY_HEART}"), hint("batch-not-learnt")),
        None => ("no parameters".to_owned(), None),
    };
    let came_back = unfinished(&trained).or_else(|| (!is_low).then(told));
    findings.question("16 examples in one batch, 300 epochs of Adam", came_back);
    Ok(Found::Cases(findings))
}

/// The loss of the training examples falls from epoch to epoch: a line through its logarithm has a slope whose interval
/// of 95 % is below 0.
pub(super) fn loss_falls(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/loss-falls");
    let mut findings = Findings::default();
    let mut task = toy::task(&mut draw, 60, 5, 8);
    task.recipe.epochs = EPOCHS;
    let mut losses = Vec::new();
    for stop in 1..=EPOCHS as usize {
        let trained = learn(context, &task, Some(stop))?;
        findings.used(trained.usage);
        match trained.parameters.as_ref().and_then(|parameters| loss(&task, parameters)) {
            Some(loss) if unfinished(&trained).is_none() => losses.push(loss.ln()),
            _ => {
                let problem = unfinished(&trained).unwrap_or(("no parameters".to_owned(), None));
                findings.question(format!("the loss after epoch {stop}"), Some(problem));
                return Ok(Found::Cases(findings));
            }
        }
    }
    let [slope, interval] = line(&losses);
    findings.measured("slope_of_log_loss", slope);
    findings.measured("slope_interval", interval);
    let is_falling = slope + interval < 0.0;
    let told = || format!("a slope of {slope:.3} ± {interval:.3} an epoch");
    let came_back = (!is_falling).then(|| (told(), hint("loss-does-not-fall")));
    findings.question("the logarithm of the training loss over 8 epochs", came_back);
    Ok(Found::Cases(findings))
}

/// The mean loss of the training examples; none where the parameters do not fit.
fn loss(task: &Task, parameters: &[Tensor]) -> Option<f64> {
    let model = model(task, parameters)?;
    let (inputs, targets) = task.training.batch(&(0..task.training.count()).collect::<Vec<_>>());
    let logits = model.forward(&inputs).expect("the task's examples fit its layers");
    let loss = cross_entropy::oracle(&Wide::from(&logits), &targets).expect("there is a target for each row");
    Some(loss.value.value.data()[0])
}

/// The slope of a line through points at 0, 1, 2, … by least squares, and half the width of its interval.
fn line(values: &[f64]) -> [f64; 2] {
    let count = values.len() as f64;
    let (middle, mean) = ((count - 1.0) / 2.0, values.iter().sum::<f64>() / count);
    let places = || values.iter().enumerate().map(|(at, value)| (at as f64 - middle, value - mean));
    let spread: f64 = places().map(|(x, _)| x * x).sum();
    let slope = places().map(|(x, y)| x * y).sum::<f64>() / spread;
    let rest: f64 = places().map(|(x, y)| (y - slope * x).powi(2)).sum();
    [slope, T * (rest / (count - 2.0) / spread).sqrt()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_slope_and_an_interval() {
        let [slope, interval] = line(&[7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0]);
        assert!((slope + 1.0).abs() < 1e-12 && interval < 1e-6, "{slope} {interval}");
        // scipy.stats.linregress gives -0.0238095 with a standard error of 0.1713617.
        let [slope, interval] = line(&[1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0].map(|x| x * 2.0));
        assert!((slope + 2.0 * 0.047_619).abs() < 1e-5 && interval > slope.abs(), "{slope} {interval}");
    }
}
