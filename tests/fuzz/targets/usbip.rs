//! See `fuzz::usbip::any`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: fuzz::seeds::write("usbip"), |data: &[u8]| fuzz::usbip::any(data));
