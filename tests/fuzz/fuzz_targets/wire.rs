//! libFuzzer's way into `tito_fuzz::wire`, where the property is.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tito_fuzz::wire::holds(bytes));
