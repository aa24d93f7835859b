//! Trains the MLP that accuracy is measured with: a seed gives the same bits on every machine.
//!
//! Plain loops in a fixed order, no threads, no fused multiply-add, `libm`'s exponential: slower than the native
//! kernels, whose bits depend on the machine, and run once a release.

use tito_data::{Dataset, Description};
use tito_judge::{Draw, Seed};

use crate::{Architecture, Network, network::hidden_units};

/// How a network is trained: minibatch SGD on softmax cross-entropy, the rate falling linearly to zero.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    /// Passes over the data.
    pub epochs: u32,
    /// Examples for one step; the last batch of an epoch may be smaller.
    pub batch: usize,
    /// The learning rate of the first step.
    pub rate: f32,
}

impl Recipe {
    /// The recipe of the weights that are shipped for this dataset; a small one needs more passes.
    pub fn shipped(data: &Description) -> Self {
        let epochs = if data.name == "mnist" { 8 } else { 60 };
        Self { epochs, batch: 32, rate: 0.2 }
    }
}

/// A row-major matrix [rows, columns].
struct Matrix {
    columns: usize,
    data: Vec<f32>,
}

impl Matrix {
    fn zeros(rows: usize, columns: usize) -> Self {
        Self { columns, data: vec![0.0; rows * columns] }
    }

    fn row(&self, row: usize) -> &[f32] {
        &self.data[row * self.columns..][..self.columns]
    }

    fn row_mut(&mut self, row: usize) -> &mut [f32] {
        &mut self.data[row * self.columns..][..self.columns]
    }
}

struct Mlp {
    w1: Matrix,
    b1: Vec<f32>,
    w2: Matrix,
    b2: Vec<f32>,
}

/// Trains the dataset's MLP from a fixed seed, by `recipe`.
pub fn train(data: &Dataset, recipe: Recipe) -> Network {
    let description = data.description();
    let pixels: u32 = data.form().example_shape.iter().product();
    let (hidden, classes) = (hidden_units(description), data.form().classes);
    let mut draw = Seed::public().draw(&format!("train/{}", description.name));
    let mut mlp = Mlp::new(pixels as usize, hidden as usize, classes as usize, &mut draw);
    let steps = recipe.epochs as usize * data.len().div_ceil(recipe.batch);
    let mut step = 0;
    for _ in 0..recipe.epochs {
        for indices in draw.permutation(data.len()).chunks(recipe.batch) {
            let (inputs, labels) = data.batch(indices);
            let rate = recipe.rate * (1.0 - step as f32 / steps as f32);
            mlp.step(inputs.data(), &labels, rate);
            step += 1;
        }
    }
    let numbers = [mlp.w1.data, mlp.b1, mlp.w2.data, mlp.b2].concat();
    Network::new(Architecture::Mlp.layers(data), &numbers)
}

impl Mlp {
    /// LeCun's deviation for both weights, zero biases.
    fn new(pixels: usize, hidden: usize, classes: usize, draw: &mut Draw) -> Self {
        let mut weight = |rows: usize, columns: usize| {
            let deviation = libm::sqrt(1.0 / rows as f64);
            let data = (0..rows * columns).map(|_| (draw.normal() * deviation) as f32).collect();
            Matrix { columns, data }
        };
        let (w1, w2) = (weight(pixels, hidden), weight(hidden, classes));
        Self { w1, b1: vec![0.0; hidden], w2, b2: vec![0.0; classes] }
    }

    /// One step of gradient descent on a batch of rows.
    fn step(&mut self, inputs: &[f32], labels: &[u32], rate: f32) {
        let rows = labels.len();
        let inputs = Matrix { columns: inputs.len() / rows, data: inputs.to_vec() };
        let mut hidden = affine(&inputs, &self.w1, &self.b1);
        hidden.data.iter_mut().for_each(|h| *h = h.max(0.0));
        let mut slope = affine(&hidden, &self.w2, &self.b2);
        for (row, &label) in labels.iter().enumerate() {
            loss_gradient(slope.row_mut(row), label as usize, rows);
        }
        let mut hidden_slope = through(&slope, &self.w2);
        for (slope, &h) in hidden_slope.data.iter_mut().zip(&hidden.data) {
            *slope = if h > 0.0 { *slope } else { 0.0 };
        }
        descend(&mut self.w2, &mut self.b2, &hidden, &slope, rate);
        descend(&mut self.w1, &mut self.b1, &inputs, &hidden_slope, rate);
    }
}

/// y += a x.
fn axpy(a: f32, x: &[f32], y: &mut [f32]) {
    y.iter_mut().zip(x).for_each(|(y, x)| *y += a * x);
}

/// x W + b.
fn affine(x: &Matrix, w: &Matrix, b: &[f32]) -> Matrix {
    let rows = x.data.len() / x.columns;
    let mut y = Matrix::zeros(rows, w.columns);
    for row in 0..rows {
        y.row_mut(row).copy_from_slice(b);
        for (k, &x) in x.row(row).iter().enumerate().filter(|&(_, &x)| x != 0.0) {
            axpy(x, w.row(k), y.row_mut(row));
        }
    }
    y
}

/// Logits to the gradient of their softmax cross-entropy, averaged over `rows`.
fn loss_gradient(logits: &mut [f32], label: usize, rows: usize) {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    logits.iter_mut().for_each(|x| *x = libm::expf(*x - most));
    let sum: f32 = logits.iter().sum();
    logits.iter_mut().for_each(|x| *x /= sum * rows as f32);
    logits[label] -= 1.0 / rows as f32;
}

/// dY Wᵀ.
fn through(slope: &Matrix, w: &Matrix) -> Matrix {
    let (rows, inputs) = (slope.data.len() / slope.columns, w.data.len() / w.columns);
    let mut back = Matrix::zeros(rows, inputs);
    for row in 0..rows {
        for (k, out) in back.row_mut(row).iter_mut().enumerate() {
            *out = slope.row(row).iter().zip(w.row(k)).map(|(s, w)| s * w).sum();
        }
    }
    back
}

/// W -= rate · Xᵀ dY, b -= rate · Σ dY.
fn descend(w: &mut Matrix, b: &mut [f32], x: &Matrix, slope: &Matrix, rate: f32) {
    for row in 0..slope.data.len() / slope.columns {
        axpy(-rate, slope.row(row), b);
        for (k, &x) in x.row(row).iter().enumerate().filter(|&(_, &x)| x != 0.0) {
            axpy(-rate * x, slope.row(row), w.row_mut(k));
        }
    }
}
