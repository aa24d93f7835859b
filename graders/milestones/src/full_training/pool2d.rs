//! The gradients of pooling. Maxima are taken of elements that are all different; and of ties, where any split is right.

use tito_grade::Hint;
use tito_judge::{Draw, Exercise, Findings, Kind, advice, audited};
use tito_sandbox::{HostError, Layer, Outcome, Pool2dSpec};
use tito_tensor::{Shape, Tensor};

use crate::{
    Context,
    computer_vision::windows::{distinct, image, places, window},
    milestone::Found,
};

/// Windows that touch, overlap, leave gaps and reach into the padding.
fn windows() -> [Pool2dSpec; 8] {
    [
        window((2, 2), (2, 2), (0, 0)),
        window((3, 3), (3, 3), (0, 0)),
        window((3, 3), (2, 2), (0, 0)),
        window((2, 2), (1, 1), (0, 0)),
        window((2, 2), (3, 3), (0, 0)),
        window((3, 3), (2, 2), (1, 1)),
        window((2, 4), (2, 2), (0, 2)),
        window((5, 3), (2, 3), (2, 1)),
    ]
}

/// Max-pool, with integers as gradients and with random ones; and with ties.
pub(super) fn max(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/backward-max-pool2d");
    let input = |draw: &mut Draw, shape, _| distinct(draw, shape);
    let exercises = exercises(&mut draw, Layer::MaxPool2d, input);
    let mut findings = context.examiner().ask_each(&exercises, Exercise::ask)?;
    ties(context, &mut draw, &mut findings)?;
    Ok(Found::Cases(findings))
}

/// Average-pool likewise; integers where their shares are exact.
pub(super) fn average(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/backward-average-pool2d");
    let input = |draw: &mut Draw, shape: [u32; 4], kind| match kind {
        Kind::Integers => draw.integers(shape, 8),
        _ => draw.normals(shape, 1.0),
    };
    let exercises = exercises(&mut draw, Layer::AveragePool2d, input);
    Ok(Found::Cases(context.examiner().ask_each(&exercises, Exercise::ask)?))
}

fn exercises(
    draw: &mut Draw,
    layer: fn(Pool2dSpec) -> Layer,
    input: impl Fn(&mut Draw, [u32; 4], Kind) -> Tensor,
) -> Vec<Exercise> {
    let windows =
        windows().into_iter().flat_map(|spec| [Kind::Random, Kind::Integers].map(|kind| (spec, kind)));
    let exercise = |(spec, kind): (Pool2dSpec, Kind)| {
        let layer = layer(spec);
        let is_whole = (spec.kernel.0 * spec.kernel.1).is_power_of_two();
        let kind = if is_whole || matches!(layer, Layer::MaxPool2d(_)) { kind } else { Kind::Random };
        audited(|| {
            let (shape, places) = shapes(draw, &layer, &spec);
            let gradient = match kind {
                Kind::Integers => draw.integers(places, 8),
                _ => draw.normals(places, 1.0),
            };
            let image = input(draw, shape, kind);
            Exercise::backward(layer, Vec::new(), image, gradient, kind)
                .rehearsed(draw, |draw| input(draw, shape, kind))
        })
    };
    windows.map(exercise).collect()
}

/// The shapes of images, and of what a layer makes of them.
fn shapes(draw: &mut Draw, layer: &Layer, spec: &Pool2dSpec) -> ([u32; 4], Shape) {
    let [height, width] = image(draw, spec);
    let [rows, columns] = places(layer, [height, width]).expect("images are drawn for the window to fit on");
    let [images, channels] = [draw.pick(&[1, 2, 3]), draw.pick(&[1, 2, 5])];
    ([images, channels, height, width], Shape::from([images, channels, rows, columns]))
}

/// Windows that touch, of elements of which several are the largest. Any split of a window's gradient over these is right.
fn ties(context: &Context<'_>, draw: &mut Draw, findings: &mut Findings) -> Result<(), HostError> {
    let layer = Layer::MaxPool2d(window((2, 2), (2, 2), (0, 0)));
    let (input, gradient) = (draw.integers([2, 2, 6, 4], 1), draw.normals([2, 2, 3, 2], 1.0));
    let exercise = Exercise::backward(layer, Vec::new(), input, gradient.clone(), Kind::Random);
    let (outcome, usage) = context.examiner().with_guest(|guest| exercise.ask(guest))?;
    findings.used(usage);
    let came_back = match &outcome {
        Outcome::Answer(answer) => match answer.as_slice() {
            [answer] if answer.shape() == exercise.input.shape() => {
                is_no_split(&exercise.input, &gradient, answer)
                    .then(|| ("other numbers".into(), Some(hint())))
            }
            _ => Some(("other shapes than the input's alone".to_owned(), None)),
        },
        other => Some((other.to_string(), advice(other))),
    };
    findings.question("backward through max-pool2d where several elements are the largest", came_back);
    Ok(())
}

fn hint() -> Hint {
    Hint {
        misconception: "max-pool-gradient-to-all-of-the-largest".into(),
        advice: "Where several elements are the largest, what they are given adds up to the window's gradient, and no other \
                 element is given anything."
            .into(),
    }
}

/// Whether some window's gradient is not split over its largest elements.
fn is_no_split(input: &Tensor, gradient: &Tensor, answer: &Tensor) -> bool {
    let (rows, columns) = (3, 2);
    let is_wrong = |at: usize, dy: f32| {
        let (plane, row, column) = (at / columns / rows, at / columns % rows, at % columns);
        let corner = plane * 24 + row * 8 + column * 2;
        let seen = [corner, corner + 1, corner + 4, corner + 5];
        let largest = seen.iter().map(|&at| input.data()[at]).fold(f32::NEG_INFINITY, f32::max);
        let (best, rest): (Vec<_>, Vec<_>) = seen.into_iter().partition(|&at| input.data()[at] == largest);
        let sum: f64 = best.iter().map(|&at| f64::from(answer.data()[at])).sum();
        let is_split = (sum - f64::from(dy)).abs() <= 1e-6 * f64::from(dy.abs());
        !is_split || rest.iter().any(|&at| answer.data()[at] != 0.0)
    };
    gradient.data().iter().enumerate().any(|(at, &dy)| is_wrong(at, dy))
}
