//! What a submission brings besides its component: networks of its own design, and a checkpoint of its own.
//!
//! ```toml
//! cnn = [
//!     { conv2d = { in-channels = 1, out-channels = 8, kernel = [3, 3], padding = [1, 1] } },
//!     "relu",
//!     { max-pool2d = { kernel = [2, 2] } },
//!     "flatten",
//!     { dense = { inputs = 1568, outputs = 10 } },
//! ]
//! dense = ["flatten", { dense = { inputs = 784, outputs = 10 } }]
//! ```

use serde::Deserialize;
use thiserror::Error;
use tito_data::{Dataset, ImageForm};
use tito_judge::{Draw, describe, parameter_shapes, window};
use tito_sandbox::{Conv2dSpec, DenseSpec, Layer, NormSpec, Pool2dSpec};
use tito_tensor::Shape;
use tito_trainer::{Model, TrainError};

use crate::{Architecture, HandedTraining, Images, Network, network::annealed};

/// What a submission brings besides its component.
#[derive(Clone, Debug, Default)]
pub struct Own {
    /// Networks of its own design: the layers, from images to logits.
    pub networks: Networks,
    /// What its own `restore` makes a model of.
    pub checkpoint: Option<Vec<u8>>,
    /// The images that tito trains those networks on, where that is its part, or that the submission was trained on.
    pub training: Option<Dataset>,
    /// What `tito train` left, or why it is nothing.
    pub handed: Option<Result<HandedTraining, String>>,
    /// The text of its `claims.toml`.
    pub claims: Option<String>,
}

/// Networks of a submission's own design, each from images to logits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Networks {
    /// The convolutional one.
    pub cnn: Option<Vec<Layer>>,
    /// The one of dense layers.
    pub dense: Option<Vec<Layer>>,
}

/// Why a network of somebody's own design is not graded.
#[derive(Debug, Error)]
pub enum OwnError {
    /// It is not TOML of this form.
    #[error("{0}")]
    Syntax(#[from] toml::de::Error),
    /// A plan of training cannot be carried out.
    #[error("{problem}")]
    Plan {
        /// What is wrong with it.
        problem: String,
    },
    /// It cannot be, or not on these images.
    #[error("the network '{network}': {problem}")]
    Network {
        /// `cnn` or `dense`.
        network: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}

/// What a network may be, so that training it takes the host seconds: layers, parameters, elements between two layers
/// for one image, and multiplications for one image.
const MOST_LAYERS: usize = 64;
const MOST_PARAMETERS: u64 = 2_000_000;
const MOST_ELEMENTS: u64 = 1_000_000;
const MOST_PRODUCTS: u64 = 4_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    cnn: Option<Vec<WrittenLayer>>,
    dense: Option<Vec<WrittenLayer>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum WrittenLayer {
    Dense(WrittenDense),
    Relu,
    Sigmoid,
    Tanh,
    Flatten,
    Conv2d(WrittenConv2d),
    MaxPool2d(WrittenPool2d),
    AveragePool2d(WrittenPool2d),
    BatchNorm2d(WrittenNorm),
    Dropout(f32),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct WrittenDense {
    inputs: u32,
    outputs: u32,
    #[serde(default = "yes")]
    bias: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct WrittenConv2d {
    in_channels: u32,
    out_channels: u32,
    kernel: [u32; 2],
    #[serde(default = "ones")]
    stride: [u32; 2],
    #[serde(default)]
    padding: [u32; 2],
    #[serde(default = "yes")]
    bias: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct WrittenPool2d {
    kernel: [u32; 2],
    /// The kernel's extents where nothing is said.
    stride: Option<[u32; 2]>,
    #[serde(default)]
    padding: [u32; 2],
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct WrittenNorm {
    features: u32,
    #[serde(default = "small")]
    epsilon: f32,
}

fn yes() -> bool {
    true
}

fn ones() -> [u32; 2] {
    [1, 1]
}

fn small() -> f32 {
    1e-5
}

impl From<WrittenLayer> for Layer {
    fn from(written: WrittenLayer) -> Self {
        match written {
            WrittenLayer::Dense(WrittenDense { inputs, outputs, bias }) => {
                Self::Dense(DenseSpec { inputs, outputs, bias })
            }
            WrittenLayer::Relu => Self::Relu,
            WrittenLayer::Sigmoid => Self::Sigmoid,
            WrittenLayer::Tanh => Self::Tanh,
            WrittenLayer::Flatten => Self::Flatten,
            WrittenLayer::Conv2d(spec) => Self::Conv2d(Conv2dSpec {
                in_channels: spec.in_channels,
                out_channels: spec.out_channels,
                kernel: spec.kernel.into(),
                stride: spec.stride.into(),
                padding: spec.padding.into(),
                bias: spec.bias,
            }),
            WrittenLayer::MaxPool2d(spec) => Self::MaxPool2d(spec.into()),
            WrittenLayer::AveragePool2d(spec) => Self::AveragePool2d(spec.into()),
            WrittenLayer::BatchNorm2d(WrittenNorm { features, epsilon }) => {
                Self::BatchNorm2d(NormSpec { features, epsilon })
            }
            WrittenLayer::Dropout(probability) => Self::Dropout(probability),
        }
    }
}

impl From<WrittenPool2d> for Pool2dSpec {
    fn from(written: WrittenPool2d) -> Self {
        let WrittenPool2d { kernel, stride, padding } = written;
        Self { kernel: kernel.into(), stride: stride.unwrap_or(kernel).into(), padding: padding.into() }
    }
}

impl Networks {
    /// The one of this kind.
    pub(crate) fn of(&self, architecture: Architecture) -> Option<&[Layer]> {
        match architecture {
            Architecture::Cnn => self.cnn.as_deref(),
            Architecture::Mlp => self.dense.as_deref(),
        }
    }

    /// Reads a `model.toml`, for images like these. Where tito trains the networks, `are_loaded` says so: then nothing in
    /// them may have a state besides its parameters.
    ///
    /// # Errors
    ///
    /// If it is not of the form above, a network does not fit the images, or it is too large to be trained by the way.
    pub fn parse(text: &str, images: &ImageForm, are_loaded: bool) -> Result<Self, OwnError> {
        let Written { cnn, dense } = toml::from_str(text)?;
        let layers = |network, written: Option<Vec<WrittenLayer>>| {
            let layers: Option<Vec<Layer>> = written.map(|all| all.into_iter().map(Layer::from).collect());
            let wrong = |layers: &[Layer]| {
                let state = || are_loaded.then(|| state(layers)).flatten();
                problem(layers, images, MOST_PRODUCTS).or_else(state)
            };
            match layers.as_deref().and_then(wrong) {
                None => Ok(layers),
                Some(problem) => Err(OwnError::Network { network, problem }),
            }
        };
        Ok(Self { cnn: layers("cnn", cnn)?, dense: layers("dense", dense)? })
    }
}

/// The state that cannot be loaded.
fn state(layers: &[Layer]) -> Option<String> {
    let has_state = layers.iter().any(|layer| matches!(layer, Layer::BatchNorm2d(_)));
    has_state.then(|| {
        "batch-norm2d keeps moments that are no parameters and cannot be loaded; hand in `model.ckpt` instead".to_owned()
    })
}

/// The network of these layers, trained on these images; the same bits on one kind of machine.
///
/// # Errors
///
/// If a layer has no native kernel; those that are read here have one.
pub(crate) fn trained(layers: &[Layer], images: &Dataset, draw: &mut Draw) -> Result<Network, TrainError> {
    let (epochs, batch_size) = if images.len() <= 5_000 { (15, 32) } else { (3, 64) };
    let some = images.len().min(12_000);
    let order = draw.permutation(images.len());
    let part = Images(images.part(order[..some].to_vec()));
    let model = Model::build(layers, draw)?;
    Network::learnt(model, &part, &annealed(epochs, batch_size, 3e-3, draw.below(u64::MAX)))
}

/// What is wrong with layers for these images, of which each may take so many multiplications.
pub(crate) fn problem(layers: &[Layer], images: &ImageForm, most_products: u64) -> Option<String> {
    if layers.is_empty() || layers.len() > MOST_LAYERS {
        return Some(format!("{} layers, of which there may be 1 to {MOST_LAYERS}", layers.len()));
    }
    let (mut shape, mut parameters, mut products) = (images.example_shape.to_vec(), 0u64, 0u64);
    for layer in layers {
        let Some((after, of_each)) = after(layer, &shape) else {
            return Some(format!(
                "{} does not fit what comes before it, {}",
                describe(&[*layer]),
                Shape::new(shape)
            ));
        };
        let elements = count(&after);
        parameters = parameter_shapes(layer)
            .iter()
            .map(|shape| count(shape.extents()))
            .fold(parameters, u64::saturating_add);
        products = products.saturating_add(elements.saturating_mul(of_each));
        let too_much = [
            ("parameters", parameters, MOST_PARAMETERS),
            ("elements of an answer to one image", elements, MOST_ELEMENTS),
            ("multiplications for one image", products, most_products),
        ];
        if let Some((what, found, most)) = too_much.into_iter().find(|(_, found, most)| found > most) {
            return Some(format!("{found} {what} up to {}, where {most} are allowed", describe(&[*layer])));
        }
        shape = after;
    }
    let classes = images.classes;
    (shape != [classes]).then(|| format!("it ends in {}, not in {classes} logits", Shape::new(shape)))
}

/// The multiplications of every layer's sums for one example of this shape: those of dense layers and convolutions, the
/// others have none. Layers fit each other, as they do where they have been read.
///
/// # Panics
///
/// If they do not.
pub(crate) fn multiplications(layers: &[Layer], example: &[u32]) -> Vec<u64> {
    let mut shape = example.to_vec();
    let of_layer = |layer: &Layer| {
        let (after, of_each) = after(layer, &shape).expect("layers that were read fit each other");
        shape = after;
        let has_sums = matches!(layer, Layer::Dense(_) | Layer::Conv2d(_));
        if has_sums { count(&shape) * of_each } else { 0 }
    };
    layers.iter().map(of_layer).collect()
}

fn count(extents: &[u32]) -> u64 {
    extents.iter().map(|&extent| u64::from(extent)).fold(1, u64::saturating_mul)
}

/// The shape of a layer's answer to one example of this shape, and the multiplications for each of its elements.
fn after(layer: &Layer, shape: &[u32]) -> Option<(Vec<u32>, u64)> {
    match layer {
        Layer::Dense(DenseSpec { inputs, outputs, .. }) => {
            (shape == [*inputs] && *outputs > 0).then(|| (vec![*outputs], u64::from(*inputs)))
        }
        Layer::Flatten => Some((vec![u32::try_from(count(shape)).ok()?], 0)),
        Layer::Conv2d(spec) => {
            let places = places(layer, shape)?;
            let of_each = count(&[spec.in_channels, spec.kernel.0, spec.kernel.1]);
            let fits = shape[0] == spec.in_channels && spec.out_channels > 0;
            fits.then(|| ([&[spec.out_channels], &places[..]].concat(), of_each))
        }
        Layer::MaxPool2d(_) | Layer::AveragePool2d(_) => {
            let places = places(layer, shape)?;
            Some(([&shape[..1], &places].concat(), 0))
        }
        Layer::BatchNorm2d(spec) => {
            (shape.len() == 3 && shape[0] == spec.features && spec.epsilon > 0.0).then(|| (shape.to_vec(), 1))
        }
        Layer::Dropout(probability) => (0.0..1.0).contains(probability).then(|| (shape.to_vec(), 1)),
        _ => Some((shape.to_vec(), 1)),
    }
}

/// The places that a layer's window has on an image. More padding than kernel sees nothing of the image.
fn places(layer: &Layer, shape: &[u32]) -> Option<[u32; 2]> {
    let (window, &[_, height, width]) = (window(layer)?, shape) else { return None };
    let is_usual = window.padding.iter().zip(window.kernel).all(|(&padding, kernel)| padding < kernel);
    window.places([height, width]).filter(|_| is_usual)
}

#[cfg(test)]
mod tests {
    use tito_data::TINYDIGITS;

    use super::*;

    const RIGHT: &str = r#"cnn = [
        { conv2d = { in-channels = 1, out-channels = 8, kernel = [3, 3], padding = [1, 1] } },
        "relu", { batch-norm2d = { features = 8 } }, { max-pool2d = { kernel = [2, 2] } }, "flatten",
        { dropout = 0.1 }, { dense = { inputs = 128, outputs = 10 } },
    ]"#;

    #[track_caller]
    fn check(change: (&str, &str), wrong: &str) {
        let error = Networks::parse(&RIGHT.replace(change.0, change.1), TINYDIGITS.images().unwrap(), false)
            .unwrap_err()
            .to_string();
        assert!(error.contains(wrong), "{error}");
    }

    #[test]
    fn multiplications_are_those_of_sums() {
        let Networks { cnn: Some(layers), .. } =
            Networks::parse(RIGHT, TINYDIGITS.images().unwrap(), false).unwrap()
        else {
            panic!("there is a CNN")
        };
        let found = multiplications(&layers, &[1, 8, 8]);
        assert_eq!(found, [8 * 64 * 9, 0, 0, 0, 0, 0, 1_280]);
    }

    #[test]
    fn a_network_is_read_and_held_against_the_images() {
        let found = Networks::parse(RIGHT, TINYDIGITS.images().unwrap(), false).unwrap();
        let error = Networks::parse(RIGHT, TINYDIGITS.images().unwrap(), true).unwrap_err().to_string();
        assert!(error.contains("hand in `model.ckpt`"), "{error}");
        assert_eq!((found.cnn.unwrap().len(), found.dense), (7, None));
        check(
            ("inputs = 128", "inputs = 100"),
            "dense 100 -> 10 with bias does not fit what comes before it, [128]",
        );
        check(("outputs = 10", "outputs = 9"), "ends in [9], not in 10 logits");
        check(("in-channels = 1", "in-channels = 2"), "does not fit");
        check(("padding = [1, 1]", "padding = [9, 1]"), "does not fit");
        check(("kernel = [3, 3]", "kernel = [0, 3]"), "does not fit");
        check(("kernel = [2, 2]", "kernel = [2, 2], stride = [0, 1]"), "does not fit");
        check(("out-channels = 8", "out-channels = 4000000000"), "parameters up to conv2d");
        check(("out-channels = 8", "out-channels = 20000"), "elements of an answer");
        check(("out-channels = 8", "out-channels = 9000"), "multiplications for one image");
        check(("dropout = 0.1", "dropout = 1.5"), "does not fit");
        check(("\"relu\"", "\"gelu\""), "unknown variant `gelu`");
        check(("kernel = [2, 2]", "kernels = [2, 2]"), "unknown field `kernels`");
    }
}
