//! libFuzzer's way into `tito_fuzz::archive`, where the property is.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tito_fuzz::archive::holds(bytes));
