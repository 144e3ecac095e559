//! A key on the stage: its link, its client, whose hands are at it, and what can go wrong with it.

use std::time::Duration;

use authenticator::profile::Profile;
use client::Client;
use links::fault::{Edit, LyingKey, Message as Trapped, PowerCut, Signer, Switch, Trap, Which};
use links::{Bus, Fresh, Held, Record, Script, Scripted};
use plan::step::{Fault, HandsWish};
use softkeys::Seeded;

use super::Broken;

/// A key on the stage.
pub(crate) struct Key {
    pub(crate) link: Record<Trapped<Box<dyn Held>>>,
    pub(crate) client: Client,
    pub(crate) signer: Signer,
    hands: Scripted,
    reaction: Duration,
    trap: Trap,
    power: Switch,
}

/// A key before it is plugged in, and its client.
pub(super) struct Made {
    pub(super) profile: Profile,
    pub(super) platform: Seeded,
    pub(super) client: Client,
}

impl Made {
    /// Plugs it in, with whatever makes it lie and fail under it.
    pub(super) async fn plug(self, bus: &dyn Bus, name: &str) -> Result<Key, String> {
        let Self { profile, platform, client } = self;
        let (powered, power) = PowerCut::over(platform);
        let (lying, signer) = LyingKey::over(Box::new(powered));
        let reaction = bus.reaction();
        let hands = Scripted::new(Script::Touch(reaction));
        let fresh = Fresh { profile, platform: Box::new(lying), hands: Box::new(hands.clone()) };
        let link = Trapped::new(bus.plug(name, fresh).await?);
        let trap = link.trap();
        Ok(Key { link: Record::new(link), client, signer, hands, reaction, trap, power })
    }
}

impl Key {
    /// From now on the user does this.
    pub(crate) fn hands(&self, wish: HandsWish) {
        self.hands.follow(match wish {
            HandsWish::Touch => Script::Touch(self.reaction),
            HandsWish::Refuse => Script::Refuse(self.reaction),
            HandsWish::Never => Script::Never,
            HandsWish::WrongFinger => Script::WrongFinger(u8::MAX, self.reaction),
        });
    }

    /// Something will go wrong. Gives how often anything did so far.
    pub(crate) fn arm(&self, fault: Option<Fault>) -> usize {
        match fault {
            None => {}
            Some(Fault::AnswerLost(nth)) => self.trap.arm(Which::Ceremony, nth, Edit::Lost),
            Some(Fault::Status(nth, status)) => self.trap.arm(Which::Ceremony, nth, Edit::Status(status)),
            Some(Fault::PowerCut(nth)) => self.power.cut_at(nth),
        }
        self.trap.fired() + self.power.fired()
    }

    /// Nothing more goes wrong; what did not go wrong since `before` proves nothing. A power cut lasts until the key is plugged in
    /// again.
    pub(crate) fn disarm(&self, fault: Option<Fault>, before: usize) -> Result<(), Broken> {
        self.trap.disarm();
        match fault {
            Some(fault) if self.trap.fired() + self.power.fired() == before => {
                Err(Broken::Unknown(format!("the fault {fault:?} never fired")))
            }
            _ => Ok(()),
        }
    }

    /// Unplugs the key and plugs it in again, with the power on.
    pub(crate) async fn replug(&mut self) -> Result<(), Broken> {
        self.power.on();
        self.link.inner().inner().replug().await.map_err(Broken::Unknown)?;
        self.client.forget();
        Ok(())
    }
}
