//! The keys of a server, and who has attached them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use frames::Report;
use tokio::sync::{mpsc, oneshot};

use super::{Attached, message};
use crate::port::{Arrival, Unreachable};
use crate::usb::Identity;

/// Places from 1 on, one for each key.
#[derive(Default)]
pub(super) struct Bus(Mutex<Slots>);

#[derive(Default)]
struct Slots {
    slots: Vec<Slot>,
    attached: u64,
}

struct Slot {
    place: u32,
    identity: Identity,
    plugged: bool,
    arrivals: mpsc::Sender<Arrival<Attached>>,
    session: Option<Session>,
}

/// The bus's end of an attachment.
struct Session {
    name: Attached,
    outgoing: mpsc::Sender<Report>,
    /// The session ends when this is dropped.
    stop: oneshot::Sender<()>,
    /// Ends when the session has.
    ended: oneshot::Receiver<()>,
}

/// The session's end of an attachment.
pub(super) struct Attachment {
    pub(super) name: Attached,
    pub(super) place: u32,
    pub(super) identity: Identity,
    /// Where what the machine does goes.
    pub(super) arrivals: mpsc::Sender<Arrival<Attached>>,
    /// What the key sends.
    pub(super) outgoing: mpsc::Receiver<Report>,
    /// Ends when the key is unplugged.
    pub(super) stop: oneshot::Receiver<()>,
    /// Dropped when the connection is closed.
    pub(super) end: oneshot::Sender<()>,
}

impl Bus {
    fn slots(&self) -> MutexGuard<'_, Slots> {
        // Nothing is left half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, identity: Identity, arrivals: mpsc::Sender<Arrival<Attached>>) -> u32 {
        let slots = &mut self.slots().slots;
        let place = u32::try_from(slots.len() + 1).unwrap_or(u32::MAX);
        slots.push(Slot { place, identity, plugged: true, arrivals, session: None });
        place
    }

    /// OP_REP_DEVLIST: what can be attached.
    pub(super) fn list(&self) -> Vec<u8> {
        let slots = self.slots();
        let free = slots.slots.iter().filter(|slot| slot.plugged && slot.session.is_none());
        message::list(&free.map(|slot| (slot.place, &slot.identity)).collect::<Vec<_>>())
    }

    /// Attaches the key of that name, if it is there and free.
    pub(super) fn attach(&self, bus_id: &str) -> Option<Attachment> {
        let mut slots = self.slots();
        let name = Attached(slots.attached + 1);
        let slot = slots.slots.iter_mut().find(|slot| message::bus_id(slot.place) == bus_id)?;
        if !slot.plugged || slot.session.is_some() {
            return None;
        }
        let (out, outgoing) = mpsc::channel(OUTGOING);
        let (keep, stop) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        slot.session = Some(Session { name, outgoing: out, stop: keep, ended });
        let (place, identity, arrivals) = (slot.place, slot.identity.clone(), slot.arrivals.clone());
        slots.attached += 1;
        Some(Attachment { name, place, identity, arrivals, outgoing, stop, end })
    }

    /// The machine is gone.
    pub(super) fn detach(&self, place: u32, name: Attached) {
        if let Some(slot) = self.slots().slots.iter_mut().find(|slot| slot.place == place) {
            slot.session.take_if(|session| session.name == name);
        }
    }

    pub(super) fn send(&self, place: u32, to: Attached, report: &Report) -> Result<(), Unreachable> {
        let slots = self.slots();
        let session =
            slots.slots.iter().find(|slot| slot.place == place).and_then(|slot| slot.session.as_ref());
        match session.filter(|session| session.name == to) {
            Some(session) => session
                .outgoing
                .try_send(*report)
                .map_err(|_| Unreachable("it does not ask for what it is sent".to_owned())),
            None => Err(Unreachable("it is detached".to_owned())),
        }
    }

    /// Takes the key off the bus; a machine that has it attached sees that when this returns.
    pub(super) async fn unplug(&self, place: u32) {
        let session = {
            let mut slots = self.slots();
            slots.slots.iter_mut().find(|slot| slot.place == place).and_then(|slot| {
                slot.plugged = false;
                slot.session.take()
            })
        };
        if let Some(Session { ended, stop, .. }) = session {
            drop(stop);
            // An error is the end, too: it is dropped, not sent.
            let _ = ended.await;
        }
    }

    pub(super) fn plug(&self, place: u32) {
        if let Some(slot) = self.slots().slots.iter_mut().find(|slot| slot.place == place) {
            slot.plugged = true;
        }
    }
}

/// Reports that may wait for a machine: some of the longest messages. Then they are lost.
const OUTGOING: usize = 1_024;
