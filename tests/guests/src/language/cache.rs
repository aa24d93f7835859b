//! A GPT that is read token by token, with the keys and values of those before kept.

use tinytorch::{BlockSpec, Fault, LayerSpec, NormSpec, Tensor};

use super::{LayerNorm, gelu, linear, sum};
use crate::softmax;

/// A GPT, and what its blocks have seen.
pub struct Cache<'a> {
    layers: Vec<(LayerSpec, &'a [Tensor])>,
    /// For every layer the keys and the values of all places, of which only blocks have any.
    kept: Vec<[Vec<f32>; 2]>,
    place: usize,
}

impl<'a> Cache<'a> {
    /// One that has read nothing.
    pub fn new(specs: &[LayerSpec], parameters: &'a [Tensor]) -> Self {
        let (mut layers, mut rest) = (Vec::new(), parameters);
        for spec in specs {
            let count = match spec {
                LayerSpec::TokenEmbedding(_) | LayerSpec::PositionEmbedding(_) => 1,
                LayerSpec::LayerNorm(_) => 2,
                LayerSpec::Dense(spec) => 1 + usize::from(spec.bias),
                LayerSpec::TransformerBlock(_) => super::Block::PARAMETERS,
                _ => 0,
            };
            let (own, others) = rest.split_at(count);
            layers.push((*spec, own));
            rest = others;
        }
        let kept = layers.iter().map(|_| [Vec::new(), Vec::new()]).collect();
        Self { layers, kept, place: 0 }
    }

    /// The logits after another token; whether it sees itself, as it should.
    ///
    /// # Errors
    ///
    /// [`Fault::Unsupported`] for layers that no GPT here has.
    pub fn read(&mut self, token: u32, sees_itself: bool) -> Result<Vec<f32>, Fault> {
        let mut x = Tensor::zeros([1, 0]);
        for ((spec, own), kept) in self.layers.iter().zip(&mut self.kept) {
            x = match spec {
                LayerSpec::TokenEmbedding(_) => row(&own[0], token as usize)?,
                LayerSpec::PositionEmbedding(_) => sum(&x, &row(&own[0], self.place)?),
                LayerSpec::LayerNorm(spec) => normal(&x, own, spec)?,
                LayerSpec::Dense(spec) if spec.bias => linear(&x, &own[0], &own[1]),
                LayerSpec::TransformerBlock(spec) => block(&x, own, spec, kept, sees_itself)?,
                _ => return Err(Fault::unsupported("a cache of another layer")),
            };
        }
        self.place += 1;
        Ok(x.data().to_vec())
    }
}

fn row(table: &Tensor, at: usize) -> Result<Tensor, Fault> {
    let row = table.rows().nth(at).ok_or_else(|| Fault::invalid_argument("no such row of a table"))?;
    Tensor::new([1, table.width() as u32], row.to_vec())
}

fn normal(x: &Tensor, own: &[Tensor], spec: &NormSpec) -> Result<Tensor, Fault> {
    let mut norm = LayerNorm::new(spec)?;
    norm.parameters = [0, 1].map(|at| own[at].clone());
    norm.answer(x)
}

fn block(
    x: &Tensor,
    own: &[Tensor],
    spec: &BlockSpec,
    [keys, values]: &mut [Vec<f32>; 2],
    sees_itself: bool,
) -> Result<Tensor, Fault> {
    let norm = NormSpec { features: spec.width, epsilon: 1e-5 };
    let first = normal(x, &own[..2], &norm)?;
    let project = |x: &Tensor, at: usize| linear(x, &own[at], &own[at + 1]);
    keys.extend_from_slice(project(&first, 4).data());
    values.extend_from_slice(project(&first, 6).data());
    let query = project(&first, 2);
    let (width, size) = (x.width(), x.width() / spec.heads as usize);
    let seen = keys.len() / width - usize::from(!sees_itself);
    let mut mixed = x.map(|_| 0.0);
    for (head, mixed) in mixed.data_mut().chunks_exact_mut(size).enumerate() {
        let part = |of: &[f32], place: usize| of[place * width + head * size..][..size].to_vec();
        let own = part(query.data(), 0);
        let dot = |place| own.iter().zip(part(keys, place)).map(|(q, k)| q * k).sum::<f32>();
        let mut weights: Vec<f32> = (0..seen).map(|place| dot(place) / (size as f32).sqrt()).collect();
        softmax(&mut weights);
        for (place, weight) in weights.iter().enumerate() {
            mixed.iter_mut().zip(part(values, place)).for_each(|(x, v)| *x += weight * v);
        }
    }
    let between = sum(x, &project(&mixed, 8));
    let wide = project(&normal(&between, &own[10..12], &norm)?, 12).map(gelu);
    Ok(sum(&between, &project(&wide, 14)))
}
