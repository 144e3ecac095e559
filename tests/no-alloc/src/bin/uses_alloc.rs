//! Must NOT link: the same, and one box. If it does, the check on `core` proves nothing.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::boxed::Box;
use core::panic::PanicInfo;

/// Where a microcontroller would begin.
#[unsafe(no_mangle)]
#[unsafe(link_section = ".text.entry")]
pub extern "C" fn entry() -> ! {
    loop {
        core::hint::black_box(Box::new(part::run()));
    }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}
