//! Numbers and tensors from a seeded stream, the same on every machine.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng as _, SeedableRng as _},
};
use tito_tensor::{Shape, Tensor};

/// A stream of draws. ChaCha is specified and `libm` computes alike everywhere, so that a seed means the same
/// tensors on every machine and in every version.
#[derive(Clone)]
pub struct Draw {
    stream: ChaCha8Rng,
}

impl Draw {
    /// The stream of this seed.
    pub fn new(seed: [u8; 32]) -> Self {
        Self { stream: ChaCha8Rng::from_seed(seed) }
    }

    /// A whole number below `limit`, by Lemire's multiplication; its bias is below `limit` / 2⁶⁴.
    ///
    /// # Panics
    ///
    /// If `limit` is 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        assert!(limit > 0, "there is no number below 0");
        ((u128::from(self.stream.next_u64()) * u128::from(limit)) >> 64) as u64
    }

    /// A whole number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as u64) as i64
    }

    /// One of these.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }

    /// Uniform on [0, 1), a multiple of 2⁻⁵³.
    pub fn uniform(&mut self) -> f64 {
        (self.stream.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Standard normal, by Box and Muller (1958).
    pub fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.uniform()));
        radius * libm::cos(std::f64::consts::TAU * self.uniform())
    }

    /// The numbers 0 to `count` - 1 in a drawn order, by Fisher and Yates.
    pub fn permutation(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for last in (1..count).rev() {
            order.swap(last, self.below(last as u64 + 1) as usize);
        }
        order
    }

    /// Normal elements of this deviation.
    pub fn normals(&mut self, shape: impl Into<Shape>, deviation: f64) -> Tensor {
        Tensor::from_fn(shape, |_| (self.normal() * deviation) as f32)
    }

    /// Whole elements from -`most` to `most`.
    pub fn integers(&mut self, shape: impl Into<Shape>, most: i64) -> Tensor {
        Tensor::from_fn(shape, |_| self.between(-most, most) as f32)
    }

    /// Whole elements from 0 to below `entries`.
    ///
    /// # Panics
    ///
    /// If there are none.
    pub fn tokens(&mut self, shape: impl Into<Shape>, entries: u32) -> Tensor {
        Tensor::from_fn(shape, |_| self.below(entries.into()) as f32)
    }

    /// Elements uniform on [-`most`, `most`].
    pub fn uniforms(&mut self, shape: impl Into<Shape>, most: f64) -> Tensor {
        Tensor::from_fn(shape, |_| ((2.0 * self.uniform() - 1.0) * most) as f32)
    }

    /// Awkward elements: mostly normal, with zeros of both signs, ties, tiny and large magnitudes among them.
    pub fn awkward(&mut self, shape: impl Into<Shape>, large: f64) -> Tensor {
        Tensor::from_fn(shape, |_| match self.below(16) {
            0 => 0.0,
            1 => -0.0,
            2 => self.pick(&[1.0, -1.0]),
            3 => (self.normal() * 1e-6) as f32,
            4 => (self.normal() * large) as f32,
            _ => self.normal() as f32,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_pinned() {
        let mut draw = Draw::new([7; 32]);
        let drawn: Vec<u64> = (0..4).map(|_| draw.below(1_000_000)).collect();
        assert_eq!(drawn, PINNED, "another stream would change every student's cases");
    }

    const PINNED: [u64; 4] = [223_125, 831_866, 290_847, 353_890];

    #[test]
    fn normals_have_their_moments() {
        let mut draw = Draw::new([1; 32]);
        let drawn: Vec<f64> = (0..100_000).map(|_| draw.normal()).collect();
        let mean = drawn.iter().sum::<f64>() / 1e5;
        let variance = drawn.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 1e5;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
    }

    #[test]
    fn a_permutation_holds_every_number_once() {
        let mut order = Draw::new([2; 32]).permutation(100);
        assert_ne!(order, (0..100).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..100).collect::<Vec<_>>());
    }
}
