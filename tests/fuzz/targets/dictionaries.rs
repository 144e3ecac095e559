//! See `fuzz::dictionaries::read`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::dictionaries::read(data));
