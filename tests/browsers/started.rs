//! A browser on a screen, with a profile of its own, quiet and offline.

use std::path::Path;
use std::time::Duration;

use crate::table::Browser;
use tempfile::TempDir;
use tokio::process::Command;

use crate::Trouble;
use crate::devtools::Page;
use crate::dialog::{self, Dialog};
use crate::program::Program;
use crate::screen::{HEIGHT, Screen, WIDTH};

/// A running browser.
pub struct Started {
    /// Its page.
    pub page: Page,
    /// Its dialogs.
    pub dialogs: Dialogs,
    _profile: TempDir,
}

/// What a browser says of its dialogs.
pub struct Dialogs {
    browser: Browser,
    program: Program,
    /// All that it said since [`Dialogs::forget`].
    heard: Vec<String>,
}

impl Started {
    /// Starts it, which takes its time.
    pub async fn new(browser: Browser, screen: &Screen) -> Result<Self, Trouble> {
        let profile = tempfile::tempdir()?;
        let mut command = match browser {
            Browser::Chromium => chromium(profile.path()),
            Browser::Firefox => firefox(profile.path())?,
        };
        command.env("DISPLAY", screen.display());
        let mut program = Program::start(&mut command)?;
        let address = |line: &str| Some(line.split_once(" listening on ")?.1.trim().to_owned());
        let address = program.told(START, address).await?;
        let mut page = Page::connect(browser, &address).await?;
        if browser == Browser::Firefox {
            page.evaluate_inside(dialog::LISTEN).await?;
        }
        let dialogs = Dialogs { browser, program, heard: Vec::new() };
        Ok(Self { page, dialogs, _profile: profile })
    }

    /// Ends it.
    pub async fn end(self) -> Result<(), Trouble> {
        self.dialogs.program.end().await
    }
}

impl Dialogs {
    /// Another ceremony begins.
    pub fn forget(&mut self) {
        while self.program.line_at_hand().is_some() {}
        self.heard.clear();
    }

    /// Waits for the next dialog. May be dropped and called again.
    pub async fn next(&mut self) -> Result<Dialog, Trouble> {
        loop {
            let line = self.program.line().await.ok_or("the browser is gone")?;
            let dialog = match self.browser {
                Browser::Chromium => dialog::of_chromium(&line),
                Browser::Firefox => dialog::of_firefox(&line),
            };
            self.heard.push(line);
            if let Some(dialog) = dialog {
                return Ok(dialog);
            }
        }
    }

    /// What the browser said.
    pub fn heard(&mut self) -> &[String] {
        while let Some(line) = self.program.line_at_hand() {
            self.heard.push(line);
        }
        &self.heard
    }
}

fn chromium(profile: &Path) -> Command {
    let mut command = Command::new("chromium");
    command.arg(format!("--user-data-dir={}", profile.display()));
    command.arg(format!("--window-size={WIDTH},{HEIGHT}")).arg("--window-position=0,0");
    command.args([
        "--remote-debugging-port=0",
        // The sandbox does not start as root.
        "--no-sandbox",
        "--test-type",
        "--disable-gpu",
        "--disable-gpu-rasterization",
        // One process less to hand pictures to.
        "--in-process-gpu",
        "--disable-software-rasterizer",
        "--force-prefers-reduced-motion",
        "--no-first-run",
        "--no-default-browser-check",
        "--password-store=basic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-default-apps",
        "--disable-domain-reliability",
        "--disable-extensions",
        "--disable-save-password-bubble",
        "--disable-sync",
        // Among them pages of the browser's own, which it would load beside ours.
        "--disable-features=MediaRouter,OptimizationGuideOnDeviceModel,OptimizationHints,Translate,\
         WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup,AiModeOmniboxEntryPoint,\
         SpareRendererForSitePerProcess",
        "about:blank",
    ]);
    command.args(dialog::LOG);
    command
}

fn firefox(profile: &Path) -> Result<Command, Trouble> {
    let settings = FIREFOX.iter().map(|(name, value)| format!("user_pref(\"{name}\", {value});\n"));
    std::fs::write(profile.join("user.js"), settings.collect::<String>())?;
    // Debian's, and everybody else's.
    let there = ["/usr/bin/firefox-esr", "/usr/bin/firefox"].iter().find(|name| Path::new(name).exists());
    let mut command = Command::new(there.unwrap_or(&"firefox"));
    command.args(["--no-remote", "--remote-debugging-port", "0"]);
    // For what it says of its dialogs.
    command.args(["--remote-allow-system-access", "--profile"]).arg(profile);
    command.args(["--width", &WIDTH.to_string(), "--height", &HEIGHT.to_string(), "about:blank"]);
    Ok(command)
}

/// What a person would switch off on a machine without a network and with a slow processor.
const FIREFOX: [(&str, &str); 30] = [
    ("app.normandy.enabled", "false"),
    ("app.update.enabled", "false"),
    ("browser.aboutwelcome.enabled", "false"),
    // What it says of its dialogs.
    ("browser.dom.window.dump.enabled", "true"),
    ("browser.newtab.preload", "false"),
    ("browser.newtabpage.enabled", "false"),
    ("browser.region.update.enabled", "false"),
    ("browser.safebrowsing.malware.enabled", "false"),
    ("browser.safebrowsing.phishing.enabled", "false"),
    ("browser.search.update", "false"),
    ("browser.sessionstore.resume_from_crash", "false"),
    ("browser.shell.checkDefaultBrowser", "false"),
    ("browser.startup.page", "0"),
    ("browser.tabs.remote.separatePrivilegedContentProcess", "false"),
    ("datareporting.policy.dataSubmissionEnabled", "false"),
    ("dom.ipc.processCount", "1"),
    ("dom.ipc.processPrelaunch.enabled", "false"),
    ("extensions.screenshots.disabled", "true"),
    ("extensions.update.enabled", "false"),
    // Fewer processes: each start of one costs an emulated processor seconds.
    ("extensions.webextensions.remote", "false"),
    ("fission.autostart", "false"),
    ("media.rdd-process.enabled", "false"),
    ("network.captive-portal-service.enabled", "false"),
    ("network.connectivity-service.enabled", "false"),
    ("network.process.enabled", "false"),
    // Dialogs take keys at once.
    ("security.dialog_enable_delay", "0"),
    ("signon.rememberSignons", "false"),
    ("toolkit.cosmeticAnimations.enabled", "false"),
    ("toolkit.telemetry.enabled", "false"),
    ("ui.prefersReducedMotion", "1"),
];
/// Under an emulated processor.
const START: Duration = Duration::from_secs(600);
