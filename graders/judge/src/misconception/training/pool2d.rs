//! What goes wrong in the gradients of pooling.

use tito_kernels::{Wide, Window};
use tito_sandbox::Layer;

use super::{Bug, Parts, approximate, dense::INPUT};
use crate::{Exercise, Given, misconception::images::extents, window};

pub(in crate::misconception) const MISCONCEPTIONS: &[Bug] = &[
    Bug {
        name: "max-pool-gradient-to-all",
        advice: "Every element of a window has its gradient. Only the largest one has moved the maximum, and has all of it.",
        answers: &[
            |exercise| max(exercise, |seen, dy| seen.iter().map(|_| dy).collect()),
            |exercise| max(exercise, |seen, dy| seen.iter().map(|_| dy / seen.len() as f64).collect()),
        ],
    },
    Bug {
        name: "max-pool-gradient-to-the-first",
        advice: "The first element of each window has its gradient. It belongs to the largest one: keep where that was.",
        answers: &[|exercise| max(exercise, first)],
    },
    Bug {
        name: "average-pool-gradient-not-divided",
        advice: "Every element of a window has the whole gradient. The mean divides by the size of the window, and so does its \
                 gradient.",
        answers: &[|exercise| average(exercise, |seen, dy, _| seen.iter().map(|_| dy).collect())],
    },
    Bug {
        name: "average-pool-gradient-padding-left-out",
        advice: "At the edge the gradient is divided by the number of elements that lie in the image. It is always divided by \
                 the size of the window.",
        answers: &[|exercise| {
            average(exercise, |seen, dy, _| seen.iter().map(|_| dy / seen.len() as f64).collect())
        }],
    },
    Bug {
        name: "average-pool-gradient-to-one",
        advice: "One element of each window has its gradient. Every element has an equal share.",
        answers: &[
            |exercise| average(exercise, |seen, dy, _| first(seen, dy)),
            |exercise| average(exercise, |seen, dy, area| first(seen, dy / area)),
            |exercise| average(exercise, |seen, dy, _| largest(seen, dy)),
        ],
    },
    Bug {
        name: "overlapping-windows-overwrite",
        advice: "Where windows overlap the gradient of the last one stands alone. An element that several windows saw has the \
                 sum of what they give back.",
        answers: &[
            |exercise| {
                is_max(exercise)?;
                shared(exercise, largest, |_, share| share)
            },
            |exercise| {
                let area = area(exercise)?;
                shared(exercise, |seen, dy| seen.iter().map(|_| dy / area).collect(), |_, share| share)
            },
        ],
    },
];

fn is_max(exercise: &Exercise) -> Option<()> {
    matches!(exercise.layer, Layer::MaxPool2d(_)).then_some(())
}

/// The size of an average's window.
fn area(exercise: &Exercise) -> Option<f64> {
    let Layer::AveragePool2d(spec) = exercise.layer else { return None };
    Some(f64::from(spec.kernel.0 * spec.kernel.1))
}

fn max(exercise: &Exercise, share: impl Fn(&[f64], f64) -> Vec<f64>) -> Option<Given> {
    is_max(exercise)?;
    shared(exercise, share, |sum, share| sum + share)
}

fn average(exercise: &Exercise, share: impl Fn(&[f64], f64, f64) -> Vec<f64>) -> Option<Given> {
    let area = area(exercise)?;
    shared(exercise, |seen, dy| share(seen, dy, area), |sum, share| sum + share)
}

/// All of a place's gradient for the first element that it sees.
fn first(seen: &[f64], dy: f64) -> Vec<f64> {
    (0..seen.len()).map(|at| if at == 0 { dy } else { 0.0 }).collect()
}

/// All of a place's gradient for the largest element that it sees; the others' is not a number.
fn largest(seen: &[f64], dy: f64) -> Vec<f64> {
    let best = (0..seen.len()).fold(0, |best, at| if seen[at] > seen[best] { at } else { best });
    (0..seen.len()).map(|at| if at == best { dy } else { 0.0 }).collect()
}

/// The gradient of the input, given what each place gives to what it sees, and how that is joined to what is there. What a
/// place gives nothing it leaves alone.
fn shared(
    exercise: &Exercise,
    share: impl Fn(&[f64], f64) -> Vec<f64>,
    join: impl Fn(f64, f64) -> f64,
) -> Option<Given> {
    let parts = Parts::of(exercise)?;
    let window = window(&parts.layer)?;
    let [images, channels, height, width] = extents(&parts.input)?;
    let [rows, columns] = window.places([height, width])?;
    let plane = (height * width) as usize;
    let mut gradient = vec![0.0; parts.input.data().len()];
    let places = (0..images * channels).flat_map(|plane| (0..rows * columns).map(move |site| (plane, site)));
    for ((at, site), &dy) in places.zip(parts.gradient.data()) {
        let places = seen(window, [site / columns, site % columns], [height, width]);
        let places: Vec<usize> = places.into_iter().map(|place| at as usize * plane + place).collect();
        let numbers: Vec<f64> = places.iter().map(|&place| parts.input.data()[place]).collect();
        for (place, share) in places.into_iter().zip(share(&numbers, dy)) {
            if share != 0.0 {
                gradient[place] = join(gradient[place], share);
            }
        }
    }
    let value = Wide::new(parts.input.shape().clone(), gradient).ok()?;
    Some(approximate(exercise, INPUT, value).into())
}

/// The offsets in the plane of what a place sees.
fn seen(window: Window, place: [u32; 2], extents: [u32; 2]) -> Vec<usize> {
    let along = |axis: usize| {
        let start = place[axis] * window.stride[axis];
        (start..start + window.kernel[axis])
            .filter_map(move |at| at.checked_sub(window.padding[axis]))
            .filter(move |&at| at < extents[axis])
    };
    along(0).flat_map(|y| along(1).map(move |x| (y * extents[1] + x) as usize)).collect()
}
