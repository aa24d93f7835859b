//! Eight numbers at a time, with the tails padded.

const L: usize = 8;
type Lane = [f32; L];

fn lanes(n: usize) -> usize {
    n.div_ceil(L)
}

fn splat(v: f32) -> Lane {
    [v; L]
}

fn fma(a: Lane, b: Lane, c: Lane) -> Lane {
    let mut out = c;
    for i in 0..L {
        out[i] += a[i] * b[i];
    }
    out
}

fn reduce(a: Lane) -> f32 {
    let four = [a[0] + a[4], a[1] + a[5], a[2] + a[6], a[3] + a[7]];
    (four[0] + four[2]) + (four[1] + four[3])
}

/// Rows of lanes.
struct Packed {
    width: usize,
    stride: usize,
    lanes: Vec<Lane>,
}

impl Packed {
    fn new(rows: usize, width: usize) -> Packed {
        Packed { width, stride: lanes(width), lanes: vec![splat(0.0); rows * lanes(width)] }
    }

    fn put(&mut self, r: usize, c: usize, v: f32) {
        self.lanes[r * self.stride + c / L][c % L] = v;
    }

    fn take(&self, r: usize, c: usize) -> f32 {
        self.lanes[r * self.stride + c / L][c % L]
    }

    fn row(&self, r: usize) -> &[Lane] {
        &self.lanes[r * self.stride..(r + 1) * self.stride]
    }

    fn row_mut(&mut self, r: usize) -> &mut [Lane] {
        &mut self.lanes[r * self.stride..(r + 1) * self.stride]
    }

    fn height(&self) -> usize {
        self.lanes.len() / self.stride
    }
}

fn spread(x: &Packed, w: &Packed) -> Packed {
    let mut y = Packed::new(x.height(), w.width);
    for r in 0..x.height() {
        for k in 0..x.width {
            let s = splat(x.take(r, k));
            for (y, w) in y.row_mut(r).iter_mut().zip(w.row(k)) {
                *y = fma(s, *w, *y);
            }
        }
    }
    y
}

fn gather(dy: &Packed, w: &Packed) -> Packed {
    let mut dx = Packed::new(dy.height(), w.height());
    for r in 0..dy.height() {
        for k in 0..w.height() {
            let sum = dy.row(r).iter().zip(w.row(k)).fold(splat(0.0), |acc, (a, b)| fma(*a, *b, acc));
            dx.put(r, k, reduce(sum));
        }
    }
    dx
}

fn nudge(w: &mut Packed, x: &Packed, dy: &Packed, rate: f32) {
    for r in 0..x.height() {
        for k in 0..x.width {
            let s = splat(-rate * x.take(r, k));
            for (w, d) in w.row_mut(k).iter_mut().zip(dy.row(r)) {
                *w = fma(s, *d, *w);
            }
        }
    }
}

fn gate(z: &mut Packed, by: Option<&Packed>) {
    for n in 0..z.lanes.len() {
        let open = by.map_or(z.lanes[n], |by| by.lanes[n]);
        for i in 0..L {
            z.lanes[n][i] = if open[i] > 0.0 { z.lanes[n][i] } else { 0.0 };
        }
    }
}

fn classify(z: &mut Packed) -> f32 {
    let (n, mut loss) = (z.height(), 0.0);
    for r in 0..n {
        let scores: Vec<f32> = (0..z.width).map(|c| z.take(r, c)).collect();
        let top = scores.iter().cloned().reduce(f32::max).unwrap();
        let sum: f32 = scores.iter().map(|s| f32::exp(s - top)).sum();
        for (c, s) in scores.iter().enumerate() {
            let p = f32::exp(s - top) / sum;
            let is = c == r % z.width;
            loss -= if is { p.ln() / n as f32 } else { 0.0 };
            z.put(r, c, if is { p - 1.0 } else { p } / n as f32);
        }
    }
    loss
}

fn image_part(random: &mut dyn FnMut() -> f32) -> f32 {
    let mut image = Packed::new(10, 10);
    (0..100).for_each(|i| image.put(i / 10, i % 10, random()));
    let taps: [f32; 9] = std::array::from_fn(|_| random());
    let mut rows = [splat(0.0); 8];
    for (y, row) in rows.iter_mut().enumerate() {
        for (t, tap) in taps.iter().enumerate() {
            let shifted: Lane = std::array::from_fn(|x| image.take(y + t / 3, x + t % 3));
            *row = fma(splat(*tap), shifted, *row);
        }
    }
    let mut best = [splat(f32::MIN); 2];
    for y in 0..8 {
        for x in 0..8 {
            let slot = &mut best[y / 4][y / 2 % 2 * 4 + x / 2];
            *slot = slot.max(rows[y][x]);
        }
    }
    let mean = (reduce(best[0]) + reduce(best[1])) / 16.0;
    let centred = best.map(|lane| lane.map(|v| v - mean));
    let variance = (reduce(fma(centred[0], centred[0], splat(0.0))) + reduce(fma(centred[1], centred[1], splat(0.0)))) / 16.0;
    centred[1][7] / (variance + 1e-5).sqrt()
}

#[unsafe(no_mangle)]
pub extern "C" fn run(seed: u32) -> f32 {
    let mut t = seed.rotate_left(7) | 1;
    let mut random = || {
        t = t.wrapping_mul(747796405).wrapping_add(2891336453);
        let word = ((t >> ((t >> 28) + 4)) ^ t).wrapping_mul(277803737);
        ((word >> 22) ^ word) as f32 / u32::MAX as f32 - 0.5
    };
    let (mut x, mut w, mut v) = (Packed::new(40, 5), Packed::new(5, 16), Packed::new(16, 4));
    for r in 0..40 {
        (0..5).for_each(|c| x.put(r, c, random() + if c == r % 4 { 1.0 } else { 0.0 }));
    }
    (0..80).for_each(|i| w.put(i / 16, i % 16, random()));
    (0..64).for_each(|i| v.put(i / 4, i % 4, random()));
    let mut loss = 0.0;
    for _ in 0..60 {
        let mut h = spread(&x, &w);
        gate(&mut h, None);
        let mut y = spread(&h, &v);
        loss = classify(&mut y);
        let mut dh = gather(&y, &v);
        gate(&mut dh, Some(&h));
        nudge(&mut v, &h, &y, 0.5);
        nudge(&mut w, &x, &dh, 0.5);
    }
    loss + image_part(&mut random).abs() / 100.0
}
