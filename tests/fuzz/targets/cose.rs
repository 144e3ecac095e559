//! See `fuzz::cose::key`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: fuzz::seeds::write("cose"), |data: &[u8]| fuzz::cose::key(data));
