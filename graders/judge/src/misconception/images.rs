//! Images moved about: what the misconceptions of convolution and pooling are made of.

use tito_kernels::{Judged, Wide, Window};
use tito_sandbox::{Layer, Pool2dSpec};

use crate::{Case, case::wide, layer_oracle, window};

/// A case of one layer with a window, taken apart.
pub(super) struct Parts {
    pub(super) layer: Layer,
    pub(super) window: Window,
    /// A convolution's weight, then its bias.
    pub(super) parameters: Vec<Wide>,
    pub(super) input: Wide,
}

impl Parts {
    /// Those of a case, if it is of one convolution or pooling over images.
    pub(super) fn of(case: &Case) -> Option<Self> {
        let &[layer] = case.layers.as_slice() else { return None };
        let window = window(&layer)?;
        let input = Wide::from(&case.input);
        extents(&input)?;
        Some(Self { layer, window, parameters: wide(&case.parameters), input })
    }

    /// The weight and the bias, if the layer is a convolution.
    pub(super) fn convolution(&self) -> Option<(&Wide, Option<&Wide>)> {
        Some((self.parameters.first()?, self.parameters.get(1)))
    }

    /// What the layer would answer with these parts; `None` where the window does not fit.
    pub(super) fn answer(&self) -> Option<Judged> {
        let [_, _, height, width] = extents(&self.input)?;
        self.window.places([height, width])?;
        let Window { kernel, stride, padding } = self.window;
        let spec = Pool2dSpec { kernel: kernel.into(), stride: stride.into(), padding: padding.into() };
        let layer = match self.layer {
            Layer::Conv2d(mut conv) => {
                (conv.kernel, conv.stride, conv.padding) = (spec.kernel, spec.stride, spec.padding);
                Layer::Conv2d(conv)
            }
            Layer::MaxPool2d(_) => Layer::MaxPool2d(spec),
            _ => Layer::AveragePool2d(spec),
        };
        Some(layer_oracle(&layer, &self.parameters, &self.input))
    }

    /// The same with the padding made a part of the image: so much before and behind it along each axis, each element
    /// of it `fill`.
    pub(super) fn padded(mut self, before: [u32; 2], behind: [u32; 2], fill: f64) -> Option<Self> {
        let [images, channels, height, width] = extents(&self.input)?;
        let shape = [images, channels, before[0] + height + behind[0], before[1] + width + behind[1]];
        self.input = gathered(&self.input, shape, fill, |[n, c, y, x]| {
            let (y, x) = (y.checked_sub(before[0])?, x.checked_sub(before[1])?);
            (y < height && x < width).then_some([n, c, y, x])
        })?;
        self.window.padding = [0, 0];
        Some(self)
    }
}

/// The extents of a tensor with four axes.
pub(super) fn extents(tensor: &Wide) -> Option<[u32; 4]> {
    tensor.shape().extents().try_into().ok()
}

/// A tensor of this shape whose element at an index is the source's at `from` of it, or `fill` where that is none.
pub(super) fn gathered(
    source: &Wide,
    shape: [u32; 4],
    fill: f64,
    from: impl Fn([u32; 4]) -> Option<[u32; 4]>,
) -> Option<Wide> {
    let own = extents(source)?;
    let at = |index: [u32; 4], extents: [u32; 4]| {
        index.iter().zip(extents).fold(0, |sum, (&i, extent)| sum * extent as usize + i as usize)
    };
    let [images, channels, height, width] = shape;
    let mut data = Vec::with_capacity(shape.iter().map(|&extent| extent as usize).product());
    for n in 0..images {
        for c in 0..channels {
            for y in 0..height {
                let row = (0..width).map(|x| from([n, c, y, x]));
                data.extend(row.map(|index| index.map_or(fill, |index| source.data()[at(index, own)])));
            }
        }
    }
    Wide::new(shape, data).ok()
}

/// An answer with its elements moved: value and gauge alike.
pub(super) fn moved(answer: &Judged, image: impl Fn(&Wide) -> Option<Wide>) -> Option<Judged> {
    let gauge = Wide::new(answer.value.shape().clone(), answer.gauge.clone()).ok()?;
    Some(Judged { value: image(&answer.value)?, gauge: image(&gauge)?.data().to_vec(), terms: answer.terms })
}

/// The same elements in another shape.
pub(super) fn reshaped(tensor: &Wide, shape: [u32; 4]) -> Option<Wide> {
    Wide::new(shape, tensor.data().to_vec()).ok()
}
