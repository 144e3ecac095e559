//! See `fuzz::messages::decode`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: fuzz::seeds::write("messages"), |data: &[u8]| fuzz::messages::decode(data));
