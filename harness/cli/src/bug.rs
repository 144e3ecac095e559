//! What the user sees when AnyKey itself is wrong.

use std::io::Write;
use std::panic::{self, AssertUnwindSafe, Location};
use std::sync::atomic::{AtomicBool, Ordering};

use plan::Exit;

use crate::failure::Failure;

static SEEN: AtomicBool = AtomicBool::new(false);

/// Replaces the panic message. The place is told; the panic's words are not, since they may hold what a key or a server said.
/// `RUST_BACKTRACE` adds them, for those who debug.
pub fn install() {
    let standard = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        SEEN.store(true, Ordering::SeqCst);
        // The process is about to end with the code for this; a closed stream changes nothing.
        let _ = writeln!(std::io::stderr(), "{}", words(info.location()));
        if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
            standard(info);
        }
    }));
}

/// Whether some thread has panicked: then the result is not to be trusted, whatever it says.
pub fn seen() -> bool {
    SEEN.load(Ordering::SeqCst)
}

/// Does `work`; a panic in it is a bug of ours, with the exit code for that.
///
/// # Errors
/// Those of `work`.
pub fn guarded(work: impl FnOnce() -> Result<Exit, Failure>) -> Result<Exit, Failure> {
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or(Ok(Exit::OurBug))
}

fn words(place: Option<&Location<'_>>) -> String {
    let place = place.map(|at| format!(" ({}:{})", at.file(), at.line())).unwrap_or_default();
    format!(
        "anykey: this is a bug of AnyKey {}{place}. Please report it, with the command and this line.\n\
         RUST_BACKTRACE=1 shows more; read it before you send it, it may hold names and addresses of yours.",
        env!("CARGO_PKG_VERSION")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_ends_with_the_code_for_bugs() {
        let exit = guarded(|| panic!("hunter2"));
        assert_eq!(exit.unwrap(), Exit::OurBug);
        assert_eq!(Exit::OurBug.code(), 70);
        assert!(matches!(guarded(|| Err(Failure::usage("x"))), Err(Failure::Usage(_))));
    }

    #[test]
    fn the_message_names_the_place_and_asks() {
        let message = words(Some(Location::caller()));
        assert!(message.contains("bug.rs:") && message.contains("Please report it"), "{message}");
    }
}
