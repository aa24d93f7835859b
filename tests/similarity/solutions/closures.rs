//! A layer is a function that gives its result and the function that goes back.

type Vector = Vec<f32>;
type Pull = Box<dyn FnOnce(Vector) -> Vector>;
type Shared = std::rc::Rc<std::cell::RefCell<Vector>>;

fn affine(p: &Shared, inputs: usize, rate: f32) -> impl Fn(Vector) -> (Vector, Pull) {
    let p = p.clone();
    move |x| {
        let y = p.borrow().chunks(inputs + 1).map(|w| w[inputs] + (0..inputs).map(|i| w[i] * x[i]).sum::<f32>()).collect();
        let p = p.clone();
        let pull = move |dy: Vector| {
            let mut p = p.borrow_mut();
            let mut dx = vec![0.0; inputs];
            for (w, d) in p.chunks_mut(inputs + 1).zip(dy) {
                for i in 0..inputs {
                    dx[i] += w[i] * d;
                    w[i] -= rate * d * x[i];
                }
                w[inputs] -= rate * d;
            }
            dx
        };
        (y, Box::new(pull))
    }
}

fn hinge(x: Vector) -> (Vector, Pull) {
    let open: Vec<bool> = x.iter().map(|v| *v > 0.0).collect();
    let y = x.into_iter().zip(&open).map(|(v, o)| if *o { v } else { 0.0 }).collect();
    (y, Box::new(move |dy| dy.into_iter().zip(open).map(|(d, o)| if o { d } else { 0.0 }).collect()))
}

fn chain(
    f: impl Fn(Vector) -> (Vector, Pull),
    g: impl Fn(Vector) -> (Vector, Pull),
) -> impl Fn(Vector) -> (Vector, Pull) {
    move |x| {
        let (y, back_f) = f(x);
        let (z, back_g) = g(y);
        (z, Box::new(move |dz| back_f(back_g(dz))))
    }
}

fn surprise(scores: &[f32], truth: usize) -> (f32, Vector) {
    let shifted: Vector = scores.iter().map(|s| s - scores[truth]).collect();
    let sum: f32 = shifted.iter().map(|s| s.min(30.0).exp()).sum();
    let mut slope: Vector = shifted.iter().map(|s| s.min(30.0).exp() / sum).collect();
    slope[truth] -= 1.0;
    (sum.ln(), slope)
}

fn over(image: &[Vector], kernel: &[[f32; 2]; 2]) -> Vec<Vector> {
    let pairs = image.iter().zip(image.iter().skip(1));
    pairs
        .map(|(a, b)| {
            let columns = a.windows(2).zip(b.windows(2));
            columns.map(|(u, l)| kernel[0][0] * u[0] + kernel[0][1] * u[1] + kernel[1][0] * l[0] + kernel[1][1] * l[1]).collect()
        })
        .collect()
}

fn summary(maps: Vec<Vector>) -> f32 {
    let mut peaks = Vec::new();
    for y in (0..maps.len() - 1).step_by(2) {
        for x in (0..maps[y].len() - 1).step_by(2) {
            let corner = |dy: usize, dx: usize| maps[y + dy][x + dx];
            peaks.push([corner(0, 0), corner(0, 1), corner(1, 0), corner(1, 1)].into_iter().fold(f32::MIN, f32::max));
        }
    }
    let n = peaks.len() as f32;
    let (mean, square) = peaks.iter().fold((0.0, 0.0), |(m, s), p| (m + p / n, s + p * p / n));
    (peaks[0] - mean) * (square - mean * mean + 1e-5).sqrt().recip()
}

#[unsafe(no_mangle)]
pub extern "C" fn run(seed: u32) -> f32 {
    let mut k = seed;
    let mut pick = move || {
        k = k.wrapping_add(0x9e37_79b9);
        let mut h = k;
        for (shift, factor) in [(16, 0x85eb_ca6b), (13, 0xc2b2_ae35u32)] {
            h = (h ^ (h >> shift)).wrapping_mul(factor);
        }
        ((h ^ (h >> 16)) >> 9) as f32 / 8_388_608.0 - 0.5
    };
    let fresh = |n: usize, pick: &mut dyn FnMut() -> f32| Shared::new((0..n).map(|_| pick()).collect::<Vector>().into());
    let (a, b) = (fresh(7 * 4, &mut pick), fresh(3 * 8, &mut pick));
    let net = chain(chain(affine(&a, 3, 0.08), hinge), affine(&b, 7, 0.08));
    let data: Vec<(Vector, usize)> = (0..30)
        .map(|n| ((0..3).map(|i| pick() + if i == n % 3 { 1.4 } else { 0.0 }).collect(), n % 3))
        .collect();
    let mut epoch = || {
        data.iter().fold(0.0, |sum, (x, truth)| {
            let (scores, back) = net(x.clone());
            let (loss, slope) = surprise(&scores, *truth);
            back(slope);
            sum + loss / 30.0
        })
    };
    let loss = (0..25).map(|_| epoch()).last().unwrap();
    let image: Vec<Vector> = (0..9).map(|_| (0..9).map(|_| pick()).collect()).collect();
    loss + summary(over(&image, &[[0.5, -0.5], [0.25, 1.0]])).abs() * 0.01
}
