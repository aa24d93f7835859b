//! A configuration is built step by step, checked, and only then made into something that trains.

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Activation {
    Identity,
    Relu,
    Tanh,
}

#[derive(Default)]
struct NetworkBuilder {
    widths: Vec<usize>,
    activations: Vec<Activation>,
    learning_rate: Option<f32>,
    seed: u32,
}

#[derive(Debug)]
enum BuildError {
    NoLayers,
    ZeroWidth(usize),
    NoRate,
}

struct Network {
    layers: Vec<LayerState>,
    rate: f32,
    step: u32,
}

struct LayerState {
    rows: usize,
    cols: usize,
    theta: Vec<f32>,
    m: Vec<f32>,
    v: Vec<f32>,
    kind: Activation,
}

struct SplitMix(u64);

impl SplitMix {
    fn unit(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9e3779b97f4a7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d049bb133111eb);
        ((z ^ (z >> 31)) >> 40) as f32 * (1.0 / 16777216.0)
    }
}

impl NetworkBuilder {
    fn input(mut self, width: usize) -> Self {
        self.widths.insert(0, width);
        self
    }

    fn layer(mut self, width: usize, activation: Activation) -> Self {
        self.widths.push(width);
        self.activations.push(activation);
        self
    }

    fn rate(self, rate: f32) -> Self {
        NetworkBuilder { learning_rate: Some(rate), ..self }
    }

    fn seed(self, seed: u32) -> Self {
        NetworkBuilder { seed, ..self }
    }

    fn build(self) -> Result<Network, BuildError> {
        if self.activations.is_empty() {
            return Err(BuildError::NoLayers);
        }
        if let Some(at) = self.widths.iter().position(|w| *w == 0) {
            return Err(BuildError::ZeroWidth(at));
        }
        let rate = self.learning_rate.ok_or(BuildError::NoRate)?;
        let mut rng = SplitMix(self.seed.into());
        let mut layers = Vec::with_capacity(self.activations.len());
        for (pair, kind) in self.widths.windows(2).zip(self.activations) {
            let (cols, rows) = (pair[0], pair[1]);
            let bound = (6.0 / (cols + rows) as f32).sqrt();
            let mut theta: Vec<f32> = (0..rows * cols).map(|_| (rng.unit() * 2.0 - 1.0) * bound).collect();
            theta.resize(rows * cols + rows, 0.0);
            let empty = vec![0.0; theta.len()];
            layers.push(LayerState { rows, cols, m: empty.clone(), v: empty, theta, kind });
        }
        Ok(Network { layers, rate, step: 0 })
    }
}

impl Activation {
    fn apply(self, x: f32) -> f32 {
        match self {
            Activation::Identity => x,
            Activation::Relu => x.max(0.0),
            Activation::Tanh => x.tanh(),
        }
    }

    /// By what came out.
    fn slope(self, y: f32) -> f32 {
        match self {
            Activation::Identity => 1.0,
            Activation::Relu => (y > 0.0) as u8 as f32,
            Activation::Tanh => 1.0 - y * y,
        }
    }
}

impl LayerState {
    fn predict(&self, x: &[f32]) -> Vec<f32> {
        let (weights, biases) = self.theta.split_at(self.rows * self.cols);
        let mut y = biases.to_vec();
        for (y, row) in y.iter_mut().zip(weights.chunks_exact(self.cols)) {
            *y = self.kind.apply(row.iter().zip(x).fold(*y, |acc, (w, x)| acc + w * x));
        }
        y
    }
}

impl Network {
    fn fit_batch(&mut self, batch: &[(Vec<f32>, usize)]) -> f32 {
        let mut gradients: Vec<Vec<f32>> = self.layers.iter().map(|l| vec![0.0; l.theta.len()]).collect();
        let mut loss = 0.0;
        for (x, class) in batch {
            let mut acts = vec![x.clone()];
            for layer in &self.layers {
                let next = layer.predict(acts.last().unwrap());
                acts.push(next);
            }
            let top = acts.last().unwrap();
            let lse = top.iter().map(|t| t.exp()).sum::<f32>().ln();
            loss += lse - top[*class];
            let mut delta: Vec<f32> = top.iter().map(|t| (t - lse).exp()).collect();
            delta[*class] -= 1.0;
            for (n, layer) in self.layers.iter().enumerate().rev() {
                let (below, here) = (&acts[n], &acts[n + 1]);
                delta.iter_mut().zip(here).for_each(|(d, y)| *d *= layer.kind.slope(*y));
                let mut lower = vec![0.0; layer.cols];
                for (r, d) in delta.iter().enumerate() {
                    for c in 0..layer.cols {
                        gradients[n][r * layer.cols + c] += d * below[c];
                        lower[c] += d * layer.theta[r * layer.cols + c];
                    }
                    gradients[n][layer.rows * layer.cols + r] += d;
                }
                delta = lower;
            }
        }
        self.step += 1;
        let size = batch.len() as f32;
        let correction = (1.0 - 0.999f32.powi(self.step as i32)).sqrt() / (1.0 - 0.9f32.powi(self.step as i32));
        for (layer, gradient) in self.layers.iter_mut().zip(gradients) {
            for (i, g) in gradient.into_iter().enumerate() {
                let g = g / size;
                layer.m[i] = 0.9 * layer.m[i] + 0.1 * g;
                layer.v[i] = 0.999 * layer.v[i] + 0.001 * g * g;
                layer.theta[i] -= self.rate * correction * layer.m[i] / (layer.v[i].sqrt() + 1e-8);
            }
        }
        loss / size
    }
}

struct Plane {
    side: usize,
    px: Vec<f32>,
}

impl Plane {
    fn get(&self, y: isize, x: isize) -> f32 {
        let side = self.side as isize;
        if (0..side).contains(&y) && (0..side).contains(&x) { self.px[(y * side + x) as usize] } else { 0.0 }
    }

    /// With a border of zeros, so that the result has the same size.
    fn convolved(&self, taps: &[f32; 9]) -> Plane {
        let mut px = Vec::with_capacity(self.px.len());
        for y in 0..self.side as isize {
            for x in 0..self.side as isize {
                let mut sum = 0.0;
                for (i, tap) in taps.iter().enumerate() {
                    sum += tap * self.get(y + i as isize / 3 - 1, x + i as isize % 3 - 1);
                }
                px.push(sum);
            }
        }
        Plane { side: self.side, px }
    }

    fn pooled(&self) -> Plane {
        let side = self.side / 2;
        let px = (0..side * side).map(|i| {
            let (y, x) = ((i / side * 2) as isize, (i % side * 2) as isize);
            f32::max(f32::max(self.get(y, x), self.get(y, x + 1)), f32::max(self.get(y + 1, x), self.get(y + 1, x + 1)))
        });
        Plane { side, px: px.collect() }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn run(seed: u32) -> f32 {
    let builder = NetworkBuilder::default().input(4).layer(10, Activation::Tanh).layer(6, Activation::Relu);
    let built = builder.layer(3, Activation::Identity).rate(0.02).seed(seed).build();
    let Ok(mut network) = built else { return f32::NAN };
    let mut rng = SplitMix(u64::from(seed) << 20 | 5);
    let batch: Vec<_> = (0..36)
        .map(|n| {
            let class = n / 12;
            ((0..4).map(|i| rng.unit() - 0.5 + if i == class { 1.0 } else { 0.0 }).collect(), class)
        })
        .collect();
    let mut loss = f32::INFINITY;
    for _ in 0..60 {
        loss = network.fit_batch(&batch);
    }
    let plane = Plane { side: 8, px: (0..64).map(|_| rng.unit()).collect() };
    let out = plane.convolved(&[0.0, -1.0, 0.0, -1.0, 4.0, -1.0, 0.0, -1.0, 0.0]).pooled();
    loss + out.px.iter().sum::<f32>() / 1000.0
}
