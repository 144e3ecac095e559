//! See `fuzz::client_data::parse`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: fuzz::seeds::write("client_data"), |data: &[u8]| fuzz::client_data::parse(data));
