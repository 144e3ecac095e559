//! `anykey plug`.

mod key;
mod person;
mod teller;

use std::io::{self, Write};

use authenticator::platform::Platform;
use plan::Exit;
use ports::{
    Address, Control, Datagrams, Hands, Identity, Mind, Ordered, Pump, PumpError, ReportPort, Seqpacket,
    UHID_MAX_MESSAGE, Uhid, Up,
};
use tokio::sync::mpsc;

use crate::args::{Place, PlugArgs};
use crate::failure::Failure;
use crate::screen::Screen;
use crate::{interrupt, keys};
use person::Person;
use teller::Teller;

/// Runs a key until Ctrl-C.
///
/// # Errors
/// The key is unknown, a socket cannot be made, or the port failed.
pub async fn perform(args: &PlugArgs, screen: Screen) -> Result<Exit, Failure> {
    let mut profile = keys::find(&args.key)?.profile;
    if let (Place::Uhid, Some(ctap2)) = (&args.port, &mut profile.ctap2) {
        ctap2.max_msg_size = ctap2.max_msg_size.min(UHID_MAX_MESSAGE);
    }
    let key = (Mind::new(profile), key::platform(&profile, args)?);
    let address = match &args.port {
        Place::Socket(address) => address,
        Place::Uhid => {
            let port = Uhid::plug(Identity::of(&profile)).await.map_err(Failure::usage)?;
            let node = port.node().map(|node| format!(" {}", node.display())).unwrap_or_default();
            return run(port, &format!("uhid{node}"), key, args, screen).await;
        }
    };
    match address {
        Address::Unix(path) => {
            let port = Seqpacket::listen(path).map_err(Failure::usage)?;
            let address = port.address().clone();
            run(port, &address.to_string(), key, args, screen).await
        }
        Address::UnixDgram(path) => {
            let port = Datagrams::unix(path).map_err(Failure::usage)?;
            let address = port.address().clone();
            run(port, &address.to_string(), key, args, screen).await
        }
        Address::Udp(address) => {
            let port = Datagrams::udp(*address).map_err(Failure::usage)?;
            let address = port.address().clone();
            run(port, &address.to_string(), key, args, screen).await
        }
    }
}

async fn run<P: ReportPort>(
    port: P,
    address: &str,
    (mind, platform): (Mind, Box<dyn Platform + Send>),
    args: &PlugArgs,
    screen: Screen,
) -> Result<Exit, Failure> {
    let (orders, ordered) = mpsc::channel::<Ordered>(ORDERS);
    let control = match &args.control {
        Some(path) => Some(Control::listen(&path.0, orders.clone()).map_err(Failure::usage)?),
        None => None,
    };
    let person = Person::new(screen);
    let watcher = Teller::new(screen, args.print, person.clone());
    let hands = Hands::new(args.touch.up, args.touch.after);
    let pump = Pump::new(port, mind, platform, hands, ordered, Box::new(watcher)).map_err(failure)?;
    let mut stopped = interrupt::listen()?;
    {
        let mut out = io::stdout().lock();
        writeln!(out, "ready {address}")?;
        out.flush()?;
    }
    if args.touch.up == Up::Person {
        person.listen(orders);
    }
    let controlled = async {
        match control {
            Some(control) => control.run().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        ran = pump.run(interrupt::wait(&mut stopped)) => ran.map_err(failure)?,
        Err(error) = controlled => return Err(Failure::Usage(format!("the control socket failed: {error}"))),
    }
    Ok(Exit::AsExpected)
}

fn failure(error: PumpError) -> Failure {
    Failure::usage(error)
}

/// Orders that may wait to be followed.
const ORDERS: usize = 16;
