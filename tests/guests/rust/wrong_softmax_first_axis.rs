//! Softmax down the batch.
//!
//! expect: fails softmax, softmax-shift
//! expect: told softmax-first-axis

use guests::{Fault, LayerSpec, Tensor, export_layers, right, softmax, whole};

export_layers!(|spec, rng| match spec {
    LayerSpec::Softmax => Ok(whole(first_axis)),
    other => right(other, rng),
});

fn first_axis(input: &Tensor) -> Result<Tensor, Fault> {
    let mut output = input.clone();
    let stride = input.shape().iter().skip(1).product::<u32>() as usize;
    for offset in 0..stride {
        let mut column: Vec<f32> = input.data().iter().copied().skip(offset).step_by(stride).collect();
        softmax(&mut column);
        output.data_mut().iter_mut().skip(offset).step_by(stride).zip(column).for_each(|(y, x)| *y = x);
    }
    Ok(output)
}
