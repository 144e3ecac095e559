//! A key that `anykey plug` holds, and what it says of its conversation.

use std::path::Path;
use std::time::Duration;

use crate::table::Key;
use tokio::process::Command;

use crate::Trouble;
use crate::program::Program;

/// A key in the machine.
pub struct Plugged {
    program: Program,
    /// What was said since [`Plugged::forget`].
    heard: Vec<String>,
}

impl Plugged {
    /// Plugs a new key in.
    pub async fn new(anykey: &Path, key: &Key) -> Result<Self, Trouble> {
        let mut command = Command::new(anykey);
        command.args(["plug", &key.model, "--port", "uhid", "--print", "--color", "never"]);
        if let Some(pin) = &key.pin {
            command.env("ANYKEY_PIN", pin);
        }
        if let Some(ids) = &key.vid_pid {
            command.args(["--vid-pid", ids]);
        }
        let mut program = Program::start(&mut command)?;
        let ready = |line: &str| line.strip_prefix("ready ").map(str::to_owned);
        program.told(START, ready).await?;
        Ok(Self { program, heard: Vec::new() })
    }

    /// Unplugs it, for good.
    pub async fn unplug(self) -> Result<(), Trouble> {
        self.program.end().await
    }

    /// Another request begins.
    pub fn forget(&mut self) {
        self.hear();
        self.heard.clear();
    }

    /// Waits until the key says something. May be dropped and called again.
    pub async fn speaks(&mut self) -> Result<(), Trouble> {
        let line = self.program.line().await.ok_or("the key is gone")?;
        self.heard.push(line);
        Ok(())
    }

    /// What was said.
    pub fn heard(&mut self) -> &[String] {
        self.hear();
        &self.heard
    }

    fn hear(&mut self) {
        while let Some(line) = self.program.line_at_hand() {
            self.heard.push(line);
        }
    }

    /// The right PIN reached the key.
    pub fn took_pin(&mut self) -> bool {
        const SUBCOMMANDS: [&str; 2] = ["/ getPinToken /", "/ getPinUvAuthTokenUsingPinWithPermissions /"];
        let tries = |line: &&String| SUBCOMMANDS.iter().any(|name| line.contains(name));
        let tried = self.heard().iter().filter(tries).count();
        let wrong = self.heard().iter().filter(|line| line.contains(" < CTAP2_ERR_PIN_INVALID")).count();
        tried > wrong
    }

    /// The key found more than one credential.
    pub fn found_several(&mut self) -> bool {
        self.heard().iter().any(|line| line.contains("numberOfCredentials: "))
    }

    /// The key made a credential or signed for the relying party, after a sign of the user's.
    pub fn was_used(&mut self) -> bool {
        let mut asked_u2f = false;
        let mut about_us = false;
        for line in self.heard() {
            let ours = line.contains(RP_ID_HASH);
            if line.contains(" > ") {
                asked_u2f = line.contains("U2F_REGISTER") || line.contains("U2F_AUTHENTICATE");
                about_us = false;
            }
            about_us |= ours;
            let signed = asked_u2f && line.contains(" < SW_NO_ERROR");
            let made = line.contains("flags: ") && line.contains(" UP");
            if about_us && (signed || made) {
                return true;
            }
        }
        false
    }

    /// The key refused, or had another answer than success, to a request about the relying party.
    pub fn refused(&mut self) -> bool {
        const STATUSES: [&str; 3] =
            ["CTAP2_ERR_CREDENTIAL_EXCLUDED", "CTAP2_ERR_OPERATION_DENIED", "SW_CONDITIONS_NOT_SATISFIED"];
        self.heard().iter().any(|line| STATUSES.iter().any(|status| line.contains(status)))
    }
}

/// SHA-256 of `localhost`.
const RP_ID_HASH: &str = "49960de5880e8c687434170f6476605b8fe4aeb9a28632c7995cf3ba831d9763";
const START: Duration = Duration::from_secs(30);
