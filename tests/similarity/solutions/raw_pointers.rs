//! One block of memory handed out piece by piece, and pointers into it.

static mut POOL: [f32; 8192] = [0.0; 8192];
static mut USED: usize = 0;

unsafe fn grab(n: usize) -> *mut f32 {
    unsafe {
        let p = (&raw mut POOL).cast::<f32>().add(USED);
        USED += n;
        assert!(USED <= 8192);
        for i in 0..n {
            *p.add(i) = 0.0;
        }
        p
    }
}

/// c += a b, with strides, so that one function does for every transposition.
unsafe fn gemm(
    (n, m, k): (usize, usize, usize),
    a: *const f32, (ar, ac): (usize, usize),
    b: *const f32, (br, bc): (usize, usize),
    c: *mut f32,
) {
    unsafe {
        let mut i = 0;
        while i < n {
            let mut p = 0;
            while p < k {
                let av = *a.add(i * ar + p * ac);
                let mut j = 0;
                while j < m {
                    *c.add(i * m + j) += av * *b.add(p * br + j * bc);
                    j += 1;
                }
                p += 1;
            }
            i += 1;
        }
    }
}

unsafe fn clear(p: *mut f32, n: usize) {
    unsafe { core::ptr::write_bytes(p, 0, n) }
}

unsafe fn axpy(n: usize, k: f32, x: *const f32, y: *mut f32) {
    unsafe {
        for i in 0..n {
            *y.add(i) += k * *x.add(i);
        }
    }
}

unsafe fn fuse_softmax(y: *mut f32, rows: usize, cols: usize, label: *const u8) -> f32 {
    unsafe {
        let mut loss = 0f32;
        let mut row = y;
        for r in 0..rows {
            let mut hi = *row;
            let mut c = 1;
            while c < cols {
                if *row.add(c) > hi { hi = *row.add(c) }
                c += 1;
            }
            let mut z = 0f32;
            c = 0;
            while c < cols {
                let e = (*row.add(c) - hi).exp();
                *row.add(c) = e;
                z += e;
                c += 1;
            }
            let hit = *label.add(r) as usize;
            loss += z.ln() - (*row.add(hit)).ln();
            c = 0;
            while c < cols {
                *row.add(c) /= z * rows as f32;
                c += 1;
            }
            *row.add(hit) -= 1.0 / rows as f32;
            row = row.add(cols);
        }
        loss / rows as f32
    }
}

unsafe fn conv_pool(src: *const f32, side: usize, ker: *const f32, k: usize, dst: *mut f32) -> usize {
    unsafe {
        let out = (side - k + 1) / 2;
        for by in 0..out {
            for bx in 0..out {
                let mut best = f32::MIN;
                for q in 0..4 {
                    let (y, x) = (2 * by + (q >> 1), 2 * bx + (q & 1));
                    let mut s = 0.0;
                    for t in 0..k * k {
                        s += *ker.add(t) * *src.add((y + t / k) * side + x + t % k);
                    }
                    if s > best { best = s }
                }
                *dst.add(by * out + bx) = best;
            }
        }
        out * out
    }
}

unsafe fn rms_center(p: *mut f32, n: usize) {
    unsafe {
        let (mut s, mut q) = (0f32, 0f32);
        for i in 0..n {
            let v = *p.add(i);
            s += v;
            q += v * v;
        }
        let mu = s / n as f32;
        let r = 1.0 / (q / n as f32 - mu * mu + 1e-5).sqrt();
        for i in 0..n {
            *p.add(i) = (*p.add(i) - mu) * r;
        }
    }
}

const B: usize = 24;
const I: usize = 3;
const H: usize = 16;
const O: usize = 3;

#[unsafe(no_mangle)]
pub extern "C" fn run(seed: u32) -> f32 {
    unsafe {
        USED = 0;
        let mut s = seed.max(1);
        let mut rnd = || {
            s = (s >> 1) ^ (0u32.wrapping_sub(s & 1) & 0xd000_0001);
            (s & 0xffff) as f32 / 65536.0 - 0.5
        };
        let mut label = [0u8; B];
        let x = grab(B * I);
        for r in 0..B {
            label[r] = (r % O) as u8;
            for c in 0..I {
                *x.add(r * I + c) = rnd() + (c == r % O) as u32 as f32;
            }
        }
        let (w1, w2) = (grab(I * H), grab(H * O));
        (0..I * H).for_each(|i| *w1.add(i) = rnd());
        (0..H * O).for_each(|i| *w2.add(i) = rnd());
        let (h, y, dh) = (grab(B * H), grab(B * O), grab(B * H));
        let (g1, g2) = (grab(I * H), grab(H * O));
        let mut loss = 0.0;
        for _ in 0..100 {
            clear(h, B * H);
            clear(y, B * O);
            clear(dh, B * H);
            clear(g1, I * H);
            clear(g2, H * O);
            gemm((B, H, I), x, (I, 1), w1, (H, 1), h);
            for i in 0..B * H {
                if *h.add(i) < 0.0 { *h.add(i) = 0.0 }
            }
            gemm((B, O, H), h, (H, 1), w2, (O, 1), y);
            loss = fuse_softmax(y, B, O, label.as_ptr());
            gemm((H, O, B), h, (1, H), y, (O, 1), g2);
            gemm((B, H, O), y, (O, 1), w2, (1, O), dh);
            for i in 0..B * H {
                if *h.add(i) == 0.0 { *dh.add(i) = 0.0 }
            }
            gemm((I, H, B), x, (1, I), dh, (H, 1), g1);
            axpy(I * H, -0.6, g1, w1);
            axpy(H * O, -0.6, g2, w2);
        }
        let (img, ker, res) = (grab(100), grab(9), grab(16));
        (0..100).for_each(|i| *img.add(i) = rnd());
        (0..9).for_each(|i| *ker.add(i) = rnd());
        let n = conv_pool(img, 10, ker, 3, res);
        rms_center(res, n);
        loss + *res * 0.01
    }
}
