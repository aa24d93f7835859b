//! Right, with convolutions as products of matrices both ways: the columns of an image, and what is added back from
//! them.
//!
//! expect: passes everything

use guests::learning::{Pass, Slopes, WayBack, taught};
use guests::{Conv2d, Fault, Images, LayerSpec, Tensor, Window, beside, export_learning_layers, pool_of};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(conv) => {
        let (layer, window) = (Conv2d::computing(conv, rng, product)?, Window::new(&pool_of(conv))?);
        Ok(WayBack::boxed(layer, move |pass| back(&window, pass)))
    }
    _ => taught(spec, rng),
});

/// For every place of the window, row by row, where in an image's data its column comes from: [places][channels, kernel].
fn sources(window: &Window, images: &Images, n: usize) -> Result<Vec<Vec<Option<usize>>>, Fault> {
    let [height, width] = window.places(images)?;
    let corner =
        |axis: usize, place: usize| (place * window.stride[axis]) as isize - window.padding[axis] as isize;
    let column = |at: usize| {
        let corner = [corner(0, at / width), corner(1, at % width)];
        let of = move |c| window.offsets().map(move |offset| images.place(n, c, beside(corner, offset)));
        (0..images.shape[1]).flat_map(of).collect()
    };
    Ok((0..height * width).map(column).collect())
}

fn columns(sources: &[Vec<Option<usize>>], images: &Images) -> Vec<Vec<f32>> {
    let of = |source: &Option<usize>| source.map_or(0.0, |at| images.data[at]);
    sources.iter().map(|column| column.iter().map(of).collect()).collect()
}

fn product(conv: &Conv2d, images: &Images) -> Result<Tensor, Fault> {
    let (depth, mut data) = (conv.channels * conv.window.area(), Vec::new());
    let [height, width] = conv.window.places(images)?;
    for n in 0..images.shape[0] {
        let columns = columns(&sources(&conv.window, images, n)?, images);
        for (o, row) in conv.weight.data().chunks_exact(depth.max(1)).enumerate() {
            let sum = |column: &Vec<f32>| row.iter().zip(column).map(|(w, x)| w * x).sum::<f32>();
            data.extend(columns.iter().map(|column| sum(column) + conv.bias_at(o)));
        }
    }
    Tensor::new([images.shape[0], conv.outputs, height, width].map(|extent| extent as u32), data)
}

fn back(window: &Window, pass: &Pass) -> Result<Slopes, Fault> {
    let (images, weight) = (Images::of(pass.input)?, pass.parameters[0]);
    let depth = images.shape[1] * window.area();
    let mut input = pass.input.map(|_| 0.0);
    let mut parameters: Vec<Tensor> = pass.parameters.iter().map(|it| it.map(|_| 0.0)).collect();
    let (outputs, plane) = (weight.shape()[0] as usize, pass.gradient.shape()[2..].iter().product::<u32>());
    for (n, gradient) in pass.gradient.data().chunks(outputs * plane as usize).enumerate() {
        let sources = sources(window, &images, n)?;
        let columns = columns(&sources, &images);
        let mut column_slopes = vec![vec![0.0; depth]; columns.len()];
        for (o, dy) in gradient.chunks(plane as usize).enumerate() {
            let row = &weight.data()[o * depth..][..depth];
            let slopes = &mut parameters[0].data_mut()[o * depth..][..depth];
            for ((dy, column), back) in dy.iter().zip(&columns).zip(&mut column_slopes) {
                slopes.iter_mut().zip(column).for_each(|(slope, x)| *slope += dy * x);
                back.iter_mut().zip(row).for_each(|(slope, w)| *slope += dy * w);
            }
            parameters.iter_mut().skip(1).for_each(|bias| bias.data_mut()[o] += dy.iter().sum::<f32>());
        }
        for (at, slope) in sources.iter().flatten().zip(column_slopes.iter().flatten()) {
            at.iter().for_each(|at| input.data_mut()[*at] += slope);
        }
    }
    Ok(Slopes { input, parameters })
}
