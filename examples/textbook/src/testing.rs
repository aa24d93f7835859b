//! Finite differences, which every layer's gradients are held to, and points to learn.

use std::cell::RefCell;

use tinytorch::{Batch, Dataset, Fault, Layer, Mode, Rng, Tensor};

/// Holds a layer's gradients to what the sum of g y changes by when an input or a parameter does.
#[track_caller]
pub(crate) fn check_gradients(mut layer: impl Layer, shape: &[u32], step: f32) {
    let mut rng = Rng::new(11);
    let mut input = Tensor::from_fn(shape, || rng.normal());
    let state = layer.state();
    let output = layer.forward(&input, Mode::Training).unwrap();
    let upper = output.map(|_| rng.normal());
    let back = layer.backward(&upper).unwrap();
    let gradients: Vec<Tensor> = layer.gradients().into_iter().cloned().collect();
    let loss = |layer: &mut dyn Layer, input: &Tensor| {
        layer.set_state(&state).unwrap();
        let output = layer.forward(input, Mode::Training).unwrap();
        let products = output.data().iter().zip(upper.data()).map(|(y, g)| f64::from(*y) * f64::from(*g));
        products.sum::<f64>()
    };
    for i in 0..input.data().len() {
        let x = input.data()[i];
        input.data_mut()[i] = x + step;
        let above = loss(&mut layer, &input);
        input.data_mut()[i] = x - step;
        let below = loss(&mut layer, &input);
        input.data_mut()[i] = x;
        close(back.data()[i], (above - below) / (2.0 * f64::from(step)));
    }
    for (number, gradient) in gradients.iter().enumerate() {
        for i in 0..gradient.data().len() {
            let x = layer.parameters()[number].data()[i];
            layer.parameters_mut()[number].data_mut()[i] = x + step;
            let above = loss(&mut layer, &input);
            layer.parameters_mut()[number].data_mut()[i] = x - step;
            let below = loss(&mut layer, &input);
            layer.parameters_mut()[number].data_mut()[i] = x;
            close(gradient.data()[i], (above - below) / (2.0 * f64::from(step)));
        }
    }
}

#[track_caller]
fn close(found: f32, expected: f64) {
    assert!((f64::from(found) - expected).abs() < 3e-3 * (1.0 + expected.abs()), "{found} is not {expected}");
}

/// Two clouds of points, and what it was asked for.
pub(crate) struct Clouds(pub(crate) u32, pub(crate) RefCell<Vec<Vec<u32>>>);

impl Dataset for Clouds {
    fn length(&self) -> u32 {
        self.0
    }

    fn example_shape(&self) -> Vec<u32> {
        vec![2]
    }

    fn classes(&self) -> u32 {
        2
    }

    fn batch(&self, indices: &[u32]) -> Result<Batch, Fault> {
        self.1.borrow_mut().push(indices.to_vec());
        let (mut points, mut targets) = (Vec::new(), Vec::new());
        for &index in indices {
            if index >= self.0 {
                return Err(Fault::invalid_argument("there is no such point"));
            }
            let mut rng = Rng::new(index.into());
            let class = index % 2;
            points.push(class as f32 * 2.0 - 1.0 + 0.4 * rng.normal());
            points.push(0.4 * rng.normal());
            targets.push(class);
        }
        Ok(Batch { inputs: Tensor::new([indices.len() as u32, 2], points)?, targets })
    }
}
