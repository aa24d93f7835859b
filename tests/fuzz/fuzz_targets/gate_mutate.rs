//! libFuzzer's way into `tito_fuzz::gate_mutate`, with a mutator that keeps components readable half of the time.

#![no_main]

use tito_fuzz::gate_mutate;

libfuzzer_sys::fuzz_mutator!(|bytes: &mut [u8], size: usize, most: usize, seed: u32| {
    let mutant =
        (seed % 2 == 0).then(|| gate_mutate::mutated(&bytes[..size], u64::from(seed / 2), most)).flatten();
    match mutant {
        Some(mutant) => {
            bytes[..mutant.len()].copy_from_slice(&mutant);
            mutant.len()
        }
        None => libfuzzer_sys::fuzzer_mutate(bytes, size, most),
    }
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gate_mutate::holds(bytes));
