//! The way to an attached key, which tells the person what to do.

use std::ops::ControlFlow;
use std::time::Duration;

use client::link::{Link, LinkError, Protocol, Waiting, Watch};
use futures_util::future::{BoxFuture, FutureExt};
use links::{Attached, Held, Remote};
use tokio::time::{Instant, sleep};
use wire::ctap2::{Command, Permissions, client_pin, get_assertion, make_credential, split_request};

use super::{Shared, Teller, Whereabouts, remote};

/// A key that is lent to the bench.
pub(super) struct Lent {
    remote: Remote,
    shared: Shared,
    teller: Teller,
    /// A U2F key is asked again and again until it is touched; the person is told once.
    polled: bool,
}

impl Lent {
    pub(super) fn new(remote: Remote, shared: Shared, teller: Teller) -> Self {
        Self { remote, shared, teller, polled: false }
    }

    async fn exchange(
        &mut self,
        protocol: Protocol,
        request: &[u8],
        watch: &mut dyn Watch,
    ) -> Result<Vec<u8>, LinkError> {
        let words = match protocol {
            Protocol::Ctap2 => wish(request),
            Protocol::Ctap1 => "Touch the key, to register or log in (U2F).".to_owned(),
        };
        let mut telling = Telling { watch, teller: &self.teller, words: Some(&words) };
        let answer = self.remote.call(protocol, request, &mut telling).await;
        if let (Protocol::Ctap2, Ok(answer)) = (protocol, &answer) {
            self.shared.made(|made| made.note(request, answer));
        }
        // Whether a key handle is its own, a key says in the same words; then no touch is meant.
        let only_checks = matches!(request, [_, 2, CHECK_ONLY, ..]);
        let polled = protocol == Protocol::Ctap1
            && !only_checks
            && answer.as_ref().is_ok_and(|answer| answer.ends_with(NOT_YET));
        if polled && !self.polled {
            (self.teller)(&words);
        }
        self.polled = polled;
        answer
    }

    async fn power_cycle(&mut self) -> Result<(), String> {
        match self.shared.place() {
            Whereabouts::Socket(_) => {
                // A key of AnyKey's does so by itself; the next message comes after that.
                self.remote.tell("ctl replug").await.map_err(|error| error.to_string())?;
                self.remote.begin_anew();
                Ok(())
            }
            Whereabouts::Hidraw(node) => {
                let device = Attached::at(&node).map_err(|error| error.to_string())?;
                (self.teller)(&format!("Unplug {:?} now, to plug it in again.", device.name));
                let back = again(&device, &self.teller).await?;
                self.shared.moved(Whereabouts::Hidraw(back.node));
                self.remote = remote(&self.shared.place()).await?;
                Ok(())
            }
        }
    }
}

/// Waits until the key was away and is there again. Sysfs does not tell when it changes, and people are slow: this looks.
async fn again(device: &Attached, teller: &Teller) -> Result<Attached, String> {
    let until = Instant::now() + PATIENCE;
    let mut away = false;
    while Instant::now() < until {
        let same = |other: &Attached| {
            (other.vendor, other.product, &other.name) == (device.vendor, device.product, &device.name)
        };
        let there = Attached::all().map_err(|error| error.to_string())?.into_iter().find(same);
        match there {
            None if !away => {
                away = true;
                teller("It is unplugged. Plug it in again.");
            }
            Some(back) if away && std::fs::File::open(&back.node).is_ok() => return Ok(back),
            _ => {}
        }
        sleep(LOOK).await;
    }
    Err(format!("the key was not unplugged and plugged in again within {} s", PATIENCE.as_secs()))
}

impl Held for Lent {
    fn replug(&mut self) -> BoxFuture<'_, Result<(), String>> {
        self.power_cycle().boxed()
    }
}

impl Link for Lent {
    fn call<'a>(
        &'a mut self,
        protocol: Protocol,
        request: &'a [u8],
        watch: &'a mut dyn Watch,
    ) -> BoxFuture<'a, Result<Vec<u8>, LinkError>> {
        self.exchange(protocol, request, watch).boxed()
    }

    fn pause(&mut self, time: Duration) -> BoxFuture<'_, ()> {
        self.remote.pause(time)
    }
}

/// Tells once that the key waits.
struct Telling<'t> {
    watch: &'t mut dyn Watch,
    teller: &'t Teller,
    words: Option<&'t str>,
}

impl Watch for Telling<'_> {
    fn waiting(&mut self, why: Waiting) -> ControlFlow<()> {
        if let Some(words) = self.words.take_if(|_| why == Waiting::User) {
            (self.teller)(words);
        }
        self.watch.waiting(why)
    }
}

/// What the key asks the person for, in words.
fn wish(request: &[u8]) -> String {
    let what = match split_request(request) {
        Some((Command::MAKE_CREDENTIAL, members)) => {
            make_credential::Request::decode(members).ok().map(|request| {
                let user =
                    request.user.name.map(|name| format!(" as {}", name.escape_debug())).unwrap_or_default();
                format!("register at {}{user}", request.rp.id.escape_debug())
            })
        }
        Some((Command::GET_ASSERTION, members)) => get_assertion::Request::decode(members)
            .ok()
            .map(|request| format!("log in to {}", request.rp_id.escape_debug())),
        Some((Command::CLIENT_PIN, members)) => client_pin::Request::decode(members)
            .ok()
            .and_then(|request| request.permissions.filter(|asked| asked.contains(Permissions::CM)))
            .map(|_| "have it delete what this run made on it".to_owned()),
        Some((Command::RESET, _)) => Some("RESET it: everything on it will be lost".to_owned()),
        _ => None,
    };
    format!("Touch the key, to {}.", what.unwrap_or_else(|| "go on".to_owned()))
}

/// SW_CONDITIONS_NOT_SATISFIED.
const NOT_YET: &[u8] = &[0x69, 0x85];
/// P1 of U2F_AUTHENTICATE.
const CHECK_ONLY: u8 = 7;
const LOOK: Duration = Duration::from_millis(200);
const PATIENCE: Duration = Duration::from_secs(60);
