//! Tensors of any rank with shape and strides, views without copies, einsum from a string.

#[derive(Clone)]
struct Nd {
    shape: Vec<usize>,
    strides: Vec<usize>,
    data: std::rc::Rc<[f32]>,
}

impl Nd {
    fn new(shape: &[usize], data: Vec<f32>) -> Nd {
        let mut strides = vec![1; shape.len()];
        for axis in (1..shape.len()).rev() {
            strides[axis - 1] = strides[axis] * shape[axis];
        }
        Nd { shape: shape.to_vec(), strides, data: data.into() }
    }

    fn fetch(&self, index: &[usize]) -> f32 {
        self.data[index.iter().zip(&self.strides).map(|(i, s)| i * s).sum::<usize>()]
    }

    /// All windows of this size, as two more axes that share the memory.
    fn unfold(&self, size: usize) -> Nd {
        let shape = [&[self.shape[0] - size + 1, self.shape[1] - size + 1][..], &[size, size]].concat();
        Nd { shape, strides: self.strides.repeat(2), data: self.data.clone() }
    }

    fn split_pairs(&self) -> Nd {
        let (h, w) = (self.shape[0] / 2, self.shape[1] / 2);
        let (down, right) = (self.strides[0], self.strides[1]);
        Nd { shape: vec![h, w, 2, 2], strides: vec![2 * down, 2 * right, down, right], data: self.data.clone() }
    }

    fn reduce_last(&self, keep: usize, start: f32, f: impl Fn(f32, f32) -> f32) -> Nd {
        let mut out = Vec::new();
        for outer in positions(&self.shape[..keep]) {
            let mut acc = start;
            for inner in positions(&self.shape[keep..]) {
                acc = f(acc, self.fetch(&[&outer[..], &inner].concat()));
            }
            out.push(acc);
        }
        Nd::new(&self.shape[..keep], out)
    }

    fn zip(&self, other: &Nd, f: impl Fn(f32, f32) -> f32) -> Nd {
        let skip = self.shape.len() - other.shape.len();
        let data = positions(&self.shape)
            .map(|p| {
                let q: Vec<usize> =
                    p[skip..].iter().zip(&other.shape).map(|(i, n)| if *n == 1 { 0 } else { *i }).collect();
                f(self.fetch(&p), other.fetch(&q))
            })
            .collect();
        Nd::new(&self.shape, data)
    }
}

fn positions(shape: &[usize]) -> impl Iterator<Item = Vec<usize>> + '_ {
    let count: usize = shape.iter().product();
    (0..count).map(move |mut flat| {
        let mut index = vec![0; shape.len()];
        for axis in (0..shape.len()).rev() {
            index[axis] = flat % shape[axis];
            flat /= shape[axis];
        }
        index
    })
}

fn einsum(recipe: &str, a: &Nd, b: &Nd) -> Nd {
    let (inputs, output) = recipe.split_once("->").expect("a recipe has an arrow");
    let (left, right) = inputs.split_once(',').expect("a recipe has two inputs");
    let mut letters: Vec<char> = output.chars().collect();
    letters.extend(left.chars().chain(right.chars()).filter(|c| !output.contains(*c)));
    letters.dedup();
    let mut unique: Vec<char> = Vec::new();
    for letter in letters {
        if !unique.contains(&letter) {
            unique.push(letter);
        }
    }
    let size = |letter: &char| match left.find(*letter) {
        Some(axis) => a.shape[axis],
        None => b.shape[right.find(*letter).expect("every letter is somewhere")],
    };
    let sizes: Vec<usize> = unique.iter().map(size).collect();
    let at = |names: &str, index: &[usize]| -> Vec<usize> {
        names.chars().map(|c| index[unique.iter().position(|u| *u == c).unwrap()]).collect()
    };
    let kept = output.len();
    let mut out = Vec::new();
    for outer in positions(&sizes[..kept]) {
        let mut sum = 0.0;
        for inner in positions(&sizes[kept..]) {
            let index = [&outer[..], &inner].concat();
            sum += a.fetch(&at(left, &index)) * b.fetch(&at(right, &index));
        }
        out.push(sum);
    }
    Nd::new(&sizes[..kept], out)
}

fn standardised(x: &Nd) -> Nd {
    let n = x.data.len() as f32;
    let mean = Nd::new(&[1], vec![x.data.iter().sum::<f32>() / n]);
    let off = x.zip(&mean, |a, b| a - b);
    let var = off.data.iter().map(|v| v * v).sum::<f32>() / n;
    off.zip(&Nd::new(&[1], vec![var + 1e-5]), |a, b| a / b.sqrt())
}

#[unsafe(no_mangle)]
pub extern "C" fn run(seed: u32) -> f32 {
    let mut s = [seed, 0x1234_5678, 0x9abc_def0, 77];
    let mut random = move || {
        let t = s[3] ^ (s[3] << 11);
        s = [s[0] ^ (s[0] >> 19) ^ t ^ (t >> 8), s[0], s[1], s[2]];
        (s[0] >> 8) as f32 / 16_777_216.0 - 0.5
    };
    let mut tensor = |shape: &[usize]| Nd::new(shape, (0..shape.iter().product()).map(|_| random()).collect());
    let hot = Nd::new(&[24, 3], (0..72).map(|i| f32::from(u8::from(i % 3 == i / 3 % 3))).collect());
    let x = tensor(&[24, 3]).zip(&hot, |a, b| a + 1.2 * b);
    let (mut w, mut v, mut c) = (tensor(&[3, 8]), tensor(&[8, 3]), tensor(&[1, 3]));
    let mut loss = 0.0;
    for _ in 0..40 {
        let h = einsum("ni,ij->nj", &x, &w);
        let a = h.zip(&h, |u, _| u.max(0.0));
        let z = einsum("nj,jk->nk", &a, &v).zip(&c, |p, q| p + q);
        let flat = |t: Nd| Nd::new(&[24, 1], t.data.to_vec());
        let e = z.zip(&flat(z.reduce_last(1, f32::MIN, f32::max)), |p, q| (p - q).exp());
        let p = e.zip(&flat(e.reduce_last(1, 0.0, |s, t| s + t)), |a, b| a / b);
        loss = -p.zip(&hot, |p, y| y * p.ln()).data.iter().sum::<f32>() / 24.0;
        let d = p.zip(&hot, |p, y| (p - y) / 24.0);
        let dh = einsum("nk,jk->nj", &d, &v).zip(&h, |g, u| if u > 0.0 { g } else { 0.0 });
        let down = |p: f32, g: f32| p - 0.7 * g;
        c = c.zip(&Nd::new(&[1, 3], einsum("nk,nj->k", &d, &Nd::new(&[24, 1], vec![1.0; 24])).data.to_vec()), down);
        v = v.zip(&einsum("nj,nk->jk", &a, &d), down);
        w = w.zip(&einsum("ni,nj->ij", &x, &dh), down);
    }
    let seen = einsum("yxab,ab->yx", &tensor(&[8, 8]).unfold(3), &tensor(&[3, 3]));
    let pooled = seen.split_pairs().reduce_last(2, f32::MIN, f32::max);
    loss + standardised(&pooled).data[0].abs() / 100.0
}
