//! The world `learning`: a framework's losses, optimizers, training and checkpoints beside its models.
//!
//! While a model is trained it is borrowed to be changed, and the host's functions are called: they call none of ours.

use std::cell::RefCell;
use std::marker::PhantomData;

use super::{Shared, lower};
use crate::bindings::learning::tinytorch::framework::{datasets, telemetry};
use crate::{Batch, Dataset, Fault, Learning, Loss, Optimizer, OptimizerSpec, Tensor};

/// Exports a [`Learning`] framework as the contract's world `learning`, which milestones 3 and 4 grade. It holds the
/// world `inference`, so that the same component answers milestones 1 and 2.
///
/// Natively it only checks that the type is a framework, so that the same crate runs under `cargo test`. A crate exports
/// one world, once.
///
/// ```
/// use tinytorch::{Fault, Layer, LayerSpec, Layers, Learning, Rng, Sequential};
///
/// struct Framework;
///
/// impl Layers for Framework {
///     fn layer(spec: &LayerSpec, _: &mut Rng) -> Result<Box<dyn Layer>, Fault> {
///         Err(Fault::unsupported(format!("{spec}: not written yet")))
///     }
/// }
///
/// impl Learning for Framework {
///     type Model = Sequential<Self>;
/// }
///
/// tinytorch::export_learning!(Framework);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! export_learning {
    ($framework:ty) => {
        const _: () = {
            type Exported = $crate::export::Taught<$framework>;
            const fn is_a_framework<F: $crate::Learning>() {}
            is_a_framework::<$framework>();
            #[cfg(target_arch = "wasm32")]
            $crate::bindings::learning::export_learning_world!(
                Exported with_types_in $crate::bindings::learning
            );
        };
    };
}

/// The world `learning` or `language` of one framework.
pub struct Taught<F>(PhantomData<F>);

/// One optimizer as a resource.
pub struct Stepping<F> {
    pub(super) rate: f32,
    pub(super) optimizer: RefCell<Box<dyn Optimizer>>,
    framework: PhantomData<F>,
}

/// What a framework that learns exports, as the traits of one world's bindings: every world has its own.
macro_rules! taught {
    ($world:ident) => {
        use crate::bindings::$world::exports::tinytorch::framework::{
            checkpoints, losses, models, optimizers, training,
        };

        impl<F: Learning> models::Guest for Taught<F> {
            type Model = Shared<F::Model>;
        }

        impl<F: Learning> losses::Guest for Taught<F> {
            fn cross_entropy(
                logits: losses::Tensor,
                targets: Vec<u32>,
            ) -> Result<losses::Loss, losses::Fault> {
                Ok(F::cross_entropy(&logits.try_into()?, &targets)?.into())
            }

            fn mean_squared_error(
                predictions: losses::Tensor,
                targets: losses::Tensor,
            ) -> Result<losses::Loss, losses::Fault> {
                Ok(F::mean_squared_error(&predictions.try_into()?, &targets.try_into()?)?.into())
            }
        }

        impl From<Loss> for losses::Loss {
            fn from(loss: Loss) -> Self {
                Self { value: loss.value, gradient: loss.gradient.into() }
            }
        }

        impl<F: Learning> optimizers::Guest for Taught<F> {
            type Optimizer = Stepping<F>;
        }

        impl<F: Learning> optimizers::GuestOptimizer for Stepping<F> {
            fn build(spec: optimizers::OptimizerSpec) -> Result<optimizers::Optimizer, optimizers::Fault> {
                Ok(optimizers::Optimizer::new(Self::new(&spec.into())?))
            }

            fn step(
                &self,
                parameters: Vec<optimizers::Tensor>,
                gradients: Vec<optimizers::Tensor>,
            ) -> Result<Vec<optimizers::Tensor>, optimizers::Fault> {
                let (mut parameters, gradients) = (lift(parameters)?, lift(gradients)?);
                let mut places: Vec<&mut Tensor> = parameters.iter_mut().collect();
                self.optimizer.borrow_mut().step(self.rate, &mut places, &gradients)?;
                Ok(lower(parameters))
            }
        }

        impl<F: Learning> training::Guest for Taught<F> {
            fn fit(
                model: models::ModelBorrow<'_>,
                training: &datasets::Dataset,
                validation: Option<&datasets::Dataset>,
                recipe: training::Recipe,
            ) -> Result<Vec<telemetry::Epoch>, training::Fault> {
                let mut model = model.get::<Shared<F::Model>>().0.borrow_mut();
                let validation = validation.map(|data| data as &dyn Dataset);
                let mut report = |epoch: &telemetry::Epoch| telemetry::report(*epoch);
                Ok(F::fit(&mut model, training, validation, &recipe.into(), &mut report)?)
            }
        }

        impl<F: Learning> checkpoints::Guest for Taught<F> {
            fn save(model: models::ModelBorrow<'_>) -> Result<Vec<u8>, checkpoints::Fault> {
                Ok(F::save(&model.get::<Shared<F::Model>>().0.borrow())?)
            }

            fn restore(bytes: Vec<u8>) -> Result<models::Model, checkpoints::Fault> {
                Ok(models::Model::new(Shared(RefCell::new(F::restore(&bytes)?))))
            }
        }
    };
}

taught!(learning);

impl<F: Learning> Stepping<F> {
    pub(super) fn new(spec: &OptimizerSpec) -> Result<Self, Fault> {
        let (rate, optimizer) = (spec.learning_rate(), RefCell::new(F::optimizer(spec)?));
        Ok(Self { rate, optimizer, framework: PhantomData })
    }
}

pub(super) fn lift(tensors: Vec<optimizers::Tensor>) -> Result<Vec<Tensor>, Fault> {
    tensors.into_iter().map(Tensor::try_from).collect()
}

impl Dataset for datasets::Dataset {
    fn length(&self) -> u32 {
        self.length()
    }

    fn example_shape(&self) -> Vec<u32> {
        self.example_shape()
    }

    fn classes(&self) -> u32 {
        self.classes()
    }

    fn batch(&self, indices: &[u32]) -> Result<Batch, Fault> {
        let batch = self.batch(indices)?;
        Ok(Batch { inputs: batch.inputs.try_into()?, targets: batch.targets })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LayerSpec, Mode, Model, SgdSpec};

    /// Steps by the rate alone, and fits no model.
    struct Falling;

    impl Learning for Falling {
        type Model = Nothing;

        fn optimizer(_: &OptimizerSpec) -> Result<Box<dyn Optimizer>, Fault> {
            Ok(Box::new(Falling))
        }
    }

    impl Optimizer for Falling {
        fn step(&mut self, rate: f32, parameters: &mut [&mut Tensor], _: &[Tensor]) -> Result<(), Fault> {
            parameters.iter_mut().for_each(|parameter| **parameter = parameter.map(|p| p - rate));
            Ok(())
        }
    }

    /// A model without parameters.
    struct Nothing;

    impl Model for Nothing {
        fn build(_: &[LayerSpec], _: u64) -> Result<Self, Fault> {
            Ok(Self)
        }

        fn parameters(&self) -> Vec<Tensor> {
            Vec::new()
        }

        fn load(&mut self, _: Vec<Tensor>) -> Result<(), Fault> {
            Ok(())
        }

        fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
            Ok(input.clone())
        }
    }

    fn tensor(data: &[f32]) -> losses::Tensor {
        losses::Tensor { shape: vec![data.len() as u32], data: data.to_vec() }
    }

    #[test]
    fn a_step_has_the_rate_of_its_description() {
        let spec = OptimizerSpec::Sgd(SgdSpec { learning_rate: 0.5, momentum: 0.9, weight_decay: 0.0 });
        let stepping = Stepping::<Falling>::new(&spec).unwrap();
        let stepped = optimizers::GuestOptimizer::step(&stepping, vec![tensor(&[1.0, 2.0])], vec![]).unwrap();
        assert!(stepped.len() == 1 && stepped[0].data == [0.5, 1.5], "{stepped:?}");
    }

    #[test]
    fn what_is_not_written_is_a_fault_that_says_so() {
        let found = <Taught<Falling> as losses::Guest>::cross_entropy(tensor(&[1.0]), vec![0]);
        assert!(
            matches!(&found, Err(losses::Fault::Unsupported(what)) if what.starts_with("cross-entropy of")),
            "{found:?}"
        );
        let found = <Taught<Falling> as losses::Guest>::mean_squared_error(tensor(&[1.0]), tensor(&[1.0]));
        assert!(matches!(&found, Err(losses::Fault::Unsupported(_))), "{found:?}");
        assert!(matches!(Falling::save(&Nothing), Err(Fault::Unsupported(_))));
        assert!(matches!(Falling::restore(&[]).err(), Some(Fault::Unsupported(_))));
    }

    #[test]
    fn a_damaged_tensor_reaches_nobody() {
        let damaged = losses::Tensor { shape: vec![3], data: vec![0.0; 2] };
        let found = <Taught<Falling> as losses::Guest>::cross_entropy(damaged, vec![0]);
        assert!(matches!(&found, Err(losses::Fault::ShapeMismatch(_))), "{found:?}");
    }
}
