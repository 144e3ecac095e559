//! See `fuzz::commands::sequence`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::commands::sequence(data));
