//! The vectors that this machine has, and what is computed with them.

use pulp::{Arch, Simd, WithSimd};

/// The vectors that this machine has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Machine {
    /// The numbers in one.
    pub(crate) lanes: usize,
    /// How many it can hold.
    pub(crate) registers: usize,
}

impl Machine {
    pub(crate) fn here() -> Self {
        run(Question)
    }
}

struct Question;

impl WithSimd for Question {
    type Output = Machine;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Machine {
        Machine { lanes: S::F32_LANES, registers: S::REGISTER_COUNT }
    }
}

/// Computes with the widest vectors.
pub(crate) fn run<T: WithSimd>(what: T) -> T::Output {
    Arch::new().dispatch(what)
}

/// The vector that begins here.
#[inline(always)]
pub(crate) fn load<S: Simd>(numbers: &[f32]) -> S::f32s {
    S::as_simd_f32s(&numbers[..S::F32_LANES]).0[0]
}

/// Puts a vector here.
#[inline(always)]
pub(crate) fn store<S: Simd>(vector: S::f32s, numbers: &mut [f32]) {
    S::as_mut_simd_f32s(&mut numbers[..S::F32_LANES]).0[0] = vector;
}
