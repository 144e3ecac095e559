//! See `fuzz::describe::any`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: fuzz::seeds::write("describe"), |data: &[u8]| fuzz::describe::any(data));
