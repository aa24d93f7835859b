//! The parameters of a model: their order and shapes, and that `load` replaces them.

use tito_grade::Hint;
use tito_judge::{Findings, advice, describe, parameter_shapes};
use tito_sandbox::{HostError, Layer, Outcome};
use tito_tensor::{Shape, Tensor};

use crate::Context;

/// Asks whether the parameters of a stack come in the documented order and shapes.
pub(crate) fn order(
    context: &Context<'_>,
    layers: &[Layer],
    findings: &mut Findings,
) -> Result<(), HostError> {
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
    let sorted = |shapes: &[Shape]| {
        let mut extents: Vec<_> = shapes.iter().map(|shape| shape.extents().to_vec()).collect();
        extents.sort();
        extents
    };
    let (misconception, advice) = if found.iter().map(transposed).eq(wanted.iter().cloned()) {
        (
            "weight-shape-transposed",
            "A dense weight is [inputs, outputs], a convolution's is [out-channels, in-channels, kernel-height, \
             kernel-width].",
        )
    } else if sorted(found) == sorted(wanted) {
        ("parameters-out-of-order", "Layer by layer, and in a layer the weight before the bias.")
    } else {
        return None;
    };
    Some(Hint { misconception: misconception.into(), advice: advice.into() })
}

/// With its first two axes exchanged, where it has them.
fn transposed(shape: &Shape) -> Shape {
    let mut extents = shape.extents().to_vec();
    if extents.len() > 1 {
        extents.swap(0, 1);
    }
    Shape::new(extents)
}

/// Asks whether `parameters` gives back what `load` was given.
pub(crate) fn load(
    context: &Context<'_>,
    layers: &[Layer],
    parameters: &[Tensor],
    findings: &mut Findings,
) -> Result<(), HostError> {
    let mut before = Vec::new();
    let (outcome, usage) = context.examiner().with_guest(|guest| {
        guest.build(layers, 7)?.then(|model| {
            before = guest.parameters(model)?.answer().unwrap_or_default();
            guest.load(model, parameters)?.then(|()| guest.parameters(model))
        })
    })?;
    findings.used(usage);
    let came_back = match outcome {
        Outcome::Answer(after) if same(&after, parameters) => None,
        Outcome::Answer(after) => Some(("other numbers".to_owned(), load_hint(&before, &after, parameters))),
        other => Some((other.to_string(), advice(&other))),
    };
    findings.question(format!("load, then parameters, of {}", describe(layers)), came_back);
    Ok(())
}

/// Equal bit for bit, so that a minus zero survives, too.
pub(crate) fn same(left: &[Tensor], right: &[Tensor]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| left.same_bits(right))
}

fn load_hint(before: &[Tensor], after: &[Tensor], loaded: &[Tensor]) -> Option<Hint> {
    let numbers =
        |tensors: &[Tensor]| tensors.iter().flat_map(|tensor| tensor.data().to_vec()).collect::<Vec<_>>();
    let sum = numbers(before).iter().zip(numbers(loaded)).map(|(a, b)| a + b).collect::<Vec<_>>();
    let (misconception, advice) = if same(before, after) {
        ("load-ignored", "The parameters are those from before `load`. It replaces all of them.")
    } else if numbers(after) == sum {
        ("load-added", "What was loaded was added to what was there. `load` replaces it.")
    } else {
        return None;
    };
    Some(Hint { misconception: misconception.into(), advice: advice.into() })
}
