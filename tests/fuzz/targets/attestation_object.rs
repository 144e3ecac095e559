//! See `fuzz::attestation_object::parse`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: fuzz::seeds::write("attestation_object"), |data: &[u8]| fuzz::attestation_object::parse(data));
