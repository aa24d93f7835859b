//! Times native kernels on demand, for `benches/pytorch.py`: reads one question a line, answers with the seconds of the
//! fastest of some runs.
//!
//! ```text
//! dense forward|backward ROWS INPUTS OUTPUTS
//! conv2d forward|backward IMAGES CHANNELS HEIGHT WIDTH OUTPUTS KERNEL STRIDE PADDING
//! gelu forward|backward SEQUENCES LENGTH WIDTH
//! layer-norm forward|backward SEQUENCES LENGTH WIDTH
//! attention forward|backward SEQUENCES LENGTH WIDTH HEADS
//! ```

use std::{
    io::{self, BufRead as _, Write as _},
    time::Instant,
};

use tito_kernels::{
    Window,
    attention::{self, Attention},
    conv2d, dense, gelu,
    layer_norm::{self, Affine},
};
use tito_tensor::Tensor;

/// How often each is run; the fastest counts.
const RUNS: usize = 5;

/// Irregular numbers between −1 and 1.
fn tensor(shape: &[u32]) -> Tensor {
    Tensor::from_fn(shape.to_vec(), |i| (i.wrapping_mul(2_654_435_761) % 1009) as f32 / 504.5 - 1.0)
}

fn fastest<T>(mut run: impl FnMut() -> T) -> f64 {
    let seconds = (0..RUNS).map(|_| {
        let start = Instant::now();
        std::hint::black_box(run());
        start.elapsed().as_secs_f64()
    });
    seconds.fold(f64::INFINITY, f64::min)
}

fn seconds(question: &str) -> Option<f64> {
    let mut words = question.split_whitespace();
    let (operation, pass) = (words.next()?, words.next()?);
    let numbers: Vec<u32> = words.map(str::parse).collect::<Result<_, _>>().ok()?;
    match (operation, numbers.as_slice()) {
        ("dense", &[rows, inputs, outputs]) => {
            let (x, w, b) = (tensor(&[rows, inputs]), tensor(&[inputs, outputs]), tensor(&[outputs]));
            let dy = tensor(&[rows, outputs]);
            Some(match pass {
                "forward" => fastest(|| dense::native(&x, &w, Some(&b)).expect("the shapes meet")),
                _ => fastest(|| dense::native_backward(&x, &w, Some(&b), &dy).expect("the shapes meet")),
            })
        }
        ("conv2d", &[images, channels, height, width, outputs, kernel, stride, padding]) => {
            let window = Window { kernel: [kernel; 2], stride: [stride; 2], padding: [padding; 2] };
            let x = tensor(&[images, channels, height, width]);
            let (w, b) = (tensor(&[outputs, channels, kernel, kernel]), tensor(&[outputs]));
            let forward = || conv2d::native(&x, &w, Some(&b), window).expect("the shapes meet");
            let dy = tensor(forward().shape().extents());
            Some(match pass {
                "forward" => fastest(forward),
                _ => fastest(|| {
                    conv2d::native_backward(&x, &w, Some(&b), window, &dy).expect("the shapes meet")
                }),
            })
        }
        ("gelu", &[sequences, length, width]) => {
            let (x, dy) = (tensor(&[sequences, length, width]), tensor(&[sequences, length, width]));
            Some(match pass {
                "forward" => fastest(|| gelu::native(&x)),
                _ => fastest(|| gelu::native_backward(&x, &dy).expect("the shapes meet")),
            })
        }
        ("layer-norm", &[sequences, length, width]) => {
            let (x, dy) = (tensor(&[sequences, length, width]), tensor(&[sequences, length, width]));
            let (gamma, beta) = (tensor(&[width]), tensor(&[width]));
            let affine = Affine { gamma: &gamma, beta: &beta, epsilon: 1e-5 };
            Some(match pass {
                "forward" => fastest(|| layer_norm::native(&x, affine).expect("the shapes meet")),
                _ => fastest(|| layer_norm::native_backward(&x, affine, &dy).expect("the shapes meet")),
            })
        }
        ("attention", &[sequences, length, width, heads]) => {
            let attention = Attention { heads, causal: true };
            let (x, dy) = (tensor(&[sequences, length, width]), tensor(&[sequences, length, width]));
            let pair = || [tensor(&[width, width]), tensor(&[width])];
            let parameters = [pair(), pair(), pair(), pair()].concat();
            let forward = || attention::native_keeping(&x, &parameters, attention).expect("the shapes meet");
            let (_, kept) = forward();
            Some(match pass {
                "forward" => fastest(forward),
                _ => fastest(|| {
                    attention::native_backward_by(&x, &parameters, attention, &kept, &dy)
                        .expect("the shapes meet")
                }),
            })
        }
        _ => None,
    }
}

/// All is done on one of rayon's threads, so that none waits for another.
fn main() -> io::Result<()> {
    rayon::scope(|_| answer())
}

fn answer() -> io::Result<()> {
    for line in io::stdin().lock().lines() {
        let answer = seconds(&line?).map_or_else(|| "?".to_owned(), |seconds| seconds.to_string());
        writeln!(io::stdout(), "{answer}")?;
    }
    Ok(())
}
