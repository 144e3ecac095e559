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

    /// The key made a credential or signed for the relying party, after a sign of the user's.
    pub fn was_used(&mut self) -> bool {
        self.answers().iter().any(|(request, answer)| {
            let made = answer.lines().any(|line| line.contains("flags: ") && line.contains(" UP"));
            let signed = request.contains("U2F_") && answer.contains("SW_NO_ERROR");
            format!("{request}{answer}").contains(RP_ID_HASH) && (made || signed)
        })
    }

    /// The key said no: it knows an excluded credential, or the user declined.
    pub fn refused(&mut self) -> bool {
        const STATUSES: [&str; 2] = ["CTAP2_ERR_CREDENTIAL_EXCLUDED", "CTAP2_ERR_OPERATION_DENIED"];
        self.answers().iter().any(|(request, answer)| {
            let known =
                request.contains("U2F_AUTHENTICATE") && answer.contains("SW_CONDITIONS_NOT_SATISFIED");
            STATUSES.iter().any(|status| answer.contains(status)) || known
        })
    }

    /// Each request with what the key said to it, which are texts of several lines.
    fn answers(&mut self) -> Vec<(String, String)> {
        let mut answers: Vec<(String, String)> = Vec::new();
        let mut answered = false;
        for line in self.heard() {
            if line.contains(" > ") {
                answers.push(Default::default());
                answered = false;
            }
            answered |= line.contains(" < ");
            let Some((request, answer)) = answers.last_mut() else { continue };
            let text = if answered { answer } else { request };
            text.push_str(line);
            text.push('\n');
        }
        answers
    }

    /// A message did not come as a whole within the half second that the key waits for each next packet.
    pub fn was_cut_off(&mut self) -> bool {
        self.heard().iter().any(|line| line.contains(" < ERR_MSG_TIMEOUT"))
    }
}

/// SHA-256 of `localhost`.
const RP_ID_HASH: &str = "49960de5880e8c687434170f6476605b8fe4aeb9a28632c7995cf3ba831d9763";
const START: Duration = Duration::from_secs(30);
