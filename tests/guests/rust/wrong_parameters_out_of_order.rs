//! Keeps the bias before the weight, in `parameters` as in `load`.
//!
//! expect: fails dense, dense-rank-3, composition, parameter-order, load-exact, independence, repeatability
//! expect: fails wrong-shapes, mnist-mlp, conv2d, conv2d-stride, conv2d-padding, conv2d-rectangular
//! expect: fails conv2d-sizes, conv2d-parameters, output-sizes, mnist-cnn, memory-efficiency
//! expect: told parameters-out-of-order

use guests::{Fault, Guest, Stack, Submission, Tensor, export_inference};

#[derive(Default)]
struct OutOfOrder;

impl Guest for OutOfOrder {
    fn parameters(&self, stack: &Stack) -> Vec<Tensor> {
        swapped(stack.parameters())
    }

    fn load(&mut self, stack: &mut Stack, parameters: Vec<Tensor>) -> Result<(), Fault> {
        stack.load(swapped(parameters))
    }
}

/// Every weight that has a bias trades places with it, in either direction.
fn swapped(mut parameters: Vec<Tensor>) -> Vec<Tensor> {
    let mut place = 0;
    while place + 1 < parameters.len() {
        let is_pair = parameters[place].shape().len() != parameters[place + 1].shape().len();
        if is_pair {
            parameters.swap(place, place + 1);
        }
        place += if is_pair { 2 } else { 1 };
    }
    parameters
}

export_inference!(Submission<OutOfOrder>);
