//! Layers behind a trait object, each keeping what it saw, run in a list forwards and backwards.

#[derive(Clone, Debug)]
struct Tensor {
    shape: [usize; 2],
    data: Vec<f32>,
}

impl Tensor {
    fn zeros(shape: [usize; 2]) -> Self {
        Tensor { shape, data: vec![0.0; shape[0] * shape[1]] }
    }

    fn at(&self, r: usize, c: usize) -> f32 {
        self.data[r * self.shape[1] + c]
    }

    fn at_mut(&mut self, r: usize, c: usize) -> &mut f32 {
        &mut self.data[r * self.shape[1] + c]
    }

    fn matmul(&self, other: &Tensor) -> Tensor {
        assert_eq!(self.shape[1], other.shape[0], "shapes do not fit");
        let mut out = Tensor::zeros([self.shape[0], other.shape[1]]);
        for r in 0..self.shape[0] {
            for k in 0..self.shape[1] {
                let left = self.at(r, k);
                for c in 0..other.shape[1] {
                    *out.at_mut(r, c) += left * other.at(k, c);
                }
            }
        }
        out
    }

    fn transpose(&self) -> Tensor {
        let mut out = Tensor::zeros([self.shape[1], self.shape[0]]);
        for r in 0..self.shape[0] {
            for c in 0..self.shape[1] {
                *out.at_mut(c, r) = self.at(r, c);
            }
        }
        out
    }
}

trait Layer {
    fn forward(&mut self, input: Tensor) -> Tensor;
    fn backward(&mut self, grad: Tensor) -> Tensor;
    fn update(&mut self, _rate: f32) {}
}

struct Linear {
    weight: Tensor,
    bias: Vec<f32>,
    seen: Option<Tensor>,
    weight_grad: Option<Tensor>,
    bias_grad: Vec<f32>,
}

impl Layer for Linear {
    fn forward(&mut self, input: Tensor) -> Tensor {
        let mut out = input.matmul(&self.weight);
        for r in 0..out.shape[0] {
            for (c, b) in self.bias.iter().enumerate() {
                *out.at_mut(r, c) += b;
            }
        }
        self.seen = Some(input);
        out
    }

    fn backward(&mut self, grad: Tensor) -> Tensor {
        let seen = self.seen.take().expect("forward goes first");
        self.weight_grad = Some(seen.transpose().matmul(&grad));
        self.bias_grad = vec![0.0; grad.shape[1]];
        for r in 0..grad.shape[0] {
            for c in 0..grad.shape[1] {
                self.bias_grad[c] += grad.at(r, c);
            }
        }
        grad.matmul(&self.weight.transpose())
    }

    fn update(&mut self, rate: f32) {
        if let Some(grad) = self.weight_grad.take() {
            for (w, g) in self.weight.data.iter_mut().zip(&grad.data) {
                *w -= rate * g;
            }
        }
        for (b, g) in self.bias.iter_mut().zip(&self.bias_grad) {
            *b -= rate * g;
        }
    }
}

struct Rectifier {
    mask: Vec<bool>,
}

impl Layer for Rectifier {
    fn forward(&mut self, mut input: Tensor) -> Tensor {
        self.mask = input.data.iter().map(|v| *v > 0.0).collect();
        for (v, keep) in input.data.iter_mut().zip(&self.mask) {
            if !keep {
                *v = 0.0;
            }
        }
        input
    }

    fn backward(&mut self, mut grad: Tensor) -> Tensor {
        for (g, keep) in grad.data.iter_mut().zip(&self.mask) {
            if !keep {
                *g = 0.0;
            }
        }
        grad
    }
}

struct Standardize {
    centered: Option<Tensor>,
    inverse: Vec<f32>,
}

impl Layer for Standardize {
    fn forward(&mut self, mut input: Tensor) -> Tensor {
        let [rows, width] = input.shape;
        self.inverse.clear();
        for r in 0..rows {
            let row = &mut input.data[r * width..(r + 1) * width];
            let mean = row.iter().sum::<f32>() / width as f32;
            row.iter_mut().for_each(|v| *v -= mean);
            let var = row.iter().map(|v| v * v).sum::<f32>() / width as f32;
            let inv = 1.0 / (var + 1e-5).sqrt();
            row.iter_mut().for_each(|v| *v *= inv);
            self.inverse.push(inv);
        }
        self.centered = Some(input.clone());
        input
    }

    fn backward(&mut self, grad: Tensor) -> Tensor {
        let normed = self.centered.take().expect("forward goes first");
        let [rows, width] = grad.shape;
        let mut out = Tensor::zeros([rows, width]);
        for r in 0..rows {
            let (mut sum, mut weighted) = (0.0, 0.0);
            for c in 0..width {
                sum += grad.at(r, c);
                weighted += grad.at(r, c) * normed.at(r, c);
            }
            for c in 0..width {
                let centre = grad.at(r, c) - sum / width as f32 - normed.at(r, c) * weighted / width as f32;
                *out.at_mut(r, c) = centre * self.inverse[r];
            }
        }
        out
    }
}

fn loss_and_grad(logits: &Tensor, labels: &[usize]) -> (f32, Tensor) {
    let mut grad = Tensor::zeros(logits.shape);
    let mut total = 0.0f64;
    for (r, label) in labels.iter().enumerate() {
        let peak = (0..logits.shape[1]).map(|c| logits.at(r, c)).fold(f32::NEG_INFINITY, f32::max);
        let log_sum = (0..logits.shape[1]).map(|c| (logits.at(r, c) - peak).exp()).sum::<f32>().ln() + peak;
        total += f64::from(log_sum - logits.at(r, *label));
        for c in 0..logits.shape[1] {
            let p = (logits.at(r, c) - log_sum).exp();
            *grad.at_mut(r, c) = (p - if c == *label { 1.0 } else { 0.0 }) / labels.len() as f32;
        }
    }
    ((total / labels.len() as f64) as f32, grad)
}

fn conv2d_by_columns(image: &Tensor, kernels: &Tensor, size: usize) -> Tensor {
    let [h, w] = image.shape;
    let (oh, ow) = (h + 1 - size, w + 1 - size);
    let mut columns = Tensor::zeros([size * size, oh * ow]);
    for ky in 0..size {
        for kx in 0..size {
            for y in 0..oh {
                for x in 0..ow {
                    *columns.at_mut(ky * size + kx, y * ow + x) = image.at(y + ky, x + kx);
                }
            }
        }
    }
    kernels.matmul(&columns)
}

#[unsafe(no_mangle)]
pub extern "C" fn run(seed: u32) -> f32 {
    let mut state = seed ^ 0xdead_beef;
    let mut uniform = || {
        state = state.wrapping_mul(22695477).wrapping_add(1);
        ((state >> 16) & 0x7fff) as f32 / 32768.0 - 0.5
    };
    let mut filled = |shape: [usize; 2]| {
        let mut t = Tensor::zeros(shape);
        t.data.iter_mut().for_each(|v| *v = uniform());
        t
    };
    let labels: Vec<usize> = (0..40).map(|i| (i * 7) % 4).collect();
    let mut x = filled([40, 6]);
    for (r, label) in labels.iter().enumerate() {
        *x.at_mut(r, *label) += 1.0;
    }
    let linear = |weight: Tensor| Linear {
        bias: vec![0.0; weight.shape[1]],
        weight,
        seen: None,
        weight_grad: None,
        bias_grad: Vec::new(),
    };
    let mut layers: Vec<Box<dyn Layer>> = vec![
        Box::new(linear(filled([6, 16]))),
        Box::new(Standardize { centered: None, inverse: Vec::new() }),
        Box::new(Rectifier { mask: Vec::new() }),
        Box::new(linear(filled([16, 4]))),
    ];
    let mut loss = 0.0;
    for _ in 0..40 {
        let logits = layers.iter_mut().fold(x.clone(), |t, layer| layer.forward(t));
        let (now, grad) = loss_and_grad(&logits, &labels);
        layers.iter_mut().rev().fold(grad, |g, layer| layer.backward(g));
        layers.iter_mut().for_each(|layer| layer.update(0.25));
        loss = now;
    }
    let maps = conv2d_by_columns(&filled([8, 8]), &filled([2, 9]), 3);
    let best = maps.data.chunks(2).map(|pair| pair[0].max(pair[1])).fold(0.0, f32::max);
    loss + best * 0.1
}
