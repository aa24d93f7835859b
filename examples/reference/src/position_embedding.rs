//! Where in a sequence something stands: a row of a table is added.

use tinytorch::{EmbeddingSpec, Fault, Layer, Mode, Rng, Tensor};

use crate::{
    kept::{alike, untrained},
    token_embedding::table,
};

/// x [N, T, width] and to every sequence of it the first T rows of a table [entries, width].
pub(crate) struct PositionEmbedding {
    table: Tensor,
    gradient: Tensor,
    /// The shape of the last training input.
    input: Option<Vec<u32>>,
}

impl PositionEmbedding {
    /// A table from N(0, 0.02²), as that of tokens.
    pub(crate) fn new(spec: EmbeddingSpec, rng: &mut Rng) -> Result<Self, Fault> {
        let table = table("position-embedding", spec, rng)?;
        Ok(Self { gradient: Tensor::zeros(table.shape()), table, input: None })
    }

    /// How many numbers of the table a sequence of this shape takes.
    fn reach(&self, shape: &[u32]) -> Result<usize, Fault> {
        let &[entries, width] = self.table.shape() else { unreachable!("a table has two axes") };
        match *shape {
            [_, steps, last] if last == width && steps <= entries => Ok(steps as usize * width as usize),
            _ => Err(Fault::shape_mismatch(format!(
                "position-embedding: at most {entries} steps of width {width} wanted, shape {shape:?} given"
            ))),
        }
    }
}

impl Layer for PositionEmbedding {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        let reach = self.reach(input.shape())?;
        let mut output = input.clone();
        for sequence in output.data_mut().chunks_exact_mut(reach.max(1)) {
            sequence.iter_mut().zip(self.table.data()).for_each(|(x, place)| *x += place);
        }
        if mode == Mode::Training {
            self.input = Some(input.shape().to_vec());
        }
        Ok(output)
    }

    fn parameters(&self) -> Vec<&Tensor> {
        vec![&self.table]
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        vec![&mut self.table]
    }

    /// The gradient goes through as it is, and adds up over the sequences for the table.
    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let shape = self.input.as_ref().ok_or_else(|| untrained("position-embedding"))?;
        alike("position-embedding", gradient, shape)?;
        let reach = self.reach(shape)?;
        for sequence in gradient.data().chunks_exact(reach.max(1)) {
            self.gradient.data_mut().iter_mut().zip(sequence).for_each(|(sum, g)| *sum += g);
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
    use crate::testing::{check_gradients, tensor, whole};

    fn layer(entries: u32, width: u32) -> PositionEmbedding {
        PositionEmbedding::new(EmbeddingSpec { entries, width }, &mut Rng::new(1)).unwrap()
    }

    #[test]
    fn every_sequence_begins_at_the_first_row() {
        let mut layer = layer(3, 2);
        *layer.parameters_mut()[0] = tensor(&[3, 2], &[10.0, 20.0, 30.0, 40.0, 50.0, 60.0]);
        let output =
            layer.forward(&tensor(&[2, 2, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]), Mode::Inference);
        assert_eq!(output, Ok(tensor(&[2, 2, 2], &[11.0, 22.0, 33.0, 44.0, 15.0, 26.0, 37.0, 48.0])));
    }

    #[test]
    fn gradients_are_those_of_the_sum() {
        check_gradients(&mut layer(4, 3), &whole(&[2, 3, 3], 4), 0.5);
        check_gradients(&mut layer(2, 1), &whole(&[3, 2, 1], 4), 0.5);
    }

    #[test]
    fn what_has_no_place_is_a_fault() {
        for shape in [vec![], vec![3, 2], vec![1, 3, 3], vec![1, 4, 2], vec![1, 1, 3, 2]] {
            let found = layer(3, 2).forward(&Tensor::zeros(shape), Mode::Training);
            assert!(matches!(found, Err(Fault::ShapeMismatch(_))), "{found:?}");
        }
        for (entries, width) in [(0, 2), (2, 0)] {
            let found = PositionEmbedding::new(EmbeddingSpec { entries, width }, &mut Rng::new(1)).err();
            assert!(matches!(found, Some(Fault::InvalidArgument(_))), "{found:?}");
        }
        for empty in [[0, 3, 2], [2, 0, 2]].map(Tensor::zeros) {
            let mut layer = layer(3, 2);
            assert_eq!(layer.forward(&empty, Mode::Training), Ok(empty.clone()));
            assert_eq!(layer.backward(&empty), Ok(empty));
        }
        assert!(matches!(layer(3, 2).backward(&Tensor::zeros([1, 1, 2])), Err(Fault::InvalidArgument(_))));
    }
}
