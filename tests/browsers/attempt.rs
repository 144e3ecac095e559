//! One ceremony on the page, with a person who clicks, types and cancels.

use std::path::Path;
use std::time::Duration;

use crate::table::{Browser, Ceremony, Outcome, Person};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use crate::Trouble;
use crate::plugged::Plugged;
use crate::screen::Screen;
use crate::started::Started;

/// One ceremony on the page.
pub struct Attempt {
    /// The page's address, with its switches.
    pub address: String,
    /// Which button.
    pub ceremony: Ceremony,
    /// What the person does.
    pub person: Person,
    /// The key's PIN.
    pub pin: Option<String>,
    /// The site wants to know the key's model.
    pub attestation: bool,
    /// What is to come of it: a person closes a dialog that says no when that is what it should say.
    pub expected: Outcome,
}

/// A browser, and the person before it.
pub struct Hand {
    /// Which browser.
    pub browser: Browser,
    /// The browser.
    pub started: Started,
    /// Its screen.
    pub screen: Screen,
    /// The least time without a sign of key or page after which the person takes it that there is a question.
    pub patience: Duration,
    /// The longest time that an accepted request took without a dialog.
    pub slowest: Duration,
}

/// What the person does.
#[derive(Debug)]
enum Act<'a> {
    Type(&'a str),
    Press(&'static str),
}

impl Hand {
    /// Opens an address, and waits until the page is whole.
    pub async fn open(&mut self, address: &str) -> Result<(), Trouble> {
        self.started.page.go(address).await?;
        let whole =
            format!("location.href.startsWith({}) && typeof info !== 'undefined' && info", json!(address));
        let look = format!(
            "new Promise((done) => {{ const look = () => ({whole}) && byId('owner').textContent ? done('1') : setTimeout(look, 50); look(); }})"
        );
        self.started.page.evaluate(&look).await?;
        Ok(())
    }

    /// Makes a site; gives its id.
    pub async fn add_site(&mut self, wish: &str) -> Result<String, Trouble> {
        let made = self.post("/api/sites", wish).await?;
        made["id"].as_str().map(str::to_owned).ok_or_else(|| format!("no site: {made}").into())
    }

    /// Makes an account with the password that the page has.
    pub async fn add_account(&mut self, site: &str, name: &str) -> Result<(), Trouble> {
        let account = json!({ "name": name, "password": "correct horse" }).to_string();
        self.post(&format!("/sites/{site}/api/accounts"), &account).await?;
        Ok(())
    }

    async fn post(&mut self, path: &str, body: &str) -> Result<Value, Trouble> {
        let request =
            json!({ "method": "POST", "headers": { "content-type": "application/json" }, "body": body });
        let post = format!(
            "fetch('{path}', {request}).then(async (answer) => JSON.stringify({{ ok: answer.ok, text: await answer.text() }}))"
        );
        let answer = self.started.page.evaluate(&post).await?;
        let text = answer["text"].as_str().unwrap_or_default();
        match answer["ok"] == true {
            true => Ok(serde_json::from_str(text).unwrap_or_default()),
            false => Err(format!("{path}: {text}").into()),
        }
    }

    /// Makes the ceremony, and says what came of it.
    pub async fn attempt(&mut self, attempt: &Attempt, key: &mut Plugged) -> Result<Outcome, Trouble> {
        self.open(&attempt.address).await?;
        key.forget();
        let button = match attempt.ceremony {
            Ceremony::Create => "register",
            Ceremony::Get => "login",
        };
        let place = self.started.page.evaluate(&WHERE.replace("BUTTON", button)).await?;
        let coordinate = |nth: usize| place[nth].as_f64().ok_or("the button is nowhere");
        let (x, y) = (coordinate(0)?, coordinate(1)?);
        let decision = self.started.page.begin(DECISION).await?;
        self.screen.click(x, y).await?;

        let begun = Instant::now();
        let mut quiet = begun + self.patience();
        let mut acted = false;
        loop {
            tokio::select! {
                decided = self.started.page.end(decision) => {
                    let outcome = outcome(&decided?, key)?;
                    if outcome == Outcome::Accepted && !acted {
                        self.slowest = self.slowest.max(begun.elapsed());
                    }
                    return Ok(outcome);
                }
                spoke = key.speaks() => {
                    spoke?;
                    quiet = Instant::now() + self.patience();
                }
                () = sleep_until(quiet) => {
                    if begun.elapsed() >= MOST {
                        return Err(format!("nothing came of it in {MOST:?}").into());
                    }
                    if let Some(act) = act(self.browser, attempt, key) {
                        acted = true;
                        match act {
                            Act::Type(text) => self.screen.enter(text).await?,
                            Act::Press(name) => self.screen.press(name).await?,
                        }
                    }
                    quiet = Instant::now() + self.patience();
                }
            }
        }
    }

    /// How long nothing happens before the person takes it that there is a question. A browser that needed longer for a
    /// request that it accepted has more time to refuse one: to cancel too early would look the same.
    fn patience(&self) -> Duration {
        self.patience.max(self.slowest)
    }

    /// Leaves what is open, after a picture of it.
    pub async fn leave(&mut self, picture: &Path) -> Result<(), Trouble> {
        self.screen.picture(picture).await?;
        for _ in 0..3 {
            self.screen.press("Escape").await?;
        }
        Ok(())
    }
}

/// What the person does about the dialog that must be there, since nothing happens; `None`: none is due yet.
fn act<'a>(browser: Browser, attempt: &'a Attempt, key: &mut Plugged) -> Option<Act<'a>> {
    let refused = matches!(attempt.expected, Outcome::Client(_));
    match &attempt.pin {
        _ if refused || attempt.person == Person::Cancels => Some(Act::Press("Escape")),
        Some(pin) if !key.took_pin() && !key.was_used() => Some(Act::Type(pin)),
        _ if matches!(attempt.expected, Outcome::Key(_)) && key.refused() => Some(Act::Press("Escape")),
        // What is offered first.
        _ if key.found_several() && browser == Browser::Firefox => Some(Act::Press("alt+0")),
        _ if key.found_several() => Some(Act::Press("Return")),
        _ if attempt.attestation && browser == Browser::Firefox => Some(Act::Press("alt+a")),
        _ if attempt.attestation && key.was_used() => Some(Act::Press("Return")),
        _ => None,
    }
}

/// What the page says, and whether the key was in it.
fn outcome(decided: &Value, key: &mut Plugged) -> Result<Outcome, Trouble> {
    let name = decided["name"].as_str().unwrap_or_default().to_owned();
    match decided["kind"].as_str() {
        Some("accepted") => Ok(Outcome::Accepted),
        Some("refused") => Ok(Outcome::Server(name)),
        Some("client") if !name.is_empty() => Ok(match key.was_used() || key.refused() {
            true => Outcome::Key(name),
            false => Outcome::Client(name),
        }),
        _ => Err(format!("the page says {decided}").into()),
    }
}

/// The middle of a button, on the screen.
const WHERE: &str = "(() => {
  const box = byId('BUTTON').getBoundingClientRect();
  const left = window.mozInnerScreenX ?? screenX + (outerWidth - innerWidth) / 2;
  const top = window.mozInnerScreenY ?? screenY + outerHeight - innerHeight;
  return JSON.stringify([left + box.x + box.width / 2, top + box.y + box.height / 2]);
})()";
/// The next decision that the page shows.
const DECISION: &str = "new Promise((done) => {
  const list = byId('decisions');
  new MutationObserver(() => {
    const first = list.firstElementChild;
    if (!first || first.className === 'empty') return;
    done(JSON.stringify({ kind: first.className, name: first.querySelector('code')?.textContent, text: first.textContent }));
  }).observe(list, { childList: true });
})";
const MOST: Duration = Duration::from_secs(60);
