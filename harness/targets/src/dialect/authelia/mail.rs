//! Messages to users, as the file notifier writes them: each takes the place of the one before.

use std::io;
use std::path::Path;

use time::OffsetDateTime;

use super::setup::User;

/// A one-time code.
pub(super) fn code(file: &Path, to: &User, code: &str) -> io::Result<()> {
    let rule = "-".repeat(40);
    let text = format!(
        "A ONE-TIME CODE HAS BEEN GENERATED TO COMPLETE A REQUESTED ACTION\n\nHi {},\n\n{rule}\n\n{code}\n\n{rule}\n",
        to.display_name
    );
    write(file, to, "Confirm your identity", &text)
}

/// That a key came or went.
pub(super) fn event(file: &Path, to: &User, subject: &str) -> io::Result<()> {
    write(
        file,
        to,
        subject,
        &format!("Hi {},\n\nA second factor was changed for your account.\n", to.display_name),
    )
}

fn write(file: &Path, to: &User, subject: &str, text: &str) -> io::Result<()> {
    let head = format!(
        "Date: {}\nRecipient: {{{} {}}}\nSubject: {subject}\n",
        OffsetDateTime::now_utc(),
        to.display_name,
        to.email
    );
    std::fs::write(file, head + text)
}
