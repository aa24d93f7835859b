//! Parameters of the layers of a GPT, scaled so that signals neither fade nor saturate, and GPTs.

use tito_judge::{Draw, parameter_shapes};
use tito_sandbox::{BlockSpec, DenseSpec, EmbeddingSpec, Layer, NormSpec};
use tito_tensor::{Shape, Tensor};

/// Which of a block's parameters are the scales of its norms.
const SCALES: [usize; 2] = [0, 10];

/// A layer's parameters. Scores of attention come out near 1, far from where a softmax is a maximum.
pub(super) fn parameters(draw: &mut Draw, layer: &Layer) -> Vec<Tensor> {
    let is_scale = |at: usize| match layer {
        Layer::LayerNorm(_) => at == 0,
        Layer::TransformerBlock(_) => SCALES.contains(&at),
        _ => false,
    };
    let is_table = matches!(layer, Layer::TokenEmbedding(_) | Layer::PositionEmbedding(_));
    let shapes = parameter_shapes(layer).into_iter().enumerate();
    let parameter = |(at, shape): (usize, Shape)| match *shape.extents() {
        _ if is_table => draw.normals(shape, 1.0),
        [inputs, _] => draw.normals(shape, libm::sqrt(1.0 / f64::from(inputs))),
        _ if is_scale(at) => scale(draw, shape),
        _ => draw.normals(shape, 0.4),
    };
    shapes.map(parameter).collect()
}

/// From a half to one and a half, of either sign.
fn scale(draw: &mut Draw, shape: Shape) -> Tensor {
    Tensor::from_fn(shape, |_| {
        let size = 0.5 + draw.uniform();
        (size * draw.pick(&[1.0, -1.0])) as f32
    })
}

/// What a GPT is made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gpt {
    /// How many tokens there are.
    pub(super) entries: u32,
    /// How many places it sees.
    pub(super) context: u32,
    /// The features of a place.
    pub(super) width: u32,
    /// How many heads share them out.
    pub(super) heads: u32,
    /// How many times as wide a block is inside.
    pub(super) expansion: u32,
    /// How many blocks there are.
    pub(super) blocks: usize,
}

impl Gpt {
    /// Tokens and their places, the blocks, a norm, and a dense layer that gives logits.
    pub(super) fn layers(self) -> Vec<Layer> {
        let Self { entries, context, width, heads, expansion, blocks } = self;
        let table = |entries| EmbeddingSpec { entries, width };
        let ends = [Layer::TokenEmbedding(table(entries)), Layer::PositionEmbedding(table(context))];
        let block = Layer::TransformerBlock(BlockSpec { width, heads, expansion });
        let norm = Layer::LayerNorm(NormSpec { features: width, epsilon: 1e-5 });
        let logits = Layer::Dense(DenseSpec { inputs: width, outputs: entries, bias: true });
        ends.into_iter().chain(vec![block; blocks]).chain([norm, logits]).collect()
    }

    /// All of its parameters.
    pub(super) fn parameters(self, draw: &mut Draw) -> Vec<Tensor> {
        self.layers().iter().flat_map(|layer| parameters(draw, layer)).collect()
    }

    /// So many texts of this length.
    pub(super) fn tokens(self, draw: &mut Draw, texts: u32, length: u32) -> Tensor {
        draw.tokens([texts, length], self.entries)
    }
}
