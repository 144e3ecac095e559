//! See `fuzz::ceremonies::verify`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::ceremonies::verify(data));
