//! Modules with a registry of named parameters, in the manner of the big frameworks, one optimizer over all of them.

use std::collections::BTreeMap;

struct Parameter {
    value: Vec<f32>,
    grad: Vec<f32>,
}

#[derive(Default)]
struct Store {
    parameters: BTreeMap<String, Parameter>,
}

impl Store {
    fn register(&mut self, name: impl Into<String>, value: Vec<f32>) {
        let grad = vec![0.0; value.len()];
        self.parameters.insert(name.into(), Parameter { value, grad });
    }

    fn value(&self, name: &str) -> &[f32] {
        &self.parameters[name].value
    }

    fn accumulate(&mut self, name: &str, contribution: impl Iterator<Item = (usize, f32)>) {
        let grad = &mut self.parameters.get_mut(name).expect("it was registered").grad;
        for (place, amount) in contribution {
            grad[place] += amount;
        }
    }
}

trait Optimizer {
    fn step(&mut self, store: &mut Store);
}

struct Nesterov {
    lr: f32,
    mu: f32,
    state: BTreeMap<String, Vec<f32>>,
}

impl Optimizer for Nesterov {
    fn step(&mut self, store: &mut Store) {
        for (name, parameter) in &mut store.parameters {
            let length = parameter.value.len();
            let state = self.state.entry(name.clone()).or_insert_with(|| vec![0.0; length]);
            for ((value, grad), buffer) in parameter.value.iter_mut().zip(&mut parameter.grad).zip(state) {
                *buffer = self.mu * *buffer + *grad;
                *value -= self.lr * (*grad + self.mu * *buffer);
                *grad = 0.0;
            }
        }
    }
}

struct Linear {
    name: &'static str,
    fan_in: usize,
    fan_out: usize,
}

impl Linear {
    fn init(&self, store: &mut Store, rng: &mut impl FnMut() -> f32) {
        let bound = 1.0 / (self.fan_in as f32).sqrt();
        let weight = (0..self.fan_in * self.fan_out).map(|_| 2.0 * bound * rng()).collect();
        store.register(format!("{}.weight", self.name), weight);
        store.register(format!("{}.bias", self.name), vec![0.0; self.fan_out]);
    }

    fn call(&self, store: &Store, xs: &[Vec<f32>]) -> Vec<Vec<f32>> {
        let weight = store.value(&format!("{}.weight", self.name));
        let bias = store.value(&format!("{}.bias", self.name));
        let mut ys = Vec::with_capacity(xs.len());
        for x in xs {
            let mut y = Vec::with_capacity(self.fan_out);
            for (row, b) in weight.chunks(self.fan_in).zip(bias) {
                y.push(b + row.iter().zip(x).map(|(w, x)| w * x).sum::<f32>());
            }
            ys.push(y);
        }
        ys
    }

    fn vjp(&self, store: &mut Store, xs: &[Vec<f32>], dys: &[Vec<f32>]) -> Vec<Vec<f32>> {
        let (weight_name, bias_name) = (format!("{}.weight", self.name), format!("{}.bias", self.name));
        let weight = store.value(&weight_name).to_vec();
        let mut dxs = vec![vec![0.0; self.fan_in]; xs.len()];
        for ((x, dy), dx) in xs.iter().zip(dys).zip(&mut dxs) {
            store.accumulate(&bias_name, dy.iter().copied().enumerate());
            for (o, d) in dy.iter().enumerate() {
                let base = o * self.fan_in;
                store.accumulate(&weight_name, x.iter().enumerate().map(|(i, x)| (base + i, d * x)));
                for (slot, w) in dx.iter_mut().zip(&weight[base..]) {
                    *slot += d * w;
                }
            }
        }
        dxs
    }
}

fn relu(xs: &[Vec<f32>]) -> Vec<Vec<f32>> {
    xs.iter().map(|x| x.iter().map(|v| if v.is_sign_negative() { 0.0 } else { *v }).collect()).collect()
}

fn relu_vjp(xs: &[Vec<f32>], dys: &mut [Vec<f32>]) {
    for (x, dy) in xs.iter().zip(dys) {
        x.iter().zip(dy).filter(|(v, _)| v.is_sign_negative()).for_each(|(_, d)| *d = 0.0);
    }
}

fn criterion(logits: &[Vec<f32>], targets: &[usize]) -> (f32, Vec<Vec<f32>>) {
    let scale = 1.0 / targets.len() as f32;
    let mut loss = 0.0;
    let mut grads = Vec::new();
    for (row, target) in logits.iter().zip(targets) {
        let max = row.iter().copied().max_by(f32::total_cmp).unwrap_or(0.0);
        let log_z = row.iter().map(|v| (v - max).exp()).sum::<f32>().ln();
        let log_p: Vec<f32> = row.iter().map(|v| v - max - log_z).collect();
        loss -= log_p[*target] * scale;
        let mut grad: Vec<f32> = log_p.iter().map(|lp| lp.exp() * scale).collect();
        grad[*target] -= scale;
        grads.push(grad);
    }
    (loss, grads)
}

mod vision {
    pub(super) struct Conv2d<'k> {
        pub(super) kernel: &'k [[f32; 3]],
        pub(super) stride: usize,
    }

    impl Conv2d<'_> {
        pub(super) fn call(&self, image: &[[f32; 11]]) -> Vec<Vec<f32>> {
            let reach = self.kernel.len();
            let mut out = Vec::new();
            for y in (0..=image.len() - reach).step_by(self.stride) {
                let mut line = Vec::new();
                for x in (0..=11 - 3).step_by(self.stride) {
                    let rows = self.kernel.iter().zip(&image[y..]);
                    line.push(rows.flat_map(|(k, row)| k.iter().zip(&row[x..])).map(|(k, p)| k * p).sum());
                }
                out.push(line);
            }
            out
        }
    }

    pub(super) fn adaptive_max(maps: &[Vec<f32>], cells: usize) -> Vec<f32> {
        let mut out = vec![f32::NEG_INFINITY; cells * cells];
        for (y, line) in maps.iter().enumerate() {
            for (x, v) in line.iter().enumerate() {
                let slot = &mut out[y * cells / maps.len() * cells + x * cells / line.len()];
                *slot = v.max(*slot);
            }
        }
        out
    }
}

fn layer_norm(x: &[f32], eps: f32) -> Vec<f32> {
    let (lo, hi) = (x.len() as f32, x.iter().sum::<f32>());
    let mu = hi / lo;
    let sigma = f32::sqrt(x.iter().map(|v| (v - mu) * (v - mu)).sum::<f32>() / lo + eps);
    x.iter().map(|v| (v - mu) / sigma).collect()
}

#[unsafe(no_mangle)]
pub extern "C" fn run(seed: u32) -> f32 {
    let mut bits = seed.wrapping_mul(2_654_435_761) | 1;
    let mut rng = move || {
        bits = bits.rotate_left(5).wrapping_mul(0x9e37_79b1).wrapping_add(0x7f4a_7c15);
        bits as f32 / u32::MAX as f32 - 0.5
    };
    let (first, second) = (
        Linear { name: "first", fan_in: 4, fan_out: 10 },
        Linear { name: "second", fan_in: 10, fan_out: 3 },
    );
    let mut store = Store::default();
    first.init(&mut store, &mut rng);
    second.init(&mut store, &mut rng);
    let targets: Vec<usize> = (0..39).map(|n| n % 3).collect();
    let inputs: Vec<Vec<f32>> =
        targets.iter().map(|t| (0..4).map(|i| rng() + if i == *t { 1.0 } else { 0.0 }).collect()).collect();
    let mut optimizer = Nesterov { lr: 0.2, mu: 0.7, state: BTreeMap::new() };
    let mut last = f32::NAN;
    for _ in 0..50 {
        let hidden = first.call(&store, &inputs);
        let active = relu(&hidden);
        let (loss, grads) = criterion(&second.call(&store, &active), &targets);
        let mut back = second.vjp(&mut store, &active, &grads);
        relu_vjp(&hidden, &mut back);
        first.vjp(&mut store, &inputs, &back);
        optimizer.step(&mut store);
        last = loss;
    }
    let mut image = [[0.0; 11]; 11];
    image.as_flattened_mut().fill_with(&mut rng);
    let conv = vision::Conv2d { kernel: &[[0.1, -0.4, 0.1], [0.3, 0.8, -0.3]], stride: 1 };
    let features = layer_norm(&vision::adaptive_max(&conv.call(&image), 4), 1e-5);
    last + features[5].abs() / 100.0
}
