//! A person at the terminal who touches the key.

use std::io::{self, BufRead, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use authenticator::Ask;
use ports::{Gesture, Order, Ordered, Question};
use report::text::clean;
use tokio::sync::mpsc;

use crate::screen::Screen;

/// Asks on the error stream, and reads the answers from standard input. Clones are the same person.
#[derive(Clone)]
pub struct Person {
    screen: Screen,
    asked: Arc<Mutex<Option<Ask>>>,
}

impl Person {
    /// A person who was asked nothing yet.
    pub fn new(screen: Screen) -> Self {
        Self { screen, asked: Arc::default() }
    }

    /// The key asks.
    pub fn ask(&self, question: &Question) {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(question.ask);
        self.say(&prompt(question));
    }

    /// The key no longer asks.
    pub fn done(&self) {
        let open = self.asked.lock().unwrap_or_else(PoisonError::into_inner).take();
        if open.is_some() {
            self.say("The key no longer asks.");
        }
    }

    /// Answers from now on, in a thread of its own: reading cannot be given up, and the process ends without it.
    pub fn listen(self, orders: mpsc::Sender<Ordered>) {
        thread::spawn(move || {
            for line in io::stdin().lock().lines().map_while(Result::ok) {
                let Some(act) = self.answer(&line) else { continue };
                if orders.blocking_send(Ordered { order: Order::Act(act), answer: None }).is_err() {
                    return;
                }
            }
            self.say("Standard input has ended: nobody touches the key any more.");
        });
    }

    /// What the person does, if the key asks; an answer that is not understood leaves the question open.
    fn answer(&self, line: &str) -> Option<Gesture> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(ask) = *asked else {
            drop(asked);
            self.say("The key does not ask for anything.");
            return None;
        };
        let act = act(ask, line.trim());
        match act {
            Some(_) => *asked = None,
            None => self.say(keys(ask)),
        }
        act
    }

    fn say(&self, words: &str) {
        let style = if self.screen.err_color { anstyle::Style::new().bold() } else { anstyle::Style::new() };
        // If the stream is gone, nobody reads it.
        let _ = writeln!(io::stderr(), "{style}{words}{style:#}");
    }
}

/// What to say to a person.
fn prompt(question: &Question) -> String {
    let what = match question.ask {
        Ask::Presence => "a touch".to_owned(),
        Ask::Verification { attempts_left: 1 } => "your finger, the last attempt".to_owned(),
        Ask::Verification { attempts_left } => format!("your finger, {attempts_left} attempts left"),
    };
    let named = |text: &Option<String>, before| {
        text.as_ref().map(|text| format!("{before}{}", clean(text))).unwrap_or_default()
    };
    let site = match question.rp_id {
        Some(_) => named(&question.rp_id, " for "),
        None => String::new(),
    };
    let user = named(&question.user_name, " as ");
    format!("The key asks for {what}{site}{user}. {}", keys(question.ask))
}

/// What can be typed.
fn keys(ask: Ask) -> &'static str {
    match ask {
        Ask::Presence => "[Enter: touch it, n: refuse]",
        Ask::Verification { .. } => "[Enter: the right finger, w: a wrong one, n: refuse]",
    }
}

fn act(ask: Ask, line: &str) -> Option<Gesture> {
    match (line, ask) {
        ("" | "y", _) => Some(Gesture::Touch),
        ("w", Ask::Verification { .. }) => Some(Gesture::WrongFinger),
        ("n", _) => Some(Gesture::Refuse),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use authenticator::Protocol;

    use super::*;

    const VERIFY: Ask = Ask::Verification { attempts_left: 3 };

    #[test]
    fn typed_lines_are_acts() {
        for (ask, line, expected) in [
            (Ask::Presence, "", Some(Gesture::Touch)),
            (Ask::Presence, "n", Some(Gesture::Refuse)),
            (Ask::Presence, "w", None),
            (VERIFY, "", Some(Gesture::Touch)),
            (VERIFY, "w", Some(Gesture::WrongFinger)),
            (VERIFY, "n", Some(Gesture::Refuse)),
            (VERIFY, "what?", None),
        ] {
            assert_eq!(act(ask, line), expected, "{ask:?} {line:?}");
        }
    }

    #[test]
    fn the_prompt_names_site_and_user_and_no_escape_gets_through() {
        let question = Question {
            ask: Ask::Presence,
            protocol: Protocol::Ctap2,
            rp_id: Some("example.org".to_owned()),
            user_name: Some("ann\u{1b}[2J".to_owned()),
        };
        let said = prompt(&question);
        assert!(said.starts_with("The key asks for a touch for example.org as ann"), "{said}");
        assert!(!said.contains('\u{1b}'));
        let question = Question { ask: VERIFY, rp_id: None, user_name: None, ..question };
        assert!(prompt(&question).starts_with("The key asks for your finger, 3 attempts left. ["));
    }
}
