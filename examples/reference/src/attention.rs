//! Attention of several heads: every step looks at others, and takes from each what it is worth to it.

use tinytorch::{AttentionSpec, DenseSpec, Fault, Layer, Mode, Rng, Tensor};

use crate::{
    dense::Dense,
    gemm,
    heads::Heads,
    kept::{alike, untrained},
    softmax::softmax,
    sum::sum_of,
};

/// softmax(Q Kᵀ / √d) V head by head, and a projection of all heads together (Vaswani and others, "Attention is all you
/// need", 2017, §3.2). Where it is causal no step looks at later ones: no bit of its output depends on them.
pub(crate) struct Attention {
    /// Of queries, keys, values and the output.
    projections: [Dense; 4],
    width: u32,
    heads: u32,
    is_causal: bool,
    pass: Option<Pass>,
}

/// What the way back needs of a training pass.
struct Pass {
    shape: Vec<u32>,
    cut: Heads,
    /// Already divided by √d.
    queries: Vec<f32>,
    /// Turned: [sequences, heads, width, steps].
    keys: Vec<f32>,
    values: Vec<f32>,
    /// [sequences, heads, steps, steps]: how much each step takes of each.
    shares: Vec<f32>,
}

impl Attention {
    /// Four dense layers with biases, their weights from N(0, 1 / width).
    pub(crate) fn new(spec: AttentionSpec, rng: &mut Rng) -> Result<Self, Fault> {
        let AttentionSpec { width, heads, causal } = spec;
        if width == 0 || heads == 0 || !width.is_multiple_of(heads) {
            return Err(Fault::invalid_argument(format!(
                "attention: {heads} heads cannot share a width of {width}"
            )));
        }
        let mut dense = || Dense::new(DenseSpec { inputs: width, outputs: width, bias: true }, rng);
        let projections = [dense()?, dense()?, dense()?, dense()?];
        Ok(Self { projections, width, heads, is_causal: causal, pass: None })
    }

    /// How an input of this shape is cut.
    pub(crate) fn cut(&self, shape: &[u32]) -> Result<Heads, Fault> {
        match *shape {
            [sequences, steps, width] if width == self.width => {
                let [sequences, steps, heads, width] =
                    [sequences, steps, self.heads, width / self.heads].map(|it| it as usize);
                Ok(Heads { sequences, steps, heads, width })
            }
            _ => Err(Fault::shape_mismatch(format!(
                "attention: sequences [N, T, {}] wanted, shape {shape:?} given",
                self.width
            ))),
        }
    }

    /// Queries, keys and values of an input, head by head.
    fn project(&mut self, input: &Tensor, cut: Heads, mode: Mode) -> Result<[Vec<f32>; 3], Fault> {
        let [query, key, value, _] = &mut self.projections;
        let mut queries = cut.split(query.forward(input, mode)?.data());
        let scale = scale(cut);
        queries.iter_mut().for_each(|q| *q *= scale);
        let keys = cut.split_turned(key.forward(input, mode)?.data());
        Ok([queries, keys, cut.split(value.forward(input, mode)?.data())])
    }
}

/// 1 / √d keeps the variance of a product of d numbers at 1.
fn scale(cut: Heads) -> f32 {
    1.0 / (cut.width as f32).sqrt()
}

/// One head of one sequence: fills `shares` [steps, steps], and `output` [steps, width] with what they take of the values.
fn attend(
    [queries, keys, values]: [&[f32]; 3],
    cut: Heads,
    is_causal: bool,
    shares: &mut [f32],
    output: &mut [f32],
) {
    gemm::multiply(queries, keys, cut.steps, shares);
    if !is_causal {
        shares.chunks_exact_mut(cut.steps).for_each(softmax);
        return gemm::multiply(shares, values, cut.width, output);
    }
    for (step, row) in shares.chunks_exact_mut(cut.steps).enumerate() {
        let (seen, later) = row.split_at_mut(step + 1);
        softmax(seen);
        later.fill(0.0);
    }
    gemm::multiply_lower(shares, values, cut.width, output);
}

/// From the gradient of the shares to that of the products under the softmax, in place: pᵢ (gᵢ − Σ pⱼ gⱼ).
fn back_through_softmax(shares: &[f32], gradient: &mut [f32], steps: usize) {
    for (p, g) in shares.chunks_exact(steps).zip(gradient.chunks_exact_mut(steps)) {
        let mean = sum_of(p, g, |p, g| p * g);
        g.iter_mut().zip(p).for_each(|(g, p)| *g = p * (*g - mean));
    }
}

impl Layer for Attention {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        let cut = self.cut(input.shape())?;
        let [queries, keys, values] = self.project(input, cut, mode)?;
        let (area, square) = (cut.area(), cut.steps * cut.steps);
        // Inference forgets the shares of a head with the next one.
        let kept = if mode == Mode::Training { cut.pieces() } else { 1 };
        let (mut shares, mut output) = (vec![0.0; kept * square], vec![0.0; input.data().len()]);
        for (piece, output) in output.chunks_exact_mut(area.max(1)).enumerate() {
            let place = piece % kept * square;
            let parts = [&queries, &keys, &values].map(|all| &all[piece * area..(piece + 1) * area]);
            attend(parts, cut, self.is_causal, &mut shares[place..place + square], output);
        }
        if mode == Mode::Training {
            self.pass = Some(Pass { shape: input.shape().to_vec(), cut, queries, keys, values, shares });
        }
        self.projections[3].forward(&Tensor::new(input.shape(), cut.join(&output))?, mode)
    }

    fn parameters(&self) -> Vec<&Tensor> {
        self.projections.iter().flat_map(Dense::parameters).collect()
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        self.projections.iter_mut().flat_map(Dense::parameters_mut).collect()
    }

    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let pass = self.pass.as_ref().ok_or_else(|| untrained("attention"))?;
        alike("attention", gradient, &pass.shape)?;
        let [query, key, value, output] = &mut self.projections;
        let [queries, keys, values] = pass.back(output.backward(gradient)?.data());
        let back = |dense: &mut Dense, split: &[f32]| {
            dense.backward(&Tensor::new(&*pass.shape, pass.cut.join(split))?)
        };
        let mut sum = back(query, &queries)?;
        for other in [back(key, &keys)?, back(value, &values)?] {
            sum.data_mut().iter_mut().zip(other.data()).for_each(|(sum, g)| *sum += g);
        }
        Ok(sum)
    }

    fn gradients(&self) -> Vec<&Tensor> {
        self.projections.iter().flat_map(Dense::gradients).collect()
    }

    fn gradients_mut(&mut self) -> Vec<&mut Tensor> {
        self.projections.iter_mut().flat_map(Dense::gradients_mut).collect()
    }
}

impl Pass {
    /// The gradients of queries, keys and values, head by head, given that of what was taken of the values.
    fn back(&self, taken: &[f32]) -> [Vec<f32>; 3] {
        let Heads { steps, width, .. } = self.cut;
        let (area, square, scale) = (self.cut.area(), steps * steps, scale(self.cut));
        let taken = self.cut.split(taken);
        let mut gradients = [(); 3].map(|()| vec![0.0; taken.len()]);
        let [mut inner, mut turned] = [(); 2].map(|()| vec![0.0; square]);
        for (piece, taken) in taken.chunks_exact(area.max(1)).enumerate() {
            let own = piece * area..(piece + 1) * area;
            let shares = &self.shares[piece * square..(piece + 1) * square];
            let [queries, keys, values] = gradients.each_mut().map(|all| &mut all[own.clone()]);
            gemm::transpose_to(shares, steps, &mut turned);
            gemm::multiply(&turned, taken, width, values);
            inner.fill(0.0);
            gemm::add_transposed(taken, &self.values[own.clone()], width, &mut inner);
            back_through_softmax(shares, &mut inner, steps);
            gemm::add_transposed(&inner, &self.keys[own.clone()], steps, queries);
            queries.iter_mut().for_each(|q| *q *= scale);
            gemm::transpose_to(&inner, steps, &mut turned);
            gemm::multiply(&turned, &self.queries[own], width, keys);
        }
        gradients
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check_causality, check_gradients, close, whole};

    fn layer(width: u32, heads: u32, causal: bool) -> Attention {
        Attention::new(AttentionSpec { width, heads, causal }, &mut Rng::new(3)).unwrap()
    }

    fn row(x: &[f32], weight: &Tensor, bias: &Tensor) -> Vec<f64> {
        let product = |j: usize| {
            let column = weight.rows().map(|row| f64::from(row[j]));
            f64::from(bias.data()[j]) + column.zip(x).map(|(w, x)| w * f64::from(*x)).sum::<f64>()
        };
        (0..bias.width()).map(product).collect()
    }

    /// The formula, element by element in double precision.
    fn definition(layer: &Attention, input: &Tensor) -> Tensor {
        let parameters = layer.parameters();
        let Heads { steps, width, .. } = layer.cut(input.shape()).unwrap();
        let projected: Vec<[Vec<f64>; 3]> =
            input.rows().map(|x| [0, 2, 4].map(|i| row(x, parameters[i], parameters[i + 1]))).collect();
        let mut output = Vec::new();
        for (at, [query, ..]) in projected.iter().enumerate() {
            let first = at / steps * steps;
            let seen = &projected[first..if layer.is_causal { at + 1 } else { first + steps }];
            let taken: Vec<f32> = (0..query.len())
                .map(|j| {
                    let head = j / width * width..(j / width + 1) * width;
                    let score = |key: &[f64]| -> f64 {
                        let products = query[head.clone()].iter().zip(&key[head.clone()]).map(|(q, k)| q * k);
                        (products.sum::<f64>() / (width as f64).sqrt()).exp()
                    };
                    let scores: Vec<f64> = seen.iter().map(|[_, key, _]| score(key)).collect();
                    let weighed = scores.iter().zip(seen).map(|(score, [_, _, value])| score * value[j]);
                    (weighed.sum::<f64>() / scores.iter().sum::<f64>()) as f32
                })
                .collect();
            output.extend(row(&taken, parameters[6], parameters[7]).into_iter().map(|y| y as f32));
        }
        Tensor::new(input.shape(), output).unwrap()
    }

    #[track_caller]
    fn check([sequences, steps, width, heads]: [u32; 4], causal: bool) {
        let mut layer = layer(width, heads, causal);
        let mut rng = Rng::new(5);
        layer.parameters_mut().into_iter().flat_map(Tensor::data_mut).for_each(|p| *p += 0.2 * rng.normal());
        let input = whole(&[sequences, steps, width], 8).map(|x| 0.3 * x);
        let expected = definition(&layer, &input);
        for mode in [Mode::Training, Mode::Inference] {
            close(&expected, &layer.forward(&input, mode).unwrap(), "attention");
        }
        check_gradients(&mut layer, &input, 1e-2);
    }

    #[test]
    fn outputs_and_gradients_are_those_of_the_formula() {
        for causal in [false, true] {
            for extents in [[1, 1, 1, 1], [2, 3, 4, 2], [1, 9, 6, 3], [3, 4, 5, 1], [1, 5, 4, 4]] {
                check(extents, causal);
            }
        }
    }

    #[test]
    fn the_past_does_not_know_the_future() {
        check_causality(&mut layer(8, 2, true), 19);
        let mut all = layer(4, 2, false);
        let mut input = whole(&[1, 3, 4], 1);
        let before = all.forward(&input, Mode::Inference).unwrap();
        input.data_mut()[11] += 1.0;
        assert_ne!(all.forward(&input, Mode::Inference).unwrap().data()[..4], before.data()[..4]);
    }

    #[test]
    fn what_it_cannot_work_with_is_a_fault() {
        for (width, heads) in [(0, 1), (0, 0), (4, 0), (4, 3), (4, 8)] {
            let found = Attention::new(AttentionSpec { width, heads, causal: true }, &mut Rng::new(1)).err();
            assert!(matches!(found, Some(Fault::InvalidArgument(_))), "{found:?}");
        }
        for shape in [vec![], vec![4], vec![3, 4], vec![1, 3, 5], vec![1, 1, 3, 4]] {
            let found = layer(4, 2, true).forward(&Tensor::zeros(shape), Mode::Training);
            assert!(matches!(found, Err(Fault::ShapeMismatch(_))), "{found:?}");
        }
        for empty in [[0, 3, 4], [2, 0, 4]].map(Tensor::zeros) {
            let mut layer = layer(4, 2, true);
            assert_eq!(layer.forward(&empty, Mode::Training), Ok(empty.clone()));
            assert_eq!(layer.backward(&empty), Ok(empty));
        }
        let mut layer = layer(4, 2, true);
        assert!(matches!(layer.backward(&Tensor::zeros([1, 1, 4])), Err(Fault::InvalidArgument(_))));
        layer.forward(&Tensor::zeros([1, 2, 4]), Mode::Training).unwrap();
        assert!(matches!(layer.backward(&Tensor::zeros([2, 1, 4])), Err(Fault::ShapeMismatch(_))));
    }
}
