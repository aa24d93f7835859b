//! Layers without parameters, made of a function.

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
