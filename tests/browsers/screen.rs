//! The screen, the keyboard and the mouse of the person: Xvfb, xdotool and scrot.

use std::path::Path;
use std::time::Duration;

use tokio::process::Command;

use crate::Trouble;
use crate::program::Program;

/// A screen that nobody sees.
pub struct Screen {
    display: String,
    _server: Program,
}

impl Screen {
    /// Starts one under a number that is free.
    pub async fn start() -> Result<Self, Trouble> {
        let size = format!("{WIDTH}x{HEIGHT}x24");
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", &size, "-nolisten", "tcp"]);
        let mut server = Program::start(&mut command)?;
        let number = |line: &str| line.parse::<u32>().ok().map(|number| format!(":{number}"));
        let display = server.told(START, number).await?;
        Ok(Self { display, _server: server })
    }

    /// What programs have as `DISPLAY`.
    pub fn display(&self) -> &str {
        &self.display
    }

    /// Clicks there.
    pub async fn click(&self, x: f64, y: f64) -> Result<(), Trouble> {
        let (x, y) = (format!("{x:.0}"), format!("{y:.0}"));
        self.run("xdotool", &["mousemove", &x, &y, "click", "1"]).await
    }

    /// Types a text into the field, in place of what is there, and Return.
    pub async fn enter(&self, text: &str) -> Result<(), Trouble> {
        self.press("ctrl+a").await?;
        self.run("xdotool", &["type", "--delay", "50", text]).await?;
        self.press("Return").await
    }

    /// Presses a key: `Escape`, `alt+a`.
    pub async fn press(&self, key: &str) -> Result<(), Trouble> {
        self.run("xdotool", &["key", key]).await
    }

    /// Keeps a picture.
    pub async fn picture(&self, file: &Path) -> Result<(), Trouble> {
        let file = file.to_str().ok_or("the folder's name is no text")?;
        self.run("scrot", &["--overwrite", file]).await
    }

    async fn run(&self, program: &str, arguments: &[&str]) -> Result<(), Trouble> {
        let mut command = Command::new(program);
        let ran = command.args(arguments).env("DISPLAY", &self.display).output().await;
        let ran = ran.map_err(|error| format!("{program}: {error}"))?;
        match ran.status.success() {
            true => Ok(()),
            false => Err(format!("{program}: {}", String::from_utf8_lossy(&ran.stderr)).into()),
        }
    }
}

/// Pixels.
pub const WIDTH: u32 = 800;
/// Pixels.
pub const HEIGHT: u32 = 700;
const START: Duration = Duration::from_secs(60);
