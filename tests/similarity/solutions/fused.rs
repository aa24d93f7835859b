//! The whole step in one sweep over the examples, gradients held back until the end; the constants are the shapes.

const EXAMPLES: usize = 40;
const FEATURES: usize = 6;
const UNITS: usize = 12;
const KINDS: usize = 4;

struct Params {
    enter: [f32; FEATURES * UNITS],
    enter_bias: [f32; UNITS],
    leave: [f32; UNITS * KINDS],
    leave_bias: [f32; KINDS],
}

impl Params {
    const fn none() -> Params {
        Params {
            enter: [0.0; FEATURES * UNITS],
            enter_bias: [0.0; UNITS],
            leave: [0.0; UNITS * KINDS],
            leave_bias: [0.0; KINDS],
        }
    }

    fn all(&mut self) -> impl Iterator<Item = &mut f32> {
        let weights = self.enter.iter_mut().chain(self.leave.iter_mut());
        weights.chain(self.enter_bias.iter_mut()).chain(self.leave_bias.iter_mut())
    }
}

fn sweep(p: &Params, xs: &[[f32; FEATURES]; EXAMPLES], g: &mut Params) -> f32 {
    let mut total = 0.0f32;
    for (n, x) in xs.iter().enumerate() {
        let kind = n % KINDS;
        let mut logits = p.leave_bias;
        let mut unit = p.enter_bias;
        for u in 0..UNITS {
            for f in 0..FEATURES {
                unit[u] += x[f] * p.enter[u * FEATURES + f];
            }
            if unit[u] > 0.0 {
                for k in 0..KINDS {
                    logits[k] += unit[u] * p.leave[u * KINDS + k];
                }
            }
        }
        // Running maximum and sum in one go, as for streams.
        let (mut peak, mut sum) = (f32::NEG_INFINITY, 0.0);
        for logit in logits {
            if logit > peak {
                sum = sum * (peak - logit).exp() + 1.0;
                peak = logit;
            } else {
                sum += (logit - peak).exp();
            }
        }
        total += sum.ln() + peak - logits[kind];
        let mut slope = logits.map(|logit| (logit - peak).exp() / sum);
        slope[kind] -= 1.0;
        for k in 0..KINDS {
            g.leave_bias[k] += slope[k];
        }
        for u in (0..UNITS).filter(|u| unit[*u] > 0.0) {
            let mut down = 0.0;
            for k in 0..KINDS {
                g.leave[u * KINDS + k] += unit[u] * slope[k];
                down += p.leave[u * KINDS + k] * slope[k];
            }
            g.enter_bias[u] += down;
            for f in 0..FEATURES {
                g.enter[u * FEATURES + f] += down * x[f];
            }
        }
    }
    total / EXAMPLES as f32
}

/// Convolution, pooling and normalisation over a moving band of two rows, nothing else kept.
fn see(mut pixel: impl FnMut() -> f32) -> f32 {
    let mut band = [[0.0f32; 10]; 3];
    let (mut top, mut count, mut sum, mut squares) = ([f32::MIN; 4], 0, 0.0f32, 0.0f32);
    let mut first = None;
    for y in 0..10 {
        band.rotate_left(1);
        band[2].fill_with(&mut pixel);
        if y < 2 {
            continue;
        }
        for x in 0..8 {
            let cross = band[0][x + 1] + band[1][x] + band[1][x + 2] + band[2][x + 1];
            let value = 0.5 * band[1][x + 1] - 0.125 * cross;
            top[x / 2] = top[x / 2].max(value);
        }
        if y % 2 == 1 {
            for value in &mut top {
                first.get_or_insert(*value);
                sum += *value;
                squares += *value * *value;
                count += 1;
                *value = f32::MIN;
            }
        }
    }
    let mean = sum / count as f32;
    (first.unwrap_or_default() - mean) / (squares / count as f32 - mean * mean + 1e-5).sqrt()
}

#[unsafe(no_mangle)]
pub extern "C" fn run(seed: u32) -> f32 {
    let mut weyl = 0u32;
    let mut square = seed | 3;
    let mut flip = move || {
        weyl = weyl.wrapping_add(0xb5ad_4ecf);
        square = square.wrapping_mul(square).wrapping_add(weyl);
        square = square.rotate_right(16);
        (square >> 1) as f32 / 2_147_483_648.0 - 0.5
    };
    let mut xs = [[0.0; FEATURES]; EXAMPLES];
    for (n, x) in xs.iter_mut().enumerate() {
        x.fill_with(&mut flip);
        x[n % KINDS] += 1.1;
    }
    let mut p = Params::none();
    p.enter.fill_with(&mut flip);
    p.leave.fill_with(&mut flip);
    let mut memory = Params::none();
    let mut loss = 0.0;
    for _ in 0..60 {
        let mut g = Params::none();
        loss = sweep(&p, &xs, &mut g);
        // Adagrad: what has moved much moves less.
        for ((p, g), m) in p.all().zip(g.all()).zip(memory.all()) {
            *m += *g * *g;
            *p -= 0.2 * *g / (m.sqrt() + 1e-6);
        }
    }
    loss + see(flip).abs() / 100.0
}
