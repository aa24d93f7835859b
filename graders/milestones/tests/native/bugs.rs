//! Known bugs, written in f32 as students write them. What follows a slash in a name is a form of the bug.

use std::collections::BTreeMap;

use tito_judge::{conv_window, pool_window};
use tito_kernels::{
    Gradients, ShapeError,
    batch_norm2d::{self, Affine, Moments},
    conv2d, dense, dropout, sigmoid, softmax, tanh,
};
use tito_sandbox::{AdamSpec, Layer, Loss, OptimizerSpec, Pool2dSpec, SgdSpec};
use tito_tensor::{Shape, Tensor};

use crate::language_bugs;

/// What a layer is given for its gradients.
pub(crate) struct Pass<'a> {
    pub(crate) layer: &'a Layer,
    pub(crate) parameters: &'a [Tensor],
    /// All that it has seen in training.
    pub(crate) inputs: &'a [Tensor],
    pub(crate) gradient: &'a Tensor,
}

impl Pass<'_> {
    pub(crate) fn input(&self) -> &Tensor {
        self.inputs.last().unwrap()
    }

    /// The images or rows of the batch.
    fn rows(&self) -> f32 {
        match self.layer {
            Layer::Dense(spec) => (self.input().data().len() / spec.inputs as usize) as f32,
            _ => self.input().shape().extents()[0] as f32,
        }
    }

    fn again(&self, input: &Tensor, weight: &Tensor, gradient: &Tensor) -> Gradients<Tensor> {
        let bias = self.parameters.get(1);
        match self.layer {
            Layer::Dense(_) => dense::native_backward(input, weight, bias, gradient),
            Layer::Conv2d(spec) => conv2d::native_backward(input, weight, bias, conv_window(spec), gradient),
            other => panic!("{other:?} has no weight"),
        }
        .unwrap()
    }
}

pub(crate) fn mapped(tensor: &Tensor, image: impl Fn(f32) -> f32) -> Tensor {
    Tensor::from_fn(tensor.shape().clone(), |at| image(tensor.data()[at]))
}

fn reshaped(tensor: &Tensor, shape: impl Into<Shape>) -> Tensor {
    Tensor::new(shape, tensor.data().to_vec()).unwrap()
}

/// Both axes exchanged.
fn transposed(matrix: &Tensor) -> Tensor {
    let [rows, columns] = matrix.shape().extents() else { panic!("no matrix") };
    let (r, c) = (*rows as usize, *columns as usize);
    Tensor::from_fn([*columns, *rows], |at| matrix.data()[at % r * c + at / r])
}

fn turned(kernels: &Tensor) -> Tensor {
    let extents = kernels.shape().extents();
    let area = (extents[2] * extents[3]) as usize;
    Tensor::from_fn(kernels.shape().clone(), |at| kernels.data()[at / area * area + area - 1 - at % area])
}

/// The corner of images, with zeros beyond them; `top` and `left` of it left out before.
fn corner(images: &Tensor, [height, width]: [u32; 2], [top, left]: [i64; 2]) -> Tensor {
    let extents = images.shape().extents();
    let (h, w) = (i64::from(extents[2]), i64::from(extents[3]));
    Tensor::from_fn([extents[0], extents[1], height, width], |at| {
        let (plane, y, x) =
            (at / (height * width) as usize, at / width as usize % height as usize, at % width as usize);
        let (y, x) = (y as i64 + top, x as i64 + left);
        let is_inside = (0..h).contains(&y) && (0..w).contains(&x);
        if is_inside { images.data()[plane * (h * w) as usize + (y * w + x) as usize] } else { 0.0 }
    })
}

/// Mean and biased variance of every channel.
pub(crate) fn moments(input: &Tensor) -> Vec<[f32; 2]> {
    let extents = input.shape().extents();
    let (channels, plane) = (extents[1] as usize, (extents[2] * extents[3]) as usize);
    let of = |channel: usize| {
        let all = input.data().chunks(plane).skip(channel).step_by(channels).flatten();
        let count = (input.data().len() / channels) as f32;
        let mean = all.clone().sum::<f32>() / count;
        [mean, all.map(|x| (x - mean) * (x - mean)).sum::<f32>() / count]
    };
    (0..channels).map(of).collect()
}

fn affinely(input: &Tensor, affine: Affine<'_, Tensor>, of: impl Fn(usize, f32, f32, f32) -> f32) -> Tensor {
    let plane = (input.shape().extents()[2] * input.shape().extents()[3]) as usize;
    let channels = affine.gamma.data().len();
    Tensor::from_fn(input.shape().clone(), |at| {
        let channel = at / plane % channels;
        of(channel, input.data()[at], affine.gamma.data()[channel], affine.beta.data()[channel])
    })
}

/// Batch normalisation in training.
pub(crate) fn normalised(bug: &str, input: &Tensor, affine: Affine<'_, Tensor>) -> Option<Tensor> {
    let of = moments(input);
    let count = (input.data().len() / of.len()) as f32;
    let epsilon = affine.epsilon;
    let by = |deviation: &dyn Fn(f32) -> f32| {
        affinely(input, affine, |channel, x, gamma, beta| {
            gamma * (x - of[channel][0]) / deviation(of[channel][1]) + beta
        })
    };
    let grouped = |size: usize| {
        let mut output = input.clone();
        let groups = input.data().chunks(size).zip(output.data_mut().chunks_mut(size));
        for (x, y) in groups {
            let mean = x.iter().sum::<f32>() / x.len() as f32;
            let variance = x.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / x.len() as f32;
            y.iter_mut().for_each(|y| *y = (*y - mean) / (variance + epsilon).sqrt());
        }
        affinely(&output, affine, |_, x, gamma, beta| gamma * x + beta)
    };
    let extents = input.shape().extents();
    let plane = (extents[2] * extents[3]) as usize;
    Some(match bug {
        "batch-norm-variance-unbiased" => by(&|variance| (variance * count / (count - 1.0) + epsilon).sqrt()),
        "batch-norm-epsilon-forgotten" => by(&f32::sqrt),
        "batch-norm-epsilon-forgotten/other" => by(&|variance| (variance + 1e-5).sqrt()),
        "batch-norm-epsilon-outside" => by(&|variance| variance.sqrt() + epsilon),
        "batch-norm-deviation-missing" => by(&|variance| variance + epsilon),
        "batch-norm-running-moments-in-training" => {
            affinely(input, affine, |_, x, gamma, beta| gamma * x / (1.0 + epsilon).sqrt() + beta)
        }
        "batch-norm-per-image" => grouped(plane),
        "batch-norm-over-channels" => grouped(input.data().len()),
        "batch-norm-over-channels/image" => grouped(plane * extents[1] as usize),
        "batch-norm-not-scaled" => affinely(input, affine, |channel, x, _, _| {
            (x - of[channel][0]) / (of[channel][1] + epsilon).sqrt()
        }),
        _ => return None,
    })
}

/// Batch normalisation in inference.
pub(crate) fn inferred(
    bug: &str,
    input: &Tensor,
    affine: Affine<'_, Tensor>,
    running: &Moments<Tensor>,
) -> Option<Tensor> {
    match bug {
        "batch-statistics-in-inference" => Some(batch_norm2d::native(input, affine).unwrap().0),
        "running-deviation-kept" => {
            let variance = mapped(&running.variance, f32::sqrt);
            let moments = Moments { mean: running.mean.clone(), variance };
            Some(batch_norm2d::native_inference(input, affine, &moments).unwrap())
        }
        _ => None,
    }
}

/// What dropout keeps.
pub(crate) fn mask(bug: &str, shape: &Shape, probability: f32) -> Option<Tensor> {
    let mut state = 1u64;
    let mut uniform = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u32 << 24) as f32
    };
    let width = shape.last()?;
    Some(match bug {
        "dropout-never-drops" => Tensor::from_fn(shape.clone(), |_| 1.0),
        "dropout-keeps-the-dropped" => Tensor::from_fn(shape.clone(), |_| f32::from(uniform() < probability)),
        "dropout-share" => Tensor::from_fn(shape.clone(), |_| f32::from(uniform() >= probability * 0.8)),
        "dropout-pattern" => {
            let row: Vec<f32> = (0..width).map(|_| f32::from(uniform() >= probability)).collect();
            Tensor::from_fn(shape.clone(), |at| row[at % width])
        }
        _ => return None,
    })
}

/// The gradient of what was dropped from.
pub(crate) fn undropped(
    bug: &str,
    gradient: &Tensor,
    mask: &Tensor,
    probability: f32,
) -> Result<Tensor, ShapeError> {
    match bug {
        "dropout-gradient-not-masked" => Ok(gradient.clone()),
        "dropout-gradient-not-scaled" => dropout::native(gradient, mask, 0.0),
        "dropout-gradient-of-another-mask" => {
            let other = Tensor::from_fn(mask.shape().clone(), |at| f32::from(at % 3 > 0));
            dropout::native(gradient, &other, probability)
        }
        "dropout-not-scaled" => dropout::native(gradient, mask, 0.0),
        _ => dropout::native(gradient, mask, probability),
    }
}

/// What gradients become with another one.
pub(crate) fn added(bug: &str, sum: &Tensor, gradient: &Tensor) -> Tensor {
    Tensor::from_fn(sum.shape().clone(), |at| {
        let (sum, gradient) = (sum.data()[at], gradient.data()[at]);
        match bug {
            "gradients-replaced" => gradient,
            "gradients-averaged" if sum != 0.0 => f32::midpoint(sum, gradient),
            "gradients-never-written" => 0.0,
            _ => sum + gradient,
        }
    })
}

fn through(
    pass: &Pass<'_>,
    right: &Gradients<Tensor>,
    layer: &Layer,
    of: impl Fn(f32, f32) -> f32,
) -> Gradients<Tensor> {
    if pass.layer != layer {
        return right.clone();
    }
    let (x, dy) = (pass.input(), pass.gradient);
    let input = Tensor::from_fn(x.shape().clone(), |at| of(x.data()[at], dy.data()[at]));
    Gradients { input, parameters: Vec::new() }
}

/// What a bug makes of the right gradients.
pub(crate) fn gradients(bug: &str, pass: &Pass<'_>, right: Gradients<Tensor>) -> Gradients<Tensor> {
    let name = bug.split('/').next().unwrap();
    match name {
        "gradient-of-an-earlier-input" if pass.inputs.len() > 1 && pass.layer != &Layer::Flatten => {
            earlier(pass, right)
        }
        "gradient-passed-on" if right.input.shape() == pass.gradient.shape() => {
            Gradients { input: pass.gradient.clone(), ..right }
        }
        "gradient-zero" => Gradients { input: mapped(&right.input, |_| 0.0), ..right },
        "gradient-averaged-again" if !right.parameters.is_empty() => {
            let rows = pass.rows();
            let parameters = right.parameters.iter().map(|p| mapped(p, |g| g / rows)).collect();
            Gradients { parameters, ..right }
        }
        "half-precision" => Gradients {
            input: mapped(&right.input, half),
            parameters: right.parameters.iter().map(|p| mapped(p, half)).collect(),
        },
        _ => match pass.layer {
            Layer::Dense(_) => of_dense(bug, pass, right),
            Layer::Conv2d(_) => of_conv2d(bug, pass, right),
            Layer::MaxPool2d(spec) => of_pool2d(bug, pass, spec, true, right),
            Layer::AveragePool2d(spec) => of_pool2d(bug, pass, spec, false, right),
            Layer::BatchNorm2d(_) => of_batch_norm2d(bug, pass, right),
            Layer::Gelu
            | Layer::TokenEmbedding(_)
            | Layer::PositionEmbedding(_)
            | Layer::LayerNorm(_)
            | Layer::Attention(_)
            | Layer::TransformerBlock(_) => language_bugs::gradients(bug, pass, right),
            _ => of_activation(bug, pass, right),
        },
    }
}

fn half(x: f32) -> f32 {
    f32::from_bits((x.to_bits() + 0x1000) & 0xffff_e000)
}

fn earlier(pass: &Pass<'_>, right: Gradients<Tensor>) -> Gradients<Tensor> {
    match pass.layer {
        Layer::Dense(_) | Layer::Conv2d(_) => {
            let before = &pass.inputs[pass.inputs.len() - 2];
            pass.again(before, &pass.parameters[0], pass.gradient)
        }
        Layer::Sigmoid => {
            let before = &pass.inputs[pass.inputs.len() - 2];
            let input = sigmoid::native_backward(before, pass.gradient).unwrap();
            Gradients { input, parameters: Vec::new() }
        }
        _ => right,
    }
}

fn of_dense(bug: &str, pass: &Pass<'_>, mut right: Gradients<Tensor>) -> Gradients<Tensor> {
    let (x, w, dy) = (pass.input(), &pass.parameters[0], pass.gradient);
    let outputs = w.shape().extents()[1] as usize;
    let has_bias = pass.parameters.len() > 1;
    match bug {
        "bias-gradient-not-summed" if has_bias => {
            right.parameters[1] = Tensor::from_fn([outputs as u32], |at| dy.data()[at]);
        }
        "bias-gradient-not-summed/last" if has_bias => {
            let last = dy.data().len() - outputs;
            right.parameters[1] = Tensor::from_fn([outputs as u32], |at| dy.data()[last + at]);
        }
        "bias-gradient-averaged" if has_bias => {
            let rows = pass.rows();
            right.parameters[1] = mapped(&right.parameters[1], |g| g / rows);
        }
        "weight-gradient-transposed" => right.parameters[0] = transposed(&right.parameters[0]),
        "weight-gradient-transposed/read" => {
            right.parameters[0] = reshaped(&transposed(&right.parameters[0]), w.shape().clone());
        }
        "weight-gradient-of-the-output" => {
            let y = dense::native(x, w, pass.parameters.get(1)).unwrap();
            right.parameters[0] = pass.again(x, w, &y).parameters.swap_remove(0);
        }
        "input-gradient-untransposed" => {
            let [inputs, outputs] = w.shape().extents() else { panic!("no matrix") };
            let read = transposed(&reshaped(w, [*outputs, *inputs]));
            right.input = pass.again(x, &read, dy).input;
        }
        _ => {}
    }
    right
}

fn of_conv2d(bug: &str, pass: &Pass<'_>, mut right: Gradients<Tensor>) -> Gradients<Tensor> {
    let Layer::Conv2d(spec) = *pass.layer else { unreachable!("only convolutions come here") };
    let (x, w, dy) = (pass.input(), &pass.parameters[0], pass.gradient);
    let (images, image) = (x.shape().extents()[0], [x.shape().extents()[2], x.shape().extents()[3]]);
    let places = dy.shape().extents()[2] * dy.shape().extents()[3];
    let sites = places as usize;
    let channels = spec.out_channels as usize;
    match bug {
        "conv-input-gradient-kernel-flipped" => right.input = pass.again(x, &turned(w), dy).input,
        "conv-weight-gradient-flipped" => right.parameters[0] = turned(&right.parameters[0]),
        "conv-weight-gradient-transposed" => {
            let [o, c, y, z] = [0, 1, 2, 3].map(|axis| w.shape().extents()[axis]);
            let area = (y * z) as usize;
            let gradient = &right.parameters[0];
            right.parameters[0] = Tensor::from_fn([c, o, y, z], |at| {
                let (c_at, o_at) = (at / area / o as usize, at / area % o as usize);
                gradient.data()[(o_at * c as usize + c_at) * area + at % area]
            });
        }
        "backward-ignores-stride" | "backward-ignores-stride/weight" => {
            let mut other = spec;
            other.stride = (1, 1);
            let window = conv_window(&other);
            let spread = corner(dy, window.places(image).unwrap(), [0, 0]);
            let given = conv2d::native_backward(x, w, pass.parameters.get(1), window, &spread).unwrap();
            right.parameters[0] = given.parameters[0].clone();
            if bug == "backward-ignores-stride" {
                right.input = given.input;
            }
        }
        "backward-ignores-padding" | "backward-ignores-padding/uncropped" => {
            let mut other = spec;
            other.padding = (0, 0);
            let window = conv_window(&other);
            let (top, left) = (i64::from(spec.padding.0), i64::from(spec.padding.1));
            if bug == "backward-ignores-padding/uncropped" {
                let padded = [image[0] + 2 * spec.padding.0, image[1] + 2 * spec.padding.1];
                let whole = corner(x, padded, [-top, -left]);
                let given = conv2d::native_backward(&whole, w, pass.parameters.get(1), window, dy).unwrap();
                right.input = corner(&given.input, image, [0, 0]);
            } else if let Some(places) = window.places(image) {
                let cut = corner(dy, places, [0, 0]);
                let given = conv2d::native_backward(x, w, pass.parameters.get(1), window, &cut).unwrap();
                right.input = given.input;
                right.parameters[0] = given.parameters[0].clone();
            }
        }
        "conv-bias-gradient-not-summed" if spec.bias => {
            right.parameters[1] = Tensor::from_fn([spec.out_channels], |channel| {
                dy.data()[channel * sites..][..sites].iter().sum()
            });
        }
        "conv-bias-gradient-not-summed/place" if spec.bias => {
            right.parameters[1] = Tensor::from_fn([spec.out_channels], |channel| {
                (0..images as usize).map(|image| dy.data()[(image * channels + channel) * sites]).sum()
            });
        }
        "conv-bias-gradient-averaged" if spec.bias => {
            right.parameters[1] = mapped(&right.parameters[1], |g| g / images as f32);
        }
        "conv-bias-gradient-averaged/places" if spec.bias => {
            right.parameters[1] = mapped(&right.parameters[1], |g| g / places as f32);
        }
        _ => {}
    }
    right
}

/// Every place's gradient given to what it sees, by another rule.
fn of_pool2d(
    bug: &str,
    pass: &Pass<'_>,
    spec: &Pool2dSpec,
    is_max: bool,
    right: Gradients<Tensor>,
) -> Gradients<Tensor> {
    let window = pool_window(spec);
    let (x, dy) = (pass.input(), pass.gradient);
    let extents = x.shape().extents();
    let (height, width) = (i64::from(extents[2]), i64::from(extents[3]));
    let (rows, columns) = (dy.shape().extents()[2] as usize, dy.shape().extents()[3] as usize);
    let area = (window.kernel[0] * window.kernel[1]) as f32;
    let mut given = vec![0.0f32; x.data().len()];
    for (at, &dy) in dy.data().iter().enumerate() {
        let (plane, row, column) = (at / rows / columns, at / columns % rows, at % columns);
        let first = [row, column].map(|at| at as i64);
        let mut seen = Vec::new();
        for y in 0..i64::from(window.kernel[0]) {
            for z in 0..i64::from(window.kernel[1]) {
                let y = first[0] * i64::from(window.stride[0]) + y - i64::from(window.padding[0]);
                let z = first[1] * i64::from(window.stride[1]) + z - i64::from(window.padding[1]);
                if (0..height).contains(&y) && (0..width).contains(&z) {
                    seen.push(plane * (height * width) as usize + (y * width + z) as usize);
                }
            }
        }
        let best =
            seen.iter().copied().reduce(|best, at| if x.data()[at] > x.data()[best] { at } else { best });
        let (Some(best), Some(first)) = (best, seen.first().copied()) else { continue };
        match (bug, is_max) {
            ("max-pool-gradient-to-all", true) | ("average-pool-gradient-not-divided", false) => {
                seen.iter().for_each(|&at| given[at] += dy);
            }
            ("max-pool-gradient-to-all-of-the-largest", true) => {
                let largest = x.data()[best];
                seen.iter().filter(|&&at| x.data()[at] == largest).for_each(|&at| given[at] += dy);
            }
            ("max-pool-gradient-to-all/shared", true) | ("average-pool-gradient-padding-left-out", false) => {
                seen.iter().for_each(|&at| given[at] += dy / seen.len() as f32);
            }
            ("max-pool-gradient-to-the-first", true) | ("average-pool-gradient-to-one", false) => {
                given[first] += dy;
            }
            ("average-pool-gradient-to-one/largest", false) => given[best] += dy,
            ("overlapping-windows-overwrite", true) => given[best] = dy,
            ("overlapping-windows-overwrite/average", false) => {
                seen.iter().for_each(|&at| given[at] = dy / area);
            }
            _ => return right,
        }
    }
    Gradients { input: Tensor::new(x.shape().clone(), given).unwrap(), parameters: Vec::new() }
}

fn of_activation(bug: &str, pass: &Pass<'_>, right: Gradients<Tensor>) -> Gradients<Tensor> {
    let sigmoid = |x: f32| 1.0 / (1.0 + (-x).exp());
    let through = |layer, of: &dyn Fn(f32, f32) -> f32| through(pass, &right, &layer, of);
    let dy = pass.gradient;
    match bug {
        "relu-mask-missing" => through(Layer::Relu, &|_, dy| dy),
        "relu-mask-of-the-gradient" => through(Layer::Relu, &|_, dy| dy.max(0.0)),
        "relu-mask-of-the-gradient/both" => {
            through(Layer::Relu, &|x, dy| if x > 0.0 { dy.max(0.0) } else { 0.0 })
        }
        "derivative-alone" => through(Layer::Relu, &|x, _| f32::from(x > 0.0)),
        "derivative-alone/sigmoid" => through(Layer::Sigmoid, &|x, _| sigmoid(x) * (1.0 - sigmoid(x))),
        "derivative-alone/tanh" => through(Layer::Tanh, &|x, _| 1.0 - x.tanh() * x.tanh()),
        "sigmoid-derivative-at-the-input" => through(Layer::Sigmoid, &|x, dy| dy * x * (1.0 - x)),
        "tanh-derivative-at-the-input" => through(Layer::Tanh, &|x, dy| dy * (1.0 - x * x)),
        "activation-applied-twice" => {
            through(Layer::Sigmoid, &|x, dy| dy * sigmoid(sigmoid(x)) * (1.0 - sigmoid(sigmoid(x))))
        }
        "activation-applied-twice/tanh" => {
            through(Layer::Tanh, &|x, dy| dy * (1.0 - x.tanh().tanh() * x.tanh().tanh()))
        }
        "tanh-derivative-without-square" => through(Layer::Tanh, &|x, dy| dy * (1.0 - x.tanh())),
        "output-returned" if pass.layer == &Layer::Tanh => {
            Gradients { input: tanh::native(pass.input()), parameters: Vec::new() }
        }
        "softmax-diagonal-only" | "softmax-diagonal-only/p" | "softmax-gradient-unweighted"
            if pass.layer == &Layer::Softmax =>
        {
            let p = softmax::native(pass.input());
            let width = p.shape().last().unwrap();
            let input = Tensor::from_fn(p.shape().clone(), |at| {
                let row = at / width * width..(at / width + 1) * width;
                let mean: f32 = row.map(|at| p.data()[at] * dy.data()[at]).sum();
                let (p, dy) = (p.data()[at], dy.data()[at]);
                match bug {
                    "softmax-diagonal-only" => p * (1.0 - p) * dy,
                    "softmax-diagonal-only/p" => p * dy,
                    _ => dy - mean,
                }
            });
            Gradients { input, parameters: Vec::new() }
        }
        "flatten-gradient-flat" if pass.layer == &Layer::Flatten => {
            Gradients { input: dy.clone(), parameters: Vec::new() }
        }
        _ => right,
    }
}

fn of_batch_norm2d(bug: &str, pass: &Pass<'_>, mut right: Gradients<Tensor>) -> Gradients<Tensor> {
    let Layer::BatchNorm2d(spec) = pass.layer else { unreachable!("only that comes here") };
    let (x, dy, gamma) = (pass.input(), pass.gradient, &pass.parameters[0]);
    let of = moments(x);
    let channels = of.len();
    let plane = (x.shape().extents()[2] * x.shape().extents()[3]) as usize;
    let count = (x.data().len() / channels) as f32;
    let channel = |at: usize| at / plane % channels;
    let deviation = |at: usize| (of[channel(at)][1] + spec.epsilon).sqrt();
    let normal = |at: usize| (x.data()[at] - of[channel(at)][0]) / deviation(at);
    let sum = |of: &dyn Fn(usize) -> f32| {
        let mut sums = vec![0.0; channels];
        (0..x.data().len()).for_each(|at| sums[channel(at)] += of(at));
        sums
    };
    let (shift, slope) = (sum(&|at| dy.data()[at] / count), sum(&|at| dy.data()[at] * normal(at) / count));
    let input = |of: &dyn Fn(usize) -> f32| {
        Tensor::from_fn(x.shape().clone(), |at| gamma.data()[channel(at)] / deviation(at) * of(at))
    };
    let dy = dy.data();
    match bug {
        "batch-norm-moments-held-constant" => right.input = input(&|at| dy[at]),
        "batch-norm-variance-held-constant" => right.input = input(&|at| dy[at] - shift[channel(at)]),
        "batch-norm-mean-held-constant" => {
            right.input = input(&|at| dy[at] - normal(at) * slope[channel(at)]);
        }
        "batch-norm-gradient-gamma-forgotten" => {
            let whole = right.input.clone();
            right.input =
                Tensor::from_fn(x.shape().clone(), |at| whole.data()[at] / gamma.data()[channel(at)]);
        }
        "gamma-gradient-of-the-input" => {
            let sums = sum(&|at| dy[at] * x.data()[at]);
            right.parameters[0] = Tensor::new([channels as u32], sums).unwrap();
        }
        "batch-norm-gradient-averaged" => {
            right.parameters = right.parameters.iter().map(|p| mapped(p, |g| g / count)).collect();
        }
        _ => {}
    }
    right
}

/// What a bug makes of the right cross-entropy.
pub(crate) fn cross_entropy(bug: &str, logits: &Tensor, targets: &[u32], right: Loss) -> Loss {
    let width = logits.shape().last().unwrap();
    let rows = targets.len() as f32;
    let p = softmax::native(logits);
    let row = |at: usize| &logits.data()[at * width..][..width];
    let hit = |at: usize| if targets[at / width] as usize == at % width { 1.0 } else { 0.0 };
    let of_targets = |of: &dyn Fn(usize, usize) -> f32| {
        targets.iter().enumerate().map(|(at, &target)| of(at, target as usize)).sum::<f32>() / rows
    };
    let value = |value: f32| Loss { value, ..right.clone() };
    let gradient = |factor: f32| mapped(&right.gradient, |g| g * factor);
    let first = logits.shape().extents()[0] as f32;
    match bug {
        "loss-constant" => value(0.5),
        "loss-constant/zero" => value(0.0),
        "cross-entropy-unshifted" => {
            value(of_targets(&|at, t| row(at).iter().map(|x| x.exp()).sum::<f32>().ln() - row(at)[t]))
        }
        "cross-entropy-unshifted/gradient" => Loss {
            gradient: Tensor::from_fn(logits.shape().clone(), |at| {
                let sum: f32 = row(at / width).iter().map(|x| x.exp()).sum();
                (logits.data()[at].exp() / sum - hit(at)) / rows
            }),
            ..right
        },
        "cross-entropy-unshifted/logarithm" => value(of_targets(&|at, t| {
            -(row(at)[t].exp() / row(at).iter().map(|x| x.exp()).sum::<f32>()).ln()
        })),
        "cross-entropy-clipped" => value(of_targets(&|at, t| -p.data()[at * width + t].max(1e-15).ln())),
        "cross-entropy-clipped/coarse" => {
            value(of_targets(&|at, t| -p.data()[at * width + t].max(1e-7).ln()))
        }
        "cross-entropy-base-2" => value(right.value / std::f32::consts::LN_2),
        "cross-entropy-of-probabilities" => {
            let again = softmax::native(&p);
            value(of_targets(&|at, t| -again.data()[at * width + t].ln()))
        }
        "cross-entropy-without-logarithm" => value(of_targets(&|at, t| -p.data()[at * width + t])),
        "cross-entropy-sign" => value(-right.value),
        "cross-entropy-gradient-without-target" => Loss { gradient: mapped(&p, |p| p / rows), ..right },
        "loss-summed" => Loss { value: right.value * rows, gradient: gradient(rows) },
        "loss-summed/value" => value(right.value * rows),
        "loss-summed/gradient" => Loss { gradient: gradient(rows), ..right },
        "loss-averaged-again" => Loss { gradient: gradient(1.0 / rows), ..right },
        "cross-entropy-averaged-over-classes" => value(right.value / width as f32),
        "cross-entropy-averaged-over-first-axis" => {
            Loss { value: right.value * rows / first, gradient: gradient(rows / first) }
        }
        "loss-gradient-sign" => Loss { gradient: gradient(-1.0), ..right },
        "loss-gradient-zero" => Loss { gradient: gradient(0.0), ..right },
        "half-precision" => Loss { value: half(right.value), gradient: mapped(&right.gradient, half) },
        _ => right,
    }
}

/// What a bug makes of the right mean squared error.
pub(crate) fn mean_squared_error(bug: &str, predictions: &Tensor, targets: &Tensor, right: Loss) -> Loss {
    let count = targets.data().len() as f32;
    let width = targets.shape().last().unwrap() as f32;
    let pairs = || predictions.data().iter().zip(targets.data());
    let value = |value: f32| Loss { value, ..right.clone() };
    let gradient = |factor: f32| mapped(&right.gradient, |g| g * factor);
    match bug {
        "mean-squared-error-halved" => Loss { value: right.value / 2.0, gradient: gradient(0.5) },
        "mean-squared-error-halved/gradient" => Loss { gradient: gradient(0.5), ..right },
        "mean-squared-error-over-rows" => Loss { value: right.value * width, gradient: gradient(width) },
        "mean-squared-error-not-squared" => value(pairs().map(|(a, b)| (a - b).abs()).sum::<f32>() / count),
        "mean-squared-error-not-squared/root" => value(right.value.sqrt()),
        "loss-summed/squares" => Loss { value: right.value * count, gradient: gradient(count) },
        _ => right,
    }
}

/// An optimizer with a bug, or an honest one in another form: what it remembers of every element, and the step.
#[derive(Default)]
pub(crate) struct Optimizer {
    steps: i32,
    moments: BTreeMap<(usize, usize), [f32; 2]>,
}

const OF_OPTIMIZERS: [&str; 9] = [
    "optimizer-",
    "momentum-",
    "weight-decay-",
    "sgd-",
    "adam",
    "parameters-not",
    "gradients-returned",
    "moments-",
    "honest-",
];

impl Optimizer {
    /// Whether a bug is one of optimizers.
    pub(crate) fn is(bug: &str) -> bool {
        OF_OPTIMIZERS.iter().any(|start| bug.starts_with(start))
    }

    pub(crate) fn step(
        &mut self,
        bug: &str,
        spec: OptimizerSpec,
        parameters: &mut [Tensor],
        gradients: &[Tensor],
    ) {
        self.steps += 1;
        let tensors = parameters.len() as i32;
        for (tensor, (p, g)) in parameters.iter_mut().zip(gradients).enumerate() {
            for (at, (p, &g)) in p.data_mut().iter_mut().zip(g.data()).enumerate() {
                let kept = self.moments.entry((tensor, at)).or_default();
                if bug == "moments-forgotten" {
                    *kept = [0.0; 2];
                }
                *p = match spec {
                    OptimizerSpec::Sgd(spec) => sgd(bug, spec, *p, g, kept),
                    OptimizerSpec::Adam(spec) => {
                        let step = match bug {
                            "adam-steps-counted-by-parameter" => {
                                (self.steps - 1) * tensors + tensor as i32 + 1
                            }
                            "adam-correction-off-by-one" => self.steps + 1,
                            "adam-correction-frozen" | "moments-forgotten" => 1,
                            _ => self.steps,
                        };
                        adam(bug, spec, step, *p, g, kept)
                    }
                };
            }
        }
    }
}

fn sgd(bug: &str, spec: SgdSpec, p: f32, g: f32, [v, _]: &mut [f32; 2]) -> f32 {
    let SgdSpec { learning_rate: rate, momentum, weight_decay: decay } = spec;
    let old = *v;
    let slope = match bug {
        "weight-decay-sign" => g - decay * p,
        "weight-decay-ignored" | "sgd-decay-decoupled" => g,
        _ => g + decay * p,
    };
    *v = match bug {
        "momentum-ignored" => slope,
        "momentum-averages" => momentum * old + (1.0 - momentum) * slope,
        _ => momentum * old + slope,
    };
    match bug {
        "optimizer-ascends" => p + rate * *v,
        "momentum-of-the-old-velocity" => p - rate * old,
        "momentum-nesterov" => p - rate * (slope + momentum * *v),
        "sgd-decay-decoupled" => p - rate * (*v + decay * p),
        "parameters-not-moved" => p,
        "gradients-returned" => g,
        // The rate within the velocity is the same while it does not change.
        _ => p - rate * *v,
    }
}

fn adam(bug: &str, spec: AdamSpec, step: i32, p: f32, g: f32, [m, v]: &mut [f32; 2]) -> f32 {
    let AdamSpec { learning_rate: rate, epsilon, weight_decay, .. } = spec;
    let (beta1, beta2) = match bug {
        "adam-betas-exchanged" => (spec.beta2, spec.beta1),
        _ => (spec.beta1, spec.beta2),
    };
    let decoupled = match bug {
        "adam-decay-coupled" => false,
        "adam-decay-decoupled" => true,
        _ => spec.decoupled,
    };
    let decay = match bug {
        "weight-decay-sign" => -weight_decay,
        "weight-decay-ignored" => 0.0,
        _ => weight_decay,
    };
    let slope = if decoupled { g } else { g + decay * p };
    if bug == "honest-plain" {
        *m += (1.0 - beta1) * (slope - *m);
        *v += (1.0 - beta2) * (slope * slope - *v);
    } else {
        *m = beta1 * *m + (1.0 - beta1) * slope;
        *v = beta2 * *v + (1.0 - beta2) * slope * slope;
    }
    let (rest1, rest2) = (1.0 - beta1.powi(step), 1.0 - beta2.powi(step));
    let (hat_m, hat_v) = match bug {
        "adam-not-corrected" => (*m, *v),
        "adam-not-corrected/second" => (*m / rest1, *v),
        _ => (*m / rest1, *v / rest2),
    };
    let quotient = match bug {
        "adam-epsilon-inside-the-root" => hat_m / (hat_v + epsilon).sqrt(),
        "adam-epsilon-ignored" => hat_m / hat_v.sqrt(),
        "adam-epsilon-ignored/other" => hat_m / (hat_v.sqrt() + 1e-8),
        "adam-epsilon-before-the-correction" => hat_m * rest2.sqrt() / (v.sqrt() + epsilon),
        "adam-without-root" => hat_m / (hat_v + epsilon),
        _ => hat_m / (hat_v.sqrt() + epsilon),
    };
    let moved = rate * quotient;
    let by_decay = match bug {
        "adamw-decay-without-rate" => decay * p,
        _ => rate * decay * p,
    };
    match bug {
        "optimizer-ascends" => p + moved + if decoupled { by_decay } else { 0.0 },
        "parameters-not-moved" => p,
        "gradients-returned" => g,
        // TinyTorch takes the decay from what the step has left.
        "honest-plain" if decoupled => {
            let stepped = p - moved;
            stepped - rate * decay * stepped
        }
        _ if decoupled => p - moved - by_decay,
        _ => p - moved,
    }
}
