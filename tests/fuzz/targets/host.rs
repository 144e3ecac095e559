//! See `fuzz::host::any`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: fuzz::seeds::write("host"), |data: &[u8]| fuzz::host::any(data));
