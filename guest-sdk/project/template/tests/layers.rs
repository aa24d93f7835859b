//! The layers, natively. Write a test before each layer.

use PROJECT_CRATE::Framework;
use tinytorch::{Fault, LayerSpec, Mode, Model, Sequential, Tensor};

/// What a single layer answers.
fn answer(layer: LayerSpec, input: &Tensor) -> Result<Tensor, Fault> {
    Sequential::<Framework>::build(&[layer], 0)?.forward(input, Mode::Inference)
}

#[test]
fn a_layer_of_a_later_milestone_is_refused_and_not_a_panic() {
    let found = answer(LayerSpec::Gelu, &Tensor::zeros([1]));
    assert_eq!(found, Err(Fault::unsupported("gelu: not written yet")));
}

#[test]
#[ignore = "delete this line once relu is written"]
fn relu_keeps_what_is_positive() {
    let input = Tensor::new([4], vec![-2.0, 0.0, 0.5, 3.0]).unwrap();
    let expected = Tensor::new([4], vec![0.0, 0.0, 0.5, 3.0]);
    assert_eq!(answer(LayerSpec::Relu, &input), expected);
}
