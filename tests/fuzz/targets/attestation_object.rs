//! See `fuzz::attestation_object::parse`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::attestation_object::parse(data));
