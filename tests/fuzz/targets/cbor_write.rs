//! See `fuzz::cbor::write`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: fuzz::seeds::write("cbor_write"), |data: &[u8]| fuzz::cbor::write(data));
