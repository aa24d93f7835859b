//! What normalisations do once mean and deviation are known, and how far an f32 evaluation of it may stray. What is
//! normalised together, channels or rows, is theirs to say.

/// The scale γ and the shift β of every channel or feature, and ε.
#[derive(Debug)]
pub struct Affine<'a, T> {
    /// γ `[channels]` or `[features]`.
    pub gamma: &'a T,
    /// β, of the same shape.
    pub beta: &'a T,
    /// What is added to the variance.
    pub epsilon: f32,
}

/// A derived one would want a tensor that is copied.
impl<T> Clone for Affine<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Affine<'_, T> {}

/// What is subtracted from numbers that are normalised together, and what the difference is divided by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    pub(crate) mean: f64,
    /// √(σ² + ε).
    pub(crate) deviation: f64,
}

/// Means over numbers that are normalised together: of dy and of dy · x̂, and of what each may err by.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Means {
    pub(crate) shift: f64,
    pub(crate) slope: f64,
    pub(crate) shifts: f64,
    pub(crate) slopes: f64,
}

impl Spread {
    pub(crate) fn new(mean: f64, variance: f64, epsilon: f32) -> Self {
        Self { mean, deviation: libm::sqrt(variance + f64::from(epsilon)) }
    }

    /// x̂.
    pub(crate) fn normal(self, x: f64) -> f64 {
        (x - self.mean) / self.deviation
    }

    /// Rounding the mean moves every difference, which counts the more the smaller the deviation is beside the mean.
    pub(crate) fn doubt(self) -> f64 {
        1.0 + self.mean.abs() / self.deviation
    }

    /// γ · x̂ + β and its gauge, |γ|(1 + |x̂|)(1 + |μ|/σ) + |β|.
    pub(crate) fn output(self, x: f64, gamma: f64, beta: f64) -> [f64; 2] {
        let normal = self.normal(x);
        [gamma * normal + beta, gamma.abs() * (1.0 + normal.abs()) * self.doubt() + beta.abs()]
    }

    /// What an element adds to the gradient of γ, and to its gauge.
    pub(crate) fn to_gamma(self, x: f64, dy: f64) -> [f64; 2] {
        let normal = self.normal(x);
        [dy * normal, dy.abs() * (1.0 + normal.abs()) * self.doubt()]
    }

    /// An element's gradient, `scale · (dy − mean dy − x̂ · mean(dy · x̂))`, and its gauge: the sum of the absolute values of
    /// the terms, times 1 + |μ|/σ for x̂.
    pub(crate) fn to_input(self, scale: f64, x: f64, dy: f64, means: Means) -> [f64; 2] {
        let normal = self.normal(x);
        let value = scale * (dy - means.shift - normal * means.slope);
        let terms = (dy.abs() + means.shifts) * self.doubt() + (1.0 + normal.abs()) * means.slopes;
        [value, scale.abs() * terms]
    }
}
