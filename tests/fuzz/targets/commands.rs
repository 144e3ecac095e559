//! See `fuzz::commands::sequence`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: fuzz::seeds::write("commands"), |data: &[u8]| fuzz::commands::sequence(data));
