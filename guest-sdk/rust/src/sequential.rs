//! A model that chains its layers, each one's output the next one's input.

use std::marker::PhantomData;

use crate::{Fault, Layer, LayerSpec, Layers, Mode, Model, Rng, Tensor};

/// A model that chains the layers of a framework `F`, each one's output the next one's input.
///
/// Without layers it is the identity.
pub struct Sequential<F> {
    specs: Vec<LayerSpec>,
    layers: Vec<Box<dyn Layer>>,
    framework: PhantomData<F>,
}

impl<F: Layers + 'static> Model for Sequential<F> {
    fn build(layers: &[LayerSpec], seed: u64) -> Result<Self, Fault> {
        let mut rng = Rng::new(seed);
        let specs = layers.to_vec();
        let layers: Result<_, _> = layers.iter().map(|spec| F::layer(spec, &mut rng)).collect();
        Ok(Self { specs, layers: layers?, framework: PhantomData })
    }

    fn parameters(&self) -> Vec<Tensor> {
        self.layers.iter().flat_map(|layer| layer.parameters()).cloned().collect()
    }

    fn load(&mut self, parameters: Vec<Tensor>) -> Result<(), Fault> {
        self.check(&parameters)?;
        let slots = self.layers.iter_mut().flat_map(|layer| layer.parameters_mut());
        for (slot, parameter) in slots.zip(parameters) {
            *slot = parameter;
        }
        self.zero_gradients();
        Ok(())
    }

    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        let Some((first, rest)) = self.layers.split_first_mut() else { return Ok(input.clone()) };
        let output = first.forward(input, mode)?;
        rest.iter_mut().try_fold(output, |output, layer| layer.forward(&output, mode))
    }

    fn backward(&mut self, output_gradient: &Tensor) -> Result<Tensor, Fault> {
        let Some((last, rest)) = self.layers.split_last_mut() else { return Ok(output_gradient.clone()) };
        let gradient = last.backward(output_gradient)?;
        rest.iter_mut().rev().try_fold(gradient, |gradient, layer| layer.backward(&gradient))
    }

    fn gradients(&self) -> Vec<Tensor> {
        self.layers.iter().flat_map(|layer| gradients(layer.as_ref())).collect()
    }

    fn zero_gradients(&mut self) {
        for gradient in self.layers.iter_mut().flat_map(|layer| layer.gradients_mut()) {
            gradient.data_mut().fill(0.0);
        }
    }
}

impl<F> Sequential<F> {
    /// What it was built of.
    pub fn specs(&self) -> &[LayerSpec] {
        &self.specs
    }

    /// The layers, one for each of [`specs`](Self::specs).
    pub fn layers(&self) -> &[Box<dyn Layer>] {
        &self.layers
    }

    /// The layers, to be changed.
    pub fn layers_mut(&mut self) -> &mut [Box<dyn Layer>] {
        &mut self.layers
    }

    /// Lends all parameters and their gradients to `change`, both to be changed in place and none of them copied: for a
    /// step of an [`Optimizer`](crate::Optimizer). A layer that lists no gradients is passed over.
    pub fn update<R>(&mut self, change: impl FnOnce(&mut [&mut Tensor], &mut [Tensor]) -> R) -> R {
        let slots = self.layers.iter_mut().flat_map(|layer| layer.gradients_mut());
        let mut gradients: Vec<Tensor> = slots.map(Tensor::take).collect();
        let learning = self.layers.iter_mut().filter(|layer| !layer.gradients().is_empty());
        let mut parameters: Vec<&mut Tensor> = learning.flat_map(|layer| layer.parameters_mut()).collect();
        let changed = change(&mut parameters, &mut gradients);
        let slots = self.layers.iter_mut().flat_map(|layer| layer.gradients_mut());
        slots.zip(gradients).for_each(|(slot, gradient)| *slot = gradient);
        changed
    }

    /// Whether these can replace the parameters.
    fn check(&self, given: &[Tensor]) -> Result<(), Fault> {
        let own: Vec<&Tensor> = self.layers.iter().flat_map(|layer| layer.parameters()).collect();
        if own.len() != given.len() {
            let (own, given) = (own.len(), given.len());
            return Err(Fault::shape_mismatch(format!("load: {own} parameters wanted, {given} given")));
        }
        match own.iter().zip(given).enumerate().find(|(_, (own, given))| own.shape() != given.shape()) {
            Some((index, (own, given))) => Err(Fault::shape_mismatch(format!(
                "load: parameter {index} wants shape {:?}, {:?} given",
                own.shape(),
                given.shape()
            ))),
            None => Ok(()),
        }
    }
}

/// A layer's gradients: zeros while it has no `backward` that could have made others.
fn gradients(layer: &dyn Layer) -> Vec<Tensor> {
    let gradients = layer.gradients();
    if gradients.is_empty() {
        layer.parameters().into_iter().map(|parameter| parameter.map(|_| 0.0)).collect()
    } else {
        gradients.into_iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dense stands for a layer that learns: y = x + b, its gradient with respect to b being the output's. `Relu`
    /// stands for one without parameters: y = 2 x.
    struct Toy;

    impl Layers for Toy {
        fn layer(spec: &LayerSpec, rng: &mut Rng) -> Result<Box<dyn Layer>, Fault> {
            match spec {
                LayerSpec::Dense(spec) => Ok(Box::new(Shift {
                    shift: Tensor::from_fn([spec.outputs], || rng.uniform()),
                    gradient: Tensor::zeros([spec.outputs]),
                })),
                LayerSpec::Relu => Ok(Box::new(Double)),
                other => Err(Fault::unsupported(other.to_string())),
            }
        }
    }

    struct Double;

    impl Layer for Double {
        fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
            Ok(input.map(|x| 2.0 * x))
        }
    }

    struct Shift {
        shift: Tensor,
        gradient: Tensor,
    }

    impl Layer for Shift {
        fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
            let mut shifts = self.shift.data().iter();
            Ok(input.map(|x| x + shifts.next().copied().unwrap_or_default()))
        }

        fn parameters(&self) -> Vec<&Tensor> {
            vec![&self.shift]
        }

        fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
            vec![&mut self.shift]
        }

        fn backward(&mut self, output_gradient: &Tensor) -> Result<Tensor, Fault> {
            self.gradient = output_gradient.clone();
            Ok(output_gradient.clone())
        }

        fn gradients(&self) -> Vec<&Tensor> {
            vec![&self.gradient]
        }

        fn gradients_mut(&mut self) -> Vec<&mut Tensor> {
            vec![&mut self.gradient]
        }
    }

    const SHIFT: LayerSpec = LayerSpec::Dense(crate::DenseSpec { inputs: 2, outputs: 2, bias: true });

    fn build(layers: &[LayerSpec]) -> Sequential<Toy> {
        Sequential::build(layers, 1).unwrap()
    }

    fn pair(first: f32, second: f32) -> Tensor {
        Tensor::new([2], vec![first, second]).unwrap()
    }

    #[test]
    fn layers_run_in_their_order() {
        for (layers, expected) in [
            (vec![], pair(1.0, 2.0)),
            (vec![LayerSpec::Relu, SHIFT], pair(12.0, 24.0)),
            (vec![SHIFT, LayerSpec::Relu], pair(22.0, 44.0)),
        ] {
            let mut model = build(&layers);
            let shifts = model.parameters().iter().map(|_| pair(10.0, 20.0)).collect();
            model.load(shifts).unwrap();
            assert_eq!(model.forward(&pair(1.0, 2.0), Mode::Inference), Ok(expected));
        }
    }

    #[test]
    fn parameters_that_do_not_fit_replace_none() {
        let mut model = build(&[SHIFT, SHIFT]);
        let before = model.parameters();
        for (given, complaint) in [
            (vec![pair(0.0, 0.0)], "load: 2 parameters wanted, 1 given"),
            (vec![pair(0.0, 0.0), Tensor::zeros([2, 1])], "load: parameter 1 wants shape [2], [2, 1] given"),
        ] {
            assert_eq!(model.load(given), Err(Fault::shape_mismatch(complaint)));
            assert_eq!(model.parameters(), before);
        }
    }

    #[test]
    fn a_seed_decides_the_parameters() {
        assert_eq!(build(&[SHIFT]).parameters(), build(&[SHIFT]).parameters());
        assert_ne!(build(&[SHIFT]).parameters(), Sequential::<Toy>::build(&[SHIFT], 2).unwrap().parameters());
    }

    #[test]
    fn gradients_go_back_and_are_forgotten() {
        let mut model = build(&[SHIFT, SHIFT]);
        for forget in [Sequential::zero_gradients, reload] {
            assert_eq!(model.backward(&pair(3.0, 4.0)), Ok(pair(3.0, 4.0)));
            assert_eq!(model.gradients(), [pair(3.0, 4.0), pair(3.0, 4.0)]);
            forget(&mut model);
            assert_eq!(model.gradients(), [pair(0.0, 0.0), pair(0.0, 0.0)]);
        }
    }

    fn reload(model: &mut Sequential<Toy>) {
        model.load(model.parameters()).unwrap();
    }

    #[test]
    fn an_update_changes_both_in_place() {
        let mut model = build(&[SHIFT, LayerSpec::Relu, SHIFT]);
        model.load(vec![pair(1.0, 2.0), pair(3.0, 4.0)]).unwrap();
        model.update(|parameters, gradients| {
            assert_eq!((parameters.len(), gradients.len()), (2, 2));
            std::mem::swap(parameters[0], &mut gradients[0]);
        });
        assert_eq!(model.parameters(), [pair(0.0, 0.0), pair(3.0, 4.0)]);
        assert_eq!(model.gradients(), [pair(1.0, 2.0), pair(0.0, 0.0)]);
        assert_eq!(model.specs(), [SHIFT, LayerSpec::Relu, SHIFT]);
    }

    #[test]
    fn what_is_not_written_is_a_fault() {
        let found = build(&[LayerSpec::Relu]).backward(&pair(1.0, 1.0));
        assert!(matches!(&found, Err(Fault::Unsupported(what)) if what.contains("Double")), "{found:?}");
        assert!(matches!(Sequential::<Toy>::build(&[LayerSpec::Gelu], 0).err(), Some(Fault::Unsupported(_))));
    }
}
