//! The network that accuracy is measured with, and its weights, which tito trained itself.

use tito_data::Description;
use tito_judge::Draw;
use tito_sandbox::{DenseSpec, Layer};
use tito_tensor::Tensor;

/// Layers and their parameters in the contract's order.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Flatten, dense, ReLU, dense: logits, one for each class.
    pub layers: Vec<Layer>,
    /// `W [pixels, hidden]`, `b [hidden]`, `W [hidden, classes]`, `b [classes]`.
    pub parameters: Vec<Tensor>,
}

/// Little-endian f32s of the parameters, one after the other; `examples/train_weights.rs` makes them again.
const TINYDIGITS: &[u8] = include_bytes!("../weights/tinydigits.f32");
const MNIST: &[u8] = include_bytes!("../weights/mnist.f32");

/// Hidden units of the shipped networks: the fewest that reach 97 %.
const HIDDEN_TINYDIGITS: u32 = 32;
const HIDDEN_MNIST: u32 = 128;

impl Network {
    /// An MLP of these sizes with these parameters, one after the other.
    ///
    /// # Panics
    ///
    /// If there are too few numbers or too many.
    pub fn mlp(pixels: u32, hidden: u32, classes: u32, numbers: &[f32]) -> Self {
        let mut rest = numbers;
        let mut take = |shape: &[u32]| {
            let count = shape.iter().product::<u32>() as usize;
            let (own, others) = rest.split_at(count);
            rest = others;
            Tensor::new(shape.to_vec(), own.to_vec()).expect("as many as the shape says were taken")
        };
        let parameters =
            vec![take(&[pixels, hidden]), take(&[hidden]), take(&[hidden, classes]), take(&[classes])];
        assert!(rest.is_empty(), "{} numbers too many for an MLP {pixels}-{hidden}-{classes}", rest.len());
        let dense = |inputs, outputs| Layer::Dense(DenseSpec { inputs, outputs, bias: true });
        let layers = vec![Layer::Flatten, dense(pixels, hidden), Layer::Relu, dense(hidden, classes)];
        Self { layers, parameters }
    }

    /// The network that was trained for this dataset.
    ///
    /// # Panics
    ///
    /// If none is shipped for it.
    pub fn shipped(data: &Description) -> Self {
        let (hidden, bytes) = match data.name {
            "tinydigits" => (HIDDEN_TINYDIGITS, TINYDIGITS),
            "mnist" => (HIDDEN_MNIST, MNIST),
            other => panic!("no network is shipped for '{other}'"),
        };
        let words =
            bytes.chunks_exact(4).map(|word| f32::from_le_bytes(word.try_into().expect("four bytes")));
        Self::mlp(data.example_shape.iter().product(), hidden, data.classes, &words.collect::<Vec<_>>())
    }

    /// How many hidden units the network shipped for this dataset has.
    pub fn hidden_units(data: &Description) -> u32 {
        if data.name == "mnist" { HIDDEN_MNIST } else { HIDDEN_TINYDIGITS }
    }

    /// The parameters one after the other, as [`Network::mlp`] takes them.
    pub fn numbers(&self) -> Vec<f32> {
        self.parameters.iter().flat_map(|tensor| tensor.data().to_vec()).collect()
    }
}

/// The same network with its hidden units and its classes in a drawn order, and the class of every output.
///
/// # Panics
///
/// If the network is not an MLP.
pub fn permuted(network: &Network, draw: &mut Draw) -> (Network, Vec<usize>) {
    let [w1, b1, w2, b2] = network.parameters.as_slice() else { panic!("the network is not an MLP") };
    let units = draw.permutation(b1.data().len());
    let classes = draw.permutation(b2.data().len());
    let pixels: Vec<usize> = (0..w1.data().len() / units.len()).collect();
    let parameters = vec![
        picked(w1, &pixels, &units),
        picked(b1, &[0], &units),
        picked(w2, &units, &classes),
        picked(b2, &[0], &classes),
    ];
    (Network { layers: network.layers.clone(), parameters }, classes)
}

/// The tensor, seen as a matrix over its last axis, with these of its rows and columns in this order.
fn picked(tensor: &Tensor, rows: &[usize], columns: &[usize]) -> Tensor {
    let width = columns.len();
    let at = |i: usize| rows[i / width] * width + columns[i % width];
    Tensor::from_fn(tensor.shape().clone(), |i| tensor.data()[at(i)])
}

#[cfg(test)]
mod tests {
    use tito_judge::stack_oracle;
    use tito_kernels::Wide;

    use super::*;

    #[test]
    fn a_permuted_network_gives_the_same_logits_in_another_order() {
        let mut draw = Draw::new([5; 32]);
        let numbers: Vec<f32> = (0..4 * 5 + 5 + 5 * 3 + 3).map(|_| draw.normal() as f32).collect();
        let network = Network::mlp(4, 5, 3, &numbers);
        let (other, classes) = permuted(&network, &mut draw);
        let logits = |network: &Network| {
            let parameters: Vec<_> = network.parameters.iter().map(Wide::from).collect();
            let input = Wide::new([1, 4], vec![0.3, -0.5, 0.9, 0.1]).unwrap();
            stack_oracle(&network.layers, &parameters, &input).value.data().to_vec()
        };
        let (before, after) = (logits(&network), logits(&other));
        for (place, &class) in classes.iter().enumerate() {
            assert!((after[place] - before[class]).abs() < 1e-12);
        }
    }
}
