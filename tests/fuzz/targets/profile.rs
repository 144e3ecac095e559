//! See `fuzz::profile::parse`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: fuzz::seeds::write("profile"), |data: &[u8]| fuzz::profile::parse(data));
