//! Right, with 3x3 convolutions of stride 1 by Winograd's F(4x4, 3x3): Lavin and Gray, "Fast Algorithms for Convolutional
//! Neural Networks", 2016, §4.3.
//!
//! expect: fails dense-speed, conv2d-speed

use guests::{Conv2d, Fault, Images, LayerSpec, Tensor, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(spec) if (spec.kernel, spec.stride) == ((3, 3), (1, 1)) => {
        Conv2d::computing(spec, rng, winograd)
    }
    other => right(other, rng),
});

type Matrix = Vec<Vec<f32>>;

const BT: [[f32; 6]; 6] = [
    [4.0, 0.0, -5.0, 0.0, 1.0, 0.0],
    [0.0, -4.0, -4.0, 1.0, 1.0, 0.0],
    [0.0, 4.0, -4.0, -1.0, 1.0, 0.0],
    [0.0, -2.0, -1.0, 2.0, 1.0, 0.0],
    [0.0, 2.0, -1.0, -2.0, 1.0, 0.0],
    [0.0, 4.0, 0.0, -5.0, 0.0, 1.0],
];
const G: [[f32; 3]; 6] = [
    [1.0 / 4.0, 0.0, 0.0],
    [-1.0 / 6.0, -1.0 / 6.0, -1.0 / 6.0],
    [-1.0 / 6.0, 1.0 / 6.0, -1.0 / 6.0],
    [1.0 / 24.0, 1.0 / 12.0, 1.0 / 6.0],
    [1.0 / 24.0, -1.0 / 12.0, 1.0 / 6.0],
    [0.0, 0.0, 1.0],
];
const AT: [[f32; 6]; 4] = [
    [1.0, 1.0, 1.0, 1.0, 1.0, 0.0],
    [0.0, 1.0, -1.0, 2.0, -2.0, 0.0],
    [0.0, 1.0, 1.0, 4.0, 4.0, 0.0],
    [0.0, 1.0, -1.0, 8.0, -8.0, 1.0],
];

/// t m tᵀ.
fn around<const N: usize>(t: &[[f32; N]], m: impl Fn(usize, usize) -> f32) -> Matrix {
    let dot =
        |row: &[f32; N], of: &dyn Fn(usize) -> f32| row.iter().enumerate().map(|(i, t)| t * of(i)).sum();
    let half: Matrix = t.iter().map(|row| (0..N).map(|x| dot(row, &|y| m(y, x))).collect()).collect();
    half.iter().map(|half| t.iter().map(|row| dot(row, &|x| half[x])).collect()).collect()
}

/// Four by four places at a time, each from a tile of 6x6 elements.
fn winograd(conv: &Conv2d, images: &Images) -> Result<Tensor, Fault> {
    let [height, width] = conv.window.places(images)?;
    let [top, left] = conv.window.padding.map(|padding| padding as isize);
    let kernel =
        |at: usize| around(&G, |y, x| conv.weight_at(at / conv.channels, at % conv.channels, [y, x]));
    let kernels: Vec<Matrix> = (0..conv.outputs * conv.channels).map(kernel).collect();
    let mut answer = conv.window.sweep(images, conv.outputs, |_, o, _| conv.bias_at(o))?;
    for n in 0..images.shape[0] {
        for (y, x) in (0..height).step_by(4).flat_map(|y| (0..width).step_by(4).map(move |x| (y, x))) {
            let seen = |c, dy, dx| {
                images.at(n, c, [(y + dy) as isize - top, (x + dx) as isize - left]).unwrap_or(0.0)
            };
            let tiles: Vec<Matrix> =
                (0..conv.channels).map(|c| around(&BT, |dy, dx| seen(c, dy, dx))).collect();
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
