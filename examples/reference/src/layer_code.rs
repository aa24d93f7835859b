//! Descriptions of layers as bytes, for checkpoints.

use tinytorch::{Conv2dSpec, DenseSpec, Fault, LayerSpec, NormSpec, Pool2dSpec};

use crate::reader::Reader;

/// A layer's number, and the numbers that describe it, each of four bytes.
pub(crate) fn write(spec: &LayerSpec, bytes: &mut Vec<u8>) -> Result<(), Fault> {
    let pool = |spec: &Pool2dSpec| [spec.kernel, spec.stride, spec.padding].map(|(y, x)| [y, x]).concat();
    let (number, fields): (u8, Vec<u32>) = match spec {
        LayerSpec::Dense(spec) => (0, vec![spec.inputs, spec.outputs, u32::from(spec.bias)]),
        LayerSpec::Relu => (1, vec![]),
        LayerSpec::Sigmoid => (2, vec![]),
        LayerSpec::Tanh => (3, vec![]),
        LayerSpec::Softmax => (4, vec![]),
        LayerSpec::Flatten => (5, vec![]),
        LayerSpec::Conv2d(spec) => {
            let window = Pool2dSpec { kernel: spec.kernel, stride: spec.stride, padding: spec.padding };
            let rest = [spec.in_channels, spec.out_channels, u32::from(spec.bias)];
            (6, [&pool(&window)[..], &rest].concat())
        }
        LayerSpec::MaxPool2d(spec) => (7, pool(spec)),
        LayerSpec::AveragePool2d(spec) => (8, pool(spec)),
        LayerSpec::BatchNorm2d(spec) => (9, vec![spec.features, spec.epsilon.to_bits()]),
        LayerSpec::Dropout(probability) => (10, vec![probability.to_bits()]),
        other => return Err(Fault::unsupported(format!("save: {other} has no number"))),
    };
    bytes.push(number);
    fields.iter().for_each(|field| bytes.extend(field.to_le_bytes()));
    Ok(())
}

/// The layer that was written.
pub(crate) fn read(bytes: &mut Reader) -> Result<LayerSpec, Fault> {
    Ok(match bytes.byte()? {
        0 => {
            let (inputs, outputs, bias) = (bytes.number()?, bytes.number()?, bytes.number()? != 0);
            LayerSpec::Dense(DenseSpec { inputs, outputs, bias })
        }
        1 => LayerSpec::Relu,
        2 => LayerSpec::Sigmoid,
        3 => LayerSpec::Tanh,
        4 => LayerSpec::Softmax,
        5 => LayerSpec::Flatten,
        6 => {
            let Pool2dSpec { kernel, stride, padding } = pool(bytes)?;
            let (in_channels, out_channels, bias) = (bytes.number()?, bytes.number()?, bytes.number()? != 0);
            LayerSpec::Conv2d(Conv2dSpec { in_channels, out_channels, kernel, stride, padding, bias })
        }
        7 => LayerSpec::MaxPool2d(pool(bytes)?),
        8 => LayerSpec::AveragePool2d(pool(bytes)?),
        9 => {
            let (features, epsilon) = (bytes.number()?, f32::from_bits(bytes.number()?));
            LayerSpec::BatchNorm2d(NormSpec { features, epsilon })
        }
        10 => LayerSpec::Dropout(f32::from_bits(bytes.number()?)),
        other => return Err(Fault::invalid_argument(format!("there is no layer {other}"))),
    })
}

fn pool(bytes: &mut Reader) -> Result<Pool2dSpec, Fault> {
    let mut pair = || Ok::<_, Fault>((bytes.number()?, bytes.number()?));
    Ok(Pool2dSpec { kernel: pair()?, stride: pair()?, padding: pair()? })
}

/// How many numbers its parameters have, as far as they can be counted.
pub(crate) fn elements(spec: &LayerSpec) -> u64 {
    let product =
        |factors: &[u32]| factors.iter().fold(1, |product: u64, &it| product.saturating_mul(it.into()));
    match spec {
        LayerSpec::Dense(spec) => {
            product(&[spec.inputs, spec.outputs]).saturating_add(product(&[spec.outputs, spec.bias.into()]))
        }
        LayerSpec::Conv2d(spec) => {
            let weights = [spec.out_channels, spec.in_channels, spec.kernel.0, spec.kernel.1];
            product(&weights).saturating_add(product(&[spec.out_channels, spec.bias.into()]))
        }
        LayerSpec::BatchNorm2d(spec) => product(&[spec.features, 2]),
        _ => 0,
    }
}
