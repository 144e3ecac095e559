//! `anykey plug`.

mod control;
mod desk;
mod key;
mod person;
mod row;
mod teller;
mod udev;

use std::io::{self, Write};
use std::net::SocketAddr;

use plan::Exit;
use ports::{Address, Datagrams, Identity, Seqpacket, UHID_MAX_MESSAGE, Uhid, UsbipServer};

use crate::args::{Place, PlugArgs};
use crate::failure::Failure;
use crate::screen::Screen;
use desk::Desk;
use row::Key;

pub use control::{found, runtime_directory};

/// Runs keys until Ctrl-C, or shows the rules that let people do so.
///
/// # Errors
/// A key is unknown, a socket or device cannot be made, or a port failed.
pub async fn perform(args: &PlugArgs, screen: Screen) -> Result<Exit, Failure> {
    if args.install_udev {
        return udev::perform(&args.group, args.yes);
    }
    let place = args.listen.map_or_else(|| args.port.clone(), Place::Usbip);
    let max_message = (place == Place::Uhid).then_some(UHID_MAX_MESSAGE);
    let keys = row::keys(args, max_message)?;
    let mut desk = Desk::new(args, screen, keys.len())?;
    match &place {
        Place::Uhid => uhid(keys, args, &mut desk).await?,
        Place::Usbip(address) => usbip(*address, keys, args, &mut desk).await?,
        Place::Socket(address) => socket(address, keys, &mut desk)?,
    }
    desk.run().await
}

async fn uhid(keys: Vec<Key>, args: &PlugArgs, desk: &mut Desk<'_>) -> Result<(), Failure> {
    for key in keys {
        let port = Uhid::plug(identity(&key, args)).await.map_err(Failure::usage)?;
        desk.plug_in(port, key, true)?;
    }
    Ok(())
}

async fn usbip(
    address: SocketAddr,
    keys: Vec<Key>,
    args: &PlugArgs,
    desk: &mut Desk<'_>,
) -> Result<(), Failure> {
    let mut server = UsbipServer::listen(address).await.map_err(Failure::usage)?;
    if !address.ip().is_loopback() {
        // If the stream is gone, nobody reads it.
        let _ = writeln!(
            io::stderr(),
            "anykey: whoever reaches {} can attach the keys and use them: USB/IP knows neither login nor encryption",
            server.address()
        );
    }
    for key in keys {
        let port = server.add(identity(&key, args));
        desk.plug_in(port, key, true)?;
    }
    desk.serve(server);
    Ok(())
}

fn socket(address: &Address, keys: Vec<Key>, desk: &mut Desk<'_>) -> Result<(), Failure> {
    let [key] = <[Key; 1]>::try_from(keys).map_err(|_| {
        Failure::Usage(format!("{address} has room for one key: name one, or use --port uhid or usbip"))
    })?;
    match address {
        Address::Unix(path) => desk.plug_in(Seqpacket::listen(path).map_err(Failure::usage)?, key, false),
        Address::UnixDgram(path) => desk.plug_in(Datagrams::unix(path).map_err(Failure::usage)?, key, false),
        Address::Udp(address) => desk.plug_in(Datagrams::udp(*address).map_err(Failure::usage)?, key, false),
    }
}

fn identity(key: &Key, args: &PlugArgs) -> Identity {
    let mut identity = Identity::of(&key.maker.profile);
    if let Some(numbers) = args.vid_pid {
        (identity.vendor, identity.product) = (numbers.vendor, numbers.product);
    }
    identity
}
