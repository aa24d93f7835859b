//! The right framework is right: gradients against finite differences, and a run that is gone on with.

use std::cell::RefCell;

use tinytorch::{
    AdamSpec, Batch, Conv2dSpec, Dataset, DenseSpec, Directive, Fault, LayerSpec, Mode, Model, NormSpec,
    OptimizerSpec, Pool2dSpec, Recipe, Rng, Schedule, Tensor,
};

use super::{Learner, Pupil, taught};

#[derive(Default)]
struct Right;

impl Learner for Right {}

fn every_layer() -> [LayerSpec; 12] {
    let window = |kernel, stride, padding| Pool2dSpec { kernel, stride, padding };
    let conv = Conv2dSpec {
        in_channels: 1,
        out_channels: 2,
        kernel: (2, 3),
        stride: (1, 2),
        padding: (0, 1),
        bias: true,
    };
    [
        LayerSpec::Conv2d(conv),
        LayerSpec::BatchNorm2d(NormSpec { features: 2, epsilon: 1e-3 }),
        LayerSpec::Tanh,
        LayerSpec::AveragePool2d(window((1, 2), (1, 1), (0, 1))),
        LayerSpec::Sigmoid,
        LayerSpec::MaxPool2d(window((2, 2), (2, 1), (1, 0))),
        LayerSpec::Flatten,
        LayerSpec::Dense(DenseSpec { inputs: 12, outputs: 16, bias: true }),
        LayerSpec::Relu,
        LayerSpec::Dropout(0.25),
        LayerSpec::Dense(DenseSpec { inputs: 16, outputs: 3, bias: false }),
        LayerSpec::Softmax,
    ]
}

/// The shape of an input of a layer.
fn shape(spec: &LayerSpec) -> Vec<u32> {
    match spec {
        LayerSpec::Dense(spec) => vec![2, spec.inputs],
        LayerSpec::BatchNorm2d(_) => vec![2, 2, 2, 3],
        LayerSpec::Conv2d(_) | LayerSpec::MaxPool2d(_) | LayerSpec::AveragePool2d(_) => vec![2, 1, 4, 5],
        _ => vec![3, 4],
    }
}

#[test]
fn every_gradient_is_that_of_differences() {
    for spec in every_layer() {
        let mut rng = Rng::new(3);
        let mut layer = taught(&spec, &mut rng).unwrap();
        let state = layer.state();
        let mut input = Tensor::from_fn(shape(&spec), || rng.normal());
        let output = layer.forward(&input, Mode::Training).unwrap();
        let upper = output.map(|_| rng.normal());
        let back = layer.backward(&upper).unwrap();
        let gradients: Vec<Tensor> = layer.gradients().into_iter().cloned().collect();
        for place in 0..input.data().len() {
            let mut loss = |step: f32| {
                input.data_mut()[place] += step;
                layer.set_state(&state).unwrap();
                let output = layer.forward(&input, Mode::Training).unwrap();
                output
                    .data()
                    .iter()
                    .zip(upper.data())
                    .map(|(y, g)| f64::from(*y) * f64::from(*g))
                    .sum::<f64>()
            };
            let slope = (loss(4e-3) - loss(-8e-3)) / 8e-3;
            loss(4e-3);
            close(back.data()[place], slope, &spec);
        }
        for (number, gradient) in gradients.iter().enumerate() {
            for place in 0..gradient.data().len() {
                let mut loss = |step: f32| {
                    layer.parameters_mut()[number].data_mut()[place] += step;
                    let output = layer.forward(&input, Mode::Training).unwrap();
                    output
                        .data()
                        .iter()
                        .zip(upper.data())
                        .map(|(y, g)| f64::from(*y) * f64::from(*g))
                        .sum::<f64>()
                };
                let slope = (loss(4e-3) - loss(-8e-3)) / 8e-3;
                loss(4e-3);
                close(gradient.data()[place], slope, &spec);
            }
        }
    }
}

#[track_caller]
fn close(found: f32, expected: f64, spec: &LayerSpec) {
    let error = (f64::from(found) - expected).abs();
    assert!(error < 5e-3 * (1.0 + expected.abs()), "{spec}: {found} is not {expected}");
}

/// Images that are brighter the higher their class, and what was asked for.
struct Images(RefCell<Vec<Vec<u32>>>);

impl Dataset for Images {
    fn length(&self) -> u32 {
        20
    }

    fn example_shape(&self) -> Vec<u32> {
        vec![1, 4, 5]
    }

    fn classes(&self) -> u32 {
        3
    }

    fn batch(&self, indices: &[u32]) -> Result<Batch, Fault> {
        self.0.borrow_mut().push(indices.to_vec());
        let pixels = |index: &u32| {
            let mut rng = Rng::new((*index).into());
            let brightness = (*index % 3) as f32 * 2.0 - 2.0;
            (0..20).map(move |_| brightness + rng.normal())
        };
        let inputs = Tensor::new([indices.len() as u32, 1, 4, 5], indices.iter().flat_map(pixels).collect())?;
        Ok(Batch { inputs, targets: indices.iter().map(|index| index % 3).collect() })
    }
}

#[test]
fn brightness_is_learned_and_going_on_is_going_on() {
    let adam = AdamSpec {
        learning_rate: 0.03,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        weight_decay: 1e-3,
        decoupled: true,
    };
    let recipe = Recipe {
        optimizer: OptimizerSpec::Adam(adam),
        schedule: Schedule::Cosine(1e-3),
        clip_norm: Some(5.0),
        epochs: 60,
        batch_size: 8,
        shuffle: true,
        seed: 1,
    };
    let data = Images(RefCell::default());
    let layers = &every_layer()[..11];
    let mut pupil = Pupil::<Right>::build(layers, 4).unwrap();
    let proceed = &mut |_: &tinytorch::Epoch| Directive::Proceed;
    let history = Right::fit(&mut pupil, &data, Some(&data), &recipe, proceed).unwrap();
    assert!(history.len() == 60 && history[59].validation_loss < Some(0.5), "{:?}", history[59]);
    let asked = data.0.take();
    assert!(asked[..4].iter().map(Vec::len).eq([8, 8, 4, 20]) && asked[..3] != asked[4..7], "{asked:?}");
    let mut restored = Right::restore(&Right::save(&pupil).unwrap()).unwrap();
    let on = Recipe { epochs: 2, seed: 2, ..recipe };
    let again = [&mut pupil, &mut restored].map(|pupil| Right::fit(pupil, &data, None, &on, proceed));
    assert_eq!(again[0], again[1]);
    assert_eq!(pupil.parameters(), restored.parameters());
}

#[test]
fn a_broken_seal_is_a_fault() {
    let bytes = Right::save(&Pupil::<Right>::build(&every_layer(), 4).unwrap()).unwrap();
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 4;
        for bytes in [damaged.as_slice(), &bytes[..at]] {
            let found = Right::restore(bytes).err();
            assert!(matches!(found, Some(Fault::InvalidArgument(_))), "{at}: {found:?}");
        }
    }
}
