//! What `load` is given, `parameters` gives back.

use tito_judge::Findings;
use tito_sandbox::{DenseSpec, HostError, Layer};

use crate::{Context, milestone::Found, parameters, shapes::wide_extent};

/// One to three dense layers.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("1/load-exact");
    let mut findings = Findings::default();
    for depth in 1..=3 {
        let mut inputs = wide_extent(&mut draw);
        let (mut layers, mut loaded) = (Vec::new(), Vec::new());
        for _ in 0..depth {
            let outputs = wide_extent(&mut draw);
            layers.push(Layer::Dense(DenseSpec { inputs, outputs, bias: true }));
            loaded.extend([draw.awkward([inputs, outputs], 1e6), draw.awkward([outputs], 1e6)]);
            inputs = outputs;
        }
        parameters::load(context, &layers, &loaded, &mut findings)?;
    }
    Ok(Found::Cases(findings))
}
