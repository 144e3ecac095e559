//! See `fuzz::messages::decode`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::messages::decode(data));
