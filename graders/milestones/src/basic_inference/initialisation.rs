//! Dense weights start as LeCun, Bottou, Orr and Müller have them, *Efficient BackProp*, 1998, §4.6, and as today's
//! TinyTorch does.

use tito_sandbox::{DenseSpec, HostError, Layer};

use crate::{
    Context,
    initialisation::{Documented, examine},
    milestone::Found,
};

/// 120,000 weights a layer: their variance is known to 0.4 %, and He's is twice LeCun's.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("1/initialisation");
    let layers = [dense(400, 300), dense(300, 400)];
    Ok(Found::Cases(examine(context, &mut draw, &layers)?))
}

fn dense(inputs: u32, outputs: u32) -> Documented {
    Documented {
        layer: Layer::Dense(DenseSpec { inputs, outputs, bias: true }),
        fan_in: inputs,
        fan_out: outputs,
        gain: 1.0,
        rule: "Dense weights start with the deviation sqrt(1 / inputs).",
    }
}
