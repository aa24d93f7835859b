//! How the work of a layer grows with one of its sizes.

use rayon::prelude::*;
use tito_grade::Table;
use tito_judge::{Draw, Findings};
use tito_sandbox::{Called, Guest, HostError, Layer, Mode, ModelId, Outcome, Usage};
use tito_tensor::{Shape, Tensor};

use super::scaling::Measured;
use crate::{Context, toy};

/// What the work grows with: its name, sizes, and a layer of each with the shape of its input.
pub(crate) struct Sweep {
    pub(crate) name: &'static str,
    pub(crate) sizes: [u32; 8],
    pub(crate) layer: fn(u32) -> (Layer, Shape),
}

/// How it has grown.
pub(crate) struct Grown {
    points: Vec<[f64; 2]>,
    pub(crate) exponent: Measured,
}

impl Sweep {
    /// The fuel of every size and the power by which it grows, or why there is none.
    pub(crate) fn grown(
        &self,
        context: &Context<'_>,
        draw: &mut Draw,
        findings: &mut Findings,
    ) -> Result<Result<Grown, String>, HostError> {
        let works: Vec<Work> = self.sizes.iter().map(|&size| work((self.layer)(size), draw)).collect();
        let swept: Vec<_> =
            works.par_iter().map(|work| asked(context, work)).collect::<Result<_, HostError>>()?;
        let mut points = Vec::new();
        for (&size, (outcome, usage)) in self.sizes.iter().zip(swept) {
            findings.used(usage);
            match outcome {
                Outcome::Answer(_) => points.push([f64::from(size), usage.last_fuel as f64]),
                other => return Ok(Err(other.to_string())),
            }
        }
        Ok(Ok(Grown { exponent: Measured::exponent(&points), points }))
    }
}

impl Grown {
    /// A row of the [`table`].
    pub(crate) fn row(&self, name: &str) -> Vec<String> {
        let [first, last] = [self.points[0], self.points[self.points.len() - 1]];
        let [low, high] = self.exponent.interval;
        vec![
            name.to_owned(),
            format!("{} to {}", first[0], last[0]),
            format!("{:.2e} to {:.2e}", first[1], last[1]),
            format!("{:.2}", self.exponent.value),
            format!("{low:.2} to {high:.2}"),
        ]
    }
}

/// What was found of several sizes.
pub(crate) fn table(rows: Vec<Vec<String>>) -> Table {
    let columns = ["size", "from", "fuel", "exponent", "interval"].map(str::to_owned).into();
    Table { title: "Fuel of a forward pass, and the power by which it grows".into(), columns, rows }
}

/// A layer, its parameters, and an input.
type Work = (Layer, Vec<Tensor>, Tensor);

fn work((layer, shape): (Layer, Shape), draw: &mut Draw) -> Work {
    (layer, toy::parameters(&[layer], draw), draw.normals(shape, 1.0))
}

fn asked(
    context: &Context<'_>,
    (layer, parameters, input): &Work,
) -> Result<(Outcome<Tensor>, Usage), HostError> {
    context.examiner().with_model(&[*layer], parameters, |guest, model| twice(guest, model, input))
}

/// Two calls; the first one may prepare what lasts.
pub(super) fn twice(guest: &mut dyn Guest, model: ModelId, input: &Tensor) -> Called<Tensor> {
    guest.forward(model, input, Mode::Inference)?.then(|_| guest.forward(model, input, Mode::Inference))
}
