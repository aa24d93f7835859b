//! Networks learn what they are shown, whatever the number of threads, and stop when they are told to.

use tito_data::{Dataset, Split, Store, TINYDIGITS, TINYTALK, Text};
use tito_judge::Draw;
use tito_kernels::{Wide, cross_entropy};
use tito_sandbox::{
    AdamSpec, AttentionSpec, BlockSpec, Conv2dSpec, DenseSpec, Directive, EmbeddingSpec, Layer, NormSpec,
    OptimizerSpec, Pool2dSpec, Recipe, Schedule, SgdSpec,
};
use tito_tensor::Tensor;
use tito_trainer::{Examples, Model, TrainError, evaluate, fit};

struct Digits(Dataset);

impl Examples for Digits {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn batch(&self, places: &[usize]) -> (Tensor, Vec<u32>) {
        self.0.batch(places)
    }
}

fn digits(split: Split) -> Digits {
    Digits(Store::at("nowhere").load(&TINYDIGITS, split).expect("TinyDigits is part of the program"))
}

/// The first few of others.
struct First<'a>(&'a dyn Examples, usize);

impl Examples for First<'_> {
    fn count(&self) -> usize {
        self.1
    }

    fn batch(&self, places: &[usize]) -> (Tensor, Vec<u32>) {
        self.0.batch(places)
    }
}

fn conv(in_channels: u32, out_channels: u32) -> Layer {
    let (kernel, stride, padding) = ((3, 3), (1, 1), (1, 1));
    Layer::Conv2d(Conv2dSpec { in_channels, out_channels, kernel, stride, padding, bias: true })
}

const HALVES: Pool2dSpec = Pool2dSpec { kernel: (2, 2), stride: (2, 2), padding: (0, 0) };

fn cnn() -> Vec<Layer> {
    let dense = Layer::Dense(DenseSpec { inputs: 64, outputs: 10, bias: true });
    vec![
        conv(1, 8),
        Layer::BatchNorm2d(NormSpec { features: 8, epsilon: 1e-5 }),
        Layer::Relu,
        Layer::MaxPool2d(HALVES),
        conv(8, 16),
        Layer::Relu,
        Layer::AveragePool2d(HALVES),
        Layer::Flatten,
        Layer::Dropout(0.1),
        dense,
    ]
}

const RECIPE: Recipe = Recipe {
    optimizer: OptimizerSpec::Sgd(SgdSpec { learning_rate: 0.05, momentum: 0.9, weight_decay: 1e-4 }),
    schedule: Schedule::Cosine(0.0),
    clip_norm: Some(5.0),
    epochs: 20,
    batch_size: 32,
    shuffle: true,
    seed: 3,
};

fn built(layers: &[Layer]) -> Model {
    Model::build(layers, &mut Draw::new([7; 32])).expect("every layer has a native kernel")
}

#[test]
fn a_cnn_learns_digits() {
    let (train, test) = (digits(Split::Train), digits(Split::Test));
    let mut model = built(&cnn());
    let mut told = Vec::new();
    let history = fit(&mut model, &train, Some(&test), &RECIPE, &mut |model, epoch| {
        // What is reported is what the model is at that moment.
        let found = evaluate(model, &test).unwrap();
        assert_eq!(
            (Some(found.loss), Some(found.accuracy)),
            (epoch.validation_loss, epoch.validation_accuracy)
        );
        told.push(epoch.number);
        Directive::Proceed
    })
    .unwrap();
    assert_eq!(told, (1..=20).collect::<Vec<_>>());
    let last = history.last().unwrap();
    println!("{last:?}");
    assert!(last.training_loss < history[0].training_loss / 4.0, "{history:?}");
    assert!(last.validation_accuracy.unwrap() > 0.96, "{last:?}");
}

/// Windows of `TinyTalk`.
struct Talk(Text);

impl Examples for Talk {
    fn count(&self) -> usize {
        self.0.windows(Split::Train, LENGTH)
    }

    fn batch(&self, places: &[usize]) -> (Tensor, Vec<u32>) {
        self.0.batch(Split::Train, places, LENGTH)
    }
}

/// Characters of a window.
const LENGTH: usize = 12;

fn talk() -> Talk {
    Talk(Store::at("nowhere").text(&TINYTALK).expect("TinyTalk is part of the program"))
}

const BLOCK: BlockSpec = BlockSpec { width: 16, heads: 2, expansion: 4 };
const ATTENTION: AttentionSpec = AttentionSpec { width: 16, heads: 4, causal: true };

/// A model of text with these in its middle.
fn gpt(middle: &[Layer]) -> Vec<Layer> {
    let characters = talk().0.vocabulary().len() as u32;
    let table = |entries| EmbeddingSpec { entries, width: 16 };
    let embeddings =
        [Layer::TokenEmbedding(table(characters)), Layer::PositionEmbedding(table(LENGTH as u32))];
    let norm = Layer::LayerNorm(NormSpec { features: 16, epsilon: 1e-5 });
    let dense = Layer::Dense(DenseSpec { inputs: 16, outputs: characters, bias: true });
    [&embeddings, middle, &[norm, dense]].concat()
}

#[test]
fn a_gpt_learns_to_talk() {
    let text = talk();
    let some = First(&text, 4_000);
    let adam = OptimizerSpec::Adam(AdamSpec::usual(0.01));
    let recipe = Recipe { optimizer: adam, epochs: 3, clip_norm: Some(1.0), ..RECIPE };
    let mut model = built(&gpt(&[Layer::TransformerBlock(BLOCK)]));
    let told = fit(&mut model, &some, Some(&some), &recipe, &mut |_, _| Directive::Proceed).unwrap();
    println!("{told:?}");
    let last = told.last().unwrap();
    // Counts of one character before the next leave 1.97 nats.
    assert!(told[0].training_loss > 1.97 && last.validation_loss.unwrap() < 1.7, "{told:?}");
}

#[test]
fn one_batch_is_learned_by_heart() {
    let train = digits(Split::Train);
    let few = First(&train, 16);
    let mut model = built(&[
        Layer::Flatten,
        Layer::Dense(DenseSpec { inputs: 64, outputs: 32, bias: true }),
        Layer::Tanh,
        Layer::Dense(DenseSpec { inputs: 32, outputs: 10, bias: true }),
    ]);
    let adam = AdamSpec::usual(0.01);
    let recipe = Recipe {
        optimizer: OptimizerSpec::Adam(adam),
        schedule: Schedule::Constant,
        clip_norm: None,
        epochs: 100,
        ..RECIPE
    };
    fit(&mut model, &few, None, &recipe, &mut |_, _| Directive::Proceed).unwrap();
    let found = evaluate(&model, &few).unwrap();
    assert!(found.accuracy == 1.0 && found.loss < 0.02, "{found:?}");
}

#[test]
fn any_number_of_threads_trains_the_same_bits() {
    let train = digits(Split::Train);
    let few = First(&train, 150);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut model = built(&cnn());
            let recipe = Recipe { epochs: 2, ..RECIPE };
            let history = fit(&mut model, &few, None, &recipe, &mut |_, _| Directive::Proceed).unwrap();
            (model, history)
        })
    };
    let one = on(1);
    assert!(one == on(2) && one == on(5));
    let other = Recipe { epochs: 2, seed: 4, ..RECIPE };
    let mut model = built(&cnn());
    fit(&mut model, &few, None, &other, &mut |_, _| Directive::Proceed).unwrap();
    assert!(model != one.0, "another seed has another order");
}

#[test]
fn training_stops_when_it_is_told_to() {
    let train = digits(Split::Train);
    let history = fit(&mut built(&cnn()), &First(&train, 64), None, &RECIPE, &mut |_, epoch| {
        if epoch.number == 2 { Directive::Stop } else { Directive::Proceed }
    });
    assert_eq!(history.unwrap().len(), 2);
}

/// The gradients of a whole network, against differences of its loss; in f32, so that only some digits can agree.
#[test]
fn the_loss_falls_as_its_gradients_say() {
    // Without dropout and batch statistics a loss is a function of the parameters alone.
    let mut layers = cnn();
    layers.retain(|layer| !matches!(layer, Layer::Dropout(_) | Layer::BatchNorm2d(_)));
    check_slopes(built(&layers), &digits(Split::Train));
    check_slopes(built(&gpt(&[Layer::TransformerBlock(BLOCK)])), &talk());
    check_slopes(built(&gpt(&[Layer::Attention(ATTENTION), Layer::Gelu])), &talk());
}

#[track_caller]
fn check_slopes(mut model: Model, examples: &dyn Examples) {
    let (inputs, targets) = examples.batch(&(0..64).collect::<Vec<_>>());
    let mut draw = Draw::new([1; 32]);
    let slopes = model.slopes(inputs.clone(), &targets, &mut draw).unwrap();
    let loss = |parameters: Vec<Tensor>| {
        let mut moved = model.clone();
        moved.load(parameters).unwrap();
        let logits = Wide::from(&moved.forward(&inputs).unwrap());
        cross_entropy::oracle(&logits, &targets).unwrap().value.value.data()[0]
    };
    assert!((loss(model.parameters().to_vec()) - f64::from(slopes.loss)).abs() < 1e-5);
    let along = |by: f32| {
        let moved = |(p, g): (&Tensor, &Tensor)| {
            Tensor::from_fn(p.shape().clone(), |i| p.data()[i] + by * g.data()[i])
        };
        loss(model.parameters().iter().zip(&slopes.gradients).map(moved).collect())
    };
    let squares: f64 =
        slopes.gradients.iter().flat_map(Tensor::data).map(|&g| f64::from(g) * f64::from(g)).sum();
    let step = 3e-3 / squares.sqrt();
    let difference = (along(step as f32) - along(-step as f32)) / (2.0 * step);
    assert!((difference / squares - 1.0).abs() < 1e-2, "{difference}, and by gradients {squares}");
}

#[test]
fn what_cannot_be_trained_is_told() {
    for wrong in [Recipe { batch_size: 0, ..RECIPE }, Recipe { clip_norm: Some(-1.0), ..RECIPE }] {
        let found = fit(&mut built(&cnn()), &digits(Split::Train), None, &wrong, &mut |_, _| Directive::Stop);
        assert!(matches!(found, Err(TrainError::Setting(_))), "{found:?}");
    }
    let error = Model::build(&[Layer::Dropout(f32::NAN)], &mut Draw::new([0; 32])).unwrap_err();
    assert!(matches!(error, TrainError::Setting(_)), "{error}");
    let mut model = built(&cnn());
    let error = model.load(vec![Tensor::zeros([1])]).unwrap_err();
    assert!(matches!(error, TrainError::Parameters(_)));
    assert!(model.forward(&Tensor::zeros([1, 3, 8, 8])).unwrap_err().to_string().contains("do not meet"));
}
