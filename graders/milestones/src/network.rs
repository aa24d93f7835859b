//! The networks that accuracy is measured with, and their weights, which tito trained itself.

use tito_data::{Dataset, Description, ImageForm};
use tito_judge::{Draw, parameter_shapes};
use tito_sandbox::{
    AdamSpec, Conv2dSpec, DenseSpec, Directive, Layer, OptimizerSpec, Pool2dSpec, Recipe, Schedule,
};
use tito_tensor::{Shape, Tensor};
use tito_trainer::{Examples, Model, TrainError, fit};

/// Layers and their parameters in the contract's order.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// From images to logits, one for each class.
    pub layers: Vec<Layer>,
    /// Layer by layer, each layer's in the contract's order.
    pub parameters: Vec<Tensor>,
}

/// The kinds of networks that are shipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Architecture {
    /// Flatten, dense, ReLU, dense.
    Mlp,
    /// Twice a convolution of 3x3 with a ReLU and a max-pool of 2x2, then flatten and dense.
    Cnn,
}

/// Little-endian f32s of the parameters, one after the other; `examples/train_weights.rs` makes them again.
const TINYDIGITS_MLP: &[u8] = include_bytes!("../weights/tinydigits.f32");
const TINYDIGITS_CNN: &[u8] = include_bytes!("../weights/tinydigits-cnn.f32");
const MNIST_MLP: &[u8] = include_bytes!("../weights/mnist.f32");
const MNIST_CNN: &[u8] = include_bytes!("../weights/mnist-cnn.f32");

/// Channels after the first and the second convolution.
const CHANNELS: [u32; 2] = [8, 16];

impl Architecture {
    /// How it is called in sentences.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Mlp => "MLP",
            Self::Cnn => "CNN",
        }
    }

    /// Its layers for this dataset.
    pub fn layers(self, data: &Dataset) -> Vec<Layer> {
        let ImageForm { example_shape: [channels, height, width], classes, .. } = *data.form();
        match self {
            Self::Mlp => {
                let (pixels, hidden) = (channels * height * width, hidden_units(data.description()));
                vec![Layer::Flatten, dense(pixels, hidden), Layer::Relu, dense(hidden, classes)]
            }
            Self::Cnn => cnn(data.form(), &CHANNELS),
        }
    }

    fn weights(self, data: &Description) -> &'static [u8] {
        match (self, data.name) {
            (Self::Mlp, "tinydigits") => TINYDIGITS_MLP,
            (Self::Cnn, "tinydigits") => TINYDIGITS_CNN,
            (Self::Mlp, "mnist") => MNIST_MLP,
            (Self::Cnn, "mnist") => MNIST_CNN,
            (_, other) => panic!("no network is shipped for '{other}'"),
        }
    }
}

/// Hidden units of the shipped MLPs: the fewest that reach 97 %.
pub(crate) fn hidden_units(data: &Description) -> u32 {
    if data.name == "mnist" { 128 } else { 32 }
}

/// Adam whose rate falls along half a cosine to 0, in another order every epoch.
pub(crate) fn annealed(epochs: u32, batch_size: u32, learning_rate: f32, seed: u64) -> Recipe {
    let optimizer = OptimizerSpec::Adam(AdamSpec::usual(learning_rate));
    let schedule = Schedule::Cosine(0.0);
    Recipe { optimizer, schedule, clip_norm: None, epochs, batch_size, shuffle: true, seed }
}

/// For each of these numbers of channels a convolution of 3x3 with a ReLU and a max-pool of 2x2, then flatten and dense.
pub(crate) fn cnn(images: &ImageForm, channels: &[u32]) -> Vec<Layer> {
    let [mut before, mut height, mut width] = images.example_shape;
    let halved = Pool2dSpec { kernel: (2, 2), stride: (2, 2), padding: (0, 0) };
    let mut layers = Vec::new();
    for &after in channels {
        layers.extend([conv(before, after), Layer::Relu, Layer::MaxPool2d(halved)]);
        (before, height, width) = (after, height / 2, width / 2);
    }
    layers.extend([Layer::Flatten, dense(before * height * width, images.classes)]);
    layers
}

pub(crate) fn dense(inputs: u32, outputs: u32) -> Layer {
    Layer::Dense(DenseSpec { inputs, outputs, bias: true })
}

pub(crate) fn conv(in_channels: u32, out_channels: u32) -> Layer {
    let (kernel, stride, padding) = ((3, 3), (1, 1), (1, 1));
    Layer::Conv2d(Conv2dSpec { in_channels, out_channels, kernel, stride, padding, bias: true })
}

impl Network {
    /// These layers with these parameters, one after the other.
    ///
    /// # Panics
    ///
    /// If there are too few numbers or too many.
    pub fn new(layers: Vec<Layer>, numbers: &[f32]) -> Self {
        let mut rest = numbers;
        let mut take = |shape: Shape| {
            let count = shape.elements().expect("the host's own shapes are small");
            let (own, others) = rest.split_at(count);
            rest = others;
            Tensor::new(shape, own.to_vec()).expect("as many as the shape says were taken")
        };
        let parameters = layers.iter().flat_map(parameter_shapes).map(&mut take).collect();
        assert!(rest.is_empty(), "{} numbers too many for {layers:?}", rest.len());
        Self { layers, parameters }
    }

    /// The network that was trained for this dataset.
    ///
    /// # Panics
    ///
    /// If none is shipped for it.
    pub fn shipped(architecture: Architecture, data: &Dataset) -> Self {
        let words = architecture.weights(data.description()).chunks_exact(4);
        let words = words.map(|word| f32::from_le_bytes(word.try_into().expect("four bytes")));
        Self::new(architecture.layers(data), &words.collect::<Vec<_>>())
    }

    /// What a model has learnt of these examples by this recipe.
    ///
    /// # Errors
    ///
    /// If they do not fit the model, or a setting makes no sense.
    pub(crate) fn learnt(
        mut model: Model,
        examples: &dyn Examples,
        recipe: &Recipe,
    ) -> Result<Self, TrainError> {
        fit(&mut model, examples, None, recipe, &mut |_, _| Directive::Proceed)?;
        Ok(Self { layers: model.layers().to_vec(), parameters: model.parameters().to_vec() })
    }

    /// The parameters one after the other, as [`Network::new`] takes them.
    pub fn numbers(&self) -> Vec<f32> {
        self.parameters.iter().flat_map(|tensor| tensor.data().to_vec()).collect()
    }
}

/// The same network with its channels, its hidden units and its classes in a drawn order, and the class of every output.
pub fn permuted(network: &Network, draw: &mut Draw) -> (Network, Vec<usize>) {
    let (mut parameters, mut rest) = (Vec::new(), network.parameters.as_slice());
    let mut order: Option<Vec<usize>> = None;
    for layer in &network.layers {
        let (own, others) = rest.split_at(parameter_shapes(layer).len());
        rest = others;
        let (inputs, outputs, is_dense) = match layer {
            Layer::Dense(spec) => (spec.inputs, spec.outputs, true),
            Layer::Conv2d(spec) => (spec.in_channels, spec.out_channels, false),
            _ => continue,
        };
        let before = order.unwrap_or_else(|| (0..inputs as usize).collect());
        let after = draw.permutation(outputs as usize);
        // A channel is as many weights in a row as the kernel has, or as it has pixels where it was flattened.
        let a_channel = own[0].data().len() / (before.len() * after.len());
        let before = in_blocks(&before, a_channel);
        let weight =
            if is_dense { picked(&own[0], &before, &after) } else { picked(&own[0], &after, &before) };
        parameters.push(weight);
        parameters.extend(own.get(1).map(|bias| picked(bias, &[0], &after)));
        order = Some(after);
    }
    let classes = order.expect("a network has a layer with weights");
    (Network { layers: network.layers.clone(), parameters }, classes)
}

/// Every place of blocks of this size whose order is given.
fn in_blocks(order: &[usize], size: usize) -> Vec<usize> {
    order.iter().flat_map(|block| (0..size).map(move |at| block * size + at)).collect()
}

/// The tensor, seen as a matrix with as many columns, with these of its rows and columns in this order.
fn picked(tensor: &Tensor, rows: &[usize], columns: &[usize]) -> Tensor {
    let width = columns.len();
    let at = |i: usize| rows[i / width] * width + columns[i % width];
    Tensor::from_fn(tensor.shape().clone(), |i| tensor.data()[at(i)])
}

#[cfg(test)]
mod tests {
    use tito_data::{Split, Store, TINYDIGITS};
    use tito_judge::stack_oracle;
    use tito_kernels::Wide;

    use super::*;

    #[track_caller]
    fn check(architecture: Architecture) {
        let mut draw = Draw::new([5; 32]);
        let layers = architecture.layers(&Store::at("nowhere").load(&TINYDIGITS, Split::Test).unwrap());
        let shapes = layers.iter().flat_map(parameter_shapes);
        let parameters = shapes.map(|shape| draw.normals(shape, 0.3)).collect();
        let network = Network { layers, parameters };
        let (other, classes) = permuted(&network, &mut draw);
        let input = Wide::from(&draw.normals([2, 1, 8, 8], 1.0));
        let logits = |network: &Network| {
            let parameters: Vec<_> = network.parameters.iter().map(Wide::from).collect();
            stack_oracle(&network.layers, &parameters, &input).value.data().to_vec()
        };
        let (before, after) = (logits(&network), logits(&other));
        assert_ne!(classes, (0..10).collect::<Vec<_>>());
        for (at, logit) in after.iter().enumerate() {
            let same = before[at / 10 * 10 + classes[at % 10]];
            assert!((logit - same).abs() < 1e-12, "{architecture:?}: {logit} and {same}");
        }
    }

    #[test]
    fn a_permuted_network_gives_the_same_logits_in_another_order() {
        check(Architecture::Mlp);
        check(Architecture::Cnn);
    }
}
