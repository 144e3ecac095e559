//! See `fuzz::host::any`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::host::any(data));
