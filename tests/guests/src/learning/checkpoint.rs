//! The right checkpoints, in two steps: a model as words, and words as bytes that are sealed.

use tinytorch::{Conv2dSpec, DenseSpec, Fault, LayerSpec, Model, NormSpec, Pool2dSpec};

use super::{Learner, Pupil};

/// A layer's number, and what there is to say of it.
type Description = [u32; 10];

/// Words as bytes, with their sum before them.
pub fn sealed(words: &[u32]) -> Vec<u8> {
    [&[sum(words)], words].concat().into_iter().flat_map(u32::to_le_bytes).collect()
}

/// The words that were sealed.
///
/// # Errors
///
/// [`Fault::InvalidArgument`] if the seal is broken.
pub fn contents(bytes: &[u8]) -> Result<Vec<u32>, Fault> {
    let words: Vec<u32> = bytes.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
    match words.split_first() {
        Some((seal, words)) if *seal == sum(words) && bytes.len().is_multiple_of(4) => Ok(words.to_vec()),
        _ => Err(damaged()),
    }
}

fn damaged() -> Fault {
    Fault::invalid_argument("restore: no checkpoint, or a damaged one")
}

/// FNV-1a over words, whose factor is odd, so that a word that is changed changes it.
fn sum(words: &[u32]) -> u32 {
    words.iter().fold(0x811c_9dc5, |sum, word| (sum ^ word).wrapping_mul(0x0100_0193).rotate_left(5))
}

/// The number of layers, their descriptions, and for each its parameters and its state.
pub fn words_of<G: Learner>(pupil: &Pupil<G>) -> Vec<u32> {
    let mut words = vec![pupil.specs.len() as u32];
    words.extend(pupil.specs.iter().flat_map(describe));
    for layer in &pupil.stack.layers {
        words.extend(layer.parameters().iter().flat_map(|it| it.data()).map(|x| x.to_bits()));
        let state = layer.state();
        words.push(state.len() as u32 / 4);
        words.extend(state.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)));
    }
    words
}

/// The model that words say.
///
/// # Errors
///
/// [`Fault::InvalidArgument`] if they say none.
pub fn model_of<G: Learner>(words: &[u32]) -> Result<Pupil<G>, Fault> {
    read(words).ok_or_else(damaged)
}

fn read<G: Learner>(words: &[u32]) -> Option<Pupil<G>> {
    let (count, rest) = words.split_first()?;
    let (descriptions, mut rest) = rest.split_at_checked((*count as usize).checked_mul(10)?)?;
    let specs = descriptions.as_chunks().0.iter().map(described).collect::<Option<Vec<LayerSpec>>>()?;
    // What is larger than the words might be larger than the memory.
    if specs.iter().map(elements).try_fold(0_u64, |sum, own| sum.checked_add(own?))? > rest.len() as u64 {
        return None;
    }
    let mut pupil = Pupil::<G>::build(&specs, 0).ok()?;
    for layer in &mut pupil.stack.layers {
        for x in layer.parameters_mut().into_iter().flat_map(|parameter| parameter.data_mut()) {
            let (word, after) = rest.split_first()?;
            *x = f32::from_bits(*word);
            rest = after;
        }
        let (length, after) = rest.split_first()?;
        let (state, after) = after.split_at_checked(*length as usize)?;
        layer.set_state(&state.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<_>>()).ok()?;
        rest = after;
    }
    rest.is_empty().then_some(pupil)
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
        // No model has one of the others.
        _ => with(0, [0; 3]),
    }
}

fn described(&[number, a, b, c, d, e, f, g, h, i]: &Description) -> Option<LayerSpec> {
    let pool = Pool2dSpec { kernel: (a, b), stride: (c, d), padding: (e, f) };
    let Pool2dSpec { kernel, stride, padding } = pool;
    Some(match number {
        1 => LayerSpec::Dense(DenseSpec { inputs: a, outputs: b, bias: c != 0 }),
        2 => LayerSpec::Relu,
        3 => LayerSpec::Sigmoid,
        4 => LayerSpec::Tanh,
        5 => LayerSpec::Softmax,
        6 => LayerSpec::Flatten,
        7 => LayerSpec::Conv2d(Conv2dSpec {
            in_channels: g,
            out_channels: h,
            kernel,
            stride,
            padding,
            bias: i != 0,
        }),
        8 => LayerSpec::MaxPool2d(pool),
        9 => LayerSpec::AveragePool2d(pool),
        10 => LayerSpec::BatchNorm2d(NormSpec { features: a, epsilon: f32::from_bits(b) }),
        11 => LayerSpec::Dropout(f32::from_bits(a)),
        _ => return None,
    })
}

/// How many numbers a layer's weights have, where they have an extent and can be counted.
fn elements(spec: &LayerSpec) -> Option<u64> {
    let extents = match spec {
        LayerSpec::Dense(spec) => vec![spec.inputs, spec.outputs],
        LayerSpec::Conv2d(spec) => vec![spec.out_channels, spec.in_channels, spec.kernel.0, spec.kernel.1],
        LayerSpec::BatchNorm2d(spec) => vec![spec.features],
        _ => return Some(0),
    };
    let product = |product: u64, extent: &u32| product.checked_mul((*extent).into());
    extents.iter().try_fold(1, product).filter(|product| *product > 0)
}
