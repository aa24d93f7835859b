//! A model of caches, as WebAssembly: what a load or store is waited for.
//!
//! Two levels of lines of 64 bytes, each of sets of eight with the least recently used to go first: 32 KiB and 1 MiB, as the
//! cores of servers have them. Simulated, they give the same on every machine, as `cachegrind` does (Nethercote and Seward,
//! *Valgrind*, PLDI 2007). What lies beside a line that is in the first level was fetched ahead, as
//! machines do for whoever walks along the memory.
//!
//! Waits are in units of fuel, of which a core does about three a cycle. Loads do not wait for one another, so that a wait is
//! some part of what a datasheet says; ARCHITECTURE.md has what was measured beside it.

use wasm_encoder::{BlockType, Encode as _, Instruction as I, MemArg, ValType};

use super::put_number;

/// Bytes of a line, as a power of two.
const LINE: i32 = 6;

/// Bytes of a set, as a power of two: eight tags of four bytes.
const SET: i32 = 5;

/// A level: where its tags begin, and its number of sets less one.
struct Level {
    tags: i32,
    mask: i32,
}

/// 32 KiB.
const FIRST: Level = Level { tags: 0, mask: 63 };

/// 1 MiB.
const SECOND: Level = Level { tags: 64 << SET, mask: 2_047 };

/// Of the memory that holds the tags, in pages.
pub(super) const PAGES: u32 = 2;

/// The same in bytes.
pub(crate) const BYTES: u64 = (PAGES as u64) << 16;

/// For what was fetched ahead.
const AHEAD_WAIT: i64 = 2;

/// For what the second level has.
const SECOND_WAIT: i64 = 8;

/// For what neither has.
const MEMORY_WAIT: i64 = 30;

/// Where everything is that the model needs: indices of the module.
#[derive(Clone, Copy)]
pub(super) struct Places {
    /// The memory with the tags.
    pub(super) memory: u32,
    /// The global with the line that was looked up last.
    pub(super) last: u32,
    /// The first of the functions; the others come behind it.
    pub(super) functions: u32,
}

/// The types of the functions, as a section has them: an address to its wait, a level's line to whether it was there, and a
/// line to whether it is in the first.
pub(super) const TYPES: [&[u8]; 3] =
    [&[0x60, 1, 0x7f, 1, 0x7e], &[0x60, 3, 0x7f, 0x7f, 0x7f, 1, 0x7f], &[0x60, 1, 0x7f, 1, 0x7f]];

impl Places {
    /// The bodies of the functions, in the order of their types.
    pub(super) fn bodies(self) -> [Vec<u8>; 3] {
        [self.wait(), self.fetch(), self.is_there()]
    }

    /// What an address is waited for, by an access that takes its line into both levels.
    fn wait(self) -> Vec<u8> {
        let (line, was_second) = (0, 1);
        let (fetch, is_there) = (self.functions + 1, self.functions + 2);
        let fetched = |level: Level| {
            [I::LocalGet(line), I::I32Const(level.tags), I::I32Const(level.mask), I::Call(fetch)]
        };
        let is_beside = |distance| [I::LocalGet(line), I::I32Const(distance), I::I32Add, I::Call(is_there)];
        let mut out = locals(1);
        write(&mut out, &[I::LocalGet(line), I::I32Const(LINE), I::I32ShrU]);
        // No tag is 0, with which the tables begin.
        write(&mut out, &[I::I32Const(1), I::I32Add, I::LocalTee(line)]);
        write(&mut out, &[I::GlobalGet(self.last), I::I32Eq]);
        give_if(&mut out, I::I64Const(0));
        write(&mut out, &[I::LocalGet(line), I::GlobalSet(self.last)]);
        write(&mut out, &fetched(FIRST));
        give_if(&mut out, I::I64Const(0));
        write(&mut out, &fetched(SECOND));
        write(&mut out, &[I::LocalSet(was_second)]);
        write(&mut out, &is_beside(-1));
        write(&mut out, &is_beside(1));
        write(&mut out, &[I::I32Or]);
        give_if(&mut out, I::I64Const(AHEAD_WAIT));
        let waits = [I::I64Const(SECOND_WAIT), I::I64Const(MEMORY_WAIT), I::LocalGet(was_second), I::Select];
        write(&mut out, &waits);
        write(&mut out, &[I::End]);
        out
    }

    /// Puts a line in front of its set, and says whether it was in there.
    fn fetch(self) -> Vec<u8> {
        let (line, tags, mask, place, before, now, end) = (0, 1, 2, 3, 4, 5, 6);
        let mut out = locals(4);
        write(&mut out, &[I::LocalGet(tags), I::LocalGet(line), I::LocalGet(mask), I::I32And]);
        write(&mut out, &[I::I32Const(SET), I::I32Shl, I::I32Add, I::LocalTee(place)]);
        write(&mut out, &[I::I32Load(self.tag()), I::LocalSet(before)]);
        write(&mut out, &[I::LocalGet(place), I::LocalGet(line), I::I32Store(self.tag())]);
        write(&mut out, &[I::LocalGet(before), I::LocalGet(line), I::I32Eq]);
        give_if(&mut out, I::I32Const(1));
        write(&mut out, &[I::LocalGet(place), I::I32Const(1 << SET), I::I32Add, I::LocalSet(end)]);
        write(&mut out, &[I::Loop(BlockType::Empty)]);
        write(&mut out, &[I::LocalGet(place), I::I32Const(4), I::I32Add, I::LocalTee(place)]);
        write(&mut out, &[I::LocalGet(end), I::I32Eq]);
        give_if(&mut out, I::I32Const(0));
        write(&mut out, &[I::LocalGet(place), I::I32Load(self.tag()), I::LocalSet(now)]);
        write(&mut out, &[I::LocalGet(place), I::LocalGet(before), I::I32Store(self.tag())]);
        write(&mut out, &[I::LocalGet(now), I::LocalGet(line), I::I32Eq]);
        give_if(&mut out, I::I32Const(1));
        write(&mut out, &[I::LocalGet(now), I::LocalSet(before), I::Br(0), I::End, I::Unreachable, I::End]);
        out
    }

    /// Whether a line is in the first level.
    fn is_there(self) -> Vec<u8> {
        let (line, place, end) = (0, 1, 2);
        let mut out = locals(2);
        write(&mut out, &[I::LocalGet(line), I::I32Const(FIRST.mask), I::I32And]);
        write(&mut out, &[I::I32Const(SET), I::I32Shl, I::LocalTee(place)]);
        write(&mut out, &[I::I32Const(1 << SET), I::I32Add, I::LocalSet(end)]);
        write(&mut out, &[I::Loop(BlockType::Empty)]);
        write(&mut out, &[I::LocalGet(place), I::I32Load(self.tag()), I::LocalGet(line), I::I32Eq]);
        give_if(&mut out, I::I32Const(1));
        write(&mut out, &[I::LocalGet(place), I::I32Const(4), I::I32Add, I::LocalTee(place)]);
        write(&mut out, &[I::LocalGet(end), I::I32Ne, I::BrIf(0), I::End, I::I32Const(0), I::End]);
        out
    }

    fn tag(self) -> MemArg {
        MemArg { offset: 0, align: 2, memory_index: self.memory }
    }
}

/// Ends a function with a value, where the stack has something else than 0.
fn give_if(out: &mut Vec<u8>, value: I<'_>) {
    write(out, &[I::If(BlockType::Empty), value, I::Return, I::End]);
}

/// The head of a body with so many locals of 32 bits.
fn locals(count: u32) -> Vec<u8> {
    let mut out = vec![1];
    put_number(&mut out, count);
    ValType::I32.encode(&mut out);
    out
}

fn write(out: &mut Vec<u8>, instructions: &[I<'_>]) {
    instructions.iter().for_each(|instruction| instruction.encode(out));
}
