//! Generic over the kind of number, calculated in f64.

use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

trait Real:
    Copy + PartialOrd + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
    + Neg<Output = Self> + AddAssign
{
    fn of(v: f64) -> Self;
    fn exponential(self) -> Self;
    fn logarithm(self) -> Self;
    fn root(self) -> Self;
    fn single(self) -> f32;
}

impl Real for f64 {
    fn of(v: f64) -> f64 {
        v
    }
    fn exponential(self) -> f64 {
        self.exp()
    }
    fn logarithm(self) -> f64 {
        self.ln()
    }
    fn root(self) -> f64 {
        self.sqrt()
    }
    fn single(self) -> f32 {
        self as f32
    }
}

struct Grid<T> {
    rows: usize,
    cells: Vec<T>,
}

impl<T: Real> Grid<T> {
    fn filled(rows: usize, columns: usize, mut with: impl FnMut(usize, usize) -> T) -> Self {
        let mut cells = Vec::with_capacity(rows * columns);
        for r in 0..rows {
            for c in 0..columns {
                cells.push(with(r, c));
            }
        }
        Grid { rows, cells }
    }

    fn columns(&self) -> usize {
        self.cells.len() / self.rows
    }

    fn get(&self, r: usize, c: usize) -> T {
        self.cells[r * self.columns() + c]
    }

    fn contract(&self, other: &Grid<T>, over_rows: (bool, bool)) -> Grid<T> {
        let (flip_left, flip_right) = over_rows;
        let left = |r, k| if flip_left { self.get(k, r) } else { self.get(r, k) };
        let right = |k, c| if flip_right { other.get(c, k) } else { other.get(k, c) };
        let (rows, inner) = if flip_left { (self.columns(), self.rows) } else { (self.rows, self.columns()) };
        let columns = if flip_right { other.rows } else { other.columns() };
        Grid::filled(rows, columns, |r, c| {
            let mut sum = T::of(0.0);
            for k in 0..inner {
                sum += left(r, k) * right(k, c);
            }
            sum
        })
    }
}

struct Momentum<T> {
    value: Grid<T>,
    speed: Vec<T>,
}

impl<T: Real> Momentum<T> {
    fn over(value: Grid<T>) -> Self {
        let speed = vec![T::of(0.0); value.cells.len()];
        Momentum { value, speed }
    }

    fn descend(&mut self, slope: &Grid<T>, rate: f64) {
        for n in 0..self.speed.len() {
            self.speed[n] = self.speed[n] * T::of(0.8) + slope.cells[n];
            self.value.cells[n] = self.value.cells[n] - self.speed[n] * T::of(rate);
        }
    }
}

fn softmax<T: Real>(scores: &Grid<T>) -> Grid<T> {
    let mut peaks = vec![scores.get(0, 0); scores.rows];
    let mut sums = vec![T::of(0.0); scores.rows];
    for r in 0..scores.rows {
        peaks[r] = scores.get(r, 0);
        for c in 0..scores.columns() {
            if scores.get(r, c) > peaks[r] {
                peaks[r] = scores.get(r, c);
            }
        }
        for c in 0..scores.columns() {
            sums[r] += (scores.get(r, c) - peaks[r]).exponential();
        }
    }
    Grid::filled(scores.rows, scores.columns(), |r, c| (scores.get(r, c) - peaks[r]).exponential() / sums[r])
}

fn train<T: Real>(x: &Grid<T>, wanted: &[usize], random: &mut impl FnMut() -> f64) -> T {
    let (inputs, hidden, outputs) = (x.columns(), 9, 3);
    let mut draw = |rows, columns| Grid::filled(rows, columns, |_, _| T::of(random()));
    let mut below = Momentum::over(draw(inputs, hidden));
    let mut above = Momentum::over(draw(hidden, outputs));
    let mut loss = T::of(0.0);
    for _ in 0..80 {
        let z = x.contract(&below.value, (false, false));
        let zero = T::of(0.0);
        let a = Grid::filled(z.rows, hidden, |r, c| if z.get(r, c) > zero { z.get(r, c) } else { zero });
        let p = softmax(&a.contract(&above.value, (false, false)));
        let count = T::of(wanted.len() as f64);
        loss = zero;
        for (r, w) in wanted.iter().enumerate() {
            loss += -p.get(r, *w).logarithm() / count;
        }
        let hot = |r: usize, c: usize| if wanted[r] == c { T::of(1.0) } else { zero };
        let dy = Grid::filled(p.rows, outputs, |r, c| (p.get(r, c) - hot(r, c)) / count);
        let da = dy.contract(&above.value, (false, true));
        let dz = Grid::filled(z.rows, hidden, |r, c| if z.get(r, c) > zero { da.get(r, c) } else { zero });
        above.descend(&a.contract(&dy, (true, false)), 0.15);
        below.descend(&x.contract(&dz, (true, false)), 0.15);
    }
    loss
}

fn vision<T: Real>(image: &Grid<T>, kernel: &Grid<T>) -> T {
    let (h, w) = (image.rows + 1 - kernel.rows, image.columns() + 1 - kernel.columns());
    let seen = Grid::filled(h, w, |y, x| {
        let mut sum = T::of(0.0);
        for v in 0..kernel.rows {
            for u in 0..kernel.columns() {
                sum += kernel.get(v, u) * image.get(y + v, x + u);
            }
        }
        sum
    });
    let pooled = Grid::filled(h / 2, w / 2, |y, x| {
        let four = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(v, u)| seen.get(2 * y + v, 2 * x + u));
        four.into_iter().reduce(|a, b| if b > a { b } else { a }).unwrap()
    });
    let n = T::of(pooled.cells.len() as f64);
    let mut mean = T::of(0.0);
    pooled.cells.iter().for_each(|c| mean += *c / n);
    let mut variance = T::of(1e-5);
    pooled.cells.iter().for_each(|c| variance += (*c - mean) * (*c - mean) / n);
    (pooled.cells[0] - mean) / variance.root()
}

#[unsafe(no_mangle)]
pub extern "C" fn run(seed: u32) -> f32 {
    let mut state = u64::from(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut random = move || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1u64 << 53) as f64 - 0.5
    };
    let wanted: Vec<usize> = (0..45).map(|n| n % 3).collect();
    let x = Grid::<f64>::filled(45, 4, |r, c| random() + if wanted[r] == c { 1.0 } else { 0.0 });
    let loss = train(&x, &wanted, &mut random);
    let image = Grid::<f64>::filled(9, 9, |_, _| random());
    let kernel = Grid::filled(4, 4, |y, x| (y as f64 - x as f64) * 0.1);
    loss.single() + vision(&image, &kernel).single() * 0.05
}
