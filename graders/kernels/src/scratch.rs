//! Memory that a thread works in and keeps for the next time: asking the system for it anew costs a fault a page, which of
//! a small convolution is as much as all products.

use std::{
    cell::RefCell,
    ops::{Deref, DerefMut},
};

/// How many buffers a thread keeps: as many as one operation uses at once.
const KEPT: usize = 3;

thread_local! {
    static BUFFERS: RefCell<Vec<Vec<f32>>> = const { RefCell::new(Vec::new()) };
}

/// Numbers that begin as zeros.
#[derive(Default)]
pub(crate) struct Scratch(Vec<f32>);

impl Scratch {
    /// So many zeros, in what this thread kept.
    pub(crate) fn zeros(count: usize) -> Self {
        let mut scratch = Self(BUFFERS.with_borrow_mut(Vec::pop).unwrap_or_default());
        scratch.clear(count);
        scratch
    }

    /// Becomes so many zeros.
    pub(crate) fn clear(&mut self, count: usize) {
        self.0.clear();
        self.0.resize(count, 0.0);
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let kept = std::mem::take(&mut self.0);
        // A thread that ends has nowhere to keep it.
        let _ = BUFFERS.try_with(|buffers| {
            let mut buffers = buffers.borrow_mut();
            if buffers.len() < KEPT && kept.capacity() > 0 {
                buffers.push(kept);
            }
        });
    }
}

impl Deref for Scratch {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.0
    }
}

impl DerefMut for Scratch {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.0
    }
}
