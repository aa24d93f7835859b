//! How far an f32 answer may lie from the f64 oracle: one rule and two constants for every operation.
//!
//! What the rule is applied to, and the special cases (exact operations, overflow, NaN), are [`Judged`]'s.
//!
//! [`Judged`]: crate::Judged

/// The unit roundoff of f32, 2⁻²⁴: rounding to nearest changes a normal number by at most this, relatively.
pub const UNIT_ROUNDOFF: f64 = 1.0 / (1u64 << 24) as f64;

/// The smallest normal f32, 2⁻¹²⁶: what flushing one term to zero can cost.
const SMALLEST_NORMAL: f64 = f32::MIN_POSITIVE as f64;

/// The accepted error of a result made of `terms` terms, in units of roundoff times gauge: `8 + 3 √terms`.
///
/// A sum of n products evaluated in f32 in any order, with or without FMA, errs by at most γₙ·S, where
/// γₙ = nu/(1−nu) and the gauge S = Σ|xᵢwᵢ| (Higham, *Accuracy and Stability of Numerical Algorithms*, §3.1).
/// Roundings are not all of one sign: as bounded, mean-independent variables they give λ√n·u·S with a
/// probability that λ fixes whatever the n (Higham and Mary 2019, doi 10.1137/18M1226312, thm 2.4; Ipsen and
/// Zhou, arXiv 1906.10465). The 3 is that λ. The 8 is for what does not grow with n: a few calls of `exp` at an
/// ulp or two each, a division, the final rounding. The idea of a gauge is the reference BLAS's (`SMMCH` in
/// `TESTING/sblat3.f`, threshold 16 at n ≤ 9).
///
/// Measured by `tests/calibration.rs` with 64 rounds, K from 1 to 16384, normal and positive data; the worst error
/// as a part of the bound:
///
/// | evaluated in f32 | worst | by |
/// |---|---|---|
/// | dense | 0.33 | the sequential loop, reversed, on positive data |
/// | sigmoid | 0.25 | `1/(1+e⁻ˣ)` |
/// | tanh | 0.18 | `2/(1+e⁻²ˣ) − 1` |
/// | softmax | 0.32 | `exp(x − max − log Σ)` |
/// | the native kernels | 0.26 | dense on positive data |
///
/// The same of milestone 5, by `tests/{language,attention}_variants.rs`: GELU 0.44 (an erf by Hastings' formula), layer
/// normalisation 0.24 (1024 features at an offset of a hundred deviations), attention 0.16 and its gradients 0.17 (positive
/// data).
///
/// Where the native sigmoid flushes a subnormal result to zero it uses up what [`bound`] adds for that: 0.996. The
/// least that a wrong dense is beyond the bound, over the same cases: 2.0 with one product dropped, 5.5 with the
/// bias dropped, 2.2 rounded to f16 (that one not for sums of more than 800 terms that cancel, whose own digits are
/// below the bound).
pub fn tolerance(terms: usize) -> f64 {
    8.0 + 3.0 * (terms as f64).sqrt()
}

/// The accepted distance from the oracle's value of a result made of `terms` terms with this `gauge`:
/// `tolerance(terms) · u · gauge + terms · 2⁻¹²⁶`. The last summand lets every term be flushed to zero where it
/// is subnormal, as some machines do.
pub fn bound(terms: usize, gauge: f64) -> f64 {
    tolerance(terms) * UNIT_ROUNDOFF * gauge + terms as f64 * SMALLEST_NORMAL
}

/// The gauge for an intermediate of a result made of `terms` terms that may be flushed to zero where it is subnormal,
/// and is multiplied by something of this magnitude afterwards.
pub(crate) fn flushed(terms: usize, magnitude: f64) -> f64 {
    SMALLEST_NORMAL * magnitude / (tolerance(terms) * UNIT_ROUNDOFF)
}
