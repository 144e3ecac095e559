//! See `fuzz::authdata::parse`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: fuzz::seeds::write("authdata"), |data: &[u8]| fuzz::authdata::parse(data));
