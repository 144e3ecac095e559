//! A person at the terminal who touches the key.

use std::io::{self, BufRead, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
    /// What is asked, the oldest first.
    open: Arc<Mutex<Vec<Open>>>,
}

/// A question of one key.
struct Open {
    key: usize,
    ask: Ask,
}

/// The person as one key knows them.
pub struct Asked {
    person: Person,
    key: usize,
    /// The key's name, where there are several.
    name: Option<String>,
}

impl Person {
    /// A person who was asked nothing yet.
    pub fn new(screen: Screen) -> Self {
        Self { screen, open: Arc::default() }
    }

    /// The person, for the key of that number.
    pub fn at(&self, key: usize, name: Option<String>) -> Asked {
        Asked { person: self.clone(), key, name }
    }

    /// Answers from now on, in a thread of its own: reading cannot be given up, and the process ends without it. `orders` are
    /// the keys'.
    pub fn listen(self, orders: Vec<mpsc::Sender<Ordered>>) {
        thread::spawn(move || {
            for line in io::stdin().lock().lines().map_while(Result::ok) {
                let Some((key, gesture)) = self.answer(&line) else { continue };
                let Some(orders) = orders.get(key) else { continue };
                if orders.blocking_send(Ordered { order: Order::Act(gesture), answer: None }).is_err() {
                    return;
                }
            }
            self.say("Standard input has ended: nobody here touches the key any more.");
        });
    }

    fn questions(&self) -> MutexGuard<'_, Vec<Open>> {
        // A question more or less is all that can be wrong.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the person does, if a key asks; an answer that is not understood leaves the question open.
    fn answer(&self, line: &str) -> Option<(usize, Gesture)> {
        let mut questions = self.questions();
        let Some(Open { key, ask }) = questions.first() else {
            drop(questions);
            self.say("The key does not ask for anything.");
            return None;
        };
        match act(*ask, line.trim()) {
            Some(gesture) => {
                let key = *key;
                questions.remove(0);
                Some((key, gesture))
            }
            None => {
                self.say(keys(*ask));
                None
            }
        }
    }

    fn say(&self, words: &str) {
        let style = if self.screen.err_color { anstyle::Style::new().bold() } else { anstyle::Style::new() };
        // If the stream is gone, nobody reads it.
        let _ = writeln!(io::stderr(), "{style}{words}{style:#}");
    }
}

impl Asked {
    /// The key asks.
    pub fn ask(&self, question: &Question) {
        let mut questions = self.person.questions();
        questions.retain(|open| open.key != self.key);
        questions.push(Open { key: self.key, ask: question.ask });
        drop(questions);
        self.person.say(&prompt(&self.called(), question));
    }

    /// The key no longer asks.
    pub fn done(&self) {
        let mut questions = self.person.questions();
        let before = questions.len();
        questions.retain(|open| open.key != self.key);
        let open = questions.len() < before;
        drop(questions);
        if open {
            self.person.say(&format!("{} no longer asks.", self.called()));
        }
    }

    fn called(&self) -> String {
        self.name.as_ref().map_or_else(|| "The key".to_owned(), |name| format!("The key {name}"))
    }
}

/// What to say to a person.
fn prompt(key: &str, question: &Question) -> String {
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
    format!("{key} asks for {what}{site}{user}. {}", keys(question.ask))
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
        let said = prompt("The key", &question);
        assert!(said.starts_with("The key asks for a touch for example.org as ann"), "{said}");
        assert!(!said.contains('\u{1b}'));
        let question = Question { ask: VERIFY, rp_id: None, user_name: None, ..question };
        assert!(prompt("The key", &question).starts_with("The key asks for your finger, 3 attempts left. ["));
    }
}
