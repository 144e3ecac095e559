//! One ceremony on the page, with a person who clicks, types and cancels.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use crate::Trouble;
use crate::dialog::Dialog;
use crate::plugged::Plugged;
use crate::screen::Screen;
use crate::started::Started;
use crate::table::{Browser, Ceremony, Outcome, Person};

/// One ceremony on the page.
pub struct Attempt {
    /// What the page's address has behind the #.
    pub address: String,
    /// Which button.
    pub ceremony: Ceremony,
    /// What the person does.
    pub person: Person,
    /// The key's PIN.
    pub pin: Option<String>,
    /// What is to come of it: a person gives up sooner where nothing is to come.
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
    /// The least time without a sign of key, browser or page after which the person gives up.
    pub patience: Duration,
    /// The longest time without a sign during a request that was accepted without a dialog.
    pub longest: Duration,
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
        // A page that is still on its way may take the place of another, and of what is worked out in it.
        for _ in 1..TRIES {
            self.started.page.go(address).await?;
            if self.shown(address).await.is_ok() {
                return Ok(());
            }
        }
        self.shown(address).await
    }

    /// Has the page show what its address says with this behind the #.
    async fn turn(&mut self, behind: &str) -> Result<(), Trouble> {
        self.shown(&format!("#{behind}")).await
    }

    async fn shown(&mut self, address: &str) -> Result<(), Trouble> {
        let address = json!(address);
        self.started.page.evaluate(&SHOWN.replace("ADDRESS", &address.to_string())).await?;
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
        self.turn(&attempt.address).await?;
        key.forget();
        self.started.dialogs.forget();
        let button = match attempt.ceremony {
            Ceremony::Create => "register",
            Ceremony::Get => "login",
        };
        let place = self.started.page.evaluate(&WHERE.replace("BUTTON", button)).await?;
        let coordinate = |nth: usize| place[nth].as_f64().ok_or("the button is nowhere");
        let (x, y) = (coordinate(0)?, coordinate(1)?);
        let decision = self.started.page.begin(DECISION).await?;
        self.screen.click(x, y).await?;

        let mut shown = None;
        let (mut acted, mut longest) = (false, Duration::ZERO);
        let mut last_sign = Instant::now();
        let mut quiet = last_sign + self.patience();
        loop {
            tokio::select! {
                decided = self.started.page.end(decision) => {
                    let outcome = outcome(&decided?, key)?;
                    if outcome == Outcome::Accepted && !acted {
                        self.longest = self.longest.max(longest).max(last_sign.elapsed());
                    }
                    return Ok(outcome);
                }
                spoke = key.speaks() => spoke?,
                dialog = self.started.dialogs.next() => {
                    let dialog = dialog?;
                    acted |= self.answer(attempt, &dialog).await?;
                    shown = Some(dialog);
                }
                () = sleep_until(quiet) => {
                    if last_sign.elapsed() >= MOST {
                        return Err(format!("nothing came of it in {MOST:?}, with the dialog {shown:?}").into());
                    }
                    self.press_on(attempt, shown.as_ref()).await?;
                    quiet = Instant::now() + self.patience();
                    continue;
                }
            }
            longest = longest.max(last_sign.elapsed());
            last_sign = Instant::now();
            quiet = last_sign + self.patience();
        }
    }

    /// Does what a person does about a dialog, if that is anything.
    async fn answer(&self, attempt: &Attempt, dialog: &Dialog) -> Result<bool, Trouble> {
        match act(self.browser, attempt, dialog) {
            Some(Act::Type(text)) => self.screen.enter(text).await?,
            Some(Act::Press(name)) => self.screen.press(name).await?,
            None => return Ok(false),
        }
        Ok(true)
    }

    /// Nothing moves: the dialog took no notice of the person, or nothing will come of it.
    async fn press_on(&self, attempt: &Attempt, shown: Option<&Dialog>) -> Result<(), Trouble> {
        if let Some(dialog) = shown
            && self.answer(attempt, dialog).await?
        {
            return Ok(());
        }
        if matches!(attempt.expected, Outcome::Client(_)) {
            self.screen.press("Escape").await?;
        }
        Ok(())
    }

    /// How long nothing happens before the person takes it that nothing will. A browser that needed longer for a
    /// request that it accepted has more time to refuse one: to cancel too early would look the same.
    fn patience(&self) -> Duration {
        self.patience.max(2 * self.longest)
    }

    /// Leaves what is open.
    pub async fn leave(&self) -> Result<(), Trouble> {
        for _ in 0..3 {
            self.screen.press("Escape").await?;
        }
        Ok(())
    }
}

/// What the person does about a dialog; `None`: it is not the person's turn.
fn act<'a>(browser: Browser, attempt: &'a Attempt, dialog: &Dialog) -> Option<Act<'a>> {
    let firefox = browser == Browser::Firefox;
    match dialog {
        Dialog::Refusal(_) => Some(Act::Press("Escape")),
        Dialog::Pin | Dialog::Accounts | Dialog::Attestation if attempt.person == Person::Cancels => {
            Some(Act::Press("Escape"))
        }
        Dialog::Pin => attempt.pin.as_deref().map(Act::Type),
        // What is offered first.
        Dialog::Accounts => Some(Act::Press(if firefox { "alt+0" } else { "Return" })),
        Dialog::Attestation => Some(Act::Press(if firefox { "alt+a" } else { "Return" })),
        Dialog::Waits | Dialog::Closed => None,
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

/// Goes to an address, if the page is not there, and waits until the page shows what it says.
const SHOWN: &str = "new Promise((done) => {
  const address = new URL(ADDRESS, location.href).href;
  if (location.href !== address) location.href = address;
  const look = () => document.documentElement?.dataset.shown === address ? done('1') : setTimeout(look, 20);
  look();
})";
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
const TRIES: usize = 4;
/// Without a sign, on a machine that is emulated and busy.
const MOST: Duration = Duration::from_secs(90);
