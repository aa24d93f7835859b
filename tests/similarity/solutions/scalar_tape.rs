//! Every number is a node of a graph that knows how to go back: a tape of scalars.

#[derive(Clone, Copy)]
enum Op {
    Leaf,
    Add(usize, usize),
    Mul(usize, usize),
    Relu(usize),
    Exp(usize),
    Log(usize),
    Recip(usize),
    Scale(usize, f32),
}

#[derive(Default)]
struct Tape {
    ops: Vec<Op>,
    values: Vec<f32>,
}

impl Tape {
    fn push(&mut self, op: Op) -> usize {
        let v = |i: usize| self.values[i];
        let value = match op {
            Op::Leaf => 0.0,
            Op::Add(a, b) => v(a) + v(b),
            Op::Mul(a, b) => v(a) * v(b),
            Op::Relu(a) => if v(a) > 0.0 { v(a) } else { 0.0 },
            Op::Exp(a) => v(a).exp(),
            Op::Log(a) => v(a).ln(),
            Op::Recip(a) => 1.0 / v(a),
            Op::Scale(a, k) => v(a) * k,
        };
        self.ops.push(op);
        self.values.push(value);
        self.ops.len() - 1
    }

    fn leaf(&mut self, value: f32) -> usize {
        let id = self.push(Op::Leaf);
        self.values[id] = value;
        id
    }

    fn gradients(&self, root: usize) -> Vec<f32> {
        let mut g = vec![0.0; self.ops.len()];
        g[root] = 1.0;
        for id in (0..=root).rev() {
            let d = g[id];
            if d == 0.0 {
                continue;
            }
            match self.ops[id] {
                Op::Leaf => {}
                Op::Add(a, b) => {
                    g[a] += d;
                    g[b] += d;
                }
                Op::Mul(a, b) => {
                    g[a] += d * self.values[b];
                    g[b] += d * self.values[a];
                }
                Op::Relu(a) => g[a] += if self.values[a] > 0.0 { d } else { 0.0 },
                Op::Exp(a) => g[a] += d * self.values[id],
                Op::Log(a) => g[a] += d / self.values[a],
                Op::Recip(a) => g[a] -= d * self.values[id] * self.values[id],
                Op::Scale(a, k) => g[a] += d * k,
            }
        }
        g
    }

    fn neuron(&mut self, inputs: &[usize], weights: &[usize]) -> usize {
        let mut sum = weights[inputs.len()];
        for (x, w) in inputs.iter().zip(weights) {
            let term = self.push(Op::Mul(*x, *w));
            sum = self.push(Op::Add(sum, term));
        }
        sum
    }

    fn layer(&mut self, inputs: &[usize], weights: &[usize], active: bool) -> Vec<usize> {
        let mut outputs = Vec::new();
        for chunk in weights.chunks(inputs.len() + 1) {
            let z = self.neuron(inputs, chunk);
            outputs.push(if active { self.push(Op::Relu(z)) } else { z });
        }
        outputs
    }

    fn negative_log_likelihood(&mut self, scores: &[usize], right: usize) -> usize {
        let powers: Vec<usize> = scores.iter().map(|s| self.push(Op::Exp(*s))).collect();
        let mut total = powers[0];
        for p in &powers[1..] {
            total = self.push(Op::Add(total, *p));
        }
        let inverse = self.push(Op::Recip(total));
        let p = self.push(Op::Mul(powers[right], inverse));
        let log = self.push(Op::Log(p));
        self.push(Op::Scale(log, -1.0))
    }
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 40) as f32) / (1u64 << 24) as f32 * 2.0 - 1.0
    }
}

fn filter(picture: &[[f32; 8]; 8], mask: &[[f32; 3]; 3]) -> [[f32; 6]; 6] {
    let mut seen = [[0.0; 6]; 6];
    for (y, line) in seen.iter_mut().enumerate() {
        for (x, cell) in line.iter_mut().enumerate() {
            for (dy, weights) in mask.iter().enumerate() {
                for (dx, weight) in weights.iter().enumerate() {
                    *cell += weight * picture[y + dy][x + dx];
                }
            }
        }
    }
    seen
}

fn shrink(seen: &[[f32; 6]; 6]) -> [f32; 9] {
    let mut small = [f32::NEG_INFINITY; 9];
    for y in 0..6 {
        for x in 0..6 {
            let slot = &mut small[y / 2 * 3 + x / 2];
            *slot = slot.max(seen[y][x]);
        }
    }
    small
}

fn whiten(cells: &mut [f32; 9]) {
    let (mut sum, mut squares) = (0.0, 0.0);
    for c in cells.iter() {
        sum += c;
        squares += c * c;
    }
    let mean = sum / 9.0;
    let deviation = (squares / 9.0 - mean * mean + 1e-5).sqrt();
    cells.iter_mut().for_each(|c| *c = (*c - mean) / deviation);
}

#[unsafe(no_mangle)]
pub extern "C" fn run(seed: u32) -> f32 {
    let mut dice = Dice(u64::from(seed) + 77);
    let mut weights: Vec<f32> = (0..3 * 6 + 7 * 3).map(|_| dice.roll() * 0.7).collect();
    let samples: Vec<([f32; 2], usize)> = (0..30)
        .map(|n| {
            let angle = n as f32 * 2.1;
            ([angle.cos() + dice.roll() * 0.2, angle.sin() + dice.roll() * 0.2], n % 3)
        })
        .collect();
    let mut loss = 0.0;
    for _epoch in 0..20 {
        let mut tape = Tape::default();
        let ids: Vec<usize> = weights.iter().map(|w| tape.leaf(*w)).collect();
        let mut total = tape.leaf(0.0);
        for (point, class) in &samples {
            let inputs: Vec<usize> = point.iter().map(|p| tape.leaf(*p)).collect();
            let hidden = tape.layer(&inputs, &ids[..18], true);
            let scores = tape.layer(&hidden, &ids[18..], false);
            let one = tape.negative_log_likelihood(&scores, *class);
            total = tape.push(Op::Add(total, one));
        }
        let mean = tape.push(Op::Scale(total, 1.0 / samples.len() as f32));
        let gradients = tape.gradients(mean);
        for (w, id) in weights.iter_mut().zip(&ids) {
            *w -= 0.3 * gradients[*id];
        }
        loss = tape.values[mean];
    }
    let mut picture = [[0.0; 8]; 8];
    picture.iter_mut().flatten().for_each(|p| *p = dice.roll());
    let mut cells = shrink(&filter(&picture, &[[0.5, 0.0, -0.5], [1.0, 0.0, -1.0], [0.5, 0.0, -0.5]]));
    whiten(&mut cells);
    loss + cells[4] * 0.01
}
