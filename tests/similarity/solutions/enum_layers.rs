//! A network is a list of an enum, and one `match` knows how each of them works.

enum Stage {
    Affine { weights: Vec<Vec<f64>>, offsets: Vec<f64>, history: Vec<Vec<f64>> },
    Clip,
    Leaky(f64),
    Scale { gain: Vec<f64>, shift: Vec<f64> },
}

enum Trace {
    Input(Vec<f64>),
    Normal { unit: Vec<f64>, inverse: f64 },
}

struct Lehmer(u64);

impl Lehmer {
    fn gaussian(&mut self) -> f64 {
        let mut twelve = 0.0;
        for _ in 0..12 {
            self.0 = self.0 * 48271 % 0x7fff_ffff;
            twelve += self.0 as f64 / 2147483647.0;
        }
        twelve - 6.0
    }
}

impl Stage {
    fn affine(from: usize, to: usize, rng: &mut Lehmer) -> Stage {
        let scale = 1.0 / (from as f64).sqrt();
        let weights = (0..to).map(|_| (0..from).map(|_| rng.gaussian() * scale).collect()).collect();
        Stage::Affine { weights, offsets: vec![0.0; to], history: vec![vec![0.0; from + 1]; to] }
    }

    fn run(&self, signal: Vec<f64>) -> (Vec<f64>, Trace) {
        match self {
            Stage::Affine { weights, offsets, .. } => {
                let mut result = offsets.clone();
                for (slot, line) in result.iter_mut().zip(weights) {
                    for (w, s) in line.iter().zip(&signal) {
                        *slot += w * s;
                    }
                }
                (result, Trace::Input(signal))
            }
            Stage::Clip => (signal.iter().map(|s| s.max(0.0)).collect(), Trace::Input(signal)),
            Stage::Leaky(k) => {
                let bent = signal.iter().map(|s| if *s >= 0.0 { *s } else { s * k }).collect();
                (bent, Trace::Input(signal))
            }
            Stage::Scale { gain, shift } => {
                let n = signal.len() as f64;
                let mean = signal.iter().sum::<f64>() / n;
                let power = signal.iter().map(|s| (s - mean) * (s - mean)).sum::<f64>() / n;
                let inverse = (power + 1e-5).powf(-0.5);
                let unit: Vec<f64> = signal.iter().map(|s| (s - mean) * inverse).collect();
                let out = (0..unit.len()).map(|i| unit[i] * gain[i] + shift[i]).collect();
                (out, Trace::Normal { unit, inverse })
            }
        }
    }

    fn correct(&mut self, error: Vec<f64>, trace: &Trace, rate: f64) -> Vec<f64> {
        match (self, trace) {
            (Stage::Affine { weights, offsets, history }, Trace::Input(signal)) => {
                let mut passed = vec![0.0; signal.len()];
                for (j, e) in error.iter().enumerate() {
                    for (i, s) in signal.iter().enumerate() {
                        passed[i] += weights[j][i] * e;
                        // RMSprop, the root kept beside each weight.
                        history[j][i] = 0.95 * history[j][i] + 0.05 * (e * s) * (e * s);
                        weights[j][i] -= rate * e * s / (history[j][i].sqrt() + 1e-4);
                    }
                    let last = signal.len();
                    history[j][last] = 0.95 * history[j][last] + 0.05 * e * e;
                    offsets[j] -= rate * e / (history[j][last].sqrt() + 1e-4);
                }
                passed
            }
            (Stage::Clip, Trace::Input(signal)) => {
                error.iter().zip(signal).map(|(e, s)| if *s > 0.0 { *e } else { 0.0 }).collect()
            }
            (Stage::Leaky(k), Trace::Input(signal)) => {
                error.iter().zip(signal).map(|(e, s)| if *s >= 0.0 { *e } else { e * *k }).collect()
            }
            (Stage::Scale { gain, shift }, Trace::Normal { unit, inverse }) => {
                let n = unit.len() as f64;
                let local: Vec<f64> = error.iter().zip(gain.iter()).map(|(e, g)| e * g).collect();
                let plain = local.iter().sum::<f64>() / n;
                let along = local.iter().zip(unit).map(|(l, u)| l * u).sum::<f64>() / n;
                for i in 0..unit.len() {
                    gain[i] -= rate * error[i] * unit[i];
                    shift[i] -= rate * error[i];
                }
                local.iter().zip(unit).map(|(l, u)| (l - plain - u * along) * inverse).collect()
            }
            _ => unreachable!("a stage leaves its own trace"),
        }
    }
}

/// Loss and its slope for one example.
fn judge(scores: &[f64], right: usize) -> (f64, Vec<f64>) {
    let ceiling = scores.iter().cloned().fold(f64::NEG_INFINITY, f64::max);
    let masses: Vec<f64> = scores.iter().map(|s| (s - ceiling).exp()).collect();
    let sum: f64 = masses.iter().sum();
    let mut slope: Vec<f64> = masses.iter().map(|mass| mass / sum).collect();
    let loss = -slope[right].ln();
    slope[right] -= 1.0;
    (loss, slope)
}

fn cross_correlation(field: &dyn Fn(usize, usize) -> f64, size: usize, mask: &[(usize, usize, f64)]) -> Vec<f64> {
    let mut all = vec![];
    for top in 0..size {
        for left in 0..size {
            all.push(mask.iter().map(|(dy, dx, weight)| weight * field(top + dy, left + dx)).sum());
        }
    }
    all
}

#[unsafe(no_mangle)]
pub extern "C" fn run(seed: u32) -> f32 {
    let mut rng = Lehmer(u64::from(seed) % 0x7fff_fffe + 1);
    let examples: Vec<(Vec<f64>, usize)> = (0..33)
        .map(|n| {
            let mut point: Vec<f64> = (0..5).map(|_| rng.gaussian() * 0.3).collect();
            point[n % 3] += 1.0;
            (point, n % 3)
        })
        .collect();
    let mut network = vec![
        Stage::affine(5, 12, &mut rng),
        Stage::Scale { gain: vec![1.0; 12], shift: vec![0.0; 12] },
        Stage::Clip,
        Stage::affine(12, 8, &mut rng),
        Stage::Leaky(0.1),
        Stage::affine(8, 3, &mut rng),
    ];
    let mut average = 0.0;
    for _ in 0..12 {
        average = 0.0;
        for (point, class) in &examples {
            let mut signal = point.clone();
            let mut traces = Vec::new();
            for stage in &network {
                let (next, trace) = stage.run(signal);
                traces.push(trace);
                signal = next;
            }
            let (loss, mut error) = judge(&signal, *class);
            average += loss / examples.len() as f64;
            for (stage, trace) in network.iter_mut().zip(&traces).rev() {
                error = stage.correct(error, trace, 0.01);
            }
        }
    }
    let field: Vec<f64> = (0..64).map(|_| rng.gaussian()).collect();
    let mask = [(0, 0, 0.5), (0, 1, -0.25), (1, 0, -0.25), (1, 1, 1.0), (2, 2, 0.125)];
    let seen = cross_correlation(&|y, x| field[y * 8 + x], 6, &mask);
    let mut pooled = vec![f64::MIN; 9];
    for (at, value) in seen.iter().enumerate() {
        let cell = at / 6 / 2 * 3 + at % 6 / 2;
        pooled[cell] = pooled[cell].max(*value);
    }
    (average + pooled.iter().sum::<f64>().abs() * 1e-3) as f32
}
