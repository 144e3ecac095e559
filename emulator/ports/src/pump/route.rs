//! Which client gets what is sent on a channel: the one that used it last.

use std::collections::BTreeMap;

use frames::{Channel, Packet, Report};

/// Clients by channel. What is sent on the broadcast channel answers an INIT there, and goes to who sent that.
pub(super) struct Routes<P> {
    peers: BTreeMap<Channel, P>,
}

impl<P: Clone + PartialEq> Routes<P> {
    pub(super) const fn new() -> Self {
        Self { peers: BTreeMap::new() }
    }

    /// A client sent this packet.
    pub(super) fn came(&mut self, from: P, report: &Report) {
        self.peers.insert(Packet::parse(report).channel(), from);
        if self.peers.len() > MOST {
            // The oldest channel. Its client comes back with its next packet.
            self.peers.pop_first();
        }
    }

    /// Who is to get this packet.
    pub(super) fn to(&self, report: &Report) -> Option<P> {
        self.peers.get(&Packet::parse(report).channel()).cloned()
    }

    /// Forgets a client; the channels that it used last.
    pub(super) fn remove(&mut self, peer: &P) -> Vec<Channel> {
        let used = |(channel, user): (&Channel, &P)| (user == peer).then_some(*channel);
        let channels: Vec<Channel> = self.peers.iter().filter_map(used).collect();
        self.peers.retain(|_, user| user != peer);
        channels
    }

    pub(super) fn clear(&mut self) {
        self.peers.clear();
    }
}

/// So many channels are kept apart: a client of each new datagram socket takes one, and never says that it is gone.
const MOST: usize = 4_096;
