//! Derivatives forwards: every number carries its slope along one direction, which is drawn at random.

use core::ops::{Add, Mul, Sub};

#[derive(Clone, Copy, Default)]
struct Dual {
    re: f32,
    du: f32,
}

impl Dual {
    fn exp(self) -> Dual {
        let e = self.re.exp();
        Dual { re: e, du: e * self.du }
    }
    fn ln(self) -> Dual {
        Dual { re: self.re.ln(), du: self.du / self.re }
    }
    fn positive(self) -> Dual {
        if self.re > 0.0 { self } else { Dual::default() }
    }
    fn inverse_root(self) -> Dual {
        let r = 1.0 / self.re.sqrt();
        Dual { re: r, du: -0.5 * r / self.re * self.du }
    }
}

impl From<f32> for Dual {
    fn from(re: f32) -> Dual {
        Dual { re, du: 0.0 }
    }
}

impl Add for Dual {
    type Output = Dual;
    fn add(self, o: Dual) -> Dual {
        Dual { re: self.re + o.re, du: self.du + o.du }
    }
}

impl Sub for Dual {
    type Output = Dual;
    fn sub(self, o: Dual) -> Dual {
        Dual { re: self.re - o.re, du: self.du - o.du }
    }
}

impl Mul for Dual {
    type Output = Dual;
    fn mul(self, o: Dual) -> Dual {
        Dual { re: self.re * o.re, du: self.re * o.du + self.du * o.re }
    }
}

impl core::iter::Sum for Dual {
    fn sum<I: Iterator<Item = Dual>>(values: I) -> Dual {
        values.fold(Dual::default(), Add::add)
    }
}

const LAYOUT: [(usize, usize); 2] = [(3, 6), (6, 3)];

fn network(parameters: &[Dual], point: &[f32; 3]) -> Vec<Dual> {
    let mut here: Vec<Dual> = point.iter().map(|p| Dual::from(*p)).collect();
    let mut rest = parameters;
    for (number, (from, to)) in LAYOUT.into_iter().enumerate() {
        let (mine, others) = rest.split_at((from + 1) * to);
        rest = others;
        let unit = |u: usize| {
            let w = &mine[u * (from + 1)..][..from + 1];
            let z = w[..from].iter().zip(&here).map(|(w, x)| *w * *x).sum::<Dual>() + w[from];
            if number == 0 { z.positive() } else { z }
        };
        here = (0..to).map(unit).collect();
    }
    here
}

fn normalise(xs: Vec<Dual>) -> Vec<Dual> {
    let share = Dual::from(1.0 / xs.len() as f32);
    let mean = xs.iter().copied().sum::<Dual>() * share;
    let off: Vec<Dual> = xs.into_iter().map(|x| x - mean).collect();
    let scale = (off.iter().map(|o| *o * *o).sum::<Dual>() * share + Dual::from(1e-5)).inverse_root();
    off.into_iter().map(|o| o * scale).collect()
}

fn objective(parameters: &[Dual], data: &[([f32; 3], usize)]) -> Dual {
    let one = |(point, class): &([f32; 3], usize)| {
        let scores = network(parameters, point);
        let top = Dual::from(scores.iter().fold(f32::MIN, |m, s| m.max(s.re)));
        scores.iter().map(|s| (*s - top).exp()).sum::<Dual>().ln() + top - scores[*class]
    };
    data.iter().map(one).sum::<Dual>() * Dual::from(1.0 / data.len() as f32)
}

fn filtered(image: [f32; 36], taps: [Dual; 4]) -> Vec<Dual> {
    let mut out = vec![];
    for y in 0..5 {
        for x in 0..5 {
            let from = |k: usize| Dual::from(image[(y + k / 2) * 6 + x + k % 2]);
            out.push((0..4).map(|k| taps[k] * from(k)).sum());
        }
    }
    out
}

fn strongest(map: &[Dual]) -> Vec<Dual> {
    let stronger = |a: Dual, b: Dual| if a.re < b.re { b } else { a };
    [0, 2, 10, 12].map(|at| stronger(stronger(map[at], map[at + 1]), stronger(map[at + 5], map[at + 6]))).to_vec()
}

#[unsafe(no_mangle)]
pub extern "C" fn run(seed: u32) -> f32 {
    let mut a = seed ^ 0x55aa_1234;
    let mut b = 0x1f12_3bb5u32;
    let mut random = move || {
        a = 36969 * (a & 65535) + (a >> 16);
        b = 18000 * (b & 65535) + (b >> 16);
        ((a << 16).wrapping_add(b) as i32) as f32 / 4294967296.0
    };
    let data: Vec<([f32; 3], usize)> = (0..24)
        .map(|n| (std::array::from_fn(|i| random() + f32::from(i == n % 3)), n % 3))
        .collect();
    let count: usize = LAYOUT.iter().map(|(from, to)| (from + 1) * to).sum();
    let mut theta: Vec<f32> = (0..count).map(|_| random()).collect();
    let mut loss = 0.0;
    for sweep in 0..400 {
        let direction: Vec<f32> = (0..count).map(|_| if random() > 0.0 { 1.0 } else { -1.0 }).collect();
        let lifted: Vec<Dual> = theta.iter().zip(&direction).map(|(re, du)| Dual { re: *re, du: *du }).collect();
        let value = objective(&lifted, &data);
        let rate = 0.05 / (1.0 + sweep as f32 / 200.0);
        theta.iter_mut().zip(&direction).for_each(|(t, d)| *t -= rate * value.du * d);
        loss = value.re;
    }
    let image = std::array::from_fn(|_| random());
    let taps = [0.4, -0.3, 0.2, 0.9].map(|re| Dual { re, du: 1.0 });
    let features = normalise(strongest(&filtered(image, taps)));
    loss + features.iter().map(|f| f.du.abs()).sum::<f32>() * 0.001
}
