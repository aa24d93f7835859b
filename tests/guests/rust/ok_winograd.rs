//! Right, with 3x3 convolutions of stride 1 by Winograd's F(2x2, 3x3): Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016, §4.1.
//!
//! expect: fails dense-speed, conv2d-speed

use guests::{Conv2d, Fault, Images, LayerSpec, Tensor, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(spec) if (spec.kernel, spec.stride) == ((3, 3), (1, 1)) => {
        Conv2d::computing(spec, rng, winograd)
    }
    other => right(other, rng),
});

type Tile = [[f32; 4]; 4];

/// Two by two places at a time, each from a tile of 4x4 elements.
fn winograd(conv: &Conv2d, images: &Images) -> Result<Tensor, Fault> {
    let [height, width] = conv.window.places(images)?;
    let [top, left] = conv.window.padding.map(|padding| padding as isize);
    let kernels: Vec<Tile> = (0..conv.outputs * conv.channels).map(|at| kernel(conv, at)).collect();
    let mut answer = conv.window.sweep(images, conv.outputs, |_, o, _| conv.bias_at(o))?;
    for n in 0..images.shape[0] {
        for (y, x) in (0..height).step_by(2).flat_map(|y| (0..width).step_by(2).map(move |x| (y, x))) {
            let corner = [y as isize - top, x as isize - left];
            let tiles: Vec<Tile> = (0..conv.channels).map(|c| tile(images, n, c, corner)).collect();
            for o in 0..conv.outputs {
                let of_output = &kernels[o * conv.channels..][..conv.channels];
                let four = inverse(&tiles.iter().zip(of_output).fold([[0.0; 4]; 4], add_product));
                for (dy, dx) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                    if y + dy < height && x + dx < width {
                        let place = ((n * conv.outputs + o) * height + y + dy) * width + x + dx;
                        answer.data_mut()[place] += four[dy][dx];
                    }
                }
            }
        }
    }
    Ok(answer)
}

fn add_product(mut sum: Tile, (tile, kernel): (&Tile, &Tile)) -> Tile {
    for i in 0..16 {
        sum[i / 4][i % 4] += tile[i / 4][i % 4] * kernel[i / 4][i % 4];
    }
    sum
}

/// G g Gᵀ.
fn kernel(conv: &Conv2d, at: usize) -> Tile {
    let g = |[a, b, c]: [f32; 3]| [a, (a + b + c) / 2.0, (a - b + c) / 2.0, c];
    let weight = |y, x| conv.weight_at(at / conv.channels, at % conv.channels, [y, x]);
    let columns = [0, 1, 2].map(|x| g([0, 1, 2].map(|y| weight(y, x))));
    [0, 1, 2, 3].map(|y| g([columns[0][y], columns[1][y], columns[2][y]]))
}

/// Bᵀ d B.
fn tile(images: &Images, n: usize, c: usize, [top, left]: [isize; 2]) -> Tile {
    let b = |[p, q, r, s]: [f32; 4]| [p - r, q + r, r - q, q - s];
    let at = |y: isize, x: isize| images.at(n, c, [top + y, left + x]).unwrap_or(0.0);
    let columns = [0, 1, 2, 3].map(|x| b([0, 1, 2, 3].map(|y| at(y, x))));
    [0, 1, 2, 3].map(|y| b([columns[0][y], columns[1][y], columns[2][y], columns[3][y]]))
}

/// Aᵀ m A.
fn inverse(m: &Tile) -> [[f32; 2]; 2] {
    let a = |[p, q, r, s]: [f32; 4]| [p + q + r, q - r - s];
    let columns = [0, 1, 2, 3].map(|x| a([m[0][x], m[1][x], m[2][x], m[3][x]]));
    [0, 1].map(|y| a([columns[0][y], columns[1][y], columns[2][y], columns[3][y]]))
}
