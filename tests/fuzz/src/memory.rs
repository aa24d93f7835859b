//! The most memory that a piece of code holds at once, counted by the allocator of this crate.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

thread_local! {
    // Signed, because a thread may free what another one allocated.
    static HELD: Cell<i64> = const { Cell::new(0) };
    static PEAK: Cell<i64> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

/// Counts for each thread alone, so that targets replayed side by side do not disturb each other.
fn count(change: i64) {
    let held = HELD.get() + change;
    HELD.set(held);
    PEAK.set(PEAK.get().max(held));
}

// SAFETY: every request is passed on to the system's allocator as it came; counting neither allocates nor panics.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(-(layout.size() as i64));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(memory, layout) }
    }
}

/// Runs `work` and asserts that it never held more than `most` bytes beyond what was there before.
///
/// # Panics
///
/// If it did.
#[track_caller]
pub(crate) fn at_most<T>(most: usize, work: impl FnOnce() -> T) -> T {
    let before = HELD.get();
    PEAK.set(before);
    let done = work();
    let peak = PEAK.get() - before;
    assert!(peak <= most as i64, "{peak} bytes were held at once; {most} are enough");
    done
}
