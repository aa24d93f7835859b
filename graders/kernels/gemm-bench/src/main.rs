//! Compares tito's dense kernel with the GEMM crates on the shapes that it is used for, one thread each.
//!
//! `cargo run --release [ROUNDS]`. Every round times every candidate once on every shape, so that whatever
//! disturbs the machine disturbs all alike; the table shows the median time's rate and, in brackets, the median
//! over the rounds of tito's rate divided by the candidate's. Results are checked before anything is timed.

use std::{cmp::Ordering, env, hint::black_box, time::Instant};

use faer::{Accum, MatMut, MatRef, Par, linalg::matmul::matmul};
use tito_tensor::Tensor;

/// What is multiplied: `[m, k] · [k, n]`, row-major.
struct Shape {
    name: &'static str,
    m: usize,
    n: usize,
    k: usize,
}

/// Operands, row-major.
struct Problem {
    x: Tensor,
    w: Tensor,
    m: usize,
    n: usize,
    k: usize,
}

/// A name and a way to compute the product. Each makes its result anew, as a layer must.
type Candidate = (&'static str, fn(&Problem) -> Vec<f32>);

const CANDIDATES: [Candidate; 5] = [
    ("tito", tito),
    ("gemm", gemm),
    ("matrixmultiply", matrixmultiply),
    ("faer", faer),
    ("naive ikj", naive),
];

const SHAPES: [Shape; 6] = [
    Shape { name: "64³", m: 64, n: 64, k: 64 },
    Shape { name: "512³", m: 512, n: 512, k: 512 },
    Shape { name: "dense 64x128x784", m: 64, n: 128, k: 784 },
    Shape { name: "dense 256x10x128", m: 256, n: 10, k: 128 },
    Shape { name: "conv 64x1024x288", m: 64, n: 1024, k: 288 },
    Shape { name: "im2col 16x25088x72", m: 16, n: 25088, k: 72 },
];

/// Multiply-adds a timing, so that the clock's own cost and resolution do not matter.
const BATCH: usize = 1 << 24;

fn main() {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("no thread pool exists yet");
    let rounds = env::args().nth(1).map_or(31, |rounds| rounds.parse().expect("ROUNDS is a number"));
    println!("GFLOP/s, and in brackets tito's rate over the candidate's; medians of {rounds} rounds");
    print!("{:20}", "m x n x k");
    CANDIDATES.iter().for_each(|(name, _)| print!("{name:>18}"));
    println!("{:>10}", "worst");
    SHAPES.iter().for_each(|shape| print_row(shape, rounds));
}

fn print_row(shape: &Shape, rounds: usize) {
    let problem = Problem::new(shape);
    CANDIDATES.iter().for_each(|candidate| verify(candidate, &problem));
    let times: Vec<[f64; CANDIDATES.len()]> =
        (0..rounds).map(|_| CANDIDATES.map(|(_, run)| seconds(run, &problem))).collect();
    let flops = 2.0 * (shape.m * shape.n * shape.k) as f64;
    print!("{:20}", shape.name);
    let mut worst = f64::INFINITY;
    for (i, (name, _)) in CANDIDATES.iter().enumerate() {
        let rate = flops / median(times.iter().map(|row| row[i])) / 1e9;
        let ratio = median(times.iter().map(|row| row[i] / row[0]));
        if *name != "tito" {
            worst = worst.min(ratio);
        }
        print!("{:>18}", format!("{rate:.1} ({ratio:.2})"));
    }
    println!("{worst:>10.2}");
}

/// Seconds of one run, as the mean of enough of them.
fn seconds(run: fn(&Problem) -> Vec<f32>, problem: &Problem) -> f64 {
    let repeats = (BATCH / (problem.m * problem.n * problem.k)).max(1);
    let start = Instant::now();
    for _ in 0..repeats {
        black_box(run(black_box(problem)));
    }
    start.elapsed().as_secs_f64() / repeats as f64
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Refuses a candidate whose result is not the product.
fn verify((name, run): &Candidate, problem: &Problem) {
    let (got, wanted) = (run(problem), naive(problem));
    assert_eq!(got.len(), wanted.len(), "{name} gives a result of another length");
    let wrong = got
        .iter()
        .zip(&wanted)
        .find(|(got, wanted)| (**got - **wanted).abs().partial_cmp(&1e-3) != Some(Ordering::Less));
    assert!(wrong.is_none(), "{name} gives a wrong product: {wrong:?}");
}

impl Problem {
    fn new(&Shape { m, n, k, .. }: &Shape) -> Self {
        // Any values will do for time; these are below 1/2 and not regular.
        let value = |i: usize| (i.wrapping_mul(2_654_435_761) % 1009) as f32 / 1009.0 - 0.5;
        let x = Tensor::from_fn([m as u32, k as u32], value);
        let w = Tensor::from_fn([k as u32, n as u32], |i| value(i + 7));
        Self { x, w, m, n, k }
    }
}

fn tito(problem: &Problem) -> Vec<f32> {
    let output = tito_kernels::dense::native(&problem.x, &problem.w, None).expect("the shapes meet");
    output.into_parts().1
}

fn gemm(&Problem { ref x, ref w, m, n, k }: &Problem) -> Vec<f32> {
    let mut y = vec![0.0; m * n];
    let (to, x, w) = (y.as_mut_ptr(), x.data().as_ptr(), w.data().as_ptr());
    let (ni, ki) = (n as isize, k as isize);
    let threads = gemm::Parallelism::None;
    // SAFETY: the pointers are to row-major matrices of m·n, m·k and k·n elements, which the strides say.
    unsafe {
        gemm::gemm(m, n, k, to, 1, ni, false, x, 1, ki, w, 1, ni, 0.0, 1.0, false, false, false, threads);
    }
    y
}

fn matrixmultiply(&Problem { ref x, ref w, m, n, k }: &Problem) -> Vec<f32> {
    let mut y = vec![0.0; m * n];
    let (to, x, w) = (y.as_mut_ptr(), x.data().as_ptr(), w.data().as_ptr());
    let (ni, ki) = (n as isize, k as isize);
    // SAFETY: the pointers are to row-major matrices of m·n, m·k and k·n elements, which the strides say.
    unsafe { matrixmultiply::sgemm(m, k, n, 1.0, x, ki, 1, w, ni, 1, 0.0, to, ni, 1) };
    y
}

fn faer(&Problem { ref x, ref w, m, n, k }: &Problem) -> Vec<f32> {
    let mut y = vec![0.0; m * n];
    let x = MatRef::from_row_major_slice(x.data(), m, k);
    let w = MatRef::from_row_major_slice(w.data(), k, n);
    matmul(MatMut::from_row_major_slice_mut(&mut y, m, n), Accum::Replace, x, w, 1.0, Par::Seq);
    y
}

fn naive(&Problem { ref x, ref w, m, n, k }: &Problem) -> Vec<f32> {
    let mut y = vec![0.0; m * n];
    for (x, y) in x.data().chunks_exact(k).zip(y.chunks_exact_mut(n)) {
        for (x, w) in x.iter().zip(w.data().chunks_exact(n)) {
            y.iter_mut().zip(w).for_each(|(y, w)| *y += x * w);
        }
    }
    y
}
