//! Descriptions of layers as bytes, for checkpoints.

use tinytorch::{
    AttentionSpec, BlockSpec, Conv2dSpec, DenseSpec, EmbeddingSpec, Fault, LayerSpec, NormSpec, Pool2dSpec,
};

use crate::reader::Reader;

/// A layer's number, and the numbers that describe it, each of four bytes.
pub(crate) fn write(spec: &LayerSpec, bytes: &mut Vec<u8>) {
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
        LayerSpec::Gelu => (11, vec![]),
        LayerSpec::TokenEmbedding(spec) => (12, vec![spec.entries, spec.width]),
        LayerSpec::PositionEmbedding(spec) => (13, vec![spec.entries, spec.width]),
        LayerSpec::LayerNorm(spec) => (14, vec![spec.features, spec.epsilon.to_bits()]),
        LayerSpec::Attention(spec) => (15, vec![spec.width, spec.heads, u32::from(spec.causal)]),
        LayerSpec::TransformerBlock(spec) => (16, vec![spec.width, spec.heads, spec.expansion]),
    };
    bytes.push(number);
    fields.iter().for_each(|field| bytes.extend(field.to_le_bytes()));
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
        9 => LayerSpec::BatchNorm2d(norm(bytes)?),
        10 => LayerSpec::Dropout(f32::from_bits(bytes.number()?)),
        11 => LayerSpec::Gelu,
        12 => LayerSpec::TokenEmbedding(table(bytes)?),
        13 => LayerSpec::PositionEmbedding(table(bytes)?),
        14 => LayerSpec::LayerNorm(norm(bytes)?),
        15 => {
            let (width, heads, causal) = (bytes.number()?, bytes.number()?, bytes.number()? != 0);
            LayerSpec::Attention(AttentionSpec { width, heads, causal })
        }
        16 => {
            let (width, heads, expansion) = (bytes.number()?, bytes.number()?, bytes.number()?);
            LayerSpec::TransformerBlock(BlockSpec { width, heads, expansion })
        }
        other => return Err(Fault::invalid_argument(format!("there is no layer {other}"))),
    })
}

fn pool(bytes: &mut Reader) -> Result<Pool2dSpec, Fault> {
    let mut pair = || Ok::<_, Fault>((bytes.number()?, bytes.number()?));
    Ok(Pool2dSpec { kernel: pair()?, stride: pair()?, padding: pair()? })
}

fn norm(bytes: &mut Reader) -> Result<NormSpec, Fault> {
    Ok(NormSpec { features: bytes.number()?, epsilon: f32::from_bits(bytes.number()?) })
}

fn table(bytes: &mut Reader) -> Result<EmbeddingSpec, Fault> {
    Ok(EmbeddingSpec { entries: bytes.number()?, width: bytes.number()? })
}

/// How many numbers its parameters have, as far as they can be counted.
pub(crate) fn elements(spec: &LayerSpec) -> u64 {
    let product =
        |factors: &[u32]| factors.iter().fold(1, |product: u64, &it| product.saturating_mul(it.into()));
    let dense = |inputs, outputs, bias: bool| {
        product(&[inputs, outputs]).saturating_add(product(&[outputs, bias.into()]))
    };
    let attention = |width| dense(width, width, true).saturating_mul(4);
    match *spec {
        LayerSpec::Dense(spec) => dense(spec.inputs, spec.outputs, spec.bias),
        LayerSpec::Conv2d(spec) => {
            let weights = [spec.out_channels, spec.in_channels, spec.kernel.0, spec.kernel.1];
            product(&weights).saturating_add(product(&[spec.out_channels, spec.bias.into()]))
        }
        LayerSpec::BatchNorm2d(spec) | LayerSpec::LayerNorm(spec) => product(&[spec.features, 2]),
        LayerSpec::TokenEmbedding(spec) | LayerSpec::PositionEmbedding(spec) => {
            product(&[spec.entries, spec.width])
        }
        LayerSpec::Attention(spec) => attention(spec.width),
        LayerSpec::TransformerBlock(BlockSpec { width, expansion, .. }) => {
            let inner = width.saturating_mul(expansion);
            let rest = [dense(width, inner, true), dense(inner, width, true), product(&[width, 4])];
            rest.into_iter().fold(attention(width), u64::saturating_add)
        }
        LayerSpec::Relu
        | LayerSpec::Sigmoid
        | LayerSpec::Tanh
        | LayerSpec::Softmax
        | LayerSpec::Flatten
        | LayerSpec::MaxPool2d(_)
        | LayerSpec::AveragePool2d(_)
        | LayerSpec::Dropout(_)
        | LayerSpec::Gelu => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reference;
    use tinytorch::{Model, Sequential};

    #[track_caller]
    fn check(spec: LayerSpec) {
        let mut bytes = Vec::new();
        write(&spec, &mut bytes);
        let mut rest = Reader(&bytes);
        assert_eq!((read(&mut rest).map(|it| format!("{it:?}")), rest.0.len()), (Ok(format!("{spec:?}")), 0));
        let model = Sequential::<Reference>::build(&[spec], 1).unwrap();
        let count: usize = model.parameters().iter().map(|parameter| parameter.data().len()).sum();
        assert_eq!(elements(&spec), count as u64, "{spec:?}");
    }

    #[test]
    fn what_is_read_is_what_was_written_and_as_large() {
        let window = ((2, 3), (1, 2), (0, 1));
        let pool = Pool2dSpec { kernel: window.0, stride: window.1, padding: window.2 };
        for bias in [false, true] {
            check(LayerSpec::Dense(DenseSpec { inputs: 3, outputs: 5, bias }));
            let (kernel, stride, padding) = window;
            check(LayerSpec::Conv2d(Conv2dSpec {
                in_channels: 3,
                out_channels: 5,
                kernel,
                stride,
                padding,
                bias,
            }));
            check(LayerSpec::Attention(AttentionSpec { width: 6, heads: 3, causal: bias }));
        }
        let (norm, table) = (NormSpec { features: 7, epsilon: 1e-3 }, EmbeddingSpec { entries: 5, width: 3 });
        for spec in [
            LayerSpec::Relu,
            LayerSpec::Sigmoid,
            LayerSpec::Tanh,
            LayerSpec::Softmax,
            LayerSpec::Flatten,
            LayerSpec::MaxPool2d(pool),
            LayerSpec::AveragePool2d(pool),
            LayerSpec::BatchNorm2d(norm),
            LayerSpec::Dropout(0.25),
            LayerSpec::Gelu,
            LayerSpec::TokenEmbedding(table),
            LayerSpec::PositionEmbedding(table),
            LayerSpec::LayerNorm(norm),
            LayerSpec::TransformerBlock(BlockSpec { width: 6, heads: 2, expansion: 4 }),
        ] {
            check(spec);
        }
    }
}
