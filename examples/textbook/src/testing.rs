//! Finite differences, which every layer's gradients are held to, and points and a text to learn.

use std::cell::RefCell;

use tinytorch::{Batch, Dataset, Fault, Layer, Mode, Rng, Tensor};

/// Holds a layer's gradients to what the sum of g y changes by when an input or a parameter does.
#[track_caller]
pub(crate) fn check_gradients(mut layer: impl Layer, shape: &[u32], step: f32) {
    let mut rng = Rng::new(11);
    let mut input = Tensor::from_fn(shape, || rng.normal());
    let state = layer.state();
    let upper = upper(&layer.forward(&input, Mode::Training).unwrap());
    let back = layer.backward(&upper).unwrap();
    for i in 0..input.data().len() {
        let x = input.data()[i];
        input.data_mut()[i] = x + step;
        let above = loss(&mut layer, &state, &input);
        input.data_mut()[i] = x - step;
        let under = loss(&mut layer, &state, &input);
        input.data_mut()[i] = x;
        close(back.data()[i], (above - under) / (2.0 * f64::from(step)));
    }
    layer.set_state(&state).unwrap();
    check_gradients_of_parameters(&mut layer, &input, step);
}

/// The same for the parameters alone, and that their gradients add up.
#[track_caller]
pub(crate) fn check_gradients_of_parameters(layer: &mut dyn Layer, input: &Tensor, step: f32) {
    let state = layer.state();
    let upper = upper(&layer.forward(input, Mode::Training).unwrap());
    for gradient in layer.gradients_mut() {
        gradient.data_mut().fill(0.0);
    }
    layer.backward(&upper).unwrap();
    let gradients: Vec<Tensor> = layer.gradients().into_iter().cloned().collect();
    assert_eq!(gradients.len(), layer.parameters().len());
    layer.backward(&upper).unwrap();
    for (number, gradient) in gradients.iter().enumerate() {
        for i in 0..gradient.data().len() {
            close(layer.gradients()[number].data()[i], 2.0 * f64::from(gradient.data()[i]));
            let x = layer.parameters()[number].data()[i];
            layer.parameters_mut()[number].data_mut()[i] = x + step;
            let above = loss(layer, &state, input);
            layer.parameters_mut()[number].data_mut()[i] = x - step;
            let under = loss(layer, &state, input);
            layer.parameters_mut()[number].data_mut()[i] = x;
            close(gradient.data()[i], (above - under) / (2.0 * f64::from(step)));
        }
    }
}

/// A random g for every y.
fn upper(output: &Tensor) -> Tensor {
    let mut rng = Rng::new(12);
    output.map(|_| rng.normal())
}

/// The sum of g y in the training pass that follows this state.
fn loss(layer: &mut dyn Layer, state: &[u8], input: &Tensor) -> f64 {
    layer.set_state(state).unwrap();
    let output = layer.forward(input, Mode::Training).unwrap();
    let upper = upper(&output);
    let products = output.data().iter().zip(upper.data()).map(|(y, g)| f64::from(*y) * f64::from(*g));
    products.sum()
}

/// Holds every step of a layer to what it is without those that come after it: not a bit may differ.
#[track_caller]
pub(crate) fn check_causality(layer: &mut dyn Layer, steps: u32) {
    let width = layer.parameters().last().unwrap().width() as u32;
    let mut rng = Rng::new(2);
    let input = Tensor::from_fn([1, steps, width], || rng.normal());
    let mut bits = |data: &[f32]| -> Vec<u32> {
        let input = Tensor::new([1, data.len() as u32 / width, width], data.to_vec()).unwrap();
        layer.forward(&input, Mode::Inference).unwrap().data().iter().map(|y| y.to_bits()).collect()
    };
    let expected = bits(input.data());
    for seen in 1..steps {
        let past = (seen * width) as usize;
        assert_eq!(bits(&input.data()[..past]), expected[..past]);
        for filling in [1e4, f32::INFINITY, f32::NAN] {
            let mut other = input.data().to_vec();
            other[past..].fill(filling);
            assert_eq!(bits(&other)[..past], expected[..past], "{filling} after {seen} steps");
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

/// Windows of a text of small letters and spaces; each position's target is the letter after it.
pub(crate) struct Windows {
    pub(crate) text: &'static str,
    pub(crate) length: u32,
}

impl Windows {
    /// 0 for a space, then the alphabet.
    pub(crate) fn tokens(&self) -> Vec<u32> {
        let token = |letter| if letter == b' ' { 0 } else { u32::from(letter - b'a') + 1 };
        self.text.bytes().map(token).collect()
    }
}

impl Dataset for Windows {
    fn length(&self) -> u32 {
        self.text.len() as u32 - self.length
    }

    fn example_shape(&self) -> Vec<u32> {
        vec![self.length]
    }

    fn classes(&self) -> u32 {
        27
    }

    fn batch(&self, indices: &[u32]) -> Result<Batch, Fault> {
        let tokens = self.tokens();
        let (mut inputs, mut targets) = (Vec::new(), Vec::new());
        for &index in indices {
            for t in index..index + self.length {
                inputs.push(tokens[t as usize] as f32);
                targets.push(tokens[t as usize + 1]);
            }
        }
        Ok(Batch { inputs: Tensor::new([indices.len() as u32, self.length], inputs)?, targets })
    }
}
