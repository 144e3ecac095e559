//! See `fuzz::cose::key`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::cose::key(data));
