//! The parameters of the layers of a GPT: order, shapes, and that `load` replaces them.

use tito_judge::{Findings, parameter_shapes};
use tito_sandbox::{AttentionSpec, HostError, Layer};

use super::drawn::Gpt;
use crate::{Context, milestone::Found, parameters};

/// GPTs whose extents are all different, so that no two axes can be taken for each other, and attention alone.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("5/language-parameters");
    let mut findings = Findings::default();
    let gpt = |blocks| Gpt { entries: 11, context: 7, width: 6, heads: 3, expansion: 2, blocks };
    let attention = Layer::Attention(AttentionSpec { width: 8, heads: 2, causal: false });
    for layers in [gpt(1).layers(), gpt(2).layers(), vec![attention]] {
        let shapes = layers.iter().flat_map(parameter_shapes);
        let loaded: Vec<_> = shapes.map(|shape| draw.awkward(shape, 1e6)).collect();
        parameters::order(context, &layers, &mut findings)?;
        parameters::load(context, &layers, &loaded, &mut findings)?;
    }
    Ok(Found::Cases(findings))
}
