//! Flat vectors and loops over indices, as one would write it in C.

struct Dense {
    w: Vec<f32>,
    b: Vec<f32>,
    gw: Vec<f32>,
    gb: Vec<f32>,
    vw: Vec<f32>,
    vb: Vec<f32>,
    n_in: usize,
    n_out: usize,
}

fn next(state: &mut u32) -> f32 {
    *state = state.wrapping_mul(1664525).wrapping_add(1013904223);
    (*state >> 8) as f32 / 16777216.0 - 0.5
}

impl Dense {
    fn new(n_in: usize, n_out: usize, state: &mut u32) -> Dense {
        let mut w = vec![0.0; n_in * n_out];
        let scale = (2.0 / n_in as f32).sqrt();
        for i in 0..w.len() {
            w[i] = next(state) * scale;
        }
        let z = vec![0.0; n_in * n_out];
        let zb = vec![0.0; n_out];
        Dense { w, b: zb.clone(), gw: z.clone(), gb: zb.clone(), vw: z, vb: zb, n_in, n_out }
    }

    fn forward(&self, x: &[f32], batch: usize) -> Vec<f32> {
        let mut y = vec![0.0; batch * self.n_out];
        for r in 0..batch {
            for o in 0..self.n_out {
                let mut acc = self.b[o];
                for i in 0..self.n_in {
                    acc += x[r * self.n_in + i] * self.w[i * self.n_out + o];
                }
                y[r * self.n_out + o] = acc;
            }
        }
        y
    }

    fn backward(&mut self, x: &[f32], dy: &[f32], batch: usize) -> Vec<f32> {
        let mut dx = vec![0.0; batch * self.n_in];
        for i in 0..self.n_in {
            for o in 0..self.n_out {
                let mut acc = 0.0;
                for r in 0..batch {
                    acc += x[r * self.n_in + i] * dy[r * self.n_out + o];
                }
                self.gw[i * self.n_out + o] = acc;
            }
        }
        for o in 0..self.n_out {
            self.gb[o] = 0.0;
            for r in 0..batch {
                self.gb[o] += dy[r * self.n_out + o];
            }
        }
        for r in 0..batch {
            for i in 0..self.n_in {
                for o in 0..self.n_out {
                    dx[r * self.n_in + i] += dy[r * self.n_out + o] * self.w[i * self.n_out + o];
                }
            }
        }
        dx
    }

    fn step(&mut self, lr: f32) {
        for k in 0..self.w.len() {
            self.vw[k] = 0.9 * self.vw[k] - lr * self.gw[k];
            self.w[k] += self.vw[k];
        }
        for k in 0..self.b.len() {
            self.vb[k] = 0.9 * self.vb[k] - lr * self.gb[k];
            self.b[k] += self.vb[k];
        }
    }
}

fn softmax_loss(y: &[f32], target: &[usize], classes: usize, grad: &mut [f32]) -> f32 {
    let batch = target.len();
    let mut loss = 0.0;
    for r in 0..batch {
        let mut top = y[r * classes];
        for c in 1..classes {
            if y[r * classes + c] > top {
                top = y[r * classes + c];
            }
        }
        let mut sum = 0.0;
        for c in 0..classes {
            grad[r * classes + c] = (y[r * classes + c] - top).exp();
            sum += grad[r * classes + c];
        }
        for c in 0..classes {
            grad[r * classes + c] /= sum;
        }
        loss -= grad[r * classes + target[r]].ln();
        grad[r * classes + target[r]] -= 1.0;
        for c in 0..classes {
            grad[r * classes + c] /= batch as f32;
        }
    }
    loss / batch as f32
}

fn conv(image: &[f32], h: usize, w: usize, kernel: &[f32], k: usize) -> Vec<f32> {
    let oh = h - k + 1;
    let ow = w - k + 1;
    let mut out = vec![0.0; oh * ow];
    for i in 0..oh {
        for j in 0..ow {
            for a in 0..k {
                for b in 0..k {
                    out[i * ow + j] += image[(i + a) * w + j + b] * kernel[a * k + b];
                }
            }
        }
    }
    out
}

fn pool(x: &[f32], h: usize, w: usize) -> Vec<f32> {
    let mut out = vec![f32::NEG_INFINITY; (h / 2) * (w / 2)];
    for i in 0..h / 2 * 2 {
        for j in 0..w / 2 * 2 {
            let at = (i / 2) * (w / 2) + j / 2;
            if x[i * w + j] > out[at] {
                out[at] = x[i * w + j];
            }
        }
    }
    out
}

fn layer_norm(x: &mut [f32]) {
    let n = x.len() as f32;
    let mut mean = 0.0;
    for i in 0..x.len() {
        mean += x[i] / n;
    }
    let mut var = 0.0;
    for i in 0..x.len() {
        var += (x[i] - mean) * (x[i] - mean) / n;
    }
    for i in 0..x.len() {
        x[i] = (x[i] - mean) / (var + 1e-5).sqrt();
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn run(seed: u32) -> f32 {
    let mut s = seed;
    let (batch, n, hidden, classes) = (48, 4, 12, 3);
    let mut x = vec![0.0; batch * n];
    let mut t = vec![0; batch];
    for r in 0..batch {
        t[r] = r % classes;
        for i in 0..n {
            x[r * n + i] = next(&mut s) + if i == t[r] { 1.5 } else { 0.0 };
        }
    }
    let mut first = Dense::new(n, hidden, &mut s);
    let mut second = Dense::new(hidden, classes, &mut s);
    let mut loss = 0.0;
    for _ in 0..60 {
        let mut h = first.forward(&x, batch);
        for v in 0..h.len() {
            if h[v] < 0.0 {
                h[v] = 0.0;
            }
        }
        let y = second.forward(&h, batch);
        let mut dy = vec![0.0; y.len()];
        loss = softmax_loss(&y, &t, classes, &mut dy);
        let mut dh = second.backward(&h, &dy, batch);
        for v in 0..dh.len() {
            if h[v] <= 0.0 {
                dh[v] = 0.0;
            }
        }
        first.backward(&x, &dh, batch);
        first.step(0.1);
        second.step(0.1);
    }
    let mut image = vec![0.0; 81];
    for p in 0..81 {
        image[p] = next(&mut s);
    }
    let mut features = pool(&conv(&image, 9, 9, &[0.1, 0.2, -0.1, 0.3, 0.5, -0.2, 0.1, 0.0, 0.4], 3), 7, 7);
    layer_norm(&mut features);
    loss + features[0].abs()
}
