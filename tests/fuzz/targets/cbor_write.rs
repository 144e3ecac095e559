//! See `fuzz::cbor::write`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::cbor::write(data));
