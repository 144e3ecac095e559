//! See `fuzz::device::any`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::device::any(data));
