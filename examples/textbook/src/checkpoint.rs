//! Checkpoints: words of four bytes, the first ones a mark and a checksum of the others.
//!
//! Then come the number of layers, ten words for each that describe it, and for each again its parameters and its state.

use tinytorch::{
    AttentionSpec, BlockSpec, Conv2dSpec, DenseSpec, EmbeddingSpec, Fault, LayerSpec, Model, NormSpec,
    Pool2dSpec, Sequential,
};

use crate::Textbook;

const MARK: u32 = 0x5842_5401;

/// Ten words for a layer: which it is, and what there is to say of it.
type Description = [u32; 10];

pub(crate) fn save(model: &Sequential<Textbook>) -> Vec<u8> {
    let mut words = vec![model.specs().len() as u32];
    for spec in model.specs() {
        words.extend(describe(spec));
    }
    for layer in model.layers() {
        for parameter in layer.parameters() {
            words.extend(parameter.data().iter().map(|x| x.to_bits()));
        }
        let state = layer.state();
        words.push(state.len() as u32 / 4);
        words.extend(state.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)));
    }
    let sum = checksum(&words);
    [vec![MARK, sum as u32, (sum >> 32) as u32], words]
        .concat()
        .into_iter()
        .flat_map(u32::to_le_bytes)
        .collect()
}

pub(crate) fn restore(bytes: &[u8]) -> Result<Sequential<Textbook>, Fault> {
    let damaged = || Fault::invalid_argument("restore: this is no checkpoint, or a damaged one");
    let (quads, []) = bytes.as_chunks::<4>() else { return Err(damaged()) };
    let words: Vec<u32> = quads.iter().map(|quad| u32::from_le_bytes(*quad)).collect();
    let [MARK, low, high, rest @ ..] = words.as_slice() else { return Err(damaged()) };
    if checksum(rest) != u64::from(*low) | u64::from(*high) << 32 {
        return Err(damaged());
    }
    read(rest).ok_or_else(damaged)
}

fn read(words: &[u32]) -> Option<Sequential<Textbook>> {
    let (&count, rest) = words.split_first()?;
    let (descriptions, mut rest) = rest.split_at_checked((count as usize).checked_mul(10)?)?;
    let specs: Option<Vec<LayerSpec>> = descriptions.as_chunks().0.iter().map(layer).collect();
    let specs = specs?;
    // A layer is built only if its parameters are there: it might be larger than the memory.
    let mut wanted = 0_u64;
    for spec in &specs {
        wanted = wanted.saturating_add(elements(spec)?);
    }
    if wanted > rest.len() as u64 {
        return None;
    }
    let mut model = Sequential::build(&specs, 0).ok()?;
    for layer in model.layers_mut() {
        for parameter in layer.parameters_mut() {
            for x in parameter.data_mut() {
                let (&word, after) = rest.split_first()?;
                *x = f32::from_bits(word);
                rest = after;
            }
        }
        let (&length, after) = rest.split_first()?;
        let (state, after) = after.split_at_checked(length as usize)?;
        let state: Vec<u8> = state.iter().flat_map(|word| word.to_le_bytes()).collect();
        layer.set_state(&state).ok()?;
        rest = after;
    }
    rest.is_empty().then_some(model)
}

/// FNV-1a of the words' bytes.
fn checksum(words: &[u32]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    for word in words {
        for byte in word.to_le_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
    hash
}

fn describe(spec: &LayerSpec) -> Description {
    let pool = |number, Pool2dSpec { kernel: k, stride: s, padding: p }: Pool2dSpec| {
        [number, k.0, k.1, s.0, s.1, p.0, p.1, 0, 0, 0]
    };
    let with = |number, [a, b, c]: [u32; 3]| [number, a, b, c, 0, 0, 0, 0, 0, 0];
    match *spec {
        LayerSpec::Dense(spec) => with(1, [spec.inputs, spec.outputs, spec.bias.into()]),
        LayerSpec::Relu => with(2, [0; 3]),
        LayerSpec::Sigmoid => with(3, [0; 3]),
        LayerSpec::Tanh => with(4, [0; 3]),
        LayerSpec::Softmax => with(5, [0; 3]),
        LayerSpec::Flatten => with(6, [0; 3]),
        LayerSpec::Conv2d(spec) => {
            let window = Pool2dSpec { kernel: spec.kernel, stride: spec.stride, padding: spec.padding };
            let mut words = pool(7, window);
            words[7..].copy_from_slice(&[spec.in_channels, spec.out_channels, spec.bias.into()]);
            words
        }
        LayerSpec::MaxPool2d(spec) => pool(8, spec),
        LayerSpec::AveragePool2d(spec) => pool(9, spec),
        LayerSpec::BatchNorm2d(spec) => with(10, [spec.features, spec.epsilon.to_bits(), 0]),
        LayerSpec::Dropout(probability) => with(11, [probability.to_bits(), 0, 0]),
        LayerSpec::Gelu => with(12, [0; 3]),
        LayerSpec::TokenEmbedding(spec) => with(13, [spec.entries, spec.width, 0]),
        LayerSpec::PositionEmbedding(spec) => with(14, [spec.entries, spec.width, 0]),
        LayerSpec::LayerNorm(spec) => with(15, [spec.features, spec.epsilon.to_bits(), 0]),
        LayerSpec::Attention(spec) => with(16, [spec.width, spec.heads, spec.causal.into()]),
        LayerSpec::TransformerBlock(spec) => with(17, [spec.width, spec.heads, spec.expansion]),
    }
}

fn layer(&[number, a, b, c, d, e, f, g, h, i]: &Description) -> Option<LayerSpec> {
    let pool = Pool2dSpec { kernel: (a, b), stride: (c, d), padding: (e, f) };
    Some(match number {
        1 => LayerSpec::Dense(DenseSpec { inputs: a, outputs: b, bias: c != 0 }),
        2 => LayerSpec::Relu,
        3 => LayerSpec::Sigmoid,
        4 => LayerSpec::Tanh,
        5 => LayerSpec::Softmax,
        6 => LayerSpec::Flatten,
        7 => {
            let Pool2dSpec { kernel, stride, padding } = pool;
            let (in_channels, out_channels, bias) = (g, h, i != 0);
            LayerSpec::Conv2d(Conv2dSpec { in_channels, out_channels, kernel, stride, padding, bias })
        }
        8 => LayerSpec::MaxPool2d(pool),
        9 => LayerSpec::AveragePool2d(pool),
        10 => LayerSpec::BatchNorm2d(NormSpec { features: a, epsilon: f32::from_bits(b) }),
        11 => LayerSpec::Dropout(f32::from_bits(a)),
        12 => LayerSpec::Gelu,
        13 => LayerSpec::TokenEmbedding(EmbeddingSpec { entries: a, width: b }),
        14 => LayerSpec::PositionEmbedding(EmbeddingSpec { entries: a, width: b }),
        15 => LayerSpec::LayerNorm(NormSpec { features: a, epsilon: f32::from_bits(b) }),
        16 => LayerSpec::Attention(AttentionSpec { width: a, heads: b, causal: c != 0 }),
        17 => LayerSpec::TransformerBlock(BlockSpec { width: a, heads: b, expansion: c }),
        _ => return None,
    })
}

/// How many numbers its parameters have; none if it has no extent, which no layer can do with.
fn elements(spec: &LayerSpec) -> Option<u64> {
    let dense = |inputs, outputs| vec![vec![inputs, outputs], vec![outputs]];
    let square = |width| [dense(width, width), dense(width, width)].concat();
    let shapes = match *spec {
        LayerSpec::Dense(spec) if spec.bias => dense(spec.inputs, spec.outputs),
        LayerSpec::Dense(spec) => vec![vec![spec.inputs, spec.outputs]],
        LayerSpec::Conv2d(spec) => {
            let mut shapes = vec![vec![spec.out_channels, spec.in_channels, spec.kernel.0, spec.kernel.1]];
            if spec.bias {
                shapes.push(vec![spec.out_channels]);
            }
            shapes
        }
        LayerSpec::BatchNorm2d(spec) | LayerSpec::LayerNorm(spec) => vec![vec![spec.features]; 2],
        LayerSpec::TokenEmbedding(spec) | LayerSpec::PositionEmbedding(spec) => {
            vec![vec![spec.entries, spec.width]]
        }
        LayerSpec::Attention(spec) => [square(spec.width), square(spec.width)].concat(),
        LayerSpec::TransformerBlock(BlockSpec { width, expansion, .. }) => {
            let inner = width.checked_mul(expansion)?;
            let norms = vec![vec![width]; 4];
            [norms, square(width), square(width), dense(width, inner), dense(inner, width)].concat()
        }
        _ => vec![],
    };
    let mut sum = 0_u64;
    for shape in shapes {
        let mut product = 1_u64;
        for extent in shape {
            if extent == 0 {
                return None;
            }
            product = product.saturating_mul(extent.into());
        }
        sum = sum.saturating_add(product);
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tinytorch::{Mode, Rng, Tensor};

    /// A model that has met images, and one that has met texts.
    fn trained() -> [Sequential<Textbook>; 2] {
        let mut models = [images(), texts()];
        for (model, input) in models.iter_mut().zip(inputs()) {
            model.forward(&input, Mode::Training).unwrap();
        }
        models
    }

    fn images() -> Sequential<Textbook> {
        let pool = Pool2dSpec { kernel: (1, 2), stride: (2, 1), padding: (0, 1) };
        let conv = Conv2dSpec {
            in_channels: 1,
            out_channels: 2,
            kernel: (2, 3),
            stride: (1, 2),
            padding: (0, 1),
            bias: true,
        };
        let layers = [
            LayerSpec::Conv2d(conv),
            LayerSpec::BatchNorm2d(NormSpec { features: 2, epsilon: 1e-3 }),
            LayerSpec::Relu,
            LayerSpec::MaxPool2d(pool),
            LayerSpec::Sigmoid,
            LayerSpec::AveragePool2d(pool),
            LayerSpec::Tanh,
            LayerSpec::Flatten,
            LayerSpec::Dropout(0.25),
            LayerSpec::Dense(DenseSpec { inputs: 10, outputs: 2, bias: false }),
            LayerSpec::Softmax,
        ];
        Sequential::build(&layers, 7).unwrap()
    }

    fn texts() -> Sequential<Textbook> {
        let layers = [
            LayerSpec::TokenEmbedding(EmbeddingSpec { entries: 9, width: 2 }),
            LayerSpec::PositionEmbedding(EmbeddingSpec { entries: 3, width: 2 }),
            LayerSpec::TransformerBlock(BlockSpec { width: 2, heads: 2, expansion: 2 }),
            LayerSpec::Attention(AttentionSpec { width: 2, heads: 1, causal: false }),
            LayerSpec::Gelu,
            LayerSpec::LayerNorm(NormSpec { features: 2, epsilon: 1e-3 }),
        ];
        Sequential::build(&layers, 7).unwrap()
    }

    fn inputs() -> [Tensor; 2] {
        let mut rng = Rng::new(1);
        let image = Tensor::from_fn([3, 1, 4, 5], || rng.normal());
        [image, Tensor::from_fn([2, 3], || (9.0 * rng.uniform()).floor())]
    }

    #[test]
    fn what_is_restored_goes_on() {
        for (mut model, input) in trained().into_iter().zip(inputs()) {
            let mut restored = restore(&save(&model)).unwrap();
            assert_eq!((restored.specs(), restored.parameters()), (model.specs(), model.parameters()));
            for mode in [Mode::Training, Mode::Inference] {
                assert_eq!(restored.forward(&input, mode), model.forward(&input, mode));
            }
        }
    }

    #[track_caller]
    fn check_refused(bytes: &[u8]) {
        let found = restore(bytes).err();
        assert!(matches!(found, Some(Fault::InvalidArgument(_))), "{found:?}");
    }

    #[test]
    fn damage_is_a_fault() {
        for bytes in trained().each_ref().map(save) {
            for at in 0..bytes.len() {
                let mut damaged = bytes.clone();
                damaged[at] ^= 0x10;
                check_refused(&damaged);
                check_refused(&bytes[..at]);
            }
            check_refused(&[bytes, vec![0; 4]].concat());
        }
        check_refused(b"%PDF-1.7 is not a checkpoint");
    }

    #[test]
    fn lies_under_a_right_checksum_are_faults() {
        let most = u32::MAX;
        let layer = |words: [u32; 10]| [&[1][..], &words, &[0, 0, 0]].concat();
        for words in [
            vec![],
            vec![most],
            vec![0, 0],
            layer([0; 10]),
            layer([18; 10]),
            layer([13, most, most, 0, 0, 0, 0, 0, 0, 0]),
            layer([14, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
            layer([15, most, 0, 0, 0, 0, 0, 0, 0, 0]),
            layer([16, most, 1, 1, 0, 0, 0, 0, 0, 0]),
            layer([16, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
            layer([17, most, 1, most, 0, 0, 0, 0, 0, 0]),
            layer([17, most, 1, 1, 0, 0, 0, 0, 0, 0]),
            layer([1, most, most, 1, 0, 0, 0, 0, 0, 0]),
            layer([7, most, most, most, most, most, most, most, most, 1]),
            layer([7, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
            layer([7, 0, 1, 1, 1, 0, 0, most, most, 0]),
            layer([10, most, 0, 0, 0, 0, 0, 0, 0, 0]),
            layer([11, 2.0_f32.to_bits(), 0, 0, 0, 0, 0, 0, 0, 0]),
            [layer([2; 10]).as_slice(), &[most]].concat(),
        ] {
            let sum = checksum(&words);
            let words = [vec![MARK, sum as u32, (sum >> 32) as u32], words].concat();
            check_refused(&words.into_iter().flat_map(u32::to_le_bytes).collect::<Vec<_>>());
        }
    }
}
