//! A transformer block, its parts replaceable.

use tinytorch::{AttentionSpec, BlockSpec, Fault, Layer, Mode, NormSpec, Rng, Tensor};

use super::{
    Attend, Attention, LayerNorm, Mechanism, attended, attention_slopes, gelu, gelu_slope, layer_norm_slopes,
    linear, linear_slopes, sum,
};
use crate::learning::{Pass, Slopes};

/// What is added to the variances.
const EPSILON: f32 = 1e-5;

/// Norms in front, unless a guest says otherwise.
pub struct Block {
    /// What it was built of.
    pub spec: BlockSpec,
    /// Norm, attention, norm, and the dense layers that widen and narrow.
    pub parameters: Vec<Tensor>,
    /// What its attention does.
    pub mechanism: Mechanism,
    /// How.
    pub attend: Attend,
    /// Whether norms come behind the sums.
    pub post_norm: bool,
    /// Whether what came in is added to what attention, and then the dense layers, make of it.
    pub residuals: [bool; 2],
    /// Between the dense layers.
    pub activation: fn(f32) -> f32,
}

impl Block {
    /// How many parameters it has.
    pub const PARAMETERS: usize = 16;

    /// The right layer.
    ///
    /// # Errors
    ///
    /// [`Fault::InvalidArgument`] for heads that do not share out the width, and for one without any.
    pub fn new(spec: &BlockSpec, rng: &mut Rng) -> Result<Self, Fault> {
        let BlockSpec { width, heads, expansion } = *spec;
        let attention = Attention::new(&AttentionSpec { width, heads, causal: true }, rng)?;
        let norm = LayerNorm::new(&NormSpec { features: width, epsilon: EPSILON })?.parameters;
        let inner = width.checked_mul(expansion).filter(|inner| *inner > 0);
        let Some(inner) = inner else { return Err(Fault::invalid_argument("transformer-block: no width")) };
        let mut dense = |inputs: u32, outputs: u32| {
            let deviation = (1.0 / inputs as f32).sqrt();
            [Tensor::from_fn([inputs, outputs], || rng.normal() * deviation), Tensor::zeros([outputs])]
        };
        let feed = [dense(width, inner), dense(inner, width)].concat();
        let parameters = [norm.to_vec(), attention.parameters, norm.to_vec(), feed].concat();
        Ok(Self {
            spec: *spec,
            parameters,
            mechanism: Mechanism::default(),
            attend: attended,
            post_norm: false,
            residuals: [true; 2],
            activation: gelu,
        })
    }

    fn norm(&self, input: &Tensor, at: usize) -> Result<Tensor, Fault> {
        let spec = NormSpec { features: self.spec.width, epsilon: EPSILON };
        let mut norm = LayerNorm::new(&spec)?;
        norm.parameters = [0, 1].map(|it| self.parameters[at + it].clone());
        norm.answer(input)
    }

    fn part(
        &self,
        input: &Tensor,
        made: &dyn Fn(&Tensor) -> Tensor,
        norm: usize,
        is_kept: bool,
    ) -> Result<Tensor, Fault> {
        let added = |made: Tensor| if is_kept { sum(input, &made) } else { made };
        if self.post_norm {
            self.norm(&added(made(input)), norm)
        } else {
            Ok(added(made(&self.norm(input, norm)?)))
        }
    }
}

impl Layer for Block {
    fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
        let BlockSpec { width, heads, .. } = self.spec;
        if input.shape().len() != 3 || input.shape()[2] != width {
            return Err(Fault::shape_mismatch("transformer-block: other sequences than [N, T, width]"));
        }
        let parameters = self.parameters();
        let attention = AttentionSpec { width, heads, causal: true };
        let attend = |x: &Tensor| (self.attend)(x, &parameters[2..10], &attention, &self.mechanism);
        let feed = |x: &Tensor| {
            let wide = linear(x, parameters[12], parameters[13]).map(self.activation);
            linear(&wide, parameters[14], parameters[15])
        };
        let between = self.part(input, &attend, 0, self.residuals[0])?;
        self.part(&between, &feed, 10, self.residuals[1])
    }

    fn parameters(&self) -> Vec<&Tensor> {
        self.parameters.iter().collect()
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        self.parameters.iter_mut().collect()
    }
}

/// The right gradients.
///
/// # Errors
///
/// None for a pass that was answered.
pub fn block_slopes(spec: &BlockSpec, pass: &Pass) -> Result<Slopes, Fault> {
    let parameters = &pass.parameters;
    let attention = AttentionSpec { width: spec.width, heads: spec.heads, causal: true };
    let norm = |x: &Tensor, at: usize| {
        let mut norm = LayerNorm::new(&NormSpec { features: spec.width, epsilon: EPSILON })?;
        norm.parameters = [0, 1].map(|it| parameters[at + it].clone());
        norm.answer(x)
    };
    let first = norm(pass.input, 0)?;
    let made = attended(&first, &parameters[2..10], &attention, &Mechanism::default());
    let between = sum(pass.input, &made);
    let second = norm(&between, 10)?;
    let wide = linear(&second, parameters[12], parameters[13]);
    let narrowing = linear_slopes(&wide.map(gelu), parameters[14], parameters[15], pass.gradient);
    let mut bent = narrowing.input;
    bent.data_mut().iter_mut().zip(wide.data()).for_each(|(dy, x)| *dy *= gelu_slope(*x));
    let widening = linear_slopes(&second, parameters[12], parameters[13], &bent);
    let outer = layer_norm_slopes(&between, parameters[10], EPSILON, &widening.input);
    let to_between = sum(pass.gradient, &outer.input);
    let middle = attention_slopes(&first, &parameters[2..10], &attention, &to_between);
    let inner = layer_norm_slopes(pass.input, parameters[0], EPSILON, &middle.input);
    let all =
        [inner.parameters, middle.parameters, outer.parameters, widening.parameters, narrowing.parameters];
    Ok(Slopes { input: sum(&to_between, &inner.input), parameters: all.concat() })
}
