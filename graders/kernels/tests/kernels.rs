//! What each oracle and its native kernel give on inputs whose result is known, and on those that have none.

mod support;

use support::Random;
use tito_kernels::{Judged, ShapeError, Wide, dense, flatten, relu, sigmoid, softmax, tanh};
use tito_tensor::{Shape, Tensor};

const INF: f32 = f32::INFINITY;

fn tensor<const N: usize>(shape: [u32; N], data: &[f32]) -> Tensor {
    Tensor::new(shape, data.to_vec()).unwrap()
}

/// The oracle's value is the expected one to f32's last digit, and accepts the native kernel's.
fn check(judged: &Judged, native: &Tensor, expected: &Tensor) {
    assert_eq!(judged.value.shape(), expected.shape());
    assert_eq!(native.shape(), expected.shape());
    for (i, (&got, &expected)) in native.data().iter().zip(expected.data()).enumerate() {
        assert_eq!(judged.value.data()[i] as f32, expected, "the oracle's element {i}");
        assert!(judged.accepts(i, got), "the native element {i} is {got}, not {expected}");
    }
}

#[test]
fn dense_is_a_product_over_the_last_axis() {
    let check = |x: &Tensor, w: &Tensor, bias: Option<&Tensor>, expected: &Tensor| {
        let wide = bias.map(Wide::from);
        let judged = dense::oracle(&Wide::from(x), &Wide::from(w), wide.as_ref()).unwrap();
        check(&judged, &dense::native(x, w, bias).unwrap(), expected);
        assert_eq!(judged.terms, w.shape().extents()[0] as usize + 1);
    };
    let w = tensor([3, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let b = tensor([2], &[10.0, -20.0]);
    let x = [1.0, 0.0, -1.0, 2.0, 1.0, 0.0];
    check(&tensor([2, 3], &x), &w, None, &tensor([2, 2], &[-4.0, -4.0, 5.0, 8.0]));
    check(&tensor([2, 3], &x), &w, Some(&b), &tensor([2, 2], &[6.0, -24.0, 15.0, -12.0]));
    check(&tensor([1, 2, 3], &x), &w, Some(&b), &tensor([1, 2, 2], &[6.0, -24.0, 15.0, -12.0]));
    check(&tensor([3], &x[..3]), &w, None, &tensor([2], &[-4.0, -4.0]));
    check(&tensor([0, 3], &[]), &w, Some(&b), &tensor([0, 2], &[]));
    check(&tensor([2, 0], &[]), &tensor([0, 2], &[]), Some(&b), &tensor([2, 2], &[10.0, -20.0, 10.0, -20.0]));
    check(&tensor([1, 3], &x[..3]), &tensor([3, 0], &[]), None, &tensor([1, 0], &[]));
}

#[test]
fn dense_gauges_are_sums_of_absolute_values() {
    let [x, w, b] = [tensor([1, 2], &[1.0, -2.0]), tensor([2, 1], &[3.0, 4.0]), tensor([1], &[-5.0])];
    let judged = dense::oracle(&Wide::from(&x), &Wide::from(&w), Some(&Wide::from(&b))).unwrap();
    assert_eq!((judged.value.data(), &judged.gauge[..]), (&[-10.0][..], &[16.0][..]));
}

#[test]
fn dense_refuses_shapes_that_do_not_meet() {
    let check = |x: &Tensor, w: &Tensor, bias: Option<&Tensor>, expected: &str| {
        let error = dense::native(x, w, bias).unwrap_err();
        assert_eq!(error.to_string(), expected);
        let wide = bias.map(Wide::from);
        assert_eq!(dense::oracle(&Wide::from(x), &Wide::from(w), wide.as_ref()).unwrap_err(), error);
    };
    let (x, w) = (Tensor::zeros([4, 3]), Tensor::zeros([3, 2]));
    let unmet = "do not meet; give input [.., k] and weight [k, n]";
    check(&Tensor::zeros([]), &w, None, "cannot apply dense to a scalar: give a tensor of at least one axis");
    check(
        &x,
        &Tensor::zeros([2, 3]),
        None,
        &format!("cannot apply dense: input [4, 3] and weight [2, 3] {unmet}"),
    );
    check(&x, &Tensor::zeros([3]), None, &format!("cannot apply dense: input [4, 3] and weight [3] {unmet}"));
    let unfit = "cannot apply dense: bias [3] does not fit weight [3, 2]; give weight [k, n] and bias [n]";
    check(&x, &w, Some(&Tensor::zeros([3])), unfit);
    let large = Tensor::zeros([u32::MAX, u32::MAX, 0]);
    let uncountable = "the result has more elements than can be counted";
    let wide = Tensor::zeros([0, u32::MAX]);
    check(&large, &wide, None, &format!("cannot apply dense to {}: {uncountable}", large.shape()));
}

#[test]
fn elementwise_functions_reach_their_limits_without_nan() {
    let x = tensor([2, 3], &[-1e4, -INF, 0.0, -0.0, 1e4, INF]);
    let wide = Wide::from(&x);
    check(&relu::oracle(&wide), &relu::native(&x), &tensor([2, 3], &[0.0, 0.0, 0.0, 0.0, 1e4, INF]));
    check(&sigmoid::oracle(&wide), &sigmoid::native(&x), &tensor([2, 3], &[0.0, 0.0, 0.5, 0.5, 1.0, 1.0]));
    check(&tanh::oracle(&wide), &tanh::native(&x), &tensor([2, 3], &[-1.0, -1.0, 0.0, 0.0, 1.0, 1.0]));
}

#[test]
fn nan_comes_out_where_it_went_in() {
    let x = tensor([2, 2], &[f32::NAN, 1.0, 2.0, 3.0]);
    for y in [relu::native(&x), sigmoid::native(&x), tanh::native(&x), softmax::native(&x)] {
        let nan: Vec<bool> = y.data().iter().map(|y| y.is_nan()).collect();
        assert!(nan[0] && !nan[2] && !nan[3], "{y:?}");
    }
}

#[test]
fn softmax_is_over_the_last_axis() {
    let check = |x: &Tensor, expected: &Tensor| {
        check(&softmax::oracle(&Wide::from(x)), &softmax::native(x), expected);
    };
    check(&tensor([2, 1, 2], &[0.0, 0.0, 1e4, -1e4]), &tensor([2, 1, 2], &[0.5, 0.5, 1.0, 0.0]));
    check(&tensor([2], &[1000.0, 1001.0]), &tensor([2], &[0.268_941_43, 0.731_058_6]));
    check(&tensor([2, 2], &[-INF, -INF, -INF, 7.0]), &tensor([2, 2], &[0.0, 0.0, 0.0, 1.0]));
    check(&tensor([], &[3.0]), &tensor([], &[1.0]));
    check(&tensor([3, 0], &[]), &tensor([3, 0], &[]));
}

#[test]
fn flatten_keeps_the_first_axis() {
    let check = |from: &[u32], to: [u32; 2]| {
        let x = Random(1).tensor(from, Random::normal);
        let flat = Tensor::new(to, x.data().to_vec()).unwrap();
        check(&flatten::oracle(&Wide::from(&x)).unwrap(), &flatten::native(&x).unwrap(), &flat);
    };
    check(&[2, 3, 4], [2, 12]);
    check(&[5, 7], [5, 7]);
    check(&[5], [5, 1]);
    check(&[0, 3, 4], [0, 12]);
    check(&[3, 0, 4], [3, 0]);
    assert_eq!(flatten::native(&Tensor::zeros([])), Err(ShapeError::Scalar("flatten")));
    let input = Shape::from([0, u32::MAX, 2]);
    let uncountable = ShapeError::Uncountable { operation: "flatten", input: input.clone() };
    assert_eq!(flatten::native(&Tensor::zeros(input)), Err(uncountable));
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let mut random = Random(2);
    let (x, w) = (random.tensor(&[1301, 57], Random::normal), random.tensor(&[57, 63], Random::normal));
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| [dense::native(&x, &w, None).unwrap(), softmax::native(&x), tanh::native(&x)])
    };
    let one = on(1);
    for threads in [2, 3, 7] {
        assert!(
            on(threads).iter().zip(&one).all(|(several, one)| several.same_bits(one)),
            "{threads} threads"
        );
    }
}
