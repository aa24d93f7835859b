//! A matrix with overloaded operators, so that a network reads like its formula.

use std::ops;

#[derive(Clone, PartialEq)]
struct M {
    h: usize,
    w: usize,
    v: Box<[f32]>,
}

fn m(h: usize, w: usize, v: impl IntoIterator<Item = f32>) -> M {
    let v: Box<[f32]> = v.into_iter().take(h * w).collect();
    debug_assert_eq!(v.len(), h * w);
    M { h, w, v }
}

impl M {
    fn map(&self, f: fn(f32) -> f32) -> M {
        m(self.h, self.w, self.v.iter().map(|x| f(*x)))
    }

    fn t(&self) -> M {
        m(self.w, self.h, (0..self.w * self.h).map(|i| self[(i % self.h, i / self.h)]))
    }

    fn rows(&self) -> std::slice::ChunksExact<'_, f32> {
        self.v.chunks_exact(self.w)
    }

    fn total(&self) -> f32 {
        self.v.iter().sum()
    }

    fn each_row(&self, f: impl Fn(&[f32]) -> f32) -> M {
        m(self.h, 1, self.rows().map(f))
    }

    fn wide(&self, w: usize) -> M {
        m(self.h, w, (0..self.h * w).map(|i| self.v[i / w]))
    }

    fn tall(&self, h: usize) -> M {
        m(h, self.w, (0..h * self.w).map(|i| self.v[i % self.w]))
    }
}

impl ops::Index<(usize, usize)> for M {
    type Output = f32;
    fn index(&self, (r, c): (usize, usize)) -> &f32 {
        &self.v[r * self.w + c]
    }
}

impl ops::Mul<&M> for &M {
    type Output = M;
    fn mul(self, o: &M) -> M {
        let cell = |i: usize| (0..self.w).map(|k| self[(i / o.w, k)] * o[(k, i % o.w)]).sum();
        m(self.h, o.w, (0..self.h * o.w).map(cell))
    }
}

macro_rules! elementwise {
    ($($trait:ident $method:ident $op:tt),*) => {$(
        impl ops::$trait<&M> for &M {
            type Output = M;
            fn $method(self, o: &M) -> M {
                m(self.h, self.w, self.v.iter().zip(&o.v).map(|(a, b)| a $op b))
            }
        }
        impl ops::$trait<f32> for &M {
            type Output = M;
            fn $method(self, o: f32) -> M {
                m(self.h, self.w, self.v.iter().map(|a| a $op o))
            }
        }
    )*};
}

impl ops::BitAnd<&M> for &M {
    type Output = M;
    /// Element by element; `*` is taken by the product of matrices.
    fn bitand(self, o: &M) -> M {
        m(self.h, self.w, self.v.iter().zip(&o.v).map(|(a, b)| a * b))
    }
}

elementwise!(Add add +, Sub sub -, Div div /, Rem rem *);

fn soft(z: &M) -> M {
    let e = (z - &z.each_row(|r| r.iter().copied().fold(f32::NEG_INFINITY, f32::max)).wide(z.w)).map(f32::exp);
    &e / &e.each_row(|r| r.iter().sum()).wide(e.w)
}

fn ones(h: usize, w: usize) -> M {
    m(h, w, std::iter::repeat(1.0))
}

fn stencil(image: &M, k: &M) -> M {
    let (h, w) = (image.h - k.h + 1, image.w - k.w + 1);
    let patch = |y: usize, x: usize| m(k.h, k.w, (0..k.v.len()).map(move |i| image[(y + i / k.w, x + i % k.w)]));
    m(h, w, (0..h * w).map(|i| (&patch(i / w, i % w) & k).total()))
}

fn coarse(x: &M) -> M {
    let best = |i: usize| {
        let (y, c) = (i / (x.w / 2) * 2, i % (x.w / 2) * 2);
        x[(y, c)].max(x[(y, c + 1)]).max(x[(y + 1, c)]).max(x[(y + 1, c + 1)])
    };
    m(x.h / 2, x.w / 2, (0..x.h / 2 * (x.w / 2)).map(best))
}

fn standard(x: &M) -> M {
    let n = x.v.len() as f32;
    let centred = x - x.total() / n;
    let var = (&centred & &centred).total() / n;
    &centred / (var + 1e-5).sqrt()
}

#[unsafe(no_mangle)]
pub extern "C" fn run(seed: u32) -> f32 {
    let mut n = seed;
    let mut random = std::iter::repeat_with(move || {
        n = n.wrapping_add(0x6d2b_79f5);
        let mut z = (n ^ (n >> 15)).wrapping_mul(1 | n);
        z ^= z.wrapping_add((z ^ (z >> 7)).wrapping_mul(61 | z));
        (z ^ (z >> 14)) as f32 / 4_294_967_296.0 - 0.5
    });
    let y = m(42, 3, (0..126).map(|i| if i % 3 == i / 3 % 3 { 1.0 } else { 0.0 }));
    let x = &m(42, 3, random.by_ref()) + &y;
    let (mut a, mut b) = (m(3, 11, random.by_ref()), m(1, 11, random.by_ref()));
    let (mut c, mut d) = (m(11, 3, random.by_ref()), m(1, 3, random.by_ref()));
    let mut loss = 0.0;
    for _ in 0..70 {
        let z = &(&x * &a) + &b.tall(42);
        let h = z.map(|v| v.max(0.0));
        let p = soft(&(&(&h * &c) + &d.tall(42)));
        loss = -(&p.map(f32::ln) & &y).total() / 42.0;
        let e = &(&p - &y) / 42.0;
        let back = &(&e * &c.t()) & &z.map(|v| if v > 0.0 { 1.0 } else { 0.0 });
        let row = ones(1, 42);
        c = &c - &(&(&h.t() * &e) % 0.5);
        d = &d - &(&(&row * &e) % 0.5);
        a = &a - &(&(&x.t() * &back) % 0.5);
        b = &b - &(&(&row * &back) % 0.5);
    }
    let edges = stencil(&m(8, 8, random.by_ref()), &m(3, 3, [1.0, 2.0, 1.0, 0.0, 0.0, 0.0, -1.0, -2.0, -1.0]));
    loss + standard(&coarse(&edges))[(1, 1)].abs() * 0.1
}
