//! The CNN with the weights that tito trained, on the test images.

use tito_sandbox::HostError;

use crate::{Architecture, Context, accuracy, milestone::Found};

/// Classifies every test image.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let low = "; where convolution, pooling and `channel-order` are right above, look at relu, dense and stacks: \
               `tito milestone test 1`";
    Ok(Found::Cases(accuracy::check(context, Architecture::Cnn, low)?))
}
