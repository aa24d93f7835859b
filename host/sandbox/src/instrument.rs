//! Makes a component count its own fuel by function.
//!
//! Time-based samples are never the same twice, and a grade must be derivable again. So every function of every core
//! module counts what wasmtime would charge for the operators that it runs (`function.rs`), and whenever it has counted
//! an interval it tells the host, which notes the stack. There is no channel for that in a component without changing
//! its imports, but there is one: a module that grows its memory by more pages than there can be asks the host's
//! limiter, which reads the count off the pages and denies them. Nothing of the submission's own gets there: its
//! growths are cut at [`MOST_PAGES`].
//!
//! Instead of fuel, functions can count what they wait for memory: what a model of caches (`caches.rs`) says of every load
//! and store. It keeps its tables in a memory of its own, which the submission's code cannot name.
//!
//! A module without a memory counts nothing; those that `wit-component` makes hold a handful of operators each.

mod access;
mod caches;
mod function;
mod module;

use thiserror::Error;
use wasmparser::{BinaryReader, BinaryReaderError};

/// Pages that a submission may ask for at once: with these alone a memory has all that it can.
const MOST_PAGES: u32 = 1 << 16;

/// The most that one message tells.
const MOST_TOLD: i64 = 0x7fff_0000;

/// How much a function counts before it tells for the first time.
const FIRST_INTERVAL: i64 = 256;

/// The interval doubles with so many messages: a short call is seen finely, and a long one costs little.
const MESSAGES_UNTIL_DOUBLED: i32 = 1 << 14;

/// No interval is longer.
const LAST_INTERVAL: i64 = 1 << 22;

/// Part of the key of what was compiled. Raise it with every change to what is counted or how it is told.
pub(crate) const VERSION: u32 = 2;

pub(crate) use caches::BYTES as CACHES_BYTES;

const MODULE: u8 = 1;
const COMPONENT: u8 = 4;

/// What functions count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Counted {
    /// What wasmtime would charge for their operators.
    Fuel,
    /// What they wait for memory, in units of fuel.
    Waits,
}

/// A component that is not what the gate lets through.
#[derive(Debug, Error)]
pub(crate) enum Malformed {
    #[error(transparent)]
    Unreadable(#[from] BinaryReaderError),
    #[error("a value type that the engine does not run")]
    ValueType,
}

/// The same component, whose core modules count. The name of each becomes its place among them, and functions keep
/// their indices.
///
/// # Errors
///
/// If it is not valid.
pub(crate) fn component(bytes: &[u8], counted: Counted) -> Result<Vec<u8>, Malformed> {
    nested(bytes, counted, &mut 0)
}

fn nested(bytes: &[u8], counted: Counted, modules: &mut u32) -> Result<Vec<u8>, Malformed> {
    let mut out = header(bytes)?.to_vec();
    for Section { id, contents } in sections(bytes)? {
        match id {
            MODULE => {
                put(&mut out, id, &module::counting(contents, counted, *modules)?);
                *modules += 1;
            }
            COMPONENT => put(&mut out, id, &nested(contents, counted, modules)?),
            _ => put(&mut out, id, contents),
        }
    }
    Ok(out)
}

/// A section of a module or component.
#[derive(Clone, Copy)]
struct Section<'a> {
    id: u8,
    contents: &'a [u8],
}

const HEADER_BYTES: usize = 8;

fn header(bytes: &[u8]) -> Result<&[u8], Malformed> {
    Ok(BinaryReader::new(bytes, 0).read_bytes(HEADER_BYTES)?)
}

fn sections(bytes: &[u8]) -> Result<Vec<Section<'_>>, Malformed> {
    let mut reader = BinaryReader::new(bytes, 0);
    reader.read_bytes(HEADER_BYTES)?;
    let mut sections = Vec::new();
    while !reader.eof() {
        let id = reader.read_u8()?;
        let size = reader.read_var_u32()? as usize;
        sections.push(Section { id, contents: reader.read_bytes(size)? });
    }
    Ok(sections)
}

fn put(out: &mut Vec<u8>, id: u8, contents: &[u8]) {
    out.push(id);
    put_number(out, contents.len() as u32);
    out.extend_from_slice(contents);
}

/// In the format's own variable length.
fn put_number(out: &mut Vec<u8>, number: u32) {
    wasm_encoder::Encode::encode(&number, out);
}

/// What a growth of a memory tells, in bytes before and after: fuel, if it is a message.
pub(crate) fn told(current: usize, desired: usize) -> Option<u64> {
    let pages = desired.checked_sub(current)? as u64 >> 16;
    pages.checked_sub(u64::from(MOST_PAGES) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pages: u64, fuel: Option<u64>) {
        let current = 17 << 16;
        assert_eq!(told(current, current + (pages << 16) as usize), fuel);
    }

    /// What a module's `f` gives for some numbers, where it does not trap.
    fn answers(module: &[u8]) -> Vec<Option<i32>> {
        let engine = wasmtime::Engine::default();
        let module = wasmtime::Module::from_binary(&engine, module).expect("it is valid");
        let mut store = wasmtime::Store::new(&engine, ());
        let instance = wasmtime::Instance::new(&mut store, &module, &[]).expect("it starts");
        let f = instance.get_typed_func::<i32, i32>(&mut store, "f").expect("it has an f");
        (-3..40).map(|x| f.call(&mut store, x).ok()).collect()
    }

    #[track_caller]
    fn check_same(fields: &str) {
        let plain = wat::parse_str(format!("(module {fields})")).expect("it is text");
        let found = answers(&plain);
        assert!(found.iter().any(Option::is_some));
        for counted in [Counted::Fuel, Counted::Waits] {
            let counting = module::counting(&plain, counted, 0).expect("it is valid");
            assert_ne!(plain, counting);
            assert_eq!(found, answers(&counting), "{counted:?}");
        }
    }

    #[test]
    fn what_counts_answers_the_same() {
        check_same(r#"(memory 1) (func (export "f") (param i32) (result i32) (local.get 0))"#);
        // Every way out of a function, with values.
        check_same(
            r#"(memory 1) (func $two (param i32) (result i32 i64)
                (block (result i32)
                    (block (br_if 0 (i32.lt_s (local.get 0) (i32.const 5))) (br 2 (i32.const 7) (i64.const 1)))
                    (if (i32.eqz (local.get 0)) (then (return (i32.const 1) (i64.const 2))))
                    (local.get 0))
                (i64.const 4))
            (func (export "f") (param i32) (result i32)
                (call $two (local.get 0)) (i32.wrap_i64) (i32.add))"#,
        );
        check_same(
            r#"(memory 1) (func (export "f") (param i32) (result i32)
                (block (result i32) (block (result i32)
                    (br_table 0 1 2 (i32.const 42) (local.get 0))) (i32.const 1) (i32.add)) (i32.const 8) (i32.mul))"#,
        );
        // Loops that take values, and code that is never reached.
        check_same(
            r#"(global $g (mut i32) (i32.const 5)) (memory 1)
            (func (export "f") (param i32) (result i32) (local.get 0)
                (loop (param i32) (result i32) (i32.const 1) (i32.sub) (local.tee 0) (local.get 0) (i32.const 0)
                    (i32.gt_s) (if (param i32) (result i32) (then (br 1)) (else)))
                (global.get $g) (i32.add) (global.set $g)
                (if (i32.gt_s (global.get $g) (i32.const 99)) (then (unreachable)))
                (return (global.get $g)) (drop) (i32.const 1) (br 0))"#,
        );
        // Bulk operations and growths, some of which cannot be.
        check_same(
            r#"(memory 1 3) (table $t 2 funcref) (elem $e func $other) (data $d "data") (func $other)
            (func (export "f") (param i32) (result i32)
                (memory.fill (i32.const 0) (local.get 0) (i32.const 100))
                (memory.init $d (i32.const 8) (i32.const 0) (i32.and (local.get 0) (i32.const 3)))
                (memory.copy (i32.const 200) (i32.const 4) (i32.const 60))
                (table.fill $t (i32.const 0) (ref.func $other) (i32.const 1))
                (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 1))
                (table.copy $t $t (i32.const 0) (i32.const 1) (i32.const 1))
                (i32.add (i32.load (i32.const 204)) (i32.add (memory.grow (local.get 0))
                    (table.grow $t (ref.null func) (i32.and (local.get 0) (i32.const 1))))))"#,
        );
        check_same(
            r#"(memory 1) (start $s) (func $s (i32.store (i32.const 0) (i32.const 77)))
            (func $fib (export "f") (param i32) (result i32) (if (result i32) (i32.lt_s (local.get 0) (i32.const 2))
                (then (i32.load (i32.const 0))) (else (i32.add (call $fib (i32.const 1)) (local.get 0)))))"#,
        );
    }

    #[test]
    fn messages_are_told_from_growths() {
        check(0, None);
        check(1, None);
        check(u64::from(MOST_PAGES), None);
        check(u64::from(MOST_PAGES) + 1, Some(0));
        check(u64::from(u32::MAX), Some(u64::from(u32::MAX - MOST_PAGES - 1)));
        assert!(MOST_TOLD as u64 + u64::from(MOST_PAGES) < u64::from(u32::MAX), "pages are a u32");
    }
}
