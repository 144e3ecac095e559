//! See `fuzz::cbor::read`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: fuzz::seeds::write("cbor_read"), |data: &[u8]| fuzz::cbor::read(data));
