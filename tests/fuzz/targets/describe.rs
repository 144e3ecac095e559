//! See `fuzz::describe::any`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::describe::any(data));
