//! Seeded random numbers, for initialisation, dropout, and the order of examples.

/// A seeded stream of random numbers: the same seed gives the same numbers.
///
/// `SplitMix64` (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, figure 16).
/// Good enough to initialise weights with, and short enough to read; not for secrets.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// The stream that belongs to `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The seed of a stream that gives the numbers that this one has still to give: a checkpoint keeps it.
    pub fn state(&self) -> u64 {
        self.0
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from the uniform distribution over [0, 1).
    pub fn uniform(&mut self) -> f32 {
        // An f32 has 24 significant bits: every multiple of 2^-24 below 1 is exact.
        (self.bits() >> 40) as f32 * 2.0_f32.powi(-24)
    }

    /// A number from the normal distribution with mean 0 and deviation 1.
    ///
    /// Marsaglia and Bray, "A convenient method for generating normal variables", SIAM Review 6(3), 1964: a point in
    /// the unit disc gives the angle and the radius without a sine.
    pub fn normal(&mut self) -> f32 {
        loop {
            let [x, y] = [self.symmetric(), self.symmetric()];
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                return (x * (-2.0 * square.ln() / square).sqrt()) as f32;
            }
        }
    }

    /// A number from the uniform distribution over [-1, 1), in double precision.
    fn symmetric(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * 2.0_f64.powi(-52) - 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bits_are_those_of_the_paper_s_generator() {
        let mut rng = Rng::new(1_234_567);
        let bits = [rng.bits(), rng.bits(), rng.bits()];
        assert_eq!(bits, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn a_state_goes_on_where_the_stream_stands() {
        let mut rng = Rng::new(3);
        rng.normal();
        assert_eq!(Rng::new(rng.state()).bits(), rng.bits());
    }

    #[test]
    fn moments_are_those_of_the_distributions() {
        check(Rng::uniform, 0.5, 1.0 / 12.0);
        check(Rng::normal, 0.0, 1.0);
    }

    fn check(draw: fn(&mut Rng) -> f32, mean: f64, variance: f64) {
        const DRAWS: usize = 100_000;
        let mut rng = Rng::new(7);
        let draws: Vec<f64> = (0..DRAWS).map(|_| f64::from(draw(&mut rng))).collect();
        let found = draws.iter().sum::<f64>() / DRAWS as f64;
        let spread = draws.iter().map(|x| (x - found).powi(2)).sum::<f64>() / DRAWS as f64;
        // Five standard errors of the mean; the variance of a normal has a relative error of sqrt(2 / n).
        assert!((found - mean).abs() < 5.0 * (variance / DRAWS as f64).sqrt(), "mean {found}");
        assert!((spread / variance - 1.0).abs() < 5.0 * (2.0 / DRAWS as f64).sqrt(), "variance {spread}");
    }
}
