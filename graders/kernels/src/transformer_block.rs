//! A block of a GPT with its norms in front (Xiong et al., *On Layer Normalization in the Transformer Architecture*, 2020, §3):
//! `r = x + attention(norm(x))`, then `r + dense(gelu(dense(norm(r))))`, causal, with an ε of 10⁻⁵.
//!
//! The oracle gives values alone. No sum of absolute values bounds what so many steps make of a rounding without letting
//! mistakes pass: the bound for a block is a condition number that is sampled with this oracle, and that is left to
//! `tito-judge`.

use tito_tensor::{Shape, Tensor};

use crate::{
    Gradients, Judged, ShapeError, Wide,
    attention::{self, Attention},
    dense, elementwise, gelu,
    layer_norm::{self, Affine},
    shape_error::alike,
};

/// γ and β, the eight of attention, γ and β, W and b that widen, W and b that narrow.
const PARAMETERS: usize = 16;

/// Which parameter is the key's bias.
pub const KEY_BIAS: usize = 5;

/// What is added to the variances.
const EPSILON: f32 = 1e-5;

/// What a block's parameters do not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Among how many heads the features are shared out.
    pub heads: u32,
    /// How many times as wide it is between the two dense layers.
    pub expansion: u32,
}

/// The block in f64.
///
/// # Shapes
///
/// - `input`: `[n, t, width]`, as the result
/// - `parameters`: γ and β `[width]`, the eight of [`attention`], γ and β `[width]`, W `[width, expansion ·
///   width]` and b `[expansion · width]`, W `[expansion · width, width]` and b `[width]`
///
/// # Errors
///
/// If the shapes do not meet.
pub fn oracle(input: &Wide, parameters: &[Wide], block: Block) -> Result<Wide, ShapeError> {
    let parts = Parts::new(input.shape(), parameters, Wide::shape, block)?;
    let steps = parts.steps(input)?;
    let added = dense::oracle(&steps.activated, parts.narrowing[0], Some(parts.narrowing[1]))?;
    Ok(sum(&steps.between, &added.value))
}

/// The gradients in f64, given the one with respect to the output.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn oracle_backward(
    input: &Wide,
    parameters: &[Wide],
    block: Block,
    gradient: &Wide,
) -> Result<Gradients<Wide>, ShapeError> {
    let parts = Parts::new(input.shape(), parameters, Wide::shape, block)?;
    Ok(parts.slopes(input, gradient)?.0)
}

/// The gradient of the key's bias in f64, parameter [`KEY_BIAS`], with its gauge: that of [`attention`]
/// where it is given what the block gives it.
///
/// It is zero whatever all others are, because what is added to all scores of a query changes no weight. So a condition
/// that is sampled finds nothing that it could depend on, and would let no rounding pass.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn oracle_key_bias(
    input: &Wide,
    parameters: &[Wide],
    block: Block,
    gradient: &Wide,
) -> Result<Judged, ShapeError> {
    let parts = Parts::new(input.shape(), parameters, Wide::shape, block)?;
    Ok(parts.slopes(input, gradient)?.1)
}

/// What the forward pass has found and the backward pass needs again.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    steps: Steps<Tensor>,
    attended: attention::Kept,
}

/// The block in f32, of the same shapes as the [`oracle`]'s; bit for bit the same for any number of threads.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn native(input: &Tensor, parameters: &[Tensor], block: Block) -> Result<Tensor, ShapeError> {
    native_keeping(input, parameters, block).map(|(output, _)| output)
}

/// The same, with what [`native_backward_by`] needs.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn native_keeping(
    input: &Tensor,
    parameters: &[Tensor],
    block: Block,
) -> Result<(Tensor, Kept), ShapeError> {
    let parts = Parts::new(input.shape(), parameters, Tensor::shape, block)?;
    let first = layer_norm::native(input, parts.first)?;
    let (added, attended) = attention::native_keeping(&first, parts.attention, parts.heads)?;
    let between = native_sum(input, &added);
    let second = layer_norm::native(&between, parts.second)?;
    let widened = dense::native(&second, parts.widening[0], Some(parts.widening[1]))?;
    let activated = gelu::native(&widened);
    let added = dense::native(&activated, parts.narrowing[0], Some(parts.narrowing[1]))?;
    let output = native_sum(&between, &added);
    Ok((output, Kept { steps: Steps { first, between, second, widened, activated }, attended }))
}

/// The gradients in f32, as [`oracle_backward`] has them; bit for bit the same for any number of threads.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn native_backward(
    input: &Tensor,
    parameters: &[Tensor],
    block: Block,
    gradient: &Tensor,
) -> Result<Gradients<Tensor>, ShapeError> {
    let (_, kept) = native_keeping(input, parameters, block)?;
    native_backward_by(input, parameters, block, &kept, gradient)
}

/// The same, for whoever has what [`native_keeping`] kept.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn native_backward_by(
    input: &Tensor,
    parameters: &[Tensor],
    block: Block,
    Kept { steps, attended }: &Kept,
    gradient: &Tensor,
) -> Result<Gradients<Tensor>, ShapeError> {
    let parts = Parts::new(input.shape(), parameters, Tensor::shape, block)?;
    for of in [gradient, &steps.between] {
        alike("transformer-block backward", of.shape(), input.shape())?;
    }
    let [widening, narrowing] = [parts.widening, parts.narrowing];
    let narrowed = dense::native_backward(&steps.activated, narrowing[0], Some(narrowing[1]), gradient)?;
    let to_widened = gelu::native_backward(&steps.widened, &narrowed.input)?;
    let widened = dense::native_backward(&steps.second, widening[0], Some(widening[1]), &to_widened)?;
    let second = layer_norm::native_backward(&steps.between, parts.second, &widened.input)?;
    let to_between = native_sum(gradient, &second.input);
    let attended =
        attention::native_backward_by(&steps.first, parts.attention, parts.heads, attended, &to_between)?;
    let first = layer_norm::native_backward(input, parts.first, &attended.input)?;
    let input = native_sum(&to_between, &first.input);
    Ok(Gradients { input, parameters: in_order([first, attended, second, widened, narrowed]) })
}

/// What the layers are given, one after the other.
#[derive(Clone, Debug, PartialEq)]
struct Steps<T> {
    /// The input, normalised.
    first: T,
    /// The input and what attention adds.
    between: T,
    /// That, normalised.
    second: T,
    widened: T,
    activated: T,
}

/// The parameters, layer by layer.
struct Parts<'a, T> {
    first: Affine<'a, T>,
    attention: &'a [T],
    heads: Attention,
    second: Affine<'a, T>,
    widening: [&'a T; 2],
    narrowing: [&'a T; 2],
}

impl<'a, T> Parts<'a, T> {
    /// Takes them apart. Whether they meet the input is for the layers to say, but for what widens and narrows.
    fn new(
        input: &Shape,
        parameters: &'a [T],
        shape: impl Fn(&T) -> &Shape,
        Block { heads, expansion }: Block,
    ) -> Result<Self, ShapeError> {
        let found = parameters.len();
        let wrong = ShapeError::Parameters { operation: "transformer-block", wanted: PARAMETERS, found };
        let parameters: &[T; PARAMETERS] = parameters.try_into().map_err(|_| wrong)?;
        let [gamma, beta, attention @ .., second_gamma, second_beta, wide, wide_bias, narrow, narrow_bias] =
            parameters;
        let width = input.extents().last().copied().unwrap_or(1);
        let uncountable = || ShapeError::Uncountable { operation: "transformer-block", input: input.clone() };
        let widened = width.checked_mul(expansion).ok_or_else(uncountable)?;
        alike("transformer-block", shape(wide), &Shape::from([width, widened]))?;
        alike("transformer-block", shape(narrow), &Shape::from([widened, width]))?;
        Ok(Self {
            first: Affine { gamma, beta, epsilon: EPSILON },
            attention,
            heads: Attention { heads, causal: true },
            second: Affine { gamma: second_gamma, beta: second_beta, epsilon: EPSILON },
            widening: [wide, wide_bias],
            narrowing: [narrow, narrow_bias],
        })
    }
}

impl Parts<'_, Wide> {
    fn steps(&self, input: &Wide) -> Result<Steps<Wide>, ShapeError> {
        let first = layer_norm::oracle(input, self.first)?.value;
        let between = sum(input, &attention::oracle(&first, self.attention, self.heads)?.value);
        let second = layer_norm::oracle(&between, self.second)?.value;
        let widened = dense::oracle(&second, self.widening[0], Some(self.widening[1]))?.value;
        let activated = gelu::oracle(&widened).value;
        Ok(Steps { first, between, second, widened, activated })
    }

    /// All gradients, and that of the key's bias with its gauge.
    fn slopes(&self, input: &Wide, gradient: &Wide) -> Result<(Gradients<Wide>, Judged), ShapeError> {
        alike("transformer-block backward", gradient.shape(), input.shape())?;
        let steps = self.steps(input)?;
        let back = |given: &Wide, [weight, bias]: [&Wide; 2], dy: &Wide| {
            dense::oracle_backward(given, weight, Some(bias), dy).map(values)
        };
        let narrowed = back(&steps.activated, self.narrowing, gradient)?;
        let to_widened = gelu::oracle_backward(&steps.widened, &narrowed.input)?.value;
        let widened = back(&steps.second, self.widening, &to_widened)?;
        let second = values(layer_norm::oracle_backward(&steps.between, self.second, &widened.input)?);
        let to_between = sum(gradient, &second.input);
        let attended = attention::oracle_backward(&steps.first, self.attention, self.heads, &to_between)?;
        let key_bias = attended.parameters[KEY_BIAS - 2].clone();
        let attended = values(attended);
        let first = values(layer_norm::oracle_backward(input, self.first, &attended.input)?);
        let input = sum(&to_between, &first.input);
        let parameters = in_order([first, attended, second, widened, narrowed]);
        Ok((Gradients { input, parameters }, key_bias))
    }
}

fn sum(left: &Wide, right: &Wide) -> Wide {
    left.zip(right, |a, b| a + b)
}

fn native_sum(left: &Tensor, right: &Tensor) -> Tensor {
    elementwise::zip(left, right, |a, b| a + b)
}

/// Gradients without their gauges.
fn values(Gradients { input, parameters }: Gradients<Judged>) -> Gradients<Wide> {
    let parameters = parameters.into_iter().map(|judged| judged.value).collect();
    Gradients { input: input.value, parameters }
}

/// The gradients of all layers' parameters.
fn in_order<T>(layers: [Gradients<T>; 5]) -> Vec<T> {
    layers.into_iter().flat_map(|layer| layer.parameters).collect()
}
