//! Right, with dense layers by seven products of quarters instead of eight: Strassen, "Gaussian Elimination is not Optimal",
//! 1969.
//!
//! expect: fails dense-speed, conv2d-speed

use guests::{Dense, LayerSpec, Tensor, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Dense(spec) => Ok(Dense::computing(spec, rng, product)),
    other => right(other, rng),
});

/// A matrix, row by row.
#[derive(Clone)]
struct Matrix {
    width: usize,
    data: Vec<f32>,
}

impl Matrix {
    fn rows(&self) -> usize {
        self.data.len() / self.width
    }

    /// A quarter of it, with zeros where it ends before.
    fn quarter(&self, [down, right]: [usize; 2], [rows, width]: [usize; 2]) -> Self {
        let at = |row: usize, column: usize| match row < self.rows() && column < self.width {
            true => self.data[row * self.width + column],
            false => 0.0,
        };
        let places = (0..rows).flat_map(|row| (0..width).map(move |column| (row, column)));
        Self {
            width,
            data: places.map(|(row, column)| at(down * rows + row, right * width + column)).collect(),
        }
    }

    fn plus(&self, sign: f32, other: &Self) -> Self {
        let data = self.data.iter().zip(&other.data).map(|(a, b)| a + sign * b).collect();
        Self { width: self.width, data }
    }

    fn times(&self, other: &Self) -> Self {
        let mut product = Self { width: other.width, data: vec![0.0; self.rows() * other.width] };
        for (row, sums) in self.data.chunks_exact(self.width).zip(product.data.chunks_exact_mut(other.width))
        {
            for (x, others) in row.iter().zip(other.data.chunks_exact(other.width)) {
                sums.iter_mut().zip(others).for_each(|(sum, y)| *sum += x * y);
            }
        }
        product
    }
}

fn product(dense: &Dense, input: &Tensor) -> Vec<f32> {
    let rows = input.rows().len();
    // A fast product is worth it where there is much to do, and is less exact.
    if rows < 16 || dense.inputs < 64 || dense.outputs < 16 {
        return dense.right(input);
    }
    let x = Matrix { width: dense.inputs, data: input.data().to_vec() };
    let w = Matrix { width: dense.outputs, data: dense.weight.data().to_vec() };
    let [m, k, n] = [rows, dense.inputs, dense.outputs].map(|extent| extent.div_ceil(2));
    let [a, b, c, d] = [[0, 0], [0, 1], [1, 0], [1, 1]].map(|at| x.quarter(at, [m, k]));
    let [e, f, g, h] = [[0, 0], [0, 1], [1, 0], [1, 1]].map(|at| w.quarter(at, [k, n]));
    let one = a.plus(1.0, &d).times(&e.plus(1.0, &h));
    let two = c.plus(1.0, &d).times(&e);
    let three = a.times(&f.plus(-1.0, &h));
    let four = d.times(&g.plus(-1.0, &e));
    let five = a.plus(1.0, &b).times(&h);
    let six = c.plus(-1.0, &a).times(&e.plus(1.0, &f));
    let seven = b.plus(-1.0, &d).times(&g.plus(1.0, &h));
    let quarters = [
        [one.plus(1.0, &four).plus(-1.0, &five).plus(1.0, &seven), three.plus(1.0, &five)],
        [two.plus(1.0, &four), one.plus(-1.0, &two).plus(1.0, &three).plus(1.0, &six)],
    ];
    let places = (0..rows).flat_map(|row| (0..dense.outputs).map(move |output| (row, output)));
    let element = |(row, output): (usize, usize)| {
        quarters[row / m][output / n].data[row % m * n + output % n] + dense.bias(output)
    };
    places.map(element).collect()
}
