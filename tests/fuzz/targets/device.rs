//! See `fuzz::device::any`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: fuzz::seeds::write("device"), |data: &[u8]| fuzz::device::any(data));
