//! Right, with every sum of every layer, loss and step in f64.
//!
//! expect: passes everything

use guests::learning::{
    At, BatchNorm2d, Learner, Loss, Moments, OptimizerSpec, Pass, Slopes, WayBack, cross_entropy,
    each_output, moved, taught,
};
use guests::{
    Conv2d, Dense, Fault, Images, Layer, LayerSpec, MakeLayer, Rng, Tensor, Window, beside, export_learner,
    pool_of,
};

#[derive(Default)]
struct Double;

impl Learner for Double {
    const LAYER: MakeLayer = layer;

    fn cross_entropy(logits: &Tensor, targets: &[u32]) -> Result<Loss, Fault> {
        let checked = cross_entropy(logits, targets)?;
        let (mut sum, mut gradient, rows) = (0.0, checked.gradient, targets.len() as f64);
        let pairs = gradient.rows_mut().zip(logits.rows()).zip(targets);
        for ((slopes, row), target) in pairs {
            let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let shifted = |x: f32| f64::from(x) - f64::from(most);
            let all: f64 = row.iter().map(|x| shifted(*x).exp()).sum();
            sum += all.ln() - shifted(row[*target as usize]);
            for (class, (slope, x)) in slopes.iter_mut().zip(row).enumerate() {
                let hit = if class == *target as usize { 1.0 } else { 0.0 };
                *slope = ((shifted(*x).exp() / all - hit) / rows) as f32;
            }
        }
        Ok(Loss { value: (sum / rows) as f32, gradient })
    }

    fn moved(spec: &OptimizerSpec, at: At, memory: &mut [f32; 2]) -> f32 {
        let OptimizerSpec::Sgd(sgd) = spec else { return moved(spec, at, memory) };
        let [p, g, v] = [at.parameter, at.gradient, memory[0]].map(f64::from);
        let v = f64::from(sgd.momentum) * v + g + f64::from(sgd.weight_decay) * p;
        memory[0] = v as f32;
        (p - f64::from(at.rate) * v) as f32
    }
}

fn layer(spec: &LayerSpec, rng: &mut Rng) -> Result<Box<dyn Layer>, Fault> {
    match spec {
        LayerSpec::Dense(dense) => {
            let layer = Dense::computing(dense, rng, product);
            Ok(WayBack::boxed(layer, |pass| Ok(dense_back(pass))))
        }
        LayerSpec::Conv2d(conv) => {
            let (layer, window) = (Conv2d::computing(conv, rng, convolved)?, Window::new(&pool_of(conv))?);
            Ok(WayBack::boxed(layer, move |pass| conv_back(&window, pass)))
        }
        LayerSpec::BatchNorm2d(norm) => {
            Ok(Box::new(BatchNorm2d { moments, slopes, ..BatchNorm2d::new(norm) }))
        }
        _ => taught(spec, rng),
    }
}

/// The sum of products in f64.
fn dot<'a>(pairs: impl Iterator<Item = (&'a f32, &'a f32)>) -> f64 {
    pairs.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

fn product(dense: &Dense, input: &Tensor) -> Vec<f32> {
    dense.sums(input, |row, output| {
        let weights = dense.weight.data().iter().skip(output).step_by(dense.outputs);
        (dot(row.iter().zip(weights)) + f64::from(dense.bias(output))) as f32
    })
}

fn dense_back(pass: &Pass) -> Slopes {
    let [weight, ..] = pass.parameters[..] else { return Slopes::alone(pass.input.clone()) };
    let (inputs, outputs) = (pass.input.width(), pass.gradient.width());
    let mut input = pass.input.clone();
    for (dx, dy) in input.rows_mut().zip(pass.gradient.rows()) {
        let rows = weight.data().chunks_exact(outputs);
        dx.iter_mut().zip(rows).for_each(|(dx, row)| *dx = dot(dy.iter().zip(row)) as f32);
    }
    let mut at = 0;
    let slopes = weight.map(|_| {
        let (i, j) = (at / outputs, at % outputs);
        at += 1;
        let x = pass.input.data().iter().skip(i).step_by(inputs);
        dot(x.zip(pass.gradient.data().iter().skip(j).step_by(outputs))) as f32
    });
    let sum = |j: usize| -> f64 {
        pass.gradient.data().iter().skip(j).step_by(outputs).map(|dy| f64::from(*dy)).sum()
    };
    let mut parameters = vec![slopes];
    for bias in pass.parameters.iter().skip(1) {
        let mut sums = (0..outputs).map(sum);
        parameters.push(bias.map(|_| sums.next().unwrap_or_default() as f32));
    }
    Slopes { input, parameters }
}

fn convolved(conv: &Conv2d, images: &Images) -> Result<Tensor, Fault> {
    conv.window.sweep(images, conv.outputs, |n, o, corner| {
        let mut sum = f64::from(conv.bias_at(o));
        for c in 0..conv.channels {
            for offset in conv.window.offsets() {
                let seen = images.at(n, c, beside(corner, offset)).unwrap_or(0.0);
                sum += f64::from(conv.weight_at(o, c, offset)) * f64::from(seen);
            }
        }
        sum as f32
    })
}

fn conv_back(window: &Window, pass: &Pass) -> Result<Slopes, Fault> {
    let (images, weight) = (Images::of(pass.input)?, pass.parameters[0].data());
    let channels = images.shape[1];
    let mut input = vec![0.0; pass.input.data().len()];
    let mut sums: Vec<Vec<f64>> = pass.parameters.iter().map(|it| vec![0.0; it.data().len()]).collect();
    each_output(window, &Images::of(pass.gradient)?, |[n, o], corner, dy| {
        let dy = f64::from(dy);
        for c in 0..channels {
            for (at, offset) in window.offsets().enumerate() {
                let Some(pixel) = images.place(n, c, beside(corner, offset)) else { continue };
                let at = (o * channels + c) * window.area() + at;
                input[pixel] += f64::from(weight[at]) * dy;
                sums[0][at] += f64::from(images.data[pixel]) * dy;
            }
        }
        sums.iter_mut().skip(1).for_each(|bias| bias[o] += dy);
    });
    let narrow = |like: &Tensor, wide: &[f64]| {
        let mut wide = wide.iter();
        like.map(|_| wide.next().copied().unwrap_or_default() as f32)
    };
    let parameters = pass.parameters.iter().zip(&sums).map(|(like, sums)| narrow(like, sums)).collect();
    Ok(Slopes { input: narrow(pass.input, &input), parameters })
}

fn moments(elements: &[f32]) -> Moments {
    let mean_of = |of: &dyn Fn(f64) -> f64| {
        elements.iter().map(|x| of(f64::from(*x))).sum::<f64>() / elements.len().max(1) as f64
    };
    let mean = mean_of(&|x| x);
    [mean as f32, mean_of(&|x| (x - mean) * (x - mean)) as f32]
}

fn slopes(_: &[f32], normal: &[f32], gradients: &[f32]) -> [f32; 2] {
    let sum: f64 = gradients.iter().map(|dy| f64::from(*dy)).sum();
    [dot(normal.iter().zip(gradients)) as f32, sum as f32]
}

export_learner!(Double);
