//! Sums: in f64 with their gauge beside them, and in f32 with vectors.

use tito_tensor::Shape;

use crate::{Judged, Wide};

/// Many sums at once: their values and, beside each, the sum of the absolute values that went into it.
pub(crate) struct Sums {
    value: Vec<f64>,
    gauge: Vec<f64>,
}

impl Sums {
    /// So many sums of nothing.
    pub(crate) fn zeros(count: usize) -> Self {
        Self { value: vec![0.0; count], gauge: vec![0.0; count] }
    }

    /// Adds a term to one of them.
    pub(crate) fn add(&mut self, at: usize, term: f64) {
        self.add_gauged(at, term, term.abs());
    }

    /// Adds a term whose rounding errors scale with another magnitude than its own.
    pub(crate) fn add_gauged(&mut self, at: usize, term: f64, gauge: f64) {
        self.value[at] += term;
        self.gauge[at] += gauge;
    }

    /// The sums as a tensor of this shape, none of more than so many terms.
    pub(crate) fn judged(self, shape: Shape, terms: usize) -> Judged {
        let value = Wide::new(shape, self.value).expect("there is a sum for every element");
        Judged { value, gauge: self.gauge, terms }
    }
}

/// The sum of many numbers.
pub(crate) fn sum(numbers: &[f32]) -> f32 {
    sum_of(numbers, numbers, |x, _| x)
}

/// The sum of what is made of two numbers each, in as many partial sums as the widest vectors have lanes.
pub(crate) fn sum_of(left: &[f32], right: &[f32], of: impl Fn(f32, f32) -> f32) -> f32 {
    let ((left, left_rest), (right, right_rest)) = (left.as_chunks::<16>(), right.as_chunks::<16>());
    let mut sums = [0.0; 16];
    for (left, right) in left.iter().zip(right) {
        for ((sum, &a), &b) in sums.iter_mut().zip(left).zip(right) {
            *sum += of(a, b);
        }
    }
    let rest = left_rest.iter().zip(right_rest).map(|(&a, &b)| of(a, b));
    sums.into_iter().chain(rest).sum()
}
