//! The glue between a [`Model`] and the contract's exports: what `export_inference!`, `export_learning!` and `export_language!` expand to.
//!
//! Nothing here is called by a student's own code. Models live in a `RefCell`, because the component model hands
//! out shared references to resources; a component has one thread and no method calls back, so no borrow overlaps.

#[macro_use]
mod learning;
mod language;

use std::cell::RefCell;
use std::marker::PhantomData;

use crate::bindings::inference::exports::tinytorch::framework::models as wit;
use crate::bindings::language::exports::tinytorch::framework::models as written;
use crate::bindings::learning::exports::tinytorch::framework::models as taught;
use crate::{Fault, Mode, Model, Tensor};

pub use learning::Taught;

/// Exports a [`Model`] as the contract's world `inference`, which milestones 1 and 2 grade.
///
/// Natively it only checks that the type is a model, so that the same crate runs under `cargo test`.
///
/// ```
/// use tinytorch::{Fault, Layer, LayerSpec, Layers, Rng, Sequential};
///
/// struct Framework;
///
/// impl Layers for Framework {
///     fn layer(spec: &LayerSpec, _: &mut Rng) -> Result<Box<dyn Layer>, Fault> {
///         Err(Fault::unsupported(format!("{spec}: not written yet")))
///     }
/// }
///
/// tinytorch::export_inference!(Sequential<Framework>);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! export_inference {
    ($model:ty) => {
        const _: () = {
            type Exported = $crate::export::Exported<$model>;
            const fn is_a_model<M: $crate::Model>() {}
            is_a_model::<$model>();
            #[cfg(target_arch = "wasm32")]
            $crate::bindings::inference::export_inference_world!(
                Exported with_types_in $crate::bindings::inference
            );
        };
    };
}

/// The world `inference` of one kind of model.
pub struct Exported<M>(PhantomData<M>);

impl<M: Model> wit::Guest for Exported<M> {
    type Model = Shared<M>;
}

/// One model as a resource.
pub struct Shared<M>(RefCell<M>);

/// One model as a resource of a world, whose types of its own the module holds.
macro_rules! resource {
    ($models:ident) => {
        impl<M: Model> $models::GuestModel for Shared<M> {
            fn build(layers: Vec<wit::Layer>, seed: u64) -> Result<$models::Model, wit::Fault> {
                Ok($models::Model::new(Self(RefCell::new(M::build(&layers, seed)?))))
            }

            fn parameters(&self) -> Vec<wit::Tensor> {
                lower(self.0.borrow().parameters())
            }

            fn load(&self, parameters: Vec<wit::Tensor>) -> Result<(), wit::Fault> {
                let parameters: Result<Vec<Tensor>, Fault> =
                    parameters.into_iter().map(Tensor::try_from).collect();
                Ok(self.0.borrow_mut().load(parameters?)?)
            }

            fn forward(&self, input: wit::Tensor, mode: $models::Mode) -> Result<wit::Tensor, wit::Fault> {
                let input = Tensor::try_from(input)?;
                Ok(self.0.borrow_mut().forward(&input, mode.into())?.into())
            }

            fn backward(&self, output_gradient: wit::Tensor) -> Result<wit::Tensor, wit::Fault> {
                let output_gradient = Tensor::try_from(output_gradient)?;
                Ok(self.0.borrow_mut().backward(&output_gradient)?.into())
            }

            fn gradients(&self) -> Vec<wit::Tensor> {
                lower(self.0.borrow().gradients())
            }

            fn zero_gradients(&self) {
                self.0.borrow_mut().zero_gradients();
            }
        }

        impl From<$models::Mode> for Mode {
            fn from(mode: $models::Mode) -> Self {
                match mode {
                    $models::Mode::Training => Self::Training,
                    $models::Mode::Inference => Self::Inference,
                }
            }
        }
    };
}

resource!(wit);
resource!(taught);
resource!(written);

fn lower(tensors: Vec<Tensor>) -> Vec<wit::Tensor> {
    tensors.into_iter().map(Into::into).collect()
}

impl TryFrom<wit::Tensor> for Tensor {
    type Error = Fault;

    fn try_from(tensor: wit::Tensor) -> Result<Self, Fault> {
        Self::new(tensor.shape, tensor.data)
    }
}

impl From<Tensor> for wit::Tensor {
    fn from(tensor: Tensor) -> Self {
        let (shape, data) = tensor.into_parts();
        Self { shape, data }
    }
}

impl From<Fault> for wit::Fault {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Unsupported(what) => Self::Unsupported(what),
            Fault::ShapeMismatch(what) => Self::ShapeMismatch(what),
            Fault::InvalidArgument(what) => Self::InvalidArgument(what),
            Fault::Internal(what) => Self::Internal(what),
        }
    }
}

impl From<wit::Fault> for Fault {
    fn from(fault: wit::Fault) -> Self {
        match fault {
            wit::Fault::Unsupported(what) => Self::Unsupported(what),
            wit::Fault::ShapeMismatch(what) => Self::ShapeMismatch(what),
            wit::Fault::InvalidArgument(what) => Self::InvalidArgument(what),
            wit::Fault::Internal(what) => Self::Internal(what),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LayerSpec;

    /// Answers with its input.
    struct Echo;

    impl Model for Echo {
        fn build(_: &[LayerSpec], _: u64) -> Result<Self, Fault> {
            Ok(Self)
        }

        fn parameters(&self) -> Vec<Tensor> {
            vec![Tensor::from_fn([2], || 1.0)]
        }

        fn load(&mut self, _: Vec<Tensor>) -> Result<(), Fault> {
            Ok(())
        }

        fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
            Ok(input.clone())
        }
    }

    fn forward(shape: &[u32], elements: usize) -> Result<wit::Tensor, wit::Fault> {
        let input = wit::Tensor { shape: shape.to_vec(), data: vec![0.5; elements] };
        wit::GuestModel::forward(&Shared(RefCell::new(Echo)), input, wit::Mode::Inference)
    }

    #[test]
    fn tensors_cross_whole_or_as_a_fault() {
        let found = forward(&[2, 3], 6).unwrap();
        assert_eq!((found.shape, found.data), (vec![2, 3], vec![0.5; 6]));
        assert!(matches!(forward(&[2, 3], 5), Err(wit::Fault::ShapeMismatch(_))));
    }

    #[test]
    fn a_model_without_gradients_has_zeros() {
        let gradients = wit::GuestModel::gradients(&Shared(RefCell::new(Echo)));
        assert!(gradients.len() == 1 && gradients[0].data == [0.0, 0.0], "{gradients:?}");
    }
}
