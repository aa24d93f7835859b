//! A network: layers with their parameters and states.

use tito_judge::{Draw, describe, parameter_shapes};
use tito_kernels::cross_entropy;
use tito_sandbox::Layer;
use tito_tensor::Tensor;

use crate::{
    TrainError,
    initial::initial,
    layer::{self, Memory, State},
};

/// A network: layers with their parameters and states.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    layers: Vec<Layer>,
    /// Layer by layer, each layer's in the contract's order.
    parameters: Vec<Tensor>,
    states: Vec<State>,
}

/// What a batch says of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct Slopes {
    /// The mean loss.
    pub loss: f32,
    /// How many predictions were right.
    pub hits: usize,
    /// The gradient of every parameter.
    pub gradients: Vec<Tensor>,
}

impl Model {
    /// A network whose parameters are drawn as the contract's documentation has them.
    ///
    /// # Errors
    ///
    /// [`TrainError::Setting`] if a layer drops by a probability that is none.
    pub fn build(layers: &[Layer], draw: &mut Draw) -> Result<Self, TrainError> {
        let (mut parameters, mut states) = (Vec::new(), Vec::new());
        for layer in layers {
            let (own, state) = initial(layer, draw)?;
            parameters.extend(own);
            states.push(state);
        }
        Ok(Self { layers: layers.to_vec(), parameters, states })
    }

    /// The layers.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// All parameters, layer by layer, each layer's in the contract's order.
    pub fn parameters(&self) -> &[Tensor] {
        &self.parameters
    }

    /// The same, to be moved.
    pub(crate) fn parameters_mut(&mut self) -> &mut [Tensor] {
        &mut self.parameters
    }

    /// Replaces all parameters.
    ///
    /// # Errors
    ///
    /// [`TrainError::Parameters`] if they have other shapes; nothing is replaced then.
    pub fn load(&mut self, parameters: Vec<Tensor>) -> Result<(), TrainError> {
        if !parameters.iter().map(Tensor::shape).eq(self.parameters.iter().map(Tensor::shape)) {
            return Err(TrainError::Parameters(describe(&self.layers)));
        }
        self.parameters = parameters;
        Ok(())
    }

    /// The output in inference.
    ///
    /// # Errors
    ///
    /// If the input does not fit.
    pub fn forward(&self, input: &Tensor) -> Result<Tensor, TrainError> {
        let mut parameters = self.parameters.as_slice();
        let mut carried = input.clone();
        for (layer, state) in self.layers.iter().zip(&self.states) {
            let (own, rest) = parameters.split_at(parameter_shapes(layer).len());
            carried = layer::infer(layer, own, state, &carried)?;
            parameters = rest;
        }
        Ok(carried)
    }

    /// One pass forward in training and back: the loss of a batch and its gradients. What dropout keeps is drawn, and the
    /// running moments of batch normalisation move.
    ///
    /// # Errors
    ///
    /// If the batch does not fit.
    pub fn slopes(&mut self, input: Tensor, targets: &[u32], draw: &mut Draw) -> Result<Slopes, TrainError> {
        let own = self.own();
        let mut carried = input;
        let mut memories = Vec::new();
        for ((layer, state), own) in self.layers.iter().zip(&mut self.states).zip(&own) {
            let (output, memory) = layer::train(layer, &self.parameters[own.clone()], state, carried, draw)?;
            memories.push(memory);
            carried = output;
        }
        let loss = cross_entropy::native(&carried, targets)?;
        let gradients = self.gradients(&memories, loss.gradient)?;
        Ok(Slopes { loss: loss.value, hits: hits(&carried, targets), gradients })
    }

    /// The gradient of every parameter, given the one of the output. It goes back as far as the first layer that has any.
    fn gradients(&self, memories: &[Memory], mut gradient: Tensor) -> Result<Vec<Tensor>, TrainError> {
        let own = self.own();
        let mut gradients = Vec::new();
        let Some(first) = own.iter().position(|own| !own.is_empty()) else { return Ok(gradients) };
        for place in (first + 1..self.layers.len()).rev() {
            let (layer, parameters) = (&self.layers[place], &self.parameters[own[place].clone()]);
            let found = layer::backward(layer, parameters, &memories[place], &gradient)?;
            gradients.extend(found.parameters.into_iter().rev());
            gradient = found.input;
        }
        let (layer, parameters) = (&self.layers[first], &self.parameters[own[first].clone()]);
        let found = layer::backward_parameters(layer, parameters, &memories[first], &gradient)?;
        gradients.extend(found.into_iter().rev());
        gradients.reverse();
        Ok(gradients)
    }

    /// Where each layer's parameters stand.
    fn own(&self) -> Vec<std::ops::Range<usize>> {
        let mut end = 0;
        let next = |layer| {
            let start = end;
            end += parameter_shapes(layer).len();
            start..end
        };
        self.layers.iter().map(next).collect()
    }
}

/// How many rows have their largest logit, the first of equals, at their target.
pub(crate) fn hits(logits: &Tensor, targets: &[u32]) -> usize {
    let classes = logits.shape().last().unwrap_or(1).max(1);
    let rows = logits.data().chunks_exact(classes).zip(targets);
    let is_hit = |&(row, &target): &(&[f32], &u32)| {
        let most = (1..classes).fold(0, |most, class| if row[class] > row[most] { class } else { most });
        most == target as usize
    };
    rows.filter(is_hit).count()
}
