//! Layers in a row. The SDK's own `Sequential` does more, and weighs more in some fifty components.

use tinytorch::{Fault, Layer, LayerSpec, Mode, Rng, Tensor};

use crate::MakeLayer;

/// Layers in a row, each one's output the next one's input.
pub struct Stack {
    /// In the order in which they run.
    pub layers: Vec<Box<dyn Layer>>,
}

impl Stack {
    /// The layers that `make` makes of these descriptions, with one generator for all.
    ///
    /// # Errors
    ///
    /// The first fault of `make`.
    pub fn build(specs: &[LayerSpec], seed: u64, make: MakeLayer) -> Result<Self, Fault> {
        let mut rng = Rng::new(seed);
        let mut layers = Vec::new();
        for spec in specs {
            layers.push(make(spec, &mut rng)?);
        }
        Ok(Self { layers })
    }

    /// All parameters, layer by layer.
    pub fn parameters(&self) -> Vec<Tensor> {
        let mut parameters = Vec::new();
        for layer in &self.layers {
            parameters.extend(layer.parameters().into_iter().cloned());
        }
        parameters
    }

    /// All parameters, to be changed.
    pub fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        let mut parameters = Vec::new();
        for layer in &mut self.layers {
            parameters.extend(layer.parameters_mut());
        }
        parameters
    }

    /// Replaces all parameters, or none.
    ///
    /// # Errors
    ///
    /// [`Fault::ShapeMismatch`] if their number or a shape differs.
    pub fn load(&mut self, parameters: Vec<Tensor>) -> Result<(), Fault> {
        let own = self.parameters_mut();
        if own.len() != parameters.len()
            || own.iter().zip(&parameters).any(|(own, new)| own.shape() != new.shape())
        {
            return Err(Fault::shape_mismatch("load: other parameters than the model has"));
        }
        for (own, new) in own.into_iter().zip(parameters) {
            *own = new;
        }
        Ok(())
    }

    /// The output of the last layer.
    ///
    /// # Errors
    ///
    /// The first fault of a layer.
    pub fn forward(&mut self, input: &Tensor) -> Result<Tensor, Fault> {
        let mut carried = input.clone();
        for layer in &mut self.layers {
            carried = layer.forward(&carried, Mode::Inference)?;
        }
        Ok(carried)
    }

    /// The output of the last layer, in this mode.
    ///
    /// # Errors
    ///
    /// The first fault of a layer.
    pub fn pass(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        self.layers.iter_mut().try_fold(input.clone(), |carried, layer| layer.forward(&carried, mode))
    }

    /// The gradient with respect to the input of the last training pass.
    ///
    /// # Errors
    ///
    /// The first fault of a layer.
    pub fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        self.layers.iter_mut().rev().try_fold(gradient.clone(), |carried, layer| layer.backward(&carried))
    }

    /// All gradients, in the order of the parameters.
    pub fn gradients(&self) -> Vec<Tensor> {
        self.layers.iter().flat_map(|layer| layer.gradients()).cloned().collect()
    }

    /// Sets all gradients to zero.
    pub fn zero_gradients(&mut self) {
        let gradients = self.layers.iter_mut().flat_map(|layer| layer.gradients_mut());
        gradients.for_each(|gradient| gradient.data_mut().fill(0.0));
    }
}
