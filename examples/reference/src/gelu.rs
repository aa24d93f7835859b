//! GELU: every element is weighed by how likely it is that a normal variable is below it.

use tinytorch::{Fault, Layer, Mode, Tensor};

use crate::{
    exp::exp_of_sum,
    kept::{Kept, alike, zip},
};

/// x Φ(x), where Φ is the distribution of the standard normal (Hendrycks and Gimpel, "Gaussian error linear units", 2016,
/// §2): the exact form.
#[derive(Default)]
pub(crate) struct Gelu {
    /// Φ(x) + x φ(x) of the last training input: it costs one exponential with the output, and would cost another later.
    slope: Kept,
}

impl Layer for Gelu {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        if mode == Mode::Inference {
            return Ok(input.map(|x| gelu(x)[0]));
        }
        let (mut output, mut slope) = (input.clone(), input.clone());
        for (y, slope) in output.data_mut().iter_mut().zip(slope.data_mut()) {
            [*y, *slope] = gelu(*y);
        }
        self.slope.keep(slope);
        Ok(output)
    }

    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let slope = self.slope.of("gelu")?;
        alike("gelu", gradient, slope.shape())?;
        Ok(zip(gradient, slope, |gradient, slope| gradient * slope))
    }
}

/// x Φ(x) and its slope Φ(x) + x φ(x).
#[inline(always)]
fn gelu(x: f32) -> [f32; 2] {
    let [tail, density] = normal(x.abs());
    let below = if x < 0.0 { tail } else { 1.0 - tail };
    [x * below, below + x * density]
}

/// 1 / √(2π)
const DENSITY: f32 = 0.398_942_3;

/// Where the variable that the tail is a polynomial of is 0.
const MIDDLE: f32 = 5.25;

/// Where the tail is below all f32; every u beyond counts as this one.
const END: f32 = 15.0;

/// (1 + 1.5 u) e^(u²/2) Φ(−u) in powers of (u − 5.25) / (u + 5.25), the lowest first: its Chebyshev series over all u from
/// 0, cut where the terms fall below 10^-8.
const TAIL: [f32; 12] = [
    0.652_208_03,
    -0.066_025_46,
    -0.006_032_039,
    0.049_774_468,
    -0.061_346_076,
    0.050_326_34,
    -0.031_099_517,
    0.014_564_661,
    -0.004_760_868_4,
    0.000_675_197,
    0.000_237_163_71,
    -0.000_108_496_48,
];

/// Φ(−u) = erfc(u / √2) / 2 and φ(u) for a u from 0, both to a few units of their own last place however far out u is: the
/// difference 1 − erf would have none of them left.
///
/// One formula for all u, so that a loop over it becomes SIMD (Shepherd and Laframboise, "Chebyshev approximation of
/// (1 + 2x) exp(x²) erfc x in 0 ≤ x < ∞", Mathematics of Computation 36, 1981).
#[inline(always)]
fn normal(u: f32) -> [f32; 2] {
    let u = if u > END { END } else { u };
    // The square of the upper half of the digits is exact, and the rest of the square is small.
    let upper = f32::from_bits(u.to_bits() & 0xffff_f000);
    let power = exp_of_sum(-0.5 * upper * upper, -0.5 * (u - upper) * (u + upper));
    let t = (u - MIDDLE) / (u + MIDDLE);
    let polynomial = TAIL.iter().rev().fold(0.0, |sum, factor| sum * t + factor);
    [polynomial * power / (1.0 + 1.5 * u), DENSITY * power]
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;
    use crate::testing::{check_gradients, tensor};

    /// Φ(−u) in double precision: near 0 by the series of Abramowitz and Stegun 26.2.11, whose terms have one sign, else by
    /// the continued fraction 26.2.14.
    fn tail(u: f64) -> f64 {
        let density = (-u * u / 2.0).exp() / (2.0 * PI).sqrt();
        if u > 3.0 {
            return density / (1..=200).rev().fold(u, |below, k| u + f64::from(k) / below);
        }
        let mut terms =
            (1..100).scan(u, |term, k| Some(std::mem::replace(term, *term * u * u / f64::from(2 * k + 1))));
        0.5 - density * terms.by_ref().sum::<f64>()
    }

    #[track_caller]
    fn check(name: &str, x: f32, found: f32, expected: f64) {
        // Below the normal numbers units are as large as there, and gelu multiplies them.
        let unit = expected.abs().max(2e-38 * f64::from(x.abs().max(1.0))) * f64::from(f32::EPSILON);
        let error = (f64::from(found) - expected).abs() / unit;
        assert!(error <= 4.0, "{name} of {x} is {found:e}, which is {error} units from {expected:e}");
    }

    #[test]
    fn both_tails_are_right_to_the_last_places() {
        for step in 0..150_000 {
            let u = step as f32 * 1e-4;
            let expected = tail(u.into());
            check("the tail", u, normal(u)[0], expected);
            check("gelu", -u, gelu(-u)[0], -f64::from(u) * expected);
            check("gelu", u, gelu(u)[0], f64::from(u) * (1.0 - expected));
        }
    }

    #[test]
    fn known_values_are_met() {
        let found = [-1.0, 0.0, 1.0, -1e4, 1e4, 20.0].map(|x| gelu(x)[0]);
        assert_eq!(found, [-0.158_655_26, 0.0, 0.841_344_7, 0.0, 1e4, 20.0]);
        assert_eq!([-1e4, 0.0, 1e4].map(|x| gelu(x)[1]), [0.0, 0.5, 1.0]);
        assert!(gelu(f32::NAN)[0].is_nan());
    }

    #[test]
    fn the_slope_is_that_of_the_curve() {
        let input = tensor(&[2, 4], &[-3.0, -1.0, -0.3, -0.1, 0.2, 0.7, 1.5, 4.0]);
        check_gradients(&mut Gelu::default(), &input, 1e-2);
        let [mut inferred, mut trained] = [Gelu::default(), Gelu::default()];
        assert_eq!(inferred.forward(&input, Mode::Inference), trained.forward(&input, Mode::Training));
        assert!(matches!(inferred.backward(&input), Err(Fault::InvalidArgument(_))));
        assert!(matches!(trained.backward(&Tensor::zeros([8])), Err(Fault::ShapeMismatch(_))));
    }
}
