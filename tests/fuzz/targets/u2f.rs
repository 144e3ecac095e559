//! See `fuzz::u2f::messages`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: fuzz::seeds::write("u2f"), |data: &[u8]| fuzz::u2f::messages(data));
