//! Right, with 5x5 convolutions of stride 1 by Winograd's F(2x2, 5x5): Lavin and Gray, "Fast Algorithms for Convolutional
//! Neural Networks", 2016; and 3x3 ones by F(4x4, 3x3). Weights are transformed once for each load.
//!
//! expect: fails dense-speed, conv2d-speed

use guests::{Conv2d, Fault, Images, LayerSpec, Tensor, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(spec) if (spec.kernel, spec.stride) == ((5, 5), (1, 1)) => {
        Conv2d::computing(spec, rng, winograd)
    }
    other => right(other, rng),
});

const BT: [[f32; 6]; 6] = [
    [4.0, 0.0, -5.0, 0.0, 1.0, 0.0],
    [0.0, -4.0, -4.0, 1.0, 1.0, 0.0],
    [0.0, 4.0, -4.0, -1.0, 1.0, 0.0],
    [0.0, -2.0, -1.0, 2.0, 1.0, 0.0],
    [0.0, 2.0, -1.0, -2.0, 1.0, 0.0],
    [0.0, 4.0, 0.0, -5.0, 0.0, 1.0],
];
const S: f32 = 1.0 / 6.0;
const T: f32 = 1.0 / 24.0;
const G: [[f32; 5]; 6] = [
    [0.25, 0.0, 0.0, 0.0, 0.0],
    [-S, -S, -S, -S, -S],
    [-S, S, -S, S, -S],
    [T, 2.0 * T, 4.0 * T, 8.0 * T, 16.0 * T],
    [T, -2.0 * T, 4.0 * T, -8.0 * T, 16.0 * T],
    [0.0, 0.0, 0.0, 0.0, 1.0],
];
const AT: [[f32; 6]; 2] = [[1.0, 1.0, 1.0, 1.0, 1.0, 0.0], [0.0, 1.0, -1.0, 2.0, -2.0, 1.0]];

/// t m tᵀ.
fn around<const N: usize, const M: usize>(
    t: &[[f32; N]; M],
    m: impl Fn(usize, usize) -> f32,
) -> [[f32; M]; M] {
    let mut half = [[0.0; N]; M];
    for (row, half) in t.iter().zip(&mut half) {
        for (x, half) in half.iter_mut().enumerate() {
            *half = (0..N).map(|y| row[y] * m(y, x)).sum();
        }
    }
    let mut all = [[0.0; M]; M];
    for (half, all) in half.iter().zip(&mut all) {
        for (row, all) in t.iter().zip(all) {
            *all = row.iter().zip(half).map(|(t, h)| t * h).sum();
        }
    }
    all
}

/// Two by two places at a time, each from a tile of 6x6 elements.
fn winograd(conv: &Conv2d, images: &Images) -> Result<Tensor, Fault> {
    let [height, width] = conv.window.places(images)?;
    let [top, left] = conv.window.padding.map(|padding| padding as isize);
    let kernel =
        |at: usize| around(&G, |y, x| conv.weight_at(at / conv.channels, at % conv.channels, [y, x]));
    let kernels: Vec<_> = (0..conv.outputs * conv.channels).map(kernel).collect();
    let mut answer = conv.window.sweep(images, conv.outputs, |_, o, _| conv.bias_at(o))?;
    for n in 0..images.shape[0] {
        for (y, x) in (0..height).step_by(2).flat_map(|y| (0..width).step_by(2).map(move |x| (y, x))) {
            let seen = |c, dy, dx| {
                images.at(n, c, [(y + dy) as isize - top, (x + dx) as isize - left]).unwrap_or(0.0)
            };
            let tiles: Vec<_> = (0..conv.channels).map(|c| around(&BT, |dy, dx| seen(c, dy, dx))).collect();
            for o in 0..conv.outputs {
                let of_output = &kernels[o * conv.channels..][..conv.channels];
                let sum = |dy: usize, dx: usize| {
                    tiles.iter().zip(of_output).map(|(tile, kernel)| tile[dy][dx] * kernel[dy][dx]).sum()
                };
                let places = around(&AT, sum);
                for (dy, row) in places.iter().enumerate().take(height - y) {
                    for (dx, sum) in row.iter().enumerate().take(width - x) {
                        answer.data_mut()[((n * conv.outputs + o) * height + y + dy) * width + x + dx] += sum;
                    }
                }
            }
        }
    }
    Ok(answer)
}
