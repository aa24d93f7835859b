//! The CNN with the weights that tito trained, on the test images.

use tito_sandbox::HostError;

use crate::{Architecture, Context, accuracy, milestone::Found};

/// Classifies every test image.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("2/mnist-cnn");
    Ok(Found::Cases(accuracy::check(context, Architecture::Cnn, &mut draw)?))
}
