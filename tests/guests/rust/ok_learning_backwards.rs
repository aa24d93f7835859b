//! Right, with every sum of dense layers, convolutions and batch normalisation from its last term to its first.
//!
//! expect: passes everything

use guests::learning::{BatchNorm2d, Learner, Moments, Pass, Slopes, WayBack, each_output, taught};
use guests::{
    Conv2d, Dense, Fault, Images, Layer, LayerSpec, MakeLayer, Rng, Tensor, Window, beside, export_learner,
    pool_of,
};

#[derive(Default)]
struct Backwards;

impl Learner for Backwards {
    const LAYER: MakeLayer = layer;
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

fn product(dense: &Dense, input: &Tensor) -> Vec<f32> {
    dense.sums(input, |row, output| {
        let terms = row.iter().enumerate().rev().map(|(i, x)| dense.weight(i, output) * x);
        terms.fold(dense.bias(output), |sum, term| term + sum)
    })
}

fn dense_back(pass: &Pass) -> Slopes {
    let (weight, outputs) = (pass.parameters[0], pass.gradient.width());
    let mut input = pass.input.map(|_| 0.0);
    let mut parameters: Vec<Tensor> = pass.parameters.iter().map(|it| it.map(|_| 0.0)).collect();
    for ((x, dx), dy) in pass.input.rows().zip(input.rows_mut()).zip(pass.gradient.rows()).rev() {
        for (j, dy) in dy.iter().enumerate().rev() {
            for i in (0..x.len()).rev() {
                dx[i] += dy * weight.data()[i * outputs + j];
                parameters[0].data_mut()[i * outputs + j] += dy * x[i];
            }
            parameters.iter_mut().skip(1).for_each(|bias| bias.data_mut()[j] += dy);
        }
    }
    Slopes { input, parameters }
}

fn convolved(conv: &Conv2d, images: &Images) -> Result<Tensor, Fault> {
    let mut offsets: Vec<[usize; 2]> = conv.window.offsets().collect();
    offsets.reverse();
    conv.window.sweep(images, conv.outputs, |n, o, corner| {
        let mut sum = 0.0;
        for c in (0..conv.channels).rev() {
            for offset in &offsets {
                let seen = images.at(n, c, beside(corner, *offset)).unwrap_or(0.0);
                sum += seen * conv.weight_at(o, c, *offset);
            }
        }
        sum + conv.bias_at(o)
    })
}

fn conv_back(window: &Window, pass: &Pass) -> Result<Slopes, Fault> {
    let images = Images::of(pass.input)?;
    let channels = images.shape[1];
    let mut outputs = Vec::new();
    each_output(window, &Images::of(pass.gradient)?, |at, corner, dy| outputs.push((at, corner, dy)));
    let mut input = pass.input.map(|_| 0.0);
    let mut parameters: Vec<Tensor> = pass.parameters.iter().map(|it| it.map(|_| 0.0)).collect();
    for ([n, o], corner, dy) in outputs.into_iter().rev() {
        for (c, offset) in (0..channels).flat_map(|c| window.offsets().map(move |offset| (c, offset))) {
            let Some(pixel) = images.place(n, c, beside(corner, offset)) else { continue };
            let [height, width] = window.kernel;
            let at = ((o * channels + c) * height + offset[0]) * width + offset[1];
            input.data_mut()[pixel] += dy * pass.parameters[0].data()[at];
            parameters[0].data_mut()[at] += dy * images.data[pixel];
        }
        parameters.iter_mut().skip(1).for_each(|bias| bias.data_mut()[o] += dy);
    }
    Ok(Slopes { input, parameters })
}

fn moments(elements: &[f32]) -> Moments {
    let count = elements.len().max(1) as f32;
    let mean = elements.iter().rev().sum::<f32>() / count;
    [mean, elements.iter().rev().map(|x| (mean - x) * (mean - x)).sum::<f32>() / count]
}

fn slopes(_: &[f32], normal: &[f32], gradients: &[f32]) -> [f32; 2] {
    let products = gradients.iter().zip(normal).rev().map(|(dy, x)| dy * x);
    [products.sum(), gradients.iter().rev().sum()]
}

export_learner!(Backwards);
