//! What happens at a plugged key, for people: the log, and with `--print` the traffic.

use std::io::{self, Write};
use std::time::Instant;

use anstyle::{AnsiColor, Style};
use authenticator::UserAct;
use frames::{Channel, Command, ErrorCode, Packet};
use ports::{Order, Question, Seen, Up, Uv, Watcher};
use report::text::{clean, clean_lines};
use wire::describe;

use super::person::Asked;
use crate::screen::Screen;

/// Tells what it sees.
pub struct Teller {
    screen: Screen,
    print: bool,
    /// The key's name, where there are several.
    name: Option<String>,
    person: Asked,
    begun: Instant,
}

/// For the log, whether printing or not.
pub fn log(words: &str) {
    // If the stream is gone, nobody reads it.
    let _ = writeln!(io::stderr(), "anykey: {}", clean(words));
}

impl Teller {
    /// Tells trouble on the error stream, and with `print` everything on standard output.
    pub fn new(screen: Screen, print: bool, name: Option<String>, person: Asked) -> Self {
        Self { screen, print, name, person, begun: Instant::now() }
    }

    fn log(&self, words: &str) {
        match &self.name {
            Some(name) => log(&format!("{name}: {words}")),
            None => log(words),
        }
    }

    /// One event as a line, or several: those after the first are set in.
    fn print(&self, style: Style, words: &str) {
        if !self.print {
            return;
        }
        let name = self.name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        let time = format!("{:9.3} s  {name}", self.begun.elapsed().as_secs_f64());
        let mut text = String::new();
        for (nth, line) in clean_lines(words).lines().enumerate() {
            let margin = if nth == 0 { time.clone() } else { " ".repeat(time.len()) };
            text.push_str(&format!("{margin}{}\n", self.screen.out.paint(style, line)));
        }
        let mut out = io::stdout().lock();
        // A reader that went away does not end the key.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}

impl Watcher for Teller {
    fn see(&mut self, seen: Seen<'_>) {
        let plain = Style::new();
        match seen {
            Seen::Request(request) => {
                let text = describe::request(request.protocol, &request.bytes);
                self.print(REQUEST, &format!("{} > {text:#}", request.from.0));
            }
            Seen::Replied(reply) => {
                let asked = &reply.request;
                let text = describe::response(asked.protocol, &asked.bytes, &reply.response);
                self.print(RESPONSE, &format!("{} < {text:#}", asked.from.0));
            }
            Seen::Ended(channel) => self.print(plain, &format!("{} no longer wants its answer", channel.0)),
            Seen::Said(packet) => {
                if let Some((style, text)) = said(&packet) {
                    self.print(style, &text);
                }
            }
            Seen::Asks { question, person } => {
                self.print(plain, &asks(question));
                if person {
                    self.person.ask(question);
                }
            }
            Seen::AsksNoMore => self.person.done(),
            Seen::Acts(act) => self.print(plain, acts(act)),
            Seen::Ordered(order) => self.print(plain, ordered(order)),
            Seen::NoOrder(wrong) => self.log(&wrong.to_string()),
            Seen::Winks => self.print(plain, "the key winks"),
            Seen::Replugged(Ok(())) => self.print(plain, "the key has power again"),
            Seen::Replugged(Err(error)) => self.log(&format!(
                "the key's store cannot be read: {error:?}; every request is answered by an error"
            )),
            Seen::Trouble(what) => self.log(what),
        }
    }
}

/// What the key says by itself, if it is worth a line.
fn said(packet: &Packet<'_>) -> Option<(Style, String)> {
    let Packet::Init { channel, command, len, data } = packet else { return None };
    let from = match *channel {
        Channel::BROADCAST => "broadcast".to_owned(),
        Channel(number) => number.to_string(),
    };
    let plain = Style::new();
    match *command {
        Command::KEEPALIVE => None,
        Command::ERROR => {
            let code = data.first().map(|code| ErrorCode(*code));
            Some((TROUBLE, format!("{from} < {}", code.map(|code| code.to_string()).unwrap_or_default())))
        }
        Command::INIT => {
            let number = data.get(8..12).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes);
            let text = match (*channel, number) {
                (Channel::BROADCAST, Some(number)) => format!("{number} is a new channel"),
                _ => format!("{from} begins anew"),
            };
            Some((plain, text))
        }
        command => Some((plain, format!("{from} < {command}, {len} bytes"))),
    }
}

fn asks(question: &Question) -> String {
    let what = match question.ask {
        authenticator::Ask::Presence => "a touch".to_owned(),
        authenticator::Ask::Verification { attempts_left } => {
            format!("verification, {attempts_left} attempts left")
        }
    };
    let part = |name: &str, text: &Option<String>| {
        text.as_ref().map(|text| format!(", {name} {text:?}")).unwrap_or_default()
    };
    let rp = part("relying party", &question.rp_id);
    format!("the key asks for {what}{rp}{}", part("user", &question.user_name))
}

fn acts(act: UserAct) -> &'static str {
    match act {
        UserAct::Touched => "the user touches it",
        UserAct::Verified => "the user is recognised",
        UserAct::Mismatch => "the user is not recognised",
        UserAct::Declined => "the user refuses",
    }
}

fn ordered(order: &Order) -> &'static str {
    match order {
        Order::Up(Up::Auto) => "from now on: touched each time",
        Order::Up(Up::Never) => "from now on: not touched",
        Order::Up(Up::Once) => "from now on: touched once",
        Order::Up(Up::Refuse) => "from now on: refused each time",
        Order::Up(Up::Person) => "from now on: a person decides",
        Order::Uv(Uv::Ok) => "from now on: the user is recognised",
        Order::Uv(Uv::Fail) => "from now on: the user is not recognised",
        Order::Uv(Uv::Never) => "from now on: no finger is laid on",
        Order::Unplug => "unplugged",
        Order::Plug => "plugged in",
        Order::Replug => "unplugged, and plugged in again",
        Order::After(_) => "from now on: the user is faster, or slower",
        Order::Asks | Order::Wait | Order::Where => "a question about the key",
        Order::Reset(_) => "another key, as new",
        Order::Act(_) => "a person acts",
    }
}

const REQUEST: Style = AnsiColor::Cyan.on_default();
const RESPONSE: Style = AnsiColor::Green.on_default();
const TROUBLE: Style = AnsiColor::Red.on_default();
