//! Random tensors for the tests of kernels, the same on every machine.

use tito_tensor::Tensor;

/// `SplitMix64` (Steele, Lea and Flood 2014): enough randomness for rounding errors, in four lines.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 up to 1.
    pub(crate) fn uniform(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u32 << 24) as f32
    }

    /// Nearly normal, with mean 0 and variance 1: a sum of twelve uniform numbers.
    pub(crate) fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.uniform()).sum::<f32>() - 6.0
    }

    /// A tensor with elements drawn one after the other.
    pub(crate) fn tensor(&mut self, shape: &[u32], mut draw: impl FnMut(&mut Self) -> f32) -> Tensor {
        Tensor::from_fn(shape.to_vec(), |_| draw(self))
    }
}
