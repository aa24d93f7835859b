//! Checkpoints: a model as bytes.
//!
//! The mark and the version, the number of layers and their descriptions, then layer by layer the elements of its
//! parameters and the length and bytes of its state, and at the end the CRC-32 of all that. Numbers are little-endian.

use tinytorch::{Fault, Model, Sequential};

use crate::{Reference, crc32::crc32, layer_code, reader::Reader};

const MARK: [u8; 8] = *b"\x89ttref\r\n";
const VERSION: u32 = 1;

/// What [`Learning::save`](tinytorch::Learning::save) asks for.
pub(crate) fn save(model: &Sequential<Reference>) -> Result<Vec<u8>, Fault> {
    let count = |count: usize| u32::try_from(count).map_err(|_| Fault::internal("save: too much to count"));
    let mut bytes = MARK.to_vec();
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend(count(model.specs().len())?.to_le_bytes());
    model.specs().iter().for_each(|spec| layer_code::write(spec, &mut bytes));
    for layer in model.layers() {
        for parameter in layer.parameters() {
            bytes.extend(parameter.data().iter().flat_map(|element| element.to_le_bytes()));
        }
        let state = layer.state();
        bytes.extend(count(state.len())?.to_le_bytes());
        bytes.extend(state);
    }
    bytes.extend(crc32(&bytes).to_le_bytes());
    Ok(bytes)
}

/// What [`Learning::restore`](tinytorch::Learning::restore) asks for.
pub(crate) fn restore(bytes: &[u8]) -> Result<Sequential<Reference>, Fault> {
    read(bytes).map_err(|fault| match fault {
        Fault::InvalidArgument(what) => Fault::invalid_argument(format!("no checkpoint: {what}")),
        other => Fault::invalid_argument(format!("no checkpoint: {other}")),
    })
}

fn read(bytes: &[u8]) -> Result<Sequential<Reference>, Fault> {
    let mut rest = Reader(checked(bytes)?);
    let count = rest.number()?;
    let specs = (0..count).map(|_| layer_code::read(&mut rest)).collect::<Result<Vec<_>, _>>()?;
    // Before anything is built, because what would be too large for the bytes may be too large for the memory.
    let elements = specs.iter().map(layer_code::elements).fold(0, u64::saturating_add);
    if elements.saturating_mul(4) > rest.0.len() as u64 {
        return Err(Fault::invalid_argument("there are fewer parameters than the layers have"));
    }
    let mut model = Sequential::build(&specs, 0)?;
    for layer in model.layers_mut() {
        for element in layer.parameters_mut().into_iter().flat_map(|parameter| parameter.data_mut()) {
            *element = f32::from_bits(rest.number()?);
        }
        let length = rest.number()? as usize;
        layer.set_state(rest.take(length)?)?;
    }
    if rest.0.is_empty() { Ok(model) } else { Err(Fault::invalid_argument("there is more than a model")) }
}

/// What lies between the version and the checksum, if all three are right.
fn checked(bytes: &[u8]) -> Result<&[u8], Fault> {
    let (body, sum) = bytes.split_last_chunk().ok_or_else(|| Fault::invalid_argument("it is too short"))?;
    let mut rest = Reader(body);
    if rest.take(MARK.len())? != MARK {
        return Err(Fault::invalid_argument("it begins otherwise"));
    }
    match rest.number()? {
        VERSION => {}
        other => return Err(Fault::invalid_argument(format!("version {other} is not {VERSION}"))),
    }
    if crc32(body) != u32::from_le_bytes(*sum) {
        return Err(Fault::invalid_argument("its checksum is wrong"));
    }
    Ok(rest.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::whole;
    use tinytorch::{
        AttentionSpec, BlockSpec, Conv2dSpec, DenseSpec, EmbeddingSpec, LayerSpec, Mode, NormSpec,
        Pool2dSpec, Tensor,
    };

    fn every_layer_of_images() -> [LayerSpec; 11] {
        let pool = Pool2dSpec { kernel: (1, 2), stride: (2, 1), padding: (0, 1) };
        [
            LayerSpec::Conv2d(Conv2dSpec {
                in_channels: 1,
                out_channels: 2,
                kernel: (2, 3),
                stride: (1, 2),
                padding: (0, 1),
                bias: true,
            }),
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
        ]
    }

    fn every_layer_of_texts() -> [LayerSpec; 6] {
        [
            LayerSpec::TokenEmbedding(EmbeddingSpec { entries: 9, width: 2 }),
            LayerSpec::PositionEmbedding(EmbeddingSpec { entries: 3, width: 2 }),
            LayerSpec::TransformerBlock(BlockSpec { width: 2, heads: 2, expansion: 2 }),
            LayerSpec::Attention(AttentionSpec { width: 2, heads: 1, causal: false }),
            LayerSpec::Gelu,
            LayerSpec::LayerNorm(NormSpec { features: 2, epsilon: 1e-3 }),
        ]
    }

    fn images(seed: u64) -> Tensor {
        whole(&[3, 1, 4, 5], seed)
    }

    fn texts(seed: u64) -> Tensor {
        whole(&[2, 3], seed).map(|x| x + 4.0)
    }

    fn trained(layers: &[LayerSpec], inputs: fn(u64) -> Tensor) -> Sequential<Reference> {
        let mut model = Sequential::build(layers, 7).unwrap();
        model.forward(&inputs(1), Mode::Training).unwrap();
        model
    }

    #[test]
    fn what_is_restored_answers_and_goes_on_alike() {
        check_restored(&every_layer_of_images(), images);
        check_restored(&every_layer_of_texts(), texts);
    }

    #[track_caller]
    fn check_restored(layers: &[LayerSpec], inputs: fn(u64) -> Tensor) {
        let mut model = trained(layers, inputs);
        let bytes = save(&model).unwrap();
        let mut restored = restore(&bytes).unwrap();
        assert_eq!(restored.specs(), model.specs());
        assert_eq!(restored.parameters(), model.parameters());
        let input = inputs(2);
        for mode in [Mode::Inference, Mode::Training, Mode::Inference] {
            assert_eq!(restored.forward(&input, mode), model.forward(&input, mode));
        }
        assert_eq!(save(&restore(&bytes).unwrap()), Ok(bytes));
    }

    #[track_caller]
    fn check_refused(bytes: &[u8]) {
        let found = restore(bytes).err();
        assert!(matches!(found, Some(Fault::InvalidArgument(_))), "{found:?}");
    }

    #[test]
    fn every_damage_is_a_fault() {
        for model in [trained(&every_layer_of_images(), images), trained(&every_layer_of_texts(), texts)] {
            check_damaged(&save(&model).unwrap());
        }
        check_refused(b"PK\x03\x04 this is an archive and not a checkpoint");
        check_refused(&[0; 1000]);
    }

    #[track_caller]
    fn check_damaged(bytes: &[u8]) {
        for at in 0..bytes.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut damaged = bytes.to_vec();
                damaged[at] ^= flip;
                check_refused(&damaged);
            }
            check_refused(&bytes[..at]);
            check_refused(&bytes[at + 1..]);
        }
        check_refused(&[bytes, &[0]].concat());
        check_refused(&[bytes, bytes].concat());
    }

    /// A file whose checksum is right, whatever it says.
    fn signed(version: u32, numbers: &[&[u8]]) -> Vec<u8> {
        let mut bytes = [&MARK[..], &version.to_le_bytes(), &numbers.concat()].concat();
        bytes.extend(crc32(&bytes).to_le_bytes());
        bytes
    }

    #[test]
    fn lies_under_a_right_checksum_are_faults() {
        let one = &1u32.to_le_bytes();
        let most = &u32::MAX.to_le_bytes();
        assert!(restore(&signed(VERSION, &[&[0; 4]])).is_ok(), "no layers at all are a model");
        check_refused(&signed(VERSION + 1, &[&[0; 4]]));
        check_refused(&signed(VERSION, &[]));
        check_refused(&signed(VERSION, &[&[0; 4], &[0]]));
        // More layers than there are bytes; a layer that is none; one of four billion inputs and outputs.
        check_refused(&signed(VERSION, &[most, &[1; 9]]));
        check_refused(&signed(VERSION, &[one, &[17]]));
        check_refused(&signed(VERSION, &[one, &[0], most, most, one]));
        check_refused(&signed(VERSION, &[one, &[6], most, most, most, most, most, most, most, most, one]));
        check_refused(&signed(VERSION, &[one, &[9], most, &[0; 4]]));
        for code in [12, 13, 14, 15, 16] {
            check_refused(&signed(VERSION, &[one, &[code], most, most, most]));
            check_refused(&signed(VERSION, &[one, &[code], &[0; 12], &[0; 4]]));
        }
        // Layers that cannot be; a state of the wrong length; one that is longer than the rest.
        check_refused(&signed(VERSION, &[one, &[0], &[0; 12], &[0; 4]]));
        check_refused(&signed(VERSION, &[one, &[7], &[0; 24], &[0; 4]]));
        check_refused(&signed(VERSION, &[one, &[10], &2.0_f32.to_le_bytes(), &8u32.to_le_bytes(), &[0; 8]]));
        check_refused(&signed(VERSION, &[one, &[10], &0.5_f32.to_le_bytes(), &7u32.to_le_bytes(), &[0; 7]]));
        check_refused(&signed(VERSION, &[one, &[1], most]));
    }
}
