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

/// The sum of many numbers, in as many partial sums as the widest vectors have lanes.
pub(crate) fn sum(numbers: &[f32]) -> f32 {
    let (blocks, rest) = numbers.as_chunks::<16>();
    let mut sums = [0.0; 16];
    for block in blocks {
        sums.iter_mut().zip(block).for_each(|(sum, x)| *sum += x);
    }
    sums.iter().chain(rest).sum()
}
