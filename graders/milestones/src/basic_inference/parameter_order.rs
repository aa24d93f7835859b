//! Parameters come layer by layer, in the documented order and shapes.

use tito_grade::Hint;
use tito_judge::{Findings, advice, describe, parameter_shapes};
use tito_sandbox::{DenseSpec, HostError, Layer, Outcome};
use tito_tensor::Shape;

use super::shapes::wide_extent;
use crate::{Context, milestone::Found};

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
        ask(context, &layers, &mut findings)?;
    }
    Ok(Found::Cases(findings))
}

fn ask(context: &Context<'_>, layers: &[Layer], findings: &mut Findings) -> Result<(), HostError> {
    let wanted: Vec<Shape> = layers.iter().flat_map(parameter_shapes).collect();
    let (outcome, usage) = context
        .examiner()
        .with_guest(|guest| guest.build(layers, 7)?.then(|model| guest.parameters(model)))?;
    findings.used(usage);
    let came_back = match outcome {
        Outcome::Answer(parameters) => {
            let found: Vec<Shape> = parameters.iter().map(|tensor| tensor.shape().clone()).collect();
            (found != wanted)
                .then(|| (format!("{}, not {}", list(&found), list(&wanted)), hint(&found, &wanted)))
        }
        other => Some((other.to_string(), advice(&other))),
    };
    findings.question(format!("the parameters of {}", describe(layers)), came_back);
    Ok(())
}

fn list(shapes: &[Shape]) -> String {
    let shown: Vec<String> = shapes.iter().take(8).map(Shape::to_string).collect();
    if shown.is_empty() { "nothing".to_owned() } else { shown.join(", ") }
}

fn hint(found: &[Shape], wanted: &[Shape]) -> Option<Hint> {
    let transposed = |shape: &Shape| Shape::new(shape.extents().iter().rev().copied().collect::<Vec<_>>());
    let sorted = |shapes: &[Shape]| {
        let mut extents: Vec<_> = shapes.iter().map(|shape| shape.extents().to_vec()).collect();
        extents.sort();
        extents
    };
    let (misconception, advice) = if found.iter().map(transposed).eq(wanted.iter().cloned()) {
        ("weight-shape-transposed", "A dense weight is [inputs, outputs], not [outputs, inputs].")
    } else if sorted(found) == sorted(wanted) {
        ("parameters-out-of-order", "Layer by layer, and in a layer the weight before the bias.")
    } else {
        return None;
    };
    Some(Hint { misconception: misconception.into(), advice: advice.into() })
}
