//! Layers made of a function: without parameters, or around another layer.

use tinytorch::{Fault, Layer, Mode, Tensor};

/// A layer that gives every element its image.
pub fn elementwise(image: impl Fn(f32) -> f32 + 'static) -> Box<dyn Layer> {
    whole(move |input| Ok(input.map(&image)))
}

/// A layer that changes every row along the last axis in place.
pub fn rowwise(change: impl Fn(&mut [f32]) + 'static) -> Box<dyn Layer> {
    whole(move |input| {
        let mut output = input.clone();
        output.rows_mut().for_each(&change);
        Ok(output)
    })
}

/// A layer that is any function of its input, and of what the function keeps.
pub fn whole(forward: impl FnMut(&Tensor) -> Result<Tensor, Fault> + 'static) -> Box<dyn Layer> {
    Box::new(Whole(forward))
}

struct Whole<F>(F);

impl<F: FnMut(&Tensor) -> Result<Tensor, Fault>> Layer for Whole<F> {
    fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
        (self.0)(input)
    }
}

type Change = Box<dyn Fn(&Tensor) -> Result<Tensor, Fault>>;

/// Another layer between two changes of what it is given and of what it answers.
struct Around {
    before: Change,
    layer: Box<dyn Layer>,
    after: Change,
}

/// A layer whose input is changed before it sees it.
pub fn before(
    layer: Box<dyn Layer>,
    change: impl Fn(&Tensor) -> Result<Tensor, Fault> + 'static,
) -> Box<dyn Layer> {
    Box::new(Around { before: Box::new(change), layer, after: Box::new(|answer| Ok(answer.clone())) })
}

/// A layer whose answer is changed before anybody sees it.
pub fn after(
    layer: Box<dyn Layer>,
    change: impl Fn(&Tensor) -> Result<Tensor, Fault> + 'static,
) -> Box<dyn Layer> {
    Box::new(Around { before: Box::new(|input| Ok(input.clone())), layer, after: Box::new(change) })
}

impl Layer for Around {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        (self.after)(&self.layer.forward(&(self.before)(input)?, mode)?)
    }

    fn parameters(&self) -> Vec<&Tensor> {
        self.layer.parameters()
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        self.layer.parameters_mut()
    }
}
