//! What a token means: a row of a table.

use tinytorch::{EmbeddingSpec, Fault, Layer, Mode, Rng, Tensor};

use crate::kept::{Kept, alike};

/// Tokens [N, T] to their rows of the table, [N, T, width].
pub(crate) struct TokenEmbedding {
    /// [entries, width]
    table: Tensor,
    gradient: Tensor,
    tokens: Kept,
}

impl TokenEmbedding {
    /// A table from N(0, 0.02²) (Radford and others, "Improving language understanding by generative pre-training", 2018,
    /// §4.1).
    pub(crate) fn new(spec: EmbeddingSpec, rng: &mut Rng) -> Result<Self, Fault> {
        let table = table("token-embedding", spec, rng)?;
        Ok(Self { gradient: Tensor::zeros(table.shape()), table, tokens: Kept::default() })
    }

    /// Which row a token is.
    fn place(&self, token: f32) -> Result<usize, Fault> {
        let (entries, place) = (self.table.shape()[0], token as u32);
        if place as f32 == token && place < entries {
            return Ok(place as usize);
        }
        Err(Fault::invalid_argument(format!(
            "token-embedding: a whole number below {entries} wanted, {token} given"
        )))
    }

    /// The shape of what becomes of tokens.
    fn answer(&self, tokens: &Tensor) -> Result<[u32; 3], Fault> {
        match *tokens.shape() {
            [sequences, steps] => Ok([sequences, steps, self.table.width() as u32]),
            ref found => Err(Fault::shape_mismatch(format!(
                "token-embedding: tokens [sequences, steps] wanted, shape {found:?} given"
            ))),
        }
    }
}

/// A table from N(0, 0.02²), for a layer of this name.
pub(crate) fn table(layer: &str, spec: EmbeddingSpec, rng: &mut Rng) -> Result<Tensor, Fault> {
    if spec.entries == 0 || spec.width == 0 {
        return Err(Fault::invalid_argument(format!("{layer}: a table needs an entry, and a width")));
    }
    Ok(Tensor::from_fn([spec.entries, spec.width], || 0.02 * rng.normal()))
}

impl Layer for TokenEmbedding {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        let mut output = Tensor::zeros(self.answer(input)?);
        let width = self.table.width();
        for (row, &token) in output.rows_mut().zip(input.data()) {
            let place = self.place(token)? * width;
            row.copy_from_slice(&self.table.data()[place..place + width]);
        }
        self.tokens.copy(input, mode);
        Ok(output)
    }

    fn parameters(&self) -> Vec<&Tensor> {
        vec![&self.table]
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        vec![&mut self.table]
    }

    /// Adds each row's gradient to its token's. No token can be moved by a little: their own gradient is 0.
    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let tokens = self.tokens.of("token-embedding")?;
        alike("token-embedding", gradient, &self.answer(tokens)?)?;
        let width = self.table.width();
        for (row, &token) in gradient.rows().zip(tokens.data()) {
            let place = self.place(token)? * width;
            let sums = &mut self.gradient.data_mut()[place..place + width];
            sums.iter_mut().zip(row).for_each(|(sum, g)| *sum += g);
        }
        Ok(Tensor::zeros(tokens.shape()))
    }

    fn gradients(&self) -> Vec<&Tensor> {
        vec![&self.gradient]
    }

    fn gradients_mut(&mut self) -> Vec<&mut Tensor> {
        vec![&mut self.gradient]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check_gradients_of_parameters, tensor};

    fn layer(entries: u32, width: u32) -> TokenEmbedding {
        TokenEmbedding::new(EmbeddingSpec { entries, width }, &mut Rng::new(1)).unwrap()
    }

    #[test]
    fn a_token_is_its_row() {
        let mut layer = layer(3, 2);
        *layer.parameters_mut()[0] = tensor(&[3, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let output = layer.forward(&tensor(&[2, 2], &[2.0, 0.0, 2.0, 1.0]), Mode::Inference);
        assert_eq!(output, Ok(tensor(&[2, 2, 2], &[5.0, 6.0, 1.0, 2.0, 5.0, 6.0, 3.0, 4.0])));
    }

    #[test]
    fn rows_that_are_used_twice_learn_twice() {
        check_gradients_of_parameters(
            &mut layer(4, 3),
            &tensor(&[2, 3], &[0.0, 2.0, 2.0, 3.0, 0.0, 2.0]),
            0.5,
        );
        let mut layer = layer(4, 3);
        layer.forward(&tensor(&[1, 2], &[3.0, 3.0]), Mode::Training).unwrap();
        assert_eq!(layer.backward(&Tensor::from_fn([1, 2, 3], || 1.0)), Ok(Tensor::zeros([1, 2])));
        assert_eq!(layer.gradients()[0].data(), [[0.0; 3], [0.0; 3], [0.0; 3], [2.0; 3]].as_flattened());
    }

    #[test]
    fn what_is_no_token_is_a_fault() {
        for token in [-1.0, 0.5, 3.0, 1e10, f32::NAN, f32::INFINITY] {
            let found = layer(3, 2).forward(&tensor(&[1, 2], &[0.0, token]), Mode::Inference);
            assert!(matches!(found, Err(Fault::InvalidArgument(_))), "{found:?}");
        }
        for shape in [vec![], vec![3], vec![2, 3, 1]] {
            let found = layer(3, 2).forward(&Tensor::zeros(shape), Mode::Inference);
            assert!(matches!(found, Err(Fault::ShapeMismatch(_))), "{found:?}");
        }
        for (entries, width) in [(0, 2), (2, 0)] {
            let found = TokenEmbedding::new(EmbeddingSpec { entries, width }, &mut Rng::new(1)).err();
            assert!(matches!(found, Some(Fault::InvalidArgument(_))), "{found:?}");
        }
        assert_eq!(layer(3, 2).forward(&Tensor::zeros([2, 0]), Mode::Training), Ok(Tensor::zeros([2, 0, 2])));
        assert!(matches!(layer(3, 2).backward(&Tensor::zeros([1, 1, 2])), Err(Fault::InvalidArgument(_))));
    }

    #[test]
    fn tables_begin_small() {
        let table = layer(100, 100).table;
        let variance = table.data().iter().map(|x| x * x).sum::<f32>() / 1e4;
        assert!((variance / 4e-4 - 1.0).abs() < 0.07, "{variance}");
    }
}
