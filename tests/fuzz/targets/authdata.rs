//! See `fuzz::authdata::parse`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::authdata::parse(data));
