//! Batches of images, and a window that moves over them.

use tinytorch::{Conv2dSpec, Fault, Pool2dSpec, Tensor};

/// A window; every pair is (height, width).
#[derive(Clone, Copy)]
pub struct Window {
    /// The window's extents.
    pub kernel: [usize; 2],
    /// How far it moves at a time.
    pub stride: [usize; 2],
    /// What is put around the image on every side.
    pub padding: [usize; 2],
}

/// A batch of images [n, channels, height, width].
pub struct Images<'a> {
    /// Its extents.
    pub shape: [usize; 4],
    /// Its elements.
    pub data: &'a [f32],
}

impl<'a> Images<'a> {
    /// A tensor seen as images.
    ///
    /// # Errors
    ///
    /// [`Fault::ShapeMismatch`] if it has another number of axes.
    pub fn of(tensor: &'a Tensor) -> Result<Self, Fault> {
        let &[n, c, y, x] = tensor.shape() else { return Err(Fault::shape_mismatch("these are no images")) };
        Ok(Self { shape: [n, c, y, x].map(|extent| extent as usize), data: tensor.data() })
    }

    /// The element at an index, if it is in the image.
    pub fn at(&self, n: usize, c: usize, index: [isize; 2]) -> Option<f32> {
        self.place(n, c, index).map(|place| self.data[place])
    }

    /// Where the element at an index lies, if it is in the image.
    pub fn place(&self, n: usize, c: usize, [y, x]: [isize; 2]) -> Option<usize> {
        let [_, channels, height, width] = self.shape;
        let (y, x) = (usize::try_from(y).ok()?, usize::try_from(x).ok()?);
        (y < height && x < width).then(|| ((n * channels + c) * height + y) * width + x)
    }

    /// Images of this shape whose elements are images of an index.
    pub fn made(shape: [usize; 4], mut element: impl FnMut([usize; 4]) -> f32) -> Tensor {
        let mut next = 0;
        Tensor::from_fn(shape.map(|extent| extent as u32), || {
            let at = next;
            next += 1;
            let [_, channels, height, width] = shape;
            element([
                at / width / height / channels,
                at / width / height % channels,
                at / width % height,
                at % width,
            ])
        })
    }

    /// The same with a margin above, below, left and right whose elements are `fill`.
    pub fn with_margin(&self, [top, bottom, left, right]: [usize; 4], fill: f32) -> Tensor {
        let [images, channels, height, width] = self.shape;
        Self::made([images, channels, top + height + bottom, left + width + right], |[n, c, y, x]| {
            self.at(n, c, [y as isize - top as isize, x as isize - left as isize]).unwrap_or(fill)
        })
    }
}

impl Window {
    /// The window of this description.
    ///
    /// # Errors
    ///
    /// [`Fault::InvalidArgument`] if it has no extent or does not move.
    pub fn new(spec: &Pool2dSpec) -> Result<Self, Fault> {
        let pair = |(height, width): (u32, u32)| [height as usize, width as usize];
        let [kernel, stride, padding] = [spec.kernel, spec.stride, spec.padding].map(pair);
        if kernel.contains(&0) || stride.contains(&0) {
            return Err(Fault::invalid_argument("a window without extent or stride"));
        }
        Ok(Self { kernel, stride, padding })
    }

    /// How many elements it covers.
    pub fn area(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    /// The places that it has on images.
    ///
    /// # Errors
    ///
    /// [`Fault::ShapeMismatch`] if there is none.
    pub fn places(&self, images: &Images) -> Result<[usize; 2], Fault> {
        let mut places = [0; 2];
        for axis in 0..2 {
            let padded = images.shape[2 + axis] + 2 * self.padding[axis];
            let Some(room) = padded.checked_sub(self.kernel[axis]) else {
                return Err(Fault::shape_mismatch("the window is larger than the image"));
            };
            places[axis] = room / self.stride[axis] + 1;
        }
        Ok(places)
    }

    /// What `element` gives for an image, an output channel, and the window's corner at every place.
    ///
    /// # Errors
    ///
    /// As [`Window::places`].
    pub fn sweep(
        &self,
        images: &Images,
        channels: usize,
        element: impl Fn(usize, usize, [isize; 2]) -> f32,
    ) -> Result<Tensor, Fault> {
        let [height, width] = self.places(images)?;
        let corner =
            |axis: usize, place: usize| (place * self.stride[axis]) as isize - self.padding[axis] as isize;
        let shape = [images.shape[0], channels, height, width];
        Ok(Images::made(shape, |[n, o, y, x]| element(n, o, [corner(0, y), corner(1, x)])))
    }

    /// The offsets in the window, row by row.
    pub fn offsets(&self) -> impl Iterator<Item = [usize; 2]> {
        let [height, width] = self.kernel;
        (0..height).flat_map(move |y| (0..width).map(move |x| [y, x]))
    }
}

/// An offset in the window, seen from its corner.
pub fn beside([y, x]: [isize; 2], [dy, dx]: [usize; 2]) -> [isize; 2] {
    [y + dy as isize, x + dx as isize]
}

/// The window of a convolution.
pub fn pool_of(spec: &Conv2dSpec) -> Pool2dSpec {
    Pool2dSpec { kernel: spec.kernel, stride: spec.stride, padding: spec.padding }
}
