//! See `fuzz::dictionaries::read`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: fuzz::seeds::write("dictionaries"), |data: &[u8]| fuzz::dictionaries::read(data));
