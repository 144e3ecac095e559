//! See `fuzz::scenario::load`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: fuzz::seeds::write("scenario"), |data: &[u8]| fuzz::scenario::load(data));
