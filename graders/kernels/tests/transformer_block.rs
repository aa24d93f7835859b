//! The transformer block: its oracle's gradients against finite differences, its native kernel and honest variants within a
//! sampled condition number, known bugs beyond it.

mod support;

use support::Random;
use tito_kernels::{
    Judged, ShapeError, Wide,
    attention::{self, Attention},
    dense, gelu,
    layer_norm::{self, Affine},
    relu,
    transformer_block::{self, Block, KEY_BIAS},
};
use tito_tensor::Tensor;

const BLOCK: Block = Block { heads: 4, expansion: 4 };

/// An input and the parameters of a block.
fn given(shape: [u32; 3], Block { expansion, .. }: Block, seed: u64) -> Vec<Tensor> {
    let mut random = Random(seed);
    let width = shape[2];
    let mut tensor =
        |shape: &[u32], mean: f32, scale: f32| random.tensor(shape, |random| mean + scale * random.normal());
    let mut given = vec![tensor(&shape, 0.0, 1.0)];
    let norm = |tensor: &mut dyn FnMut(&[u32], f32, f32) -> Tensor| {
        [tensor(&[width], 1.0, 0.2), tensor(&[width], 0.0, 0.2)]
    };
    let dense = |tensor: &mut dyn FnMut(&[u32], f32, f32) -> Tensor, inputs: u32, outputs: u32| {
        let scale = 1.0 / (inputs as f32).sqrt();
        [tensor(&[inputs, outputs], 0.0, scale), tensor(&[outputs], 0.0, 0.1)]
    };
    given.extend(norm(&mut tensor));
    (0..4).for_each(|_| given.extend(dense(&mut tensor, width, width)));
    given.extend(norm(&mut tensor));
    given.extend(dense(&mut tensor, width, expansion * width));
    given.extend(dense(&mut tensor, expansion * width, width));
    given
}

fn wides(tensors: &[Tensor]) -> Vec<Wide> {
    tensors.iter().map(Wide::from).collect()
}

/// The output, then the gradients of everything that is given, of which the last is the output's gradient.
fn answers(given: &[Wide], block: Block) -> Vec<Wide> {
    let [input, parameters @ .., gradient] = given else { unreachable!("there are eighteen") };
    let output = transformer_block::oracle(input, parameters, block).unwrap();
    let slopes = transformer_block::oracle_backward(input, parameters, block, gradient).unwrap();
    [output, slopes.input].into_iter().chain(slopes.parameters).collect()
}

/// As `tito-judge` has it: the root mean square of the deviation over eight evaluations of which all that is given is off by a
/// relative ±2⁻²⁰, divided by that, plus the largest element; with the terms whose tolerance is 64.
fn sampled(given: &[Wide], function: impl Fn(&[Wide]) -> Vec<Wide>) -> Vec<Judged> {
    const EPSILON: f64 = 1.0 / (1u64 << 20) as f64;
    let mut random = Random(99);
    let exact = function(given);
    let mut squares: Vec<_> = exact.iter().map(|tensor| vec![0.0; tensor.data().len()]).collect();
    for _ in 0..8 {
        let mut off = |tensor: &Wide| {
            let off = |x: &f64| x * (1.0 + if random.uniform() < 0.5 { EPSILON } else { -EPSILON });
            Wide::new(tensor.shape().clone(), tensor.data().iter().map(off).collect()).unwrap()
        };
        let moved = function(&given.iter().map(&mut off).collect::<Vec<_>>());
        for (squares, (moved, exact)) in squares.iter_mut().zip(moved.iter().zip(&exact)) {
            let both = moved.data().iter().zip(exact.data());
            squares.iter_mut().zip(both).for_each(|(square, (a, b))| *square += (a - b).powi(2));
        }
    }
    let judged = |(value, squares): (Wide, Vec<f64>)| {
        let largest = value.data().iter().fold(0.0f64, |most, x| most.max(x.abs()));
        let gauge = squares.iter().map(|square| (square / 8.0).sqrt() / EPSILON + largest).collect();
        Judged { value, gauge, terms: 349 }
    };
    exact.into_iter().zip(squares).map(judged).collect()
}

/// The worst error as a multiple of the bound.
fn worst(judged: &Judged, got: &Tensor) -> f64 {
    assert_eq!(judged.value.shape(), got.shape());
    got.data().iter().enumerate().map(|(at, &got)| judged.excess(at, got)).fold(0.0, f64::max)
}

#[test]
fn the_oracle_is_differentiated() {
    const STEP: f64 = 1e-5;
    let block = Block { heads: 3, expansion: 2 };
    let mut random = Random(1);
    let given = wides(&given([2, 4, 6], block, 2));
    let gradient = Wide::from(&random.tensor(&[2, 4, 6], Random::normal));
    let dot = |a: &Wide, b: &Wide| a.data().iter().zip(b.data()).map(|(a, b)| a * b).sum::<f64>();
    let found = transformer_block::oracle_backward(&given[0], &given[1..], block, &gradient).unwrap();
    let found: Vec<_> = [found.input].into_iter().chain(found.parameters).collect();
    assert_eq!(found.len(), given.len());
    for (at, found) in found.iter().enumerate() {
        assert_eq!(found.shape(), given[at].shape(), "{at}");
        let direction = Wide::from(&random.tensor(given[at].shape().extents(), Random::normal));
        let loss = |by: f64| {
            let mut given = given.clone();
            let data = given[at].data().iter().zip(direction.data()).map(|(x, d)| x + by * d).collect();
            given[at] = Wide::new(direction.shape().clone(), data).unwrap();
            dot(&transformer_block::oracle(&given[0], &given[1..], block).unwrap(), &gradient)
        };
        let (numeric, analytic) = ((loss(STEP) - loss(-STEP)) / (2.0 * STEP), dot(found, &direction));
        let scale = 1.0 + dot(found, found).sqrt();
        assert!((numeric - analytic).abs() < 1e-7 * scale, "{at}: {numeric}, but {analytic}");
    }
}

#[test]
fn the_native_block_is_right() {
    for (shape, block) in [
        ([2, 16, 32], BLOCK),
        ([1, 70, 16], Block { heads: 2, expansion: 3 }),
        ([3, 1, 8], Block { heads: 8, expansion: 1 }),
    ] {
        for seed in 0..4 {
            let mut given = given(shape, block, seed);
            given.push(Random(seed + 100).tensor(&shape, Random::normal));
            let mut judged = sampled(&wides(&given), |given| answers(given, block));
            let [input, parameters @ .., gradient] = given.as_slice() else { unreachable!("eighteen") };
            let (output, kept) = transformer_block::native_keeping(input, parameters, block).unwrap();
            assert_eq!(transformer_block::native(input, parameters, block).unwrap(), output);
            let slopes = transformer_block::native_backward(input, parameters, block, gradient).unwrap();
            let by =
                transformer_block::native_backward_by(input, parameters, block, &kept, gradient).unwrap();
            assert_eq!(slopes, by);
            let found: Vec<_> = [output, slopes.input].into_iter().chain(slopes.parameters).collect();
            assert_eq!(found.len(), judged.len());
            let [wide_input, wide_parameters @ .., wide_gradient] = &wides(&given)[..] else {
                unreachable!("eighteen")
            };
            let key_bias =
                transformer_block::oracle_key_bias(wide_input, wide_parameters, block, wide_gradient)
                    .unwrap();
            // The output and the input's gradient come before those of parameters.
            judged[2 + KEY_BIAS] = key_bias;
            for (at, (judged, found)) in judged.iter().zip(&found).enumerate() {
                let worst = worst(judged, found);
                println!("block {shape:?}, answer {at}: {worst:.3}");
                assert!(worst <= 1.0, "block {shape:?}, answer {at}: {worst} times the bound");
            }
        }
    }
}

/// A block with something wrong, in f64.
struct Wrong {
    epsilon: f32,
    causal: bool,
    post_norm: bool,
    residuals: [bool; 2],
    activation: fn(&Wide) -> Wide,
    second_norm: usize,
}

const RIGHT: Wrong = Wrong {
    epsilon: 1e-5,
    causal: true,
    post_norm: false,
    residuals: [true; 2],
    activation: |x| gelu::oracle(x).value,
    second_norm: 11,
};

fn sum(left: &Wide, right: &Wide) -> Wide {
    let data = left.data().iter().zip(right.data()).map(|(a, b)| a + b).collect();
    Wide::new(left.shape().clone(), data).unwrap()
}

fn each(x: &Wide, of: fn(f64) -> f64) -> Wide {
    Wide::new(x.shape().clone(), x.data().iter().map(|&x| of(x)).collect()).unwrap()
}

impl Wrong {
    fn output(&self, given: &[Wide]) -> Tensor {
        let norm = |x: &Wide, at: usize| {
            let affine = Affine { gamma: &given[at], beta: &given[at + 1], epsilon: self.epsilon };
            layer_norm::oracle(x, affine).unwrap().value
        };
        let attention = Attention { heads: BLOCK.heads, causal: self.causal };
        let attend = |x: &Wide| attention::oracle(x, &given[3..11], attention).unwrap().value;
        let dense = |x: &Wide, at: usize| dense::oracle(x, &given[at], Some(&given[at + 1])).unwrap().value;
        let feed = |x: &Wide| dense(&(self.activation)(&dense(x, 13)), 15);
        let kept = |x: &Wide, added: Wide, is_kept: bool| if is_kept { sum(x, &added) } else { added };
        let layer = |x: &Wide, of: &dyn Fn(&Wide) -> Wide, at: usize, is_kept: bool| {
            if self.post_norm {
                norm(&kept(x, of(x), is_kept), at)
            } else {
                kept(x, of(&norm(x, at)), is_kept)
            }
        };
        let between = layer(&given[0], &attend, 1, self.residuals[0]);
        let output = layer(&between, &feed, self.second_norm, self.residuals[1]);
        Tensor::from_fn(output.shape().clone(), |at| output.data()[at] as f32)
    }
}

#[test]
fn the_bugs_of_a_block_are_beyond_the_bound() {
    fn tanh_form(x: f64) -> f64 {
        0.5 * x * (1.0 + (0.797_884_560_802_865_4 * (x + 0.044_715 * x * x * x)).tanh())
    }
    let bugs = [
        ("post-norm", Wrong { post_norm: true, ..RIGHT }),
        ("no mask", Wrong { causal: false, ..RIGHT }),
        ("GELU by tanh", Wrong { activation: |x| each(x, tanh_form), ..RIGHT }),
        (
            "GELU by the logistic function",
            Wrong { activation: |x| each(x, |x| x / (1.0 + (-1.702 * x).exp())), ..RIGHT },
        ),
        ("ReLU", Wrong { activation: |x| relu::oracle(x).value, ..RIGHT }),
        ("no first residual", Wrong { residuals: [false, true], ..RIGHT }),
        ("no second residual", Wrong { residuals: [true, false], ..RIGHT }),
        ("the first norm twice", Wrong { second_norm: 1, ..RIGHT }),
        ("an epsilon of a hundredth", Wrong { epsilon: 1e-2, ..RIGHT }),
    ];
    for seed in 0..4 {
        let given = wides(&given([2, 10, 16], BLOCK, seed));
        let judged =
            sampled(&given, |given| vec![transformer_block::oracle(&given[0], &given[1..], BLOCK).unwrap()]);
        assert!(worst(&judged[0], &RIGHT.output(&given)) <= 1.0);
        for (name, bug) in &bugs {
            let found = worst(&judged[0], &bug.output(&given));
            println!("wrong, {name}: {found:.1}");
            assert!(found > 1.0, "{name} is wrong, but only {found} times the bound");
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let given = given([19, 33, 16], BLOCK, 7);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let slopes =
                transformer_block::native_backward(&given[0], &given[1..], BLOCK, &given[0]).unwrap();
            let output = transformer_block::native(&given[0], &given[1..], BLOCK).unwrap();
            [output, slopes.input].into_iter().chain(slopes.parameters).collect::<Vec<_>>()
        })
    };
    let one = on(1);
    for threads in [2, 5] {
        assert!(
            on(threads).iter().zip(&one).all(|(several, one)| several.same_bits(one)),
            "{threads} threads"
        );
    }
}

#[test]
fn what_does_not_fit_is_told() {
    let right = given([1, 3, 8], BLOCK, 8);
    let told = |words: &str, given: &[Tensor], block: Block| {
        let error: ShapeError = transformer_block::native(&given[0], &given[1..], block).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    };
    told("transformer-block: it has 16 parameters, not 15", &right[..16], BLOCK);
    told("it has 16 parameters, not 3", &right[..4], BLOCK);
    told("[8, 32] and [8, 16] are not the same", &right, Block { expansion: 2, ..BLOCK });
    told("is not a multiple of 3 heads", &right, Block { heads: 3, ..BLOCK });
    told("more elements than can be counted", &right, Block { expansion: u32::MAX, ..BLOCK });
    let mut narrow = right.clone();
    narrow[15] = Tensor::zeros([32, 7]);
    told("[32, 7] and [32, 8] are not the same", &narrow, BLOCK);
    let mut flat = right.clone();
    flat[0] = Tensor::zeros([3, 8]);
    told("give sequences [n, t, width]", &flat, BLOCK);
    flat[0] = Tensor::zeros([1, 3, 9]);
    told("transformer-block", &flat, BLOCK);
    let back = transformer_block::native_backward(&right[0], &right[1..], BLOCK, &Tensor::zeros([1, 3, 9]));
    assert!(back.unwrap_err().to_string().contains("not the same shape"));
}
