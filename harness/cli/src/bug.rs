//! What the user sees when AnyKey itself is wrong.

use std::io::Write;
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};

static SEEN: AtomicBool = AtomicBool::new(false);

/// Replaces the panic message. The place is told; the panic's words are not, since they may hold what a key or a server said.
/// `RUST_BACKTRACE=1` adds them, for those who debug.
pub fn install() {
    let standard = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        SEEN.store(true, Ordering::SeqCst);
        let place = info.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
        // The process is about to end with the code for this; a closed stream changes nothing.
        let _ = writeln!(
            std::io::stderr(),
            "anykey: this is a bug of AnyKey {} ({place}). Please report it, with the command and this line.\n\
             RUST_BACKTRACE=1 shows more; read it before you send it, it may hold names and addresses of yours.",
            env!("CARGO_PKG_VERSION")
        );
        if std::env::var_os("RUST_BACKTRACE").is_some() {
            standard(info);
        }
    }));
}

/// Whether some thread has panicked: then the result is not to be trusted, whatever it says.
pub fn seen() -> bool {
    SEEN.load(Ordering::SeqCst)
}
