//! A convolution's parameters: order, shapes, and that `load` replaces them.

use tito_judge::{Findings, parameter_shapes};
use tito_sandbox::{HostError, Layer};

use super::windows::{conv, window};
use crate::{Context, milestone::Found, parameters};

/// Convolutions with and without biases, between layers that have no parameters.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("2/conv2d-parameters");
    let mut findings = Findings::default();
    for biases in [&[true][..], &[false], &[true, true], &[false, true]] {
        let mut channels = 1 + draw.below(3) as u32;
        let mut layers = Vec::new();
        for &bias in biases {
            // Extents that are all different, so that no two axes can be taken for each other.
            let outputs = channels + 1 + draw.below(3) as u32;
            let kernel = (outputs + 1, outputs + 2);
            let spec = conv([channels, outputs], window(kernel, (1, 1), (0, 0)), bias);
            layers.extend([Layer::Conv2d(spec), Layer::Relu]);
            channels = outputs;
        }
        layers.push(Layer::MaxPool2d(window((2, 2), (2, 2), (0, 0))));
        let shapes = layers.iter().flat_map(parameter_shapes);
        let loaded: Vec<_> = shapes.map(|shape| draw.awkward(shape, 1e6)).collect();
        parameters::order(context, &layers, &mut findings)?;
        parameters::load(context, &layers, &loaded, &mut findings)?;
    }
    Ok(Found::Cases(findings))
}
