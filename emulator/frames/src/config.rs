//! What a model's packet layer is like.

use core::time::Duration;

use crate::command::Capabilities;
use crate::report::Channel;

/// What a device says of itself and how patient it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// The flags of the INIT reply. Without CBOR, CTAPHID_CBOR is refused; with NMSG, CTAPHID_MSG; without WINK,
    /// CTAPHID_WINK.
    pub capabilities: Capabilities,
    /// Whether CTAPHID_LOCK is understood; there is no flag for it.
    pub lock: bool,
    /// How many channels can be allocated between two power-ons. A host that asks for one more is told that the device
    /// is busy.
    pub channels: u32,
    /// The device version in the INIT reply: major, minor, build.
    pub version: [u8; 3],
    /// How long the next packet of a message may take.
    pub packet_timeout: Duration,
    /// The time between two keepalives.
    pub keepalive: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            capabilities: Capabilities::CBOR.with(Capabilities::WINK),
            lock: true,
            channels: Channel::BROADCAST.0 - 1,
            version: [0, 0, 0],
            packet_timeout: Duration::from_millis(500),
            keepalive: Duration::from_millis(100),
        }
    }
}
