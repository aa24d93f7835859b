//! The MLP with the weights that tito trained, on the test images.

use tito_sandbox::HostError;

use crate::{Architecture, Context, accuracy, milestone::Found};

/// Classifies every test image.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let low = "; the checks of dense, relu, flatten and stacks above say which layer is wrong";
    Ok(Found::Cases(accuracy::check(context, Architecture::Mlp, low)?))
}
