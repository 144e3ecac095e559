//! The file notifier: one file, which each message replaces.

use std::path::{Path, PathBuf};

use tokio::sync::{Mutex, MutexGuard};

use crate::target::TargetError;

/// What a message with a one-time code has as its subject.
const SUBJECT: &str = "Subject: Confirm your identity";

/// The file. Whoever causes a message holds it meanwhile, since the next message takes the place of this one.
#[derive(Debug)]
pub(super) struct Notifier {
    path: PathBuf,
    turn: Mutex<()>,
}

impl Notifier {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), turn: Mutex::default() }
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Waits until nobody else has a message under way.
    pub(super) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// The one-time code in the message that is there.
    ///
    /// # Errors
    /// The file cannot be read, or holds another message.
    pub(super) fn code(&self) -> Result<String, TargetError> {
        let text = std::fs::read_to_string(&self.path);
        let text = text
            .map_err(|e| TargetError::Unknown(format!("the notifier's file {}: {e}", self.path.display())))?;
        code(&text).ok_or_else(|| {
            let subject = text.lines().find(|line| line.starts_with("Subject: ")).unwrap_or("nothing");
            TargetError::Unknown(format!(
                "the notifier's file {} has no one-time code but `{subject}`: does Authelia write its notifications there, and \
                 does nobody else use it now?",
                self.path.display()
            ))
        })
    }
}

/// The one line between the first two rules of dashes.
pub(super) fn code(text: &str) -> Option<String> {
    text.lines().find(|line| line.trim() == SUBJECT)?;
    let is_rule = |line: &&str| line.len() >= 3 && line.bytes().all(|b| b == b'-');
    let mut after = text.lines().map(str::trim).skip_while(|line| !is_rule(line)).skip(1);
    let mut between = after.by_ref().take_while(|line| !is_rule(line)).filter(|line| !line.is_empty());
    let code = between.next()?.to_owned();
    between.next().is_none().then_some(code)
}
