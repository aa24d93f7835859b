//! Each native kernel beside the plain loop that it replaces, at the sizes of milestone 1's network.
//!
//! `cargo bench -p tito-kernels`; `RAYON_NUM_THREADS=1` shows what one core does. GEMM crates are compared by the
//! package `gemm-bench`.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tito_kernels::{dense, relu, sigmoid, softmax, tanh};
use tito_tensor::Tensor;

criterion_group!(kernels, products, elementwise, rows);
criterion_main!(kernels);

/// Irregular numbers between −4 and 4.
fn tensor(shape: &[u32]) -> Tensor {
    Tensor::from_fn(shape.to_vec(), |i| (i.wrapping_mul(2_654_435_761) % 1009) as f32 / 126.0 - 4.0)
}

fn products(criterion: &mut Criterion) {
    for [m, k, n] in [[1, 784, 128], [64, 784, 128], [256, 128, 10], [1024, 784, 128]] {
        let (x, w) = (tensor(&[m, k]), tensor(&[k, n]));
        let mut group = criterion.benchmark_group(format!("dense {m}x{k}x{n}"));
        group.throughput(Throughput::Elements(u64::from(m * k * n)));
        group.bench_function("native", |b| b.iter(|| dense::native(black_box(&x), &w, None).unwrap()));
        group.bench_function("loop", |b| b.iter(|| loops(black_box(&x), &w)));
    }
}

/// The product row by row of the weight, which the compiler vectorises.
fn loops(x: &Tensor, w: &Tensor) -> Tensor {
    let (&[m, k], &[_, n]) = (x.shape().extents(), w.shape().extents()) else {
        unreachable!("both are matrices")
    };
    let mut y = Tensor::zeros([m, n]);
    for (x, y) in x.data().chunks(k as usize).zip(y.data_mut().chunks_mut(n as usize)) {
        for (x, w) in x.iter().zip(w.data().chunks(n as usize)) {
            y.iter_mut().zip(w).for_each(|(y, w)| *y += x * w);
        }
    }
    y
}

fn elementwise(criterion: &mut Criterion) {
    type Function = (&'static str, fn(&Tensor) -> Tensor, fn(f32) -> f32);
    let functions: [Function; 3] = [
        ("relu", relu::native, |x| x.max(0.0)),
        ("sigmoid", sigmoid::native, |x| 1.0 / (1.0 + (-x).exp())),
        ("tanh", tanh::native, f32::tanh),
    ];
    for (name, native, plain) in functions {
        let x = tensor(&[64, 128]);
        let mut group = criterion.benchmark_group(format!("{name} 64x128"));
        group.throughput(Throughput::Elements(64 * 128));
        group.bench_function("native", |b| b.iter(|| native(black_box(&x))));
        group.bench_function("loop", |b| {
            b.iter(|| Tensor::from_fn([64, 128], |i| plain(black_box(&x).data()[i])));
        });
    }
}

fn rows(criterion: &mut Criterion) {
    for classes in [10, 1000] {
        let x = tensor(&[64, classes]);
        let mut group = criterion.benchmark_group(format!("softmax 64x{classes}"));
        group.throughput(Throughput::Elements(u64::from(64 * classes)));
        group.bench_function("native", |b| b.iter(|| softmax::native(black_box(&x))));
        group.bench_function("loop", |b| b.iter(|| softmax_loop(black_box(&x))));
    }
}

fn softmax_loop(x: &Tensor) -> Tensor {
    let mut y = x.clone();
    for row in y.data_mut().chunks_mut(x.shape().last().expect("a matrix has columns")) {
        let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        row.iter_mut().for_each(|x| *x = (*x - max).exp());
        let sum: f32 = row.iter().sum();
        row.iter_mut().for_each(|x| *x /= sum);
    }
    y
}
