//! What browsers say of the dialogs that they show, which are nowhere but on the screen.

/// A dialog of the browser's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// It waits for a key, or for a touch of it.
    Waits,
    /// It asks for the key's PIN.
    Pin,
    /// It asks for one of the accounts that are on the key.
    Accounts,
    /// It asks whether the site may know the key's model.
    Attestation,
    /// It says why it does not go on, in its own word.
    Refusal(String),
    /// There is none any more.
    Closed,
}

/// The dialog that a line of Chromium's log tells of (`UI step: kClientPinEntry`), if it does.
pub fn of_chromium(line: &str) -> Option<Dialog> {
    let step = line.split_once("UI step: ")?.1.trim();
    Some(match step {
        "kUsbInsertAndActivate" | "kClientPinTapAgain" | "kNotStarted" => Dialog::Waits,
        "kClientPinEntry" => Dialog::Pin,
        "kSelectAccount" => Dialog::Accounts,
        "kClosed" => Dialog::Closed,
        other => Dialog::Refusal(other.to_owned()),
    })
}

/// The dialog that a line tells of which [`LISTEN`] has Firefox print (`dialog: presence`), if it does.
pub fn of_firefox(line: &str) -> Option<Dialog> {
    let kind = line.strip_prefix("dialog: ")?.trim();
    Some(match kind {
        // It tells of these before the dialog is there, and `password` then.
        "pin-required" | "pin-invalid" => return None,
        "presence" | "select-device" | "uv-invalid" => Dialog::Waits,
        "password" => Dialog::Pin,
        "select-sign-result" => Dialog::Accounts,
        "attestation-consent" => Dialog::Attestation,
        "cancel" => Dialog::Closed,
        other => Dialog::Refusal(other.to_owned()),
    })
}

/// Chromium's settings for that log.
pub const LOG: [&str; 2] = ["--enable-logging=stderr", "--vmodule=device_event_log*=1"];

/// Has Firefox print what its own part is told to show.
pub const LISTEN: &str = "(() => {
  const tell = (kind) => dump(`dialog: ${kind}\\n`);
  Services.obs.addObserver((subject, topic, data) => tell(JSON.parse(data).prompt.type), 'webauthn-prompt');
  Services.obs.addObserver(() => tell('password'), 'common-dialog-loaded');
  return '1';
})()";
