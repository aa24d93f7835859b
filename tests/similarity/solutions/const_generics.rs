//! Shapes in the types: arrays of arrays, and the compiler checks that they fit.

#[derive(Clone, Copy)]
struct Mat<const R: usize, const C: usize>([[f32; C]; R]);

impl<const R: usize, const C: usize> Mat<R, C> {
    const ZERO: Self = Mat([[0.0; C]; R]);

    fn generate(mut f: impl FnMut() -> f32) -> Self {
        let mut m = Self::ZERO;
        for row in &mut m.0 {
            for cell in row {
                *cell = f();
            }
        }
        m
    }

    fn mul<const K: usize>(&self, rhs: &Mat<C, K>) -> Mat<R, K> {
        let mut out = Mat::<R, K>::ZERO;
        for (dst, src) in out.0.iter_mut().zip(&self.0) {
            for (a, line) in src.iter().zip(&rhs.0) {
                for (d, b) in dst.iter_mut().zip(line) {
                    *d = a.mul_add(*b, *d);
                }
            }
        }
        out
    }

    /// self^T times rhs, without writing the transposed down.
    fn t_mul<const K: usize>(&self, rhs: &Mat<R, K>) -> Mat<C, K> {
        let mut out = Mat::<C, K>::ZERO;
        for (left, right) in self.0.iter().zip(&rhs.0) {
            for (dst, a) in out.0.iter_mut().zip(left) {
                for (d, b) in dst.iter_mut().zip(right) {
                    *d += a * b;
                }
            }
        }
        out
    }

    /// self times rhs^T.
    fn mul_t<const K: usize>(&self, rhs: &Mat<K, C>) -> Mat<R, K> {
        let mut out = Mat::<R, K>::ZERO;
        for r in 0..R {
            for k in 0..K {
                out.0[r][k] = self.0[r].iter().zip(&rhs.0[k]).map(|(a, b)| a * b).sum();
            }
        }
        out
    }

    fn map2(mut self, other: &Self, f: impl Fn(f32, f32) -> f32) -> Self {
        for (row, with) in self.0.iter_mut().zip(&other.0) {
            for (a, b) in row.iter_mut().zip(with) {
                *a = f(*a, *b);
            }
        }
        self
    }

    fn sum_rows(&self) -> Mat<1, C> {
        let mut sum = [0.0; C];
        self.0.iter().for_each(|row| sum.iter_mut().zip(row).for_each(|(s, v)| *s += v));
        Mat([sum])
    }
}

struct Affine<const I: usize, const O: usize> {
    weight: Mat<I, O>,
    bias: Mat<1, O>,
}

impl<const I: usize, const O: usize> Affine<I, O> {
    fn apply<const B: usize>(&self, x: &Mat<B, I>) -> Mat<B, O> {
        let mut y = x.mul(&self.weight);
        y.0.iter_mut().for_each(|row| row.iter_mut().zip(&self.bias.0[0]).for_each(|(v, b)| *v += b));
        y
    }

    fn learn<const B: usize>(&mut self, x: &Mat<B, I>, dy: &Mat<B, O>, rate: f32) -> Mat<B, I> {
        let dx = dy.mul_t(&self.weight);
        self.weight = self.weight.map2(&x.t_mul(dy), |w, g| w - rate * (g + 1e-4 * w));
        self.bias = self.bias.map2(&dy.sum_rows(), |b, g| b - rate * g);
        dx
    }
}

fn entropy<const B: usize, const C: usize>(scores: &Mat<B, C>, classes: &[usize; B]) -> (f32, Mat<B, C>) {
    let mut probs = *scores;
    let mut loss = 0.0;
    for (row, class) in probs.0.iter_mut().zip(classes) {
        let m = row.iter().fold(row[0], |a, b| a.max(*b));
        let mut z = 0.0;
        row.iter_mut().for_each(|v| {
            *v = f32::exp(*v - m);
            z += *v;
        });
        row.iter_mut().for_each(|v| *v /= z);
        loss += -row[*class].max(1e-12).ln() / B as f32;
        row[*class] -= 1.0;
        row.iter_mut().for_each(|v| *v /= B as f32);
    }
    (loss, probs)
}

fn correlate<const H: usize, const W: usize, const OH: usize, const OW: usize>(
    image: &Mat<H, W>,
    kernel: &Mat<3, 3>,
) -> Mat<OH, OW> {
    let mut out = Mat::<OH, OW>::ZERO;
    for (ky, weights) in kernel.0.iter().enumerate() {
        for (kx, weight) in weights.iter().enumerate() {
            for y in 0..OH {
                let src = &image.0[y + ky][kx..kx + OW];
                out.0[y].iter_mut().zip(src).for_each(|(o, s)| *o += weight * s);
            }
        }
    }
    out
}

fn halve<const H: usize, const W: usize, const P: usize, const Q: usize>(x: &Mat<H, W>) -> Mat<P, Q> {
    let mut out = Mat::<P, Q>::ZERO;
    for p in 0..P {
        for q in 0..Q {
            let [a, b] = [&x.0[2 * p], &x.0[2 * p + 1]].map(|line| line[2 * q].max(line[2 * q + 1]));
            out.0[p][q] = a.max(b);
        }
    }
    out
}

fn norm<const N: usize>(v: [f32; N]) -> [f32; N] {
    let mean = v.iter().sum::<f32>() / N as f32;
    let centred = v.map(|x| x - mean);
    let spread = (centred.iter().map(|x| x * x).sum::<f32>() / N as f32 + 1e-5).sqrt().recip();
    centred.map(|x| x * spread)
}

#[unsafe(no_mangle)]
pub extern "C" fn run(seed: u32) -> f32 {
    let mut lcg = seed;
    let mut rand = move || {
        lcg = lcg.wrapping_mul(69069).wrapping_add(362437);
        f32::from_bits((lcg >> 9) | 0x3f80_0000) - 1.5
    };
    let mut x = Mat::<36, 4>::generate(&mut rand);
    let mut classes = [0; 36];
    for (n, class) in classes.iter_mut().enumerate() {
        *class = n / 12;
        x.0[n][*class] += 1.1;
    }
    let mut one = Affine::<4, 14> { weight: Mat::generate(&mut rand), bias: Mat::ZERO };
    let mut two = Affine::<14, 3> { weight: Mat::generate(&mut rand), bias: Mat::ZERO };
    let mut loss = f32::MAX;
    for _ in 0..45 {
        let z = one.apply(&x);
        let h = z.map2(&z, |v, _| if v.is_sign_positive() { v } else { 0.0 });
        let (now, dy) = entropy(&two.apply(&h), &classes);
        let dh = two.learn(&h, &dy, 0.4);
        one.learn(&x, &dh.map2(&z, |d, v| if v > 0.0 { d } else { 0.0 }), 0.4);
        loss = now;
    }
    let seen: Mat<8, 8> = correlate::<10, 10, 8, 8>(&Mat::generate(&mut rand), &Mat::generate(&mut rand));
    let small: Mat<4, 4> = halve(&seen);
    loss + norm(small.0[1])[2].abs()
}
