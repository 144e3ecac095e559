//! See `fuzz::cbor::read`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::cbor::read(data));
