//! Must link: the core asks for no heap, no unwinding and no operating system.
#![no_std]
#![no_main]

use core::panic::PanicInfo;

/// Where a microcontroller would begin.
#[unsafe(no_mangle)]
#[unsafe(link_section = ".text.entry")]
pub extern "C" fn entry() -> ! {
    loop {
        core::hint::black_box(part::run());
    }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}
