//! What goes wrong in batch normalisation: what it is normalised by, and what of that has a gradient.

use tito_kernels::{Judged, Wide, batch_norm2d::Moments};
use tito_sandbox::{Layer, NormSpec};
use tito_tensor::Tensor;

use super::{
    Bug, Parts, approximate,
    dense::{BIAS as BETA, INPUT, WEIGHT as GAMMA},
    scaled,
};
use crate::{Exercise, Given, Task, case::wide, misconception::images::extents};

pub(in crate::misconception) const MISCONCEPTIONS: &[Bug] = &[
    Bug {
        name: "batch-norm-variance-unbiased",
        advice: "The variance is divided by N - 1. In training it is the biased one, divided by N.",
        answers: &[|exercise| {
            trained(exercise, |moments, spec, count| {
                let scale = count / (count - 1.0);
                by(moments, move |_, variance| libm::sqrt(variance * scale + epsilon(spec)))
            })
        }],
    },
    Bug {
        name: "batch-norm-epsilon-forgotten",
        advice: "Epsilon is missing. The deviation is sqrt(variance + epsilon), with the epsilon that the layer was built \
                 with.",
        answers: &[
            |exercise| trained(exercise, |moments, _, _| by(moments, |_, variance| libm::sqrt(variance))),
            |exercise| {
                trained(exercise, |moments, _, _| {
                    by(moments, |_, variance| libm::sqrt(variance + f64::from(1e-5f32)))
                })
            },
        ],
    },
    Bug {
        name: "batch-norm-epsilon-outside",
        advice: "Epsilon is added to the root. It is added to the variance: sqrt(variance + epsilon).",
        answers: &[|exercise| {
            trained(exercise, |moments, spec, _| {
                by(moments, move |_, variance| libm::sqrt(variance) + epsilon(spec))
            })
        }],
    },
    Bug {
        name: "batch-norm-deviation-missing",
        advice: "The answer is divided by the variance. Divide by its root.",
        answers: &[|exercise| {
            trained(exercise, |moments, spec, _| by(moments, move |_, variance| variance + epsilon(spec)))
        }],
    },
    Bug {
        name: "batch-norm-running-moments-in-training",
        advice: "In training the batch is normalised by the running moments. It is normalised by its own; the running ones \
                 are for inference.",
        answers: &[|exercise| {
            trained(exercise, |moments, spec, _| {
                let channels = moments.mean.data().len();
                vec![[0.0, libm::sqrt(1.0 + epsilon(spec))]; channels]
            })
        }],
    },
    Bug {
        name: "batch-norm-per-image",
        advice: "Every image is normalised by itself. The moments of a channel are over all images of the batch and all \
                 places.",
        answers: &[|exercise| grouped(exercise, |[n, c, _, _], channels| n * channels + c)],
    },
    Bug {
        name: "batch-norm-over-channels",
        advice: "All channels are normalised together. Every channel has a mean and a variance of its own.",
        answers: &[|exercise| grouped(exercise, |_, _| 0), |exercise| grouped(exercise, |[n, ..], _| n)],
    },
    Bug {
        name: "batch-norm-not-scaled",
        advice: "Gamma or beta is left out: the answer is gamma * normalised + beta, channel by channel.",
        answers: &[
            |exercise| plain(exercise, |_| 1.0, |beta| beta),
            |exercise| plain(exercise, |gamma| gamma, |_| 0.0),
            |exercise| plain(exercise, |_| 1.0, |_| 0.0),
        ],
    },
    Bug {
        name: "batch-statistics-in-inference",
        advice: "In inference the input is normalised by its own moments. They are the running ones of training: an image's \
                 answer does not depend on the others in its batch.",
        answers: &[|exercise| {
            inferring(exercise)?;
            let moments = exercise.moments(&exercise.input);
            answer(exercise, |spec| deviations(&moments, spec))
        }],
    },
    Bug {
        name: "running-moments-never-moved",
        advice: "In inference mean 0 and variance 1 are used, with which running moments begin. Every `forward` in training \
                 moves them to the batch's.",
        answers: &[
            |exercise| {
                inferring(exercise)?;
                answer(exercise, |spec| vec![[0.0, libm::sqrt(1.0 + epsilon(*spec))]; channels(exercise)])
            },
            |exercise| {
                inferring(exercise)?;
                answer(exercise, |spec| vec![[0.0, libm::sqrt(epsilon(*spec))]; channels(exercise)])
            },
        ],
    },
    Bug {
        name: "running-deviation-kept",
        advice: "What runs is the deviation, and its root is taken again. Keep the running variance.",
        answers: &[|exercise| {
            let moments = exercise.moments(inferring(exercise)?);
            answer(exercise, |spec| {
                by(&moments, |_, variance| libm::sqrt(libm::sqrt(variance) + epsilon(*spec)))
            })
        }],
    },
    Bug {
        name: "batch-norm-moments-held-constant",
        advice: "The gradient of the input is gamma / deviation times that of the output, as if mean and variance were \
                 constants. Every element of the batch has a part in both: the gradient is gamma / deviation * (dy - mean of \
                 dy - x-hat * mean of dy x-hat).",
        answers: &[|exercise| to_input(exercise, |_, dy, _, _| dy)],
    },
    Bug {
        name: "batch-norm-variance-held-constant",
        advice: "The gradient of the input lacks what goes through the variance: - x-hat * mean of dy x-hat.",
        answers: &[|exercise| to_input(exercise, |_, dy, shift, _| dy - shift)],
    },
    Bug {
        name: "batch-norm-mean-held-constant",
        advice: "The gradient of the input lacks what goes through the mean: - mean of dy.",
        answers: &[|exercise| to_input(exercise, |x, dy, _, slope| dy - x * slope)],
    },
    Bug {
        name: "batch-norm-gradient-gamma-forgotten",
        advice: "The gradient of the input is not multiplied by gamma.",
        answers: &[|exercise| {
            let (spec, parts) = of(exercise)?;
            let gammas = parts.parameters[0].data();
            let right = &exercise.expected[INPUT].value;
            let plane = plane(&parts.input)?;
            let without = |(at, x): (usize, &f64)| x / gammas[at / plane % spec.features as usize];
            let data = right.data().iter().enumerate().map(without).collect();
            let value = Wide::new(right.shape().clone(), data).ok()?;
            Some(approximate(exercise, INPUT, value).into())
        }],
    },
    Bug {
        name: "gamma-gradient-of-the-input",
        advice: "The gradient of gamma sums dy times the input. It sums dy times the normalised input.",
        answers: &[|exercise| to_gamma(exercise, |x, _, _| x), |exercise| to_gamma(exercise, |_, _, y| y)],
    },
    Bug {
        name: "batch-norm-gradient-averaged",
        advice: "The gradients of gamma and beta are means. They are sums over all images and places: the loss has averaged \
                 already.",
        answers: &[
            |exercise| averaged(exercise, &[GAMMA, BETA]),
            |exercise| averaged(exercise, &[GAMMA]),
            |exercise| averaged(exercise, &[BETA]),
        ],
    },
];

fn epsilon(spec: NormSpec) -> f64 {
    f64::from(spec.epsilon)
}

fn norm(exercise: &Exercise) -> Option<NormSpec> {
    match exercise.layer {
        Layer::BatchNorm2d(spec) => Some(spec),
        _ => None,
    }
}

fn channels(exercise: &Exercise) -> usize {
    exercise.parameters[0].data().len()
}

fn of(exercise: &Exercise) -> Option<(NormSpec, Parts)> {
    Some((norm(exercise)?, Parts::of(exercise)?))
}

/// The batch that was seen in training, if the exercise is one of inference.
fn inferring(exercise: &Exercise) -> Option<&Tensor> {
    match &exercise.task {
        Task::Infer(batch, _) => Some(batch),
        Task::Train | Task::Backward(_) => None,
    }
}

/// The elements of a channel of an image.
fn plane(input: &Wide) -> Option<usize> {
    let [_, _, height, width] = extents(input)?;
    Some((height * width).max(1) as usize)
}

/// For every channel its mean, and what `deviation` makes of mean and variance.
fn by(moments: &Moments<Wide>, deviation: impl Fn(f64, f64) -> f64) -> Vec<[f64; 2]> {
    let channels = moments.mean.data().iter().zip(moments.variance.data());
    channels.map(|(&mean, &variance)| [mean, deviation(mean, variance)]).collect()
}

fn deviations(moments: &Moments<Wide>, spec: &NormSpec) -> Vec<[f64; 2]> {
    by(moments, |_, variance| libm::sqrt(variance + epsilon(*spec)))
}

/// The answer where every channel has this mean and deviation.
fn answer(exercise: &Exercise, of_channels: impl Fn(&NormSpec) -> Vec<[f64; 2]>) -> Option<Given> {
    let spec = norm(exercise)?;
    let of_channels = of_channels(&spec);
    normalised(exercise, |channel, _| of_channels[channel], |gamma| gamma, |beta| beta)
}

/// The answer in training where channels have other means and deviations, made of the batch's moments and the number of
/// their elements.
fn trained(
    exercise: &Exercise,
    of_channels: impl Fn(&Moments<Wide>, NormSpec, f64) -> Vec<[f64; 2]>,
) -> Option<Given> {
    let spec = norm(exercise)?;
    if !matches!(exercise.task, Task::Train) {
        return None;
    }
    let count = exercise.input.data().len() / channels(exercise).max(1);
    let moments = exercise.moments(&exercise.input);
    answer(exercise, |_| of_channels(&moments, spec, count as f64))
}

/// The answer in training with another scale and shift.
fn plain(exercise: &Exercise, gamma: fn(f64) -> f64, beta: fn(f64) -> f64) -> Option<Given> {
    let spec = norm(exercise)?;
    let moments = match &exercise.task {
        Task::Train => exercise.moments(&exercise.input),
        Task::Infer(batch, _) => exercise.moments(batch),
        Task::Backward(_) => return None,
    };
    let of_channels = deviations(&moments, &spec);
    normalised(exercise, |channel, _| of_channels[channel], gamma, beta)
}

/// The answer in training where elements are normalised by the moments of their group.
fn grouped(exercise: &Exercise, group: impl Fn([usize; 4], usize) -> usize) -> Option<Given> {
    let spec = norm(exercise)?;
    if !matches!(exercise.task, Task::Train) {
        return None;
    }
    let shape = exercise.input.shape();
    let group = |at: usize| {
        let index = shape.index_of(at);
        let index = [0, 1, 2, 3].map(|axis| index[axis] as usize);
        group(index, spec.features as usize)
    };
    let data = exercise.input.data();
    let groups = 1 + (0..data.len()).map(group).max()?;
    let (mut counts, mut means, mut squares) = (vec![0.0; groups], vec![0.0; groups], vec![0.0; groups]);
    data.iter().enumerate().for_each(|(at, &x)| {
        counts[group(at)] += 1.0;
        means[group(at)] += f64::from(x);
    });
    means.iter_mut().zip(&counts).for_each(|(mean, count)| *mean /= count);
    data.iter().enumerate().for_each(|(at, &x)| {
        squares[group(at)] += (f64::from(x) - means[group(at)]).powi(2) / counts[group(at)];
    });
    let of_element = |_, at: usize| [means[group(at)], libm::sqrt(squares[group(at)] + epsilon(spec))];
    normalised(exercise, of_element, |gamma| gamma, |beta| beta)
}

/// The answer where an element, by its channel and offset, has this mean and deviation.
fn normalised(
    exercise: &Exercise,
    moments: impl Fn(usize, usize) -> [f64; 2],
    gamma: impl Fn(f64) -> f64,
    beta: impl Fn(f64) -> f64,
) -> Option<Given> {
    let (input, parameters) = (Wide::from(&exercise.input), wide(&exercise.parameters));
    let (plane, channels) = (plane(&input)?, channels(exercise).max(1));
    let normal = |(at, x): (usize, &f64)| {
        let channel = at / plane % channels;
        let [mean, deviation] = moments(channel, at);
        gamma(parameters[0].data()[channel]) * (x - mean) / deviation + beta(parameters[1].data()[channel])
    };
    let data = input.data().iter().enumerate().map(normal).collect();
    Some(bounded(exercise, Wide::new(input.shape().clone(), data).ok()?).into())
}

/// An answer with the bound of the right one.
fn bounded(exercise: &Exercise, value: Wide) -> Judged {
    let right = &exercise.expected[0];
    let gauge = right.gauge.iter().zip(value.data()).map(|(gauge, x)| gauge + x.abs() + 1.0).collect();
    Judged { value, gauge, terms: right.terms }
}

/// The normalised inputs and the deviations of a batch, channel by channel.
fn normals(exercise: &Exercise, parts: &Parts, spec: NormSpec) -> Option<(Vec<f64>, Vec<[f64; 2]>)> {
    let of_channels = deviations(&exercise.moments(&exercise.input), &spec);
    let (plane, channels) = (plane(&parts.input)?, of_channels.len().max(1));
    let normal = |(at, x): (usize, &f64)| {
        let [mean, deviation] = of_channels[at / plane % channels];
        (x - mean) / deviation
    };
    Some((parts.input.data().iter().enumerate().map(normal).collect(), of_channels))
}

/// The gradient of the input, gamma / deviation times what `image` makes of x-hat, dy, and the channel's means of dy and of
/// dy x-hat.
fn to_input(exercise: &Exercise, image: impl Fn(f64, f64, f64, f64) -> f64) -> Option<Given> {
    let (spec, parts) = of(exercise)?;
    let (normals, of_channels) = normals(exercise, &parts, spec)?;
    let (plane, channels) = (plane(&parts.input)?, of_channels.len().max(1));
    let count = (normals.len() / channels) as f64;
    let dy = parts.gradient.data();
    let mean = |channel: usize, of: &dyn Fn(usize) -> f64| {
        (0..dy.len()).filter(|at| at / plane % channels == channel).map(of).sum::<f64>() / count
    };
    let means: Vec<_> = (0..channels)
        .map(|channel| [mean(channel, &|at| dy[at]), mean(channel, &|at| dy[at] * normals[at])])
        .collect();
    let element = |at: usize| {
        let channel = at / plane % channels;
        let scale = parts.parameters[0].data()[channel] / of_channels[channel][1];
        scale * image(normals[at], dy[at], means[channel][0], means[channel][1])
    };
    let data = (0..dy.len()).map(element).collect();
    let value = Wide::new(parts.input.shape().clone(), data).ok()?;
    Some(approximate(exercise, INPUT, value).into())
}

/// The gradient of gamma, the sum of dy times what `image` makes of the input, x-hat and the output.
fn to_gamma(exercise: &Exercise, image: impl Fn(f64, f64, f64) -> f64) -> Option<Given> {
    let (spec, parts) = of(exercise)?;
    let (normals, of_channels) = normals(exercise, &parts, spec)?;
    let (plane, channels) = (plane(&parts.input)?, of_channels.len().max(1));
    let output = exercise.output();
    let mut sums = vec![0.0; channels];
    for (at, dy) in parts.gradient.data().iter().enumerate() {
        sums[at / plane % channels] += dy * image(parts.input.data()[at], normals[at], output.data()[at]);
    }
    let value = Wide::new([channels as u32], sums).ok()?;
    Some(Given::of_part(GAMMA, approximate(exercise, GAMMA, value)))
}

fn averaged(exercise: &Exercise, parts: &[usize]) -> Option<Given> {
    let (spec, operands) = of(exercise)?;
    scaled(exercise, parts, f64::from(spec.features) / operands.input.data().len() as f64)
}
