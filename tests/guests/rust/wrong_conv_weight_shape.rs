//! Keeps the weight of a convolution as [in-channels, out-channels, …], and wants it so from `load`.
//!
//! expect: fails conv2d, conv2d-without-bias, conv2d-stride, conv2d-padding, conv2d-rectangular, conv2d-sizes
//! expect: fails conv2d-parameters, output-sizes, channel-order, mnist-cnn, memory-efficiency
//! expect: told kernel-channels-swapped, weight-shape-transposed

use guests::{Conv2d, LayerSpec, Tensor, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(spec) => {
        let conv = Conv2d::new(spec, rng)?;
        let mut shape = conv.weight.shape().to_vec();
        shape.swap(0, 1);
        let weight = Tensor::new(shape, conv.weight.data().to_vec())?;
        Ok(Box::new(Conv2d { weight, weight_at: swapped, ..conv }))
    }
    other => right(other, rng),
});

fn swapped(conv: &Conv2d, output: usize, channel: usize, [y, x]: [usize; 2]) -> f32 {
    let [height, width] = conv.window.kernel;
    conv.weight.data()[((channel * conv.outputs + output) * height + y) * width + x]
}
