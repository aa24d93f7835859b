//! The oracles' gradients against finite differences of the oracles themselves, in f64, along drawn directions.

mod support;

use support::Random;
use tito_kernels::{
    Gradients, Judged, Wide, Window,
    attention::{self, Attention},
    average_pool2d,
    batch_norm2d::{self, Affine},
    conv2d, cross_entropy, dense, gelu, layer_norm, max_pool2d, mean_squared_error, position_embedding, relu,
    sigmoid, softmax, tanh, token_embedding,
};

/// The step of a central difference: its own error is of its square, and rounding's of 10⁻¹⁶ divided by it.
const STEP: f64 = 1e-5;
const ALLOWED: f64 = 1e-8;

fn wide(random: &mut Random, shape: &[u32]) -> Wide {
    Wide::from(&random.tensor(shape, Random::normal))
}

/// The tensor moved along a direction.
fn moved(tensor: &Wide, direction: &Wide, by: f64) -> Wide {
    let data = tensor.data().iter().zip(direction.data()).map(|(x, d)| x + by * d).collect();
    Wide::new(tensor.shape().clone(), data).unwrap()
}

fn dot(left: &Wide, right: &Wide) -> f64 {
    left.data().iter().zip(right.data()).map(|(a, b)| a * b).sum()
}

/// Holds the gradients of `forward` with respect to each of `inputs` to differences of it.
fn check(
    what: &str,
    inputs: &[Wide],
    forward: impl Fn(&[Wide]) -> Wide,
    backward: impl Fn(&[Wide], &Wide) -> Vec<Judged>,
) {
    let mut random = Random(77);
    let gradient = wide(&mut random, forward(inputs).shape().extents());
    let found = backward(inputs, &gradient);
    assert_eq!(found.len(), inputs.len(), "{what}");
    for (at, found) in found.iter().enumerate() {
        assert_eq!(found.value.shape(), inputs[at].shape(), "{what}, input {at}");
        for _ in 0..3 {
            let direction = wide(&mut random, inputs[at].shape().extents());
            let loss = |by: f64| {
                let mut inputs = inputs.to_vec();
                inputs[at] = moved(&inputs[at], &direction, by);
                dot(&forward(&inputs), &gradient)
            };
            let numeric = (loss(STEP) - loss(-STEP)) / (2.0 * STEP);
            let analytic = dot(&found.value, &direction);
            let scale = 1.0 + found.gauge.iter().sum::<f64>();
            assert!(
                (numeric - analytic).abs() <= ALLOWED * scale,
                "{what}, input {at}: the difference is {numeric}, the gradient {analytic}"
            );
        }
    }
}

#[test]
fn dense_is_differentiated() {
    let mut random = Random(1);
    for shape in [&[1, 3][..], &[4, 3], &[2, 2, 3], &[3]] {
        let inputs = [wide(&mut random, shape), wide(&mut random, &[3, 5]), wide(&mut random, &[5])];
        check(
            "dense",
            &inputs,
            |x| dense::oracle(&x[0], &x[1], Some(&x[2])).unwrap().value,
            |x, dy| {
                let found = dense::oracle_backward(&x[0], &x[1], Some(&x[2]), dy).unwrap();
                [found.input].into_iter().chain(found.parameters).collect()
            },
        );
    }
}

#[test]
fn activations_are_differentiated() {
    // Away from the kink of the rectifier.
    let x = Wide::from(&Random(2).tensor(&[3, 7], |random| {
        let x = random.normal();
        x + 0.01_f32.copysign(x)
    }));
    let inputs = [x];
    check(
        "relu",
        &inputs,
        |x| relu::oracle(&x[0]).value,
        |x, dy| vec![relu::oracle_backward(&x[0], dy).unwrap()],
    );
    check(
        "sigmoid",
        &inputs,
        |x| sigmoid::oracle(&x[0]).value,
        |x, dy| vec![sigmoid::oracle_backward(&x[0], dy).unwrap()],
    );
    check(
        "tanh",
        &inputs,
        |x| tanh::oracle(&x[0]).value,
        |x, dy| vec![tanh::oracle_backward(&x[0], dy).unwrap()],
    );
    check(
        "gelu",
        &inputs,
        |x| gelu::oracle(&x[0]).value,
        |x, dy| vec![gelu::oracle_backward(&x[0], dy).unwrap()],
    );
    check(
        "softmax",
        &inputs,
        |x| softmax::oracle(&x[0]).value,
        |x, dy| vec![softmax::oracle_backward(&x[0], dy).unwrap()],
    );
}

const WINDOWS: [([u32; 2], [u32; 2], [u32; 2]); 6] = [
    ([1, 1], [1, 1], [0, 0]),
    ([3, 3], [1, 1], [1, 1]),
    ([2, 3], [2, 3], [0, 0]),
    ([5, 2], [1, 2], [2, 0]),
    ([3, 3], [2, 2], [1, 2]),
    ([1, 7], [3, 1], [0, 3]),
];

fn windows() -> impl Iterator<Item = Window> {
    WINDOWS.into_iter().map(|(kernel, stride, padding)| Window { kernel, stride, padding })
}

#[test]
fn convolution_is_differentiated() {
    let mut random = Random(3);
    for window in windows() {
        let [height, width] = window.kernel;
        let inputs = [
            wide(&mut random, &[2, 3, 6, 7]),
            wide(&mut random, &[4, 3, height, width]),
            wide(&mut random, &[4]),
        ];
        check(
            &format!("conv2d {window:?}"),
            &inputs,
            |x| conv2d::oracle(&x[0], &x[1], Some(&x[2]), window).unwrap().value,
            |x, dy| {
                let found = conv2d::oracle_backward(&x[0], &x[1], Some(&x[2]), window, dy).unwrap();
                [found.input].into_iter().chain(found.parameters).collect()
            },
        );
    }
}

#[test]
fn pooling_is_differentiated() {
    let mut random = Random(4);
    for window in windows() {
        let inputs = [wide(&mut random, &[2, 3, 6, 7])];
        check(
            &format!("max-pool2d {window:?}"),
            &inputs,
            // A window that sees padding alone gives −∞, which has no difference.
            |x| finite(&max_pool2d::oracle(&x[0], window).unwrap().value),
            |x, dy| vec![max_pool2d::oracle_backward(&x[0], window, dy).unwrap()],
        );
        check(
            &format!("average-pool2d {window:?}"),
            &inputs,
            |x| average_pool2d::oracle(&x[0], window).unwrap().value,
            |x, dy| vec![average_pool2d::oracle_backward(&x[0], window, dy).unwrap()],
        );
    }
}

fn finite(tensor: &Wide) -> Wide {
    let data = tensor.data().iter().map(|&x| if x.is_finite() { x } else { 0.0 }).collect();
    Wide::new(tensor.shape().clone(), data).unwrap()
}

#[test]
fn batch_normalisation_is_differentiated() {
    let mut random = Random(5);
    let inputs = [wide(&mut random, &[3, 2, 4, 3]), wide(&mut random, &[2]), wide(&mut random, &[2])];
    let affine = |x: &[Wide], of: &dyn Fn(Affine<'_, Wide>) -> Vec<Judged>| {
        of(Affine { gamma: &x[1], beta: &x[2], epsilon: 1e-5 })
    };
    check(
        "batch-norm2d",
        &inputs,
        |x| affine(x, &|affine| vec![batch_norm2d::oracle(&x[0], affine).unwrap().0]).remove(0).value,
        |x, dy| {
            affine(x, &|affine| {
                let found = batch_norm2d::oracle_backward(&x[0], affine, dy).unwrap();
                [found.input].into_iter().chain(found.parameters).collect()
            })
        },
    );
}

fn all(found: Gradients<Judged>) -> Vec<Judged> {
    [found.input].into_iter().chain(found.parameters).collect()
}

#[test]
fn embeddings_are_differentiated() {
    let mut random = Random(7);
    let tokens = Wide::new([2, 3], vec![3.0, 0.0, 3.0, 1.0, 3.0, 4.0]).unwrap();
    check(
        "token-embedding",
        &[wide(&mut random, &[5, 4])],
        |x| token_embedding::oracle(&tokens, &x[0]).unwrap().value,
        |x, dy| token_embedding::oracle_backward(&tokens, &x[0], dy).unwrap().parameters,
    );
    check(
        "position-embedding",
        &[wide(&mut random, &[2, 3, 4]), wide(&mut random, &[5, 4])],
        |x| position_embedding::oracle(&x[0], &x[1]).unwrap().value,
        |x, dy| all(position_embedding::oracle_backward(&x[0], &x[1], dy).unwrap()),
    );
}

#[test]
fn layer_normalisation_is_differentiated() {
    let mut random = Random(8);
    for shape in [&[3, 5][..], &[2, 2, 5], &[5]] {
        let affine = |x: &[Wide], of: &dyn Fn(Affine<'_, Wide>) -> Vec<Judged>| {
            of(Affine { gamma: &x[1], beta: &x[2], epsilon: 1e-5 })
        };
        check(
            "layer-norm",
            &[wide(&mut random, shape), wide(&mut random, &[5]), wide(&mut random, &[5])],
            |x| affine(x, &|affine| vec![layer_norm::oracle(&x[0], affine).unwrap()]).remove(0).value,
            |x, dy| affine(x, &|affine| all(layer_norm::oracle_backward(&x[0], affine, dy).unwrap())),
        );
    }
}

#[test]
fn attention_is_differentiated() {
    let mut random = Random(9);
    for (shape, heads) in [([2, 4, 6], 3), ([1, 5, 4], 1), ([1, 1, 2], 2)] {
        for causal in [true, false] {
            let attention = Attention { heads, causal };
            let width = shape[2];
            let mut inputs = vec![wide(&mut random, &shape)];
            for _ in 0..4 {
                inputs.extend([wide(&mut random, &[width, width]), wide(&mut random, &[width])]);
            }
            check(
                &format!("attention {shape:?} {attention:?}"),
                &inputs,
                |x| attention::oracle(&x[0], &x[1..], attention).unwrap().value,
                |x, dy| all(attention::oracle_backward(&x[0], &x[1..], attention, dy).unwrap()),
            );
        }
    }
}

#[test]
fn losses_are_differentiated() {
    let mut random = Random(6);
    let (logits, targets) = (wide(&mut random, &[5, 4]), [3, 0, 1, 1, 2]);
    let scaled = |judged: &Judged, by: f64| {
        let data = judged.value.data().iter().map(|x| by * x).collect();
        Judged { value: Wide::new(judged.value.shape().clone(), data).unwrap(), ..judged.clone() }
    };
    check(
        "cross-entropy",
        &[logits],
        |x| cross_entropy::oracle(&x[0], &targets).unwrap().value.value,
        |x, dy| vec![scaled(&cross_entropy::oracle(&x[0], &targets).unwrap().gradient, dy.data()[0])],
    );
    let (predictions, wanted) = (wide(&mut random, &[5, 4]), wide(&mut random, &[5, 4]));
    check(
        "mean squared error",
        &[predictions],
        |x| mean_squared_error::oracle(&x[0], &wanted).unwrap().value.value,
        |x, dy| vec![scaled(&mean_squared_error::oracle(&x[0], &wanted).unwrap().gradient, dy.data()[0])],
    );
}
