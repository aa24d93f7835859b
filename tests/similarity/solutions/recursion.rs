//! Divide and conquer: products, sums and searches that call themselves on halves.

#[derive(Clone, Copy)]
struct View<'a> {
    data: &'a [f32],
    origin: usize,
    rows: usize,
    cols: usize,
    down: usize,
    across: usize,
}

impl<'a> View<'a> {
    fn whole(data: &'a [f32], rows: usize, cols: usize) -> Self {
        View { data, origin: 0, rows, cols, down: cols, across: 1 }
    }

    fn flipped(self) -> Self {
        View { rows: self.cols, cols: self.rows, down: self.across, across: self.down, ..self }
    }

    fn value(&self, r: usize, c: usize) -> f32 {
        self.data[self.origin + r * self.down + c * self.across]
    }

    fn upper_lower(self) -> (Self, Self) {
        let half = self.rows / 2;
        let lower = View { origin: self.origin + half * self.down, rows: self.rows - half, ..self };
        (View { rows: half, ..self }, lower)
    }

    fn left_right(self) -> (Self, Self) {
        let (left, right) = self.flipped().upper_lower();
        (left.flipped(), right.flipped())
    }
}

/// Adds the product to a target that starts at `at` and whose rows lie `pitch` apart.
fn multiply(a: View, b: View, target: &mut [f32], at: usize, pitch: usize) {
    if a.rows == 0 || a.cols == 0 || b.cols == 0 {
        return;
    }
    if a.rows.max(a.cols).max(b.cols) <= 4 {
        for r in 0..a.rows {
            for c in 0..b.cols {
                for k in 0..a.cols {
                    target[at + r * pitch + c] += a.value(r, k) * b.value(k, c);
                }
            }
        }
    } else if a.rows >= a.cols && a.rows >= b.cols {
        let (top, bottom) = a.upper_lower();
        multiply(top, b, target, at, pitch);
        multiply(bottom, b, target, at + top.rows * pitch, pitch);
    } else if b.cols >= a.cols {
        let (left, right) = b.left_right();
        multiply(a, left, target, at, pitch);
        multiply(a, right, target, at + left.cols, pitch);
    } else {
        let ((left, right), (top, bottom)) = (a.left_right(), b.upper_lower());
        multiply(left, top, target, at, pitch);
        multiply(right, bottom, target, at, pitch);
    }
}

fn matrix_product(a: View, b: View) -> Vec<f32> {
    let mut out = vec![0.0; a.rows * b.cols];
    multiply(a, b, &mut out, 0, b.cols);
    out
}

fn pairwise(xs: &[f32], f: &impl Fn(f32) -> f32) -> f32 {
    match xs {
        [] => 0.0,
        [x] => f(*x),
        _ => {
            let (a, b) = xs.split_at(xs.len() / 2);
            pairwise(a, f) + pairwise(b, f)
        }
    }
}

fn highest(xs: &[f32]) -> f32 {
    match xs {
        [] => f32::NEG_INFINITY,
        [x, rest @ ..] => {
            let other = highest(rest);
            if *x > other { *x } else { other }
        }
    }
}

/// The example's loss; the scores become the gradient.
fn settle(scores: &mut [f32], answer: usize, weight: f32) -> f32 {
    let roof = highest(scores);
    let mass = pairwise(scores, &|s| (s - roof).exp());
    let loss = mass.ln() + roof - scores[answer];
    for (c, s) in scores.iter_mut().enumerate() {
        let probability = (*s - roof).exp() / mass;
        *s = weight * if c == answer { probability - 1.0 } else { probability };
    }
    loss * weight
}

/// A network is nothing, or a layer in front of a network. Gives the gradient of its input.
enum Stack {
    End,
    Layer(Vec<f32>, usize, Box<Stack>),
}

impl Stack {
    fn grow(widths: &[usize], random: &mut dyn FnMut() -> f32) -> Stack {
        match widths {
            [from, to, ..] => {
                let weights = (0..(from + 1) * to).map(|_| random()).collect();
                Stack::Layer(weights, *to, Box::new(Stack::grow(&widths[1..], random)))
            }
            _ => Stack::End,
        }
    }

    fn learn(&mut self, x: Vec<f32>, answers: &[usize], loss: &mut f32, rate: f32) -> Vec<f32> {
        let rows = answers.len();
        match self {
            Stack::End => {
                let mut scores = x;
                let width = scores.len() / rows;
                for (row, answer) in scores.chunks_mut(width).zip(answers) {
                    *loss += settle(row, *answer, 1.0 / rows as f32);
                }
                scores
            }
            Stack::Layer(weights, to, rest) => {
                let width = x.len() / rows;
                // A one is appended to every example, and the bias is a weight.
                let lifted: Vec<f32> = x.chunks(width).flat_map(|row| row.iter().copied().chain([1.0])).collect();
                let seen = View::whole(&lifted, rows, width + 1);
                let mut y = matrix_product(seen, View::whole(weights, width + 1, *to));
                let is_last = matches!(**rest, Stack::End);
                if !is_last {
                    y.iter_mut().filter(|v| v.is_sign_negative()).for_each(|v| *v = 0.0);
                }
                let mut dy = rest.learn(y.clone(), answers, loss, rate);
                if !is_last {
                    dy.iter_mut().zip(&y).filter(|(_, v)| **v == 0.0).for_each(|(d, _)| *d = 0.0);
                }
                let slope = View::whole(&dy, rows, *to);
                let back = matrix_product(slope, View::whole(weights, width + 1, *to).flipped());
                let change = matrix_product(seen.flipped(), slope);
                weights.iter_mut().zip(change).for_each(|(w, g)| *w -= rate * g);
                back.chunks(width + 1).flat_map(|row| row[..width].to_vec()).collect()
            }
        }
    }
}

fn quadrants(view: View) -> f32 {
    if view.rows * view.cols == 1 {
        return view.value(0, 0);
    }
    let halves = if view.rows > 1 { view.upper_lower() } else { view.left_right() };
    f32::max(quadrants(halves.0), quadrants(halves.1))
}

#[unsafe(no_mangle)]
pub extern "C" fn run(seed: u32) -> f32 {
    fn digit(state: &mut u32) -> f32 {
        *state = (u64::from(*state) * 16807 % 2147483647) as u32;
        *state as f32 / 2147483647.0 - 0.5
    }
    let mut state = seed % 2147483646 + 1;
    let answers: Vec<usize> = (0..27).map(|n| n % 3).collect();
    let x: Vec<f32> =
        (0..27 * 4).map(|i| digit(&mut state) + if i % 4 == i / 4 % 3 { 1.2 } else { 0.0 }).collect();
    let mut net = Stack::grow(&[4, 9, 3], &mut || digit(&mut state));
    let mut loss = 0.0;
    for _ in 0..60 {
        loss = 0.0;
        net.learn(x.clone(), &answers, &mut loss, 0.5);
    }
    let image: Vec<f32> = (0..81).map(|_| digit(&mut state)).collect();
    let kernel: Vec<f32> = (0..4).map(|_| digit(&mut state)).collect();
    let seen: Vec<f32> = (0..64)
        .map(|i| {
            let patch = View { origin: i / 8 * 9 + i % 8, rows: 2, cols: 2, ..View::whole(&image, 9, 9) };
            let flat: Vec<f32> = (0..4).map(|k| patch.value(k / 2, k % 2)).collect();
            matrix_product(View::whole(&flat, 1, 4), View::whole(&kernel, 4, 1))[0]
        })
        .collect();
    let map = View::whole(&seen, 8, 8);
    let pooled: Vec<f32> = (0..16)
        .map(|i| quadrants(View { origin: i / 4 * 16 + i % 4 * 2, rows: 2, cols: 2, ..map }))
        .collect();
    let mean = pairwise(&pooled, &|v| v) / 16.0;
    let deviation = (pairwise(&pooled, &|v| (v - mean) * (v - mean)) / 16.0 + 1e-5).sqrt();
    loss + ((pooled[3] - mean) / deviation).abs() / 100.0
}
