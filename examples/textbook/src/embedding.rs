//! Tables of rows: one for each token, and one for each position.

use tinytorch::{EmbeddingSpec, Fault, Layer, Mode, Rng, Tensor};

use crate::activation::{same, trained};

/// A table [entries, width] from N(0, 0.02^2).
fn table(layer: &str, spec: EmbeddingSpec, rng: &mut Rng) -> Result<Tensor, Fault> {
    if spec.entries == 0 || spec.width == 0 {
        return Err(Fault::invalid_argument(format!("{layer}: entries and width must not be 0")));
    }
    Ok(Tensor::from_fn([spec.entries, spec.width], || 0.02 * rng.normal()))
}

/// Tokens [n, t] to the rows of a table [n, t, width].
pub(crate) struct TokenEmbedding {
    table: Tensor,
    gradient: Tensor,
    /// The last training input.
    input: Option<Tensor>,
}

impl TokenEmbedding {
    pub(crate) fn new(spec: EmbeddingSpec, rng: &mut Rng) -> Result<Self, Fault> {
        let table = table("token-embedding", spec, rng)?;
        Ok(Self { gradient: Tensor::zeros(table.shape()), table, input: None })
    }

    /// The tokens as rows of the table.
    fn rows(&self, input: &Tensor) -> Result<Vec<usize>, Fault> {
        if input.shape().len() != 2 {
            let found = input.shape();
            return Err(Fault::shape_mismatch(format!("token-embedding: tokens [n, t], not {found:?}")));
        }
        let mut rows = Vec::new();
        for &token in input.data() {
            if token < 0.0 || token.fract() != 0.0 || token as u64 >= u64::from(self.table.shape()[0]) {
                return Err(Fault::invalid_argument(format!("token-embedding: there is no token {token}")));
            }
            rows.push(token as usize);
        }
        Ok(rows)
    }
}

impl Layer for TokenEmbedding {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        let width = self.table.width();
        let mut output = Vec::new();
        for row in self.rows(input)? {
            for j in 0..width {
                output.push(self.table.data()[row * width + j]);
            }
        }
        if mode == Mode::Training {
            self.input = Some(input.clone());
        }
        Tensor::new([input.shape()[0], input.shape()[1], width as u32], output)
    }

    fn parameters(&self) -> Vec<&Tensor> {
        vec![&self.table]
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        vec![&mut self.table]
    }

    /// Tokens are no numbers that could be moved: their own gradient is 0.
    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let input = trained("token-embedding", &self.input)?;
        let width = self.table.width();
        same("token-embedding", gradient, &[input.shape()[0], input.shape()[1], width as u32])?;
        for (dy, row) in gradient.rows().zip(self.rows(input)?) {
            for (j, dy) in dy.iter().enumerate() {
                self.gradient.data_mut()[row * width + j] += dy;
            }
        }
        Ok(Tensor::zeros(input.shape()))
    }

    fn gradients(&self) -> Vec<&Tensor> {
        vec![&self.gradient]
    }

    fn gradients_mut(&mut self) -> Vec<&mut Tensor> {
        vec![&mut self.gradient]
    }
}

/// Adds the first t rows of a table to x [n, t, width].
pub(crate) struct PositionEmbedding {
    table: Tensor,
    gradient: Tensor,
    /// The shape of the last training input.
    shape: Option<Vec<u32>>,
}

impl PositionEmbedding {
    pub(crate) fn new(spec: EmbeddingSpec, rng: &mut Rng) -> Result<Self, Fault> {
        let table = table("position-embedding", spec, rng)?;
        Ok(Self { gradient: Tensor::zeros(table.shape()), table, shape: None })
    }
}

impl Layer for PositionEmbedding {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        let [entries, width] = [self.table.shape()[0], self.table.shape()[1]];
        let shape = input.shape();
        if shape.len() != 3 || shape[2] != width || shape[1] > entries {
            return Err(Fault::shape_mismatch(format!(
                "position-embedding: [n, at most {entries}, {width}], not {shape:?}"
            )));
        }
        let mut output = input.clone();
        for (place, row) in output.rows_mut().enumerate() {
            let t = place % shape[1] as usize;
            for (j, x) in row.iter_mut().enumerate() {
                *x += self.table.data()[t * width as usize + j];
            }
        }
        if mode == Mode::Training {
            self.shape = Some(shape.to_vec());
        }
        Ok(output)
    }

    fn parameters(&self) -> Vec<&Tensor> {
        vec![&self.table]
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        vec![&mut self.table]
    }

    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let shape = trained("position-embedding", &self.shape)?;
        same("position-embedding", gradient, shape)?;
        for (place, row) in gradient.rows().enumerate() {
            let t = place % shape[1] as usize;
            for (j, dy) in row.iter().enumerate() {
                self.gradient.data_mut()[t * row.len() + j] += dy;
            }
        }
        Ok(gradient.clone())
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
    use crate::testing::{check_gradients, check_gradients_of_parameters};

    fn tokens(data: &[f32]) -> Tensor {
        Tensor::new([2, data.len() as u32 / 2], data.to_vec()).unwrap()
    }

    fn spec(entries: u32, width: u32) -> EmbeddingSpec {
        EmbeddingSpec { entries, width }
    }

    #[test]
    fn tokens_and_positions_are_rows() {
        let mut token = TokenEmbedding::new(spec(3, 2), &mut Rng::new(1)).unwrap();
        token.table = Tensor::new([3, 2], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap();
        let embedded = token.forward(&tokens(&[2.0, 0.0, 2.0, 1.0]), Mode::Inference).unwrap();
        assert_eq!(
            (embedded.shape(), embedded.data()),
            (&[2, 2, 2][..], &[5.0, 6.0, 1.0, 2.0, 5.0, 6.0, 3.0, 4.0][..])
        );
        let mut position = PositionEmbedding::new(spec(3, 2), &mut Rng::new(1)).unwrap();
        position.table = Tensor::new([3, 2], vec![10.0, 20.0, 30.0, 40.0, 50.0, 60.0]).unwrap();
        let placed = position.forward(&embedded, Mode::Inference).unwrap();
        assert_eq!(placed.data(), [15.0, 26.0, 31.0, 42.0, 15.0, 26.0, 33.0, 44.0]);
    }

    #[test]
    fn gradients_are_right() {
        let mut layer = TokenEmbedding::new(spec(4, 3), &mut Rng::new(1)).unwrap();
        check_gradients_of_parameters(&mut layer, &tokens(&[0.0, 2.0, 2.0, 3.0, 0.0, 2.0]), 0.5);
        let back = layer.backward(&Tensor::zeros([2, 3, 3])).unwrap();
        assert_eq!(back, Tensor::zeros([2, 3]));
        check_gradients(PositionEmbedding::new(spec(4, 3), &mut Rng::new(1)).unwrap(), &[2, 3, 3], 0.5);
    }

    #[test]
    fn what_is_not_in_the_table_is_a_fault() {
        for token in [-1.0, 0.5, 3.0, 1e10, f32::NAN, f32::INFINITY] {
            let mut layer = TokenEmbedding::new(spec(3, 2), &mut Rng::new(1)).unwrap();
            let found = layer.forward(&tokens(&[0.0, token]), Mode::Inference);
            assert!(matches!(found, Err(Fault::InvalidArgument(_))), "{found:?}");
        }
        for shape in [vec![], vec![3], vec![3, 2], vec![1, 3, 3], vec![1, 4, 2]] {
            let mut layer = PositionEmbedding::new(spec(3, 2), &mut Rng::new(1)).unwrap();
            let found = layer.forward(&Tensor::zeros(shape), Mode::Inference);
            assert!(matches!(found, Err(Fault::ShapeMismatch(_))), "{found:?}");
        }
        let mut layer = TokenEmbedding::new(spec(3, 2), &mut Rng::new(1)).unwrap();
        assert!(matches!(layer.forward(&Tensor::zeros([3]), Mode::Inference), Err(Fault::ShapeMismatch(_))));
        for spec in [spec(0, 2), spec(2, 0)] {
            let found = TokenEmbedding::new(spec, &mut Rng::new(1)).err();
            assert!(matches!(found, Some(Fault::InvalidArgument(_))), "{found:?}");
            assert!(PositionEmbedding::new(spec, &mut Rng::new(1)).is_err());
        }
    }
}
