//! The native kernels of milestones 2 and 3 are within the bound of their oracles, equal where numbers are integers, and
//! the same for any number of threads.

mod support;

use support::Random;
use tito_kernels::{
    Judged, ShapeError, Wide, Window, adam, average_pool2d,
    batch_norm2d::{self, Affine, Moments},
    clip, conv2d, cross_entropy, dense, dropout, flatten, max_pool2d, mean_squared_error, relu, sgd, sigmoid,
    softmax, tanh,
};
use tito_tensor::Tensor;

/// The worst error as a multiple of the bound must not be beyond it.
#[track_caller]
fn accepts(what: &str, judged: &Judged, native: &Tensor) {
    assert_eq!(judged.value.shape(), native.shape(), "{what}");
    let errors = native.data().iter().enumerate().map(|(at, &got)| (judged.excess(at, got), at));
    let (worst, at) = errors.fold((0.0, 0), |worst, error| if error.0 > worst.0 { error } else { worst });
    println!("{what}: {worst:.3}");
    assert!(
        worst <= 1.0,
        "{what}: element {at} is {}, not {}; {worst} times the bound",
        native.data()[at],
        judged.value.data()[at]
    );
}

/// Integers from −8 to 8, of which every sum of a few thousand products is exact.
fn integer(random: &mut Random) -> f32 {
    (random.uniform() * 17.0).floor() - 8.0
}

/// The judged value without a bound: an exact operation on integers knows one number.
fn exact(judged: &Judged) -> Judged {
    Judged::exact(judged.value.clone())
}

const WINDOWS: [([u32; 2], [u32; 2], [u32; 2]); 8] = [
    ([1, 1], [1, 1], [0, 0]),
    ([1, 1], [2, 2], [0, 0]),
    ([3, 3], [1, 1], [1, 1]),
    ([2, 2], [2, 2], [0, 0]),
    ([5, 2], [1, 2], [2, 0]),
    ([3, 3], [2, 2], [1, 2]),
    ([1, 7], [3, 1], [0, 3]),
    ([7, 7], [4, 4], [6, 6]),
];

fn windows() -> impl Iterator<Item = Window> {
    WINDOWS.into_iter().map(|(kernel, stride, padding)| Window { kernel, stride, padding })
}

/// A convolution of drawn numbers, forward and backward, held by `held`.
fn convolution(
    window: Window,
    [images, channels, height, width, outputs]: [u32; 5],
    draw: fn(&mut Random) -> f32,
    held: impl Fn(&Judged) -> Judged,
) {
    let mut random = Random(u64::from(images * 1000 + height));
    let x = random.tensor(&[images, channels, height, width], draw);
    let w = random.tensor(&[outputs, channels, window.kernel[0], window.kernel[1]], draw);
    let b = random.tensor(&[outputs], draw);
    let (wide_x, wide_w, wide_b) = (Wide::from(&x), Wide::from(&w), Wide::from(&b));
    let what = format!("conv2d {window:?}");
    for bias in [true, false] {
        let (b, wide_b) = (bias.then_some(&b), bias.then_some(&wide_b));
        let y = conv2d::native(&x, &w, b, window).unwrap();
        accepts(&what, &held(&conv2d::oracle(&wide_x, &wide_w, wide_b, window).unwrap()), &y);
        let dy = random.tensor(y.shape().extents(), draw);
        let wanted = conv2d::oracle_backward(&wide_x, &wide_w, wide_b, window, &Wide::from(&dy)).unwrap();
        let found = conv2d::native_backward(&x, &w, b, window, &dy).unwrap();
        accepts(&format!("{what} to input"), &held(&wanted.input), &found.input);
        assert_eq!(found.parameters.len(), if bias { 2 } else { 1 });
        assert_eq!(conv2d::native_parameters(&x, &w, b, window, &dy).unwrap(), found.parameters);
        for (wanted, found) in wanted.parameters.iter().zip(&found.parameters) {
            accepts(&format!("{what} to parameter"), &held(wanted), found);
        }
    }
}

#[test]
fn convolution_is_right() {
    for window in windows() {
        convolution(window, [3, 2, 9, 8, 5], Random::normal, Judged::clone);
        convolution(window, [3, 2, 9, 8, 5], integer, exact);
        // Sixteen images are interleaved, and two are left.
        convolution(window, [18, 3, 9, 8, 5], integer, exact);
    }
    let same = Window { kernel: [3, 3], stride: [1, 1], padding: [1, 1] };
    convolution(same, [20, 16, 12, 12, 24], Random::normal, Judged::clone);
    // Rows that are one vector, some, and none in full; more places than are summed at a time.
    convolution(same, [2, 3, 5, 16, 6], integer, exact);
    convolution(same, [2, 3, 5, 64, 9], Random::normal, Judged::clone);
    convolution(same, [1, 40, 33, 47, 3], integer, exact);
    convolution(same, [100, 2, 11, 9, 4], Random::normal, Judged::clone);
    convolution(same, [0, 2, 5, 5, 3], Random::normal, Judged::clone);
    convolution(same, [2, 0, 5, 5, 3], Random::normal, Judged::clone);
    convolution(same, [2, 3, 5, 5, 0], Random::normal, Judged::clone);
}

#[test]
fn dense_backward_is_right() {
    for (shape, outputs) in [(&[5, 7][..], 3), (&[2, 3, 4], 9), (&[600, 33], 10), (&[4], 2), (&[0, 3], 2)] {
        let mut random = Random(9);
        let inputs = *shape.last().unwrap();
        for (draw, held) in [
            (Random::normal as fn(&mut Random) -> f32, Judged::clone as fn(&Judged) -> Judged),
            (integer, exact),
        ] {
            let (x, w) = (random.tensor(shape, draw), random.tensor(&[inputs, outputs], draw));
            let b = random.tensor(&[outputs], draw);
            let dy = random.tensor(dense::native(&x, &w, None).unwrap().shape().extents(), draw);
            let [wx, ww, wb, wdy] = [&x, &w, &b, &dy].map(Wide::from);
            let wanted = dense::oracle_backward(&wx, &ww, Some(&wb), &wdy).unwrap();
            let found = dense::native_backward(&x, &w, Some(&b), &dy).unwrap();
            accepts("dense to input", &held(&wanted.input), &found.input);
            assert_eq!(dense::native_parameters(&x, &w, Some(&b), &dy).unwrap(), found.parameters);
            for (wanted, found) in wanted.parameters.iter().zip(&found.parameters) {
                accepts("dense to parameter", &held(wanted), found);
            }
        }
    }
}

#[test]
fn pooling_is_right() {
    for window in windows() {
        for (images, height) in [(2, 9), (1, 8), (0, 8)] {
            let mut random = Random(11);
            // Integers tie often; the first of the largest is taken on both sides.
            for draw in [Random::normal as fn(&mut Random) -> f32, integer] {
                let x = random.tensor(&[images, 3, height, 10], draw);
                let wide = Wide::from(&x);
                let y = max_pool2d::native(&x, window).unwrap();
                accepts("max-pool2d", &max_pool2d::oracle(&wide, window).unwrap(), &y);
                let dy = random.tensor(y.shape().extents(), draw);
                let wide_dy = Wide::from(&dy);
                let wanted = max_pool2d::oracle_backward(&wide, window, &wide_dy).unwrap();
                accepts(
                    "max-pool2d backward",
                    &wanted,
                    &max_pool2d::native_backward(&x, window, &dy).unwrap(),
                );
                let wanted = average_pool2d::oracle(&wide, window).unwrap();
                accepts("average-pool2d", &wanted, &average_pool2d::native(&x, window).unwrap());
                let wanted = average_pool2d::oracle_backward(&wide, window, &wide_dy).unwrap();
                let found = average_pool2d::native_backward(&x, window, &dy).unwrap();
                accepts("average-pool2d backward", &wanted, &found);
            }
        }
    }
}

#[test]
fn padding_is_never_the_largest_and_counts_in_the_mean() {
    let x = Tensor::new([1, 1, 1, 2], vec![-3.0, -1.0]).unwrap();
    let window = Window { kernel: [1, 2], stride: [1, 2], padding: [0, 1] };
    assert_eq!(max_pool2d::native(&x, window).unwrap().data(), [-3.0, -1.0]);
    assert_eq!(average_pool2d::native(&x, window).unwrap().data(), [-1.5, -0.5]);
}

#[test]
fn activations_backward_are_right() {
    for scale in [0.01, 1.0, 10.0, 60.0] {
        let mut random = Random(12);
        let x = random.tensor(&[40, 33], |random| scale * random.normal());
        let dy = random.tensor(&[40, 33], Random::normal);
        let (wide, wide_dy) = (Wide::from(&x), Wide::from(&dy));
        accepts(
            "relu",
            &relu::oracle_backward(&wide, &wide_dy).unwrap(),
            &relu::native_backward(&x, &dy).unwrap(),
        );
        let wanted = sigmoid::oracle_backward(&wide, &wide_dy).unwrap();
        accepts("sigmoid backward", &wanted, &sigmoid::native_backward(&x, &dy).unwrap());
        accepts(
            "tanh backward",
            &tanh::oracle_backward(&wide, &wide_dy).unwrap(),
            &tanh::native_backward(&x, &dy).unwrap(),
        );
        let wanted = softmax::oracle_backward(&wide, &wide_dy).unwrap();
        accepts("softmax backward", &wanted, &softmax::native_backward(&x, &dy).unwrap());
        // As students write them: from the rounded output of the forward pass.
        let (s, t) = (sigmoid::native(&x), tanh::native(&x));
        let from = |y: &Tensor, slope: fn(f32) -> f32| {
            Tensor::from_fn(y.shape().clone(), |i| dy.data()[i] * slope(y.data()[i]))
        };
        accepts(
            "s(1 - s)",
            &sigmoid::oracle_backward(&wide, &wide_dy).unwrap(),
            &from(&s, |s| s * (1.0 - s)),
        );
        accepts("1 - t^2", &tanh::oracle_backward(&wide, &wide_dy).unwrap(), &from(&t, |t| 1.0 - t * t));
    }
    let x = Random(13).tensor(&[2, 3, 4], Random::normal);
    let dy = Random(14).tensor(&[2, 12], Random::normal);
    let wanted = flatten::oracle_backward(&Wide::from(&x), &Wide::from(&dy)).unwrap();
    accepts("flatten backward", &wanted, &flatten::native_backward(&x, &dy).unwrap());
}

#[test]
fn batch_normalisation_is_right() {
    for (shape, offset) in
        [([4, 3, 5, 6], 0.0), ([16, 2, 7, 7], 30.0), ([1, 1, 1, 2], 0.0), ([2, 0, 3, 3], 0.0)]
    {
        let mut random = Random(15);
        let x = random.tensor(&shape, |random| offset + random.normal());
        let (gamma, beta) =
            (random.tensor(&[shape[1]], Random::normal), random.tensor(&[shape[1]], Random::normal));
        let dy = random.tensor(&shape, Random::normal);
        let native = Affine { gamma: &gamma, beta: &beta, epsilon: 1e-5 };
        let [wx, wg, wb, wdy] = [&x, &gamma, &beta, &dy].map(Wide::from);
        let oracle = Affine { gamma: &wg, beta: &wb, epsilon: 1e-5 };
        let (wanted, moments) = batch_norm2d::oracle(&wx, oracle).unwrap();
        let (found, found_moments) = batch_norm2d::native(&x, native).unwrap();
        accepts("batch-norm2d", &wanted, &found);
        let given =
            Moments { mean: Wide::from(&found_moments.mean), variance: Wide::from(&found_moments.variance) };
        let wanted = batch_norm2d::oracle_inference(&wx, oracle, &given, 1).unwrap();
        let found = batch_norm2d::native_inference(&x, native, &found_moments).unwrap();
        accepts("batch-norm2d inference", &wanted, &found);
        let wanted = batch_norm2d::oracle_backward(&wx, oracle, &wdy).unwrap();
        let found = batch_norm2d::native_backward(&x, native, &dy).unwrap();
        assert_eq!(batch_norm2d::native_backward_by(&x, native, &found_moments, &dy).unwrap(), found);
        accepts("batch-norm2d to input", &wanted.input, &found.input);
        accepts("batch-norm2d to gamma", &wanted.parameters[0], &found.parameters[0]);
        accepts("batch-norm2d to beta", &wanted.parameters[1], &found.parameters[1]);
        let half = batch_norm2d::running(&moments, &given, 0.5);
        let mean = |a: &Wide, b: &Wide, at: usize| f64::midpoint(a.data()[at], b.data()[at]);
        for at in 0..shape[1] as usize {
            assert!((half.mean.data()[at] - mean(&moments.mean, &given.mean, at)).abs() < 1e-12);
        }
    }
}

#[test]
fn dropout_keeps_the_mean() {
    let x = Random(16).tensor(&[5, 9], Random::normal);
    let mask = Tensor::from_fn([5, 9], |i| if i % 3 == 0 { 0.0 } else { 1.0 });
    let found = dropout::native(&x, &mask, 0.3).unwrap();
    accepts("dropout", &dropout::oracle(&Wide::from(&x), &Wide::from(&mask), 0.3).unwrap(), &found);
    assert_eq!(found.data()[3], 0.0);
    assert_eq!(found.data()[4], x.data()[4] * (1.0 / 0.7));
}

#[test]
fn losses_are_right() {
    for (rows, classes, scale) in [(1, 2, 1.0), (64, 10, 3.0), (7, 65, 30.0), (3, 10, 1000.0)] {
        let mut random = Random(17);
        let logits = random.tensor(&[rows, classes], |random| scale * random.normal());
        let targets: Vec<u32> = (0..rows).map(|row| row % classes).collect();
        let wanted = cross_entropy::oracle(&Wide::from(&logits), &targets).unwrap();
        let found = cross_entropy::native(&logits, &targets).unwrap();
        accepts("cross-entropy", &wanted.value, &Tensor::from_fn([], |_| found.value));
        accepts("cross-entropy gradient", &wanted.gradient, &found.gradient);
        let other = random.tensor(&[rows, classes], Random::normal);
        let wanted = mean_squared_error::oracle(&Wide::from(&logits), &Wide::from(&other)).unwrap();
        let found = mean_squared_error::native(&logits, &other).unwrap();
        accepts("mean squared error", &wanted.value, &Tensor::from_fn([], |_| found.value));
        accepts("mean squared error gradient", &wanted.gradient, &found.gradient);
    }
}

#[test]
fn a_loss_that_errs_is_not_accepted() {
    let logits = Random(18).tensor(&[8, 10], Random::normal);
    let targets = [1, 2, 3, 4, 5, 6, 7, 8];
    let wanted = cross_entropy::oracle(&Wide::from(&logits), &targets).unwrap();
    let found = cross_entropy::native(&logits, &targets).unwrap();
    for wrong in [0.5, found.value * 8.0, found.value + 1e-3] {
        assert!(!wanted.value.accepts(0, wrong), "{wrong}");
    }
    let summed = |at: usize| found.gradient.data()[at] * 8.0;
    assert!((0..80).any(|at| !wanted.gradient.accepts(at, summed(at))));
}

/// Fifty steps, each from where the oracle was.
fn fifty_steps(
    what: &str,
    mut oracle: impl FnMut(&[Wide], &[Wide]) -> Vec<Judged>,
    mut native: impl FnMut(&mut [Tensor], &[Tensor]),
) {
    let mut random = Random(19);
    let mut parameters = vec![random.tensor(&[3, 4], Random::normal), random.tensor(&[5], Random::normal)];
    for step in 0..50 {
        // Now and then nothing, and something large.
        let size = [1.0, 1e-3, 0.0, 30.0][step % 4];
        let gradients: Vec<_> = parameters
            .iter()
            .map(|p| random.tensor(p.shape().extents(), |random| size * random.normal()))
            .collect();
        let wide = |tensors: &[Tensor]| tensors.iter().map(Wide::from).collect::<Vec<_>>();
        let wanted = oracle(&wide(&parameters), &wide(&gradients));
        native(&mut parameters, &gradients);
        for (wanted, found) in wanted.iter().zip(&mut parameters) {
            accepts(what, wanted, found);
            found.data_mut().iter_mut().zip(wanted.value.data()).for_each(|(p, wanted)| *p = *wanted as f32);
        }
    }
}

#[test]
fn optimizers_are_right() {
    for (momentum, decay) in [(0.0, 0.0), (0.9, 0.0), (0.9, 0.01)] {
        let settings = sgd::Sgd { rate: 0.1, momentum, decay };
        let (mut oracle, mut native) = (sgd::Oracle::new(settings), sgd::Native::new(settings));
        fifty_steps("sgd", |p, g| oracle.step(p, g).unwrap(), |p, g| native.step(p, g).unwrap());
    }
    for (decay, decoupled) in [(0.0, false), (0.01, false), (0.01, true)] {
        let settings = adam::Adam { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay, decoupled };
        let (mut oracle, mut native) = (adam::Oracle::new(settings), adam::Native::new(settings));
        fifty_steps("adam", |p, g| oracle.step(p, g).unwrap(), |p, g| native.step(p, g).unwrap());
    }
}

#[test]
fn clipping_is_by_the_norm_of_all() {
    let mut gradients = [Tensor::new([2], vec![3.0, 0.0]).unwrap(), Tensor::new([1], vec![4.0]).unwrap()];
    let wide: Vec<_> = gradients.iter().map(Wide::from).collect();
    clip::native(&mut gradients, 10.0);
    assert_eq!(gradients[1].data(), [4.0]);
    let wanted = clip::oracle(&wide, 1.0);
    clip::native(&mut gradients, 1.0);
    wanted.iter().zip(&gradients).for_each(|(wanted, found)| accepts("clip", wanted, found));
    assert_eq!(gradients[0].data(), [0.6, 0.0]);
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let mut random = Random(20);
    let x = random.tensor(&[37, 8, 15, 13], Random::normal);
    let w = random.tensor(&[12, 8, 3, 3], Random::normal);
    let b = random.tensor(&[12], Random::normal);
    let (gamma, beta) = (random.tensor(&[8], Random::normal), random.tensor(&[8], Random::normal));
    let window = Window { kernel: [3, 3], stride: [1, 1], padding: [1, 1] };
    let dy = random.tensor(&[37, 12, 15, 13], Random::normal);
    let (rows, weight) =
        (random.tensor(&[1301, 57], Random::normal), random.tensor(&[57, 63], Random::normal));
    let slope = random.tensor(&[1301, 63], Random::normal);
    let affine = Affine { gamma: &gamma, beta: &beta, epsilon: 1e-5 };
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let conv = conv2d::native_backward(&x, &w, Some(&b), window, &dy).unwrap();
            let dense = dense::native_backward(&rows, &weight, None, &slope).unwrap();
            let norm = batch_norm2d::native_backward(&x, affine, &x).unwrap();
            let outputs = [
                conv2d::native(&x, &w, Some(&b), window).unwrap(),
                batch_norm2d::native(&x, affine).unwrap().0,
                max_pool2d::native(&x, window).unwrap(),
                average_pool2d::native_backward(&x, window, &x).unwrap(),
                conv.input,
                dense.input,
                norm.input,
            ];
            outputs
                .into_iter()
                .chain(conv.parameters)
                .chain(dense.parameters)
                .chain(norm.parameters)
                .collect::<Vec<_>>()
        })
    };
    let one = on(1);
    for threads in [2, 3, 7] {
        let several = on(threads);
        assert!(several.iter().zip(&one).all(|(several, one)| several.same_bits(one)), "{threads} threads");
    }
}

#[test]
fn shapes_that_do_not_meet_are_told() {
    let window = Window { kernel: [3, 3], stride: [1, 1], padding: [0, 0] };
    let conv = |x: &[u32], w: &[u32], b: Option<&[u32]>| {
        let zeros = |shape: &[u32]| Tensor::zeros(shape.to_vec());
        conv2d::native(&zeros(x), &zeros(w), b.map(zeros).as_ref(), window).unwrap_err().to_string()
    };
    let has = |words: &str, error: String| assert!(error.contains(words), "{error}");
    has("give images [n, channels, height, width]", conv(&[3, 5, 5], &[2, 3, 3, 3], None));
    has("do not meet", conv(&[1, 3, 5, 5], &[2, 4, 3, 3], None));
    has("do not meet", conv(&[1, 3, 5, 5], &[2, 3, 2, 3], None));
    has("a kernel of [3, 3] with stride [1, 1] has no place", conv(&[1, 3, 2, 5], &[2, 3, 3, 3], None));
    has(
        "bias [3] has not one element for each of 2 channels",
        conv(&[1, 3, 5, 5], &[2, 3, 3, 3], Some(&[3])),
    );
    let images = Tensor::zeros([1, 1, 4, 4]);
    has("not the same shape", max_pool2d::native_backward(&images, window, &images).unwrap_err().to_string());
    let logits = Tensor::zeros([2, 3]);
    let error = |targets: &[u32]| cross_entropy::native(&logits, targets).unwrap_err();
    has("1 targets for logits [2, 3]", error(&[0]).to_string());
    assert!(matches!(error(&[0, 3]), ShapeError::Class { class: 3, .. }));
}
