//! Parameters come layer by layer, in the documented order and shapes.

use tito_judge::Findings;
use tito_sandbox::{DenseSpec, HostError, Layer};

use crate::{Context, milestone::Found, parameters, shapes::wide_extent};

/// Stacks with and without biases, and without any parameter.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("1/parameter-order");
    let mut findings = Findings::default();
    for biases in [&[true][..], &[false], &[true, true], &[false, true, false], &[]] {
        let mut inputs = wide_extent(&mut draw);
        let mut layers = vec![Layer::Relu];
        for &bias in biases {
            // Shapes that differ from their transpose and from each other's biases.
            let outputs = inputs + 1 + draw.below(5) as u32;
            layers.extend([Layer::Dense(DenseSpec { inputs, outputs, bias }), Layer::Relu]);
            inputs = outputs;
        }
        parameters::order(context, &layers, &mut findings)?;
    }
    Ok(Found::Cases(findings))
}
