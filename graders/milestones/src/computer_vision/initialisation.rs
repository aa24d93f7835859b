//! Convolution weights start as He, Zhang, Ren and Sun have them, *Delving Deep into Rectifiers*, 2015, §2.2, and as
//! today's TinyTorch does.

use tito_sandbox::{HostError, Layer};

use super::windows::{conv, window};
use crate::{
    Context,
    initialisation::{Documented, examine},
    milestone::Found,
};

const SIDE: u32 = 5;

/// 76,800 and 48,000 weights: their variance is known to 0.6 %, and the rules are 9 % apart at least.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("2/conv2d-initialisation");
    let layers = [documented([64, 48]), documented([48, 40])];
    Ok(Found::Cases(examine(context, &mut draw, &layers)?))
}

fn documented(channels: [u32; 2]) -> Documented {
    Documented {
        layer: Layer::Conv2d(conv(channels, window((SIDE, SIDE), (1, 1), (2, 2)), true)),
        fan_in: channels[0] * SIDE * SIDE,
        fan_out: channels[1] * SIDE * SIDE,
        gain: 2.0,
        rule: "Convolution weights start with the deviation sqrt(2 / (in-channels x kernel-height x kernel-width)).",
    }
}
