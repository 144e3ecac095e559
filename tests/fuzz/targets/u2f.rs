//! See `fuzz::u2f::messages`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::u2f::messages(data));
