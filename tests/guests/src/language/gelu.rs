//! GELU in its exact form.

/// Φ, the normal distribution, by Abramowitz and Stegun's formula 7.1.26, which is off by 10⁻⁷.
pub fn phi(x: f32) -> f32 {
    let size = f64::from(x.abs()) * std::f64::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * size);
    let sum = [-1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592]
        .iter()
        .fold(1.061_405_429, |sum, coefficient| sum * t + coefficient);
    let beyond = 0.5 * sum * t * (-size * size).exp();
    (if x < 0.0 { beyond } else { 1.0 - beyond }) as f32
}

/// x Φ(x)
pub fn gelu(x: f32) -> f32 {
    x * phi(x)
}

/// Φ(x) + x φ(x)
pub fn gelu_slope(x: f32) -> f32 {
    const DENSITY_AT_ZERO: f32 = 0.398_942_3;
    phi(x) + x * DENSITY_AT_ZERO * (-0.5 * x * x).exp()
}
