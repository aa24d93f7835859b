//! Flatten keeps the batch and moves nothing.

use tito_judge::{Case, Kind, audited};
use tito_sandbox::{HostError, Layer};

use crate::shapes::shape;
use crate::{Context, milestone::Found};

/// Ranks 3 and 4: of rank 2 the input itself is the answer, so that such a case would ask nothing.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("1/flatten");
    let mut case = |rank| {
        let shape = shape(&mut draw, rank);
        let input = draw.normals(shape, 1.0);
        Case::of_layer(Layer::Flatten, Vec::new(), input, Kind::Random).rehearsed(&mut draw)
    };
    let cases: Vec<_> = [3, 4, 3, 4, 4, 3].map(|rank| audited(|| case(rank))).into();
    Ok(Found::Cases(context.examiner().examine(&cases)?))
}
