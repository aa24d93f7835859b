//! An allocator of a few lines, at a quarter of the usual one's weight in some two hundred and fifty components.
//!
//! What is given back is given out again to whoever asks for as much. Sizes are rounded up to one of four between a power of
//! two and the next, so that whoever learns asks for the same few again and again; blocks are never joined.

use std::alloc::{GlobalAlloc, Layout};
use std::arch::wasm32::{memory_grow, memory_size};
use std::cell::Cell;
use std::ptr::null_mut;

const PAGE: usize = 65_536;

/// What every block is aligned to, and the least that it holds: room for the address of another one.
const GRAIN: usize = 16;

/// Four for each power of two that an address has.
const SIZES: usize = 4 * usize::BITS as usize;

#[global_allocator]
static HEAP: Heap = Heap { next: Cell::new(0), free: [const { Cell::new(0) }; SIZES] };

struct Heap {
    /// The next address that was never given out; 0 before the first allocation, which begins on a page of its own.
    next: Cell<usize>,
    /// For every size the last block that was given back, which holds the address of the one before it; 0 is none.
    free: [Cell<usize>; SIZES],
}

// SAFETY: a component has one thread.
unsafe impl Sync for Heap {}

// SAFETY: a block is given out from beyond all memory that was there before and all blocks so far, or because it was given
// back, is off its list and holds as much, so that no two allocations overlap; `next` only grows, and an address is given
// out only when the memory reaches as far as its end.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some((number, size)) = class(layout) else { return self.beyond(layout.size(), layout.align()) };
        let last = self.free[number].get();
        if last == 0 {
            return self.beyond(size, GRAIN);
        }
        // SAFETY: blocks that were given back hold an address, and nobody else has them.
        self.free[number].set(unsafe { *(last as *const usize) });
        last as *mut u8
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let Some((number, _)) = class(layout) else { return };
        // SAFETY: the block is at least as large as an address, aligned to more, and nobody's any more.
        unsafe { *block.cast::<usize>() = self.free[number].get() };
        self.free[number].set(block as usize);
    }
}

/// The number of the size of a block, and the size; none for what is aligned to more than blocks are.
fn class(layout: Layout) -> Option<(usize, usize)> {
    let quarter = layout.size().max(GRAIN).ilog2() - 2;
    let quarters = layout.size().max(GRAIN).checked_add((1 << quarter) - 1)? >> quarter;
    (layout.align() <= GRAIN).then_some((4 * quarter as usize + quarters, quarters << quarter))
}

impl Heap {
    /// A block that was never given out.
    fn beyond(&self, size: usize, align: usize) -> *mut u8 {
        if self.next.get() == 0 {
            self.next.set(memory_size(0) * PAGE);
        }
        let at = self.next.get().next_multiple_of(align);
        let Some(end) = at.checked_add(size) else { return null_mut() };
        let missing = end.div_ceil(PAGE).saturating_sub(memory_size(0));
        if missing > 0 && memory_grow(0, missing) == usize::MAX {
            return null_mut();
        }
        self.next.set(end);
        at as *mut u8
    }
}
