//! See `fuzz::ceremonies::verify`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: fuzz::seeds::write("ceremonies"), |data: &[u8]| fuzz::ceremonies::verify(data));
