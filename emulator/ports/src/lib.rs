//! What lets an operating system or a framed link see an authenticator.
//!
//! * [`Token`] joins a [`Front`], which knows the packets of [`frames`], with a [`Mind`], which is the step machine of
//!   [`authenticator`]. All are without input and output: packets, the user and time are arguments.
//! * [`Pump`] runs the two apart, so that keepalives go out while the mind is at work, on a [`ReportPort`], with [`Hands`] that act and [`Order`]s from outside.
//! * [`Uhid`] is a port that the machine's own kernel sees, [`Usbip`] one that any machine attaches; [`Seqpacket`] and [`Datagrams`] are ports, [`Control`] takes orders; an [`Address`] names them.

mod address;
mod control;
mod datagrams;
mod factory;
mod front;
mod hands;
mod mind;
mod order;
mod pace;
mod port;
mod pump;
mod seqpacket;
mod socket_file;
mod token;
#[cfg(target_os = "linux")]
mod uhid;
mod usb;
mod usbip;

pub use address::{Address, NoAddress};
pub use control::Control;
pub use datagrams::Datagrams;
pub use factory::{Factory, Made};
pub use front::{Front, News};
pub use hands::{Gesture, Hands, Up, Uv};
pub use mind::{Done, Job, Mind, Question, Reply, Request};
pub use order::{NoOrder, Order, Wish};
pub use port::{Arrival, ReportPort, Unreachable};
pub use pump::{Answer, Ordered, Pump, PumpError, Seen, Watcher};
pub use seqpacket::Seqpacket;
pub use socket_file::BindError;
pub use token::Token;
#[cfg(target_os = "linux")]
pub use uhid::{Host, NoUhid, UHID_MAX_MESSAGE, Uhid};
pub use usb::{Identity, REPORT_DESCRIPTOR};
pub use usbip::{Attached, USBIP_PORT, Usbip, UsbipServer};

#[cfg(test)]
mod tests;
