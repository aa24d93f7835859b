//! The bound accepts every honest way to evaluate an operation in f32, the native kernel's among them, and rejects
//! the small wrongs that a tolerance could hide. `--nocapture` prints the figures that `tolerance` quotes.

mod support;

use support::Random;
use tito_kernels::{Judged, Wide, dense, relu, sigmoid, softmax, tanh};
use tito_tensor::Tensor;

/// How many random tensors each way is tried on.
const ROUNDS: u64 = 8;

/// The worst error as a multiple of the bound.
fn worst(judged: &Judged, got: &[f32]) -> f64 {
    assert_eq!(judged.value.data().len(), got.len());
    got.iter().enumerate().map(|(i, &got)| judged.excess(i, got)).fold(0.0, f64::max)
}

/// Every way to evaluate must be within the bound on every case, every wrong beyond it somewhere in each.
fn check(what: &str, judged: &Judged, right: &[(&str, Vec<f32>)], wrong: &[(&str, Vec<f32>)]) {
    for (way, got) in right {
        let worst = worst(judged, got);
        println!("{what}: {way} {worst:.3}");
        assert!(worst <= 1.0, "{what}: {way} is right, but {worst} times the bound");
    }
    for (way, got) in wrong {
        let worst = worst(judged, got);
        println!("{what}: wrong {way} {worst:.3}");
        assert!(worst > 1.0, "{what}: {way} is wrong, but only {worst} times the bound");
    }
}

/// Rounded to the eleven significant bits of a half.
fn half(x: f32) -> f32 {
    f32::from_bits((x.to_bits() + 0x1000) & !0x1FFF)
}

fn halves(values: &[f32]) -> Vec<f32> {
    values.iter().copied().map(half).collect()
}

#[test]
fn dense() {
    for k in [1, 2, 8, 64, 288, 784, 3072, 16384] {
        for round in 0..ROUNDS {
            check_dense(&format!("dense normal {k}"), k, round, Random::normal);
            check_dense(&format!("dense positive {k}"), k, round, Random::uniform);
        }
    }
}

fn check_dense(what: &str, k: u32, seed: u64, draw: fn(&mut Random) -> f32) {
    let mut random = Random(seed);
    let (x, w) = (random.tensor(&[5, k], draw), random.tensor(&[k, 4], draw));
    let bias = random.tensor(&[4], |random| 1.0 + random.uniform());
    let judged = dense::oracle(&Wide::from(&x), &Wide::from(&w), Some(&Wide::from(&bias))).unwrap();
    let native = dense::native(&x, &w, Some(&bias)).unwrap().into_parts().1;
    let by = |sum: fn(Vec<f32>, f32) -> f32| -> Vec<f32> {
        let element = |e: usize| sum(products(&x, &w, e / 4, e % 4), bias.data()[e % 4]);
        (0..20).map(element).collect()
    };
    let right = [
        ("sequential", by(|products, bias| products.iter().sum::<f32>() + bias)),
        ("from the bias", by(|products, bias| products.iter().fold(bias, |sum, p| sum + p))),
        ("reversed", by(|products, bias| products.iter().rev().sum::<f32>() + bias)),
        ("pairwise", by(|products, bias| pairwise(&products) + bias)),
        ("four lanes", by(|products, bias| lanes(&products) + bias)),
        ("native", native.clone()),
    ];
    let wrong = [
        (
            "last product dropped",
            by(|products, bias| products[..products.len() - 1].iter().sum::<f32>() + bias),
        ),
        ("bias dropped", by(|products, _| products.iter().sum())),
        ("half", halves(&native)),
    ];
    // A long sum that cancels is so much smaller than its gauge that its own digits are below the bound.
    let wrong = if what.contains("normal") && k > 800 { &wrong[..2] } else { &wrong };
    check(what, &judged, &right, wrong);
}

/// The products that element `(row, column)` sums.
fn products(x: &Tensor, w: &Tensor, row: usize, column: usize) -> Vec<f32> {
    let k = x.shape().last().unwrap();
    let weights = w.data()[column..].iter().step_by(4);
    x.data()[row * k..][..k].iter().zip(weights).map(|(x, w)| x * w).collect()
}

fn pairwise(terms: &[f32]) -> f32 {
    match terms {
        [] => 0.0,
        [term] => *term,
        _ => pairwise(&terms[..terms.len() / 2]) + pairwise(&terms[terms.len() / 2..]),
    }
}

fn lanes(terms: &[f32]) -> f32 {
    let mut lanes = [0.0; 4];
    terms.iter().enumerate().for_each(|(i, term)| lanes[i % 4] += term);
    lanes.iter().sum()
}

#[test]
fn elementwise() {
    for scale in [1e-3, 0.1, 1.0, 10.0, 40.0] {
        for seed in 0..ROUNDS {
            let x = Random(seed).tensor(&[4096], |random| scale * random.normal());
            check_sigmoid(scale, &x);
            check_tanh(scale, &x);
            let judged = relu::oracle(&Wide::from(&x));
            let native = relu::native(&x).into_parts().1;
            let leaky = x.data().iter().map(|&x| if x < 0.0 { 1e-9 * x } else { x }).collect();
            let right = [("maximum", each(&x, |x| x.max(0.0))), ("native", native.clone())];
            check("relu", &judged, &right, &[("leaky", leaky), ("half", halves(&native))]);
        }
    }
}

fn each(x: &Tensor, f: impl Fn(f32) -> f32) -> Vec<f32> {
    x.data().iter().map(|&x| f(x)).collect()
}

fn check_sigmoid(scale: f32, x: &Tensor) {
    let judged = sigmoid::oracle(&Wide::from(x));
    let native = sigmoid::native(x).into_parts().1;
    let right = [
        ("1/(1+e^-x)", each(x, |x| 1.0 / (1.0 + (-x).exp()))),
        ("clipped", each(x, |x| 1.0 / (1.0 + (-x.clamp(-500.0, 500.0)).exp()))),
        (
            "two branches",
            each(x, |x| if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) }),
        ),
        ("2^x", each(x, |x| 1.0 / (1.0 + (-x * std::f32::consts::LOG2_E).exp2()))),
        ("native", native.clone()),
    ];
    let hard = each(x, |x| (0.25 * x + 0.5).clamp(0.0, 1.0));
    let wrong = [("half", halves(&native)), ("hard", hard)];
    // At a thousandth the straight line is the logistic function to f32's last digit.
    check(&format!("sigmoid {scale}"), &judged, &right, if scale < 0.1 { &wrong[..1] } else { &wrong });
}

fn check_tanh(scale: f32, x: &Tensor) {
    let judged = tanh::oracle(&Wide::from(x));
    let native = tanh::native(x).into_parts().1;
    let mut right = vec![
        ("tanh", each(x, f32::tanh)),
        ("2s(2x)-1", each(x, |x| 2.0 / (1.0 + (-2.0 * x).exp()) - 1.0)),
        ("1-2/(e^2x+1)", each(x, |x| 1.0 - 2.0 / ((2.0 * x).exp() + 1.0))),
        ("native", native.clone()),
    ];
    if scale <= 1.0 {
        // These overflow to NaN beyond 44 and 88.
        right.push(("(e^2x-1)/(e^2x+1)", each(x, |x| ((2.0 * x).exp() - 1.0) / ((2.0 * x).exp() + 1.0))));
        right.push(("sinh/cosh", each(x, |x| (x.exp() - (-x).exp()) / (x.exp() + (-x).exp()))));
    }
    let wrong = [("half", halves(&native)), ("x", x.data().to_vec())];
    // At a thousandth tanh is x, and a half of it errs by less than the quotient's cancellation.
    check(&format!("tanh {scale}"), &judged, &right, if scale < 0.1 { &[] } else { &wrong });
}

#[test]
fn softmax() {
    for classes in [1, 2, 3, 10, 65, 1000, 16384] {
        for scale in [0.1, 1.0, 10.0] {
            for seed in 0..ROUNDS {
                check_softmax(classes, scale, seed);
            }
        }
    }
}

fn check_softmax(classes: u32, scale: f32, seed: u64) {
    let x = Random(seed).tensor(&[3, classes], |random| scale * random.normal());
    let judged = softmax::oracle(&Wide::from(&x));
    let native = softmax::native(&x).into_parts().1;
    let by = |row: fn(&[f32]) -> Vec<f32>| -> Vec<f32> {
        x.data().chunks(classes as usize).flat_map(row).collect()
    };
    let right = [
        ("shifted", by(|row| normalised(shifted(row), |w| w.iter().sum()))),
        ("unshifted", by(|row| normalised(row.iter().map(|x| x.exp()).collect(), |w| w.iter().sum()))),
        ("reversed", by(|row| normalised(shifted(row), |w| w.iter().rev().sum()))),
        ("by logarithms", by(log_softmax)),
        ("native", native.clone()),
    ];
    let short = by(|row| normalised(shifted(row), |w| w[1..].iter().sum()));
    let wrong = [("half", halves(&native)), ("first class not summed", short)];
    // One class is 1 in any precision; a class out of many with spread logits weighs nothing.
    let wrong = if classes == 1 {
        &[][..]
    } else if scale > 1.0 || classes > 1000 {
        &wrong[..1]
    } else {
        &wrong
    };
    check(&format!("softmax {classes} {scale}"), &judged, &right, wrong);
}

fn max(row: &[f32]) -> f32 {
    row.iter().copied().fold(f32::NEG_INFINITY, f32::max)
}

fn shifted(row: &[f32]) -> Vec<f32> {
    let max = max(row);
    row.iter().map(|x| (x - max).exp()).collect()
}

fn normalised(weights: Vec<f32>, sum: fn(&[f32]) -> f32) -> Vec<f32> {
    let sum = sum(&weights);
    weights.into_iter().map(|weight| weight / sum).collect()
}

fn log_softmax(row: &[f32]) -> Vec<f32> {
    let (max, log) = (max(row), shifted(row).iter().sum::<f32>().ln());
    row.iter().map(|x| (x - max - log).exp()).collect()
}
