//! Panics where an image is smaller than the kernel, and where a stride is 0.
//!
//! expect: fails impossible-sizes
//! expect: told wrong-shape-traps, impossible-layer-traps
//! expect: trap unreachable

use guests::{Fault, Images, LayerSpec, Pool2dSpec, Tensor, Window, before, export_layers, pool_of, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(conv) => {
        assert!(conv.stride.0 * conv.stride.1 * conv.kernel.0 * conv.kernel.1 > 0);
        Ok(before(right(spec, rng)?, unless_small(&pool_of(conv))?))
    }
    other => right(other, rng),
});

fn unless_small(spec: &Pool2dSpec) -> Result<impl Fn(&Tensor) -> Result<Tensor, Fault> + 'static, Fault> {
    let window = Window::new(spec)?;
    Ok(move |input: &Tensor| {
        assert!(Images::of(input).and_then(|images| window.places(&images)).is_ok());
        Ok(input.clone())
    })
}
