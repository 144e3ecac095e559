//! `anykey plug`.

mod key;
mod person;
mod teller;

use std::io::{self, Write};

use plan::Exit;
use ports::{
    Address, Control, Datagrams, Hands, Identity, Ordered, Pump, PumpError, ReportPort, Seqpacket,
    UHID_MAX_MESSAGE, Uhid, Up,
};
use tokio::sync::mpsc;

use crate::args::{Place, PlugArgs};
use crate::failure::Failure;
use crate::screen::Screen;
use crate::{interrupt, keys};
use key::Maker;
use person::Person;
use teller::Teller;

/// Runs a key until Ctrl-C.
///
/// # Errors
/// The key is unknown, a socket cannot be made, or the port failed.
pub async fn perform(args: &PlugArgs, screen: Screen) -> Result<Exit, Failure> {
    let mut profile = keys::find(&args.key)?.profile;
    let max_message = (args.port == Place::Uhid).then_some(UHID_MAX_MESSAGE);
    key::limit(&mut profile, max_message);
    let key = Maker {
        profile,
        max_message,
        seed: args.seed.map(|seed| key::bytes(seed, 1)),
        pin: args.pin.clone(),
        kept: args.state.is_some(),
    };
    let address = match &args.port {
        Place::Socket(address) => address,
        Place::Uhid => {
            let port = Uhid::plug(Identity::of(&profile)).await.map_err(Failure::usage)?;
            return run(port, key, args, screen).await;
        }
    };
    match address {
        Address::Unix(path) => {
            let port = Seqpacket::listen(path).map_err(Failure::usage)?;
            run(port, key, args, screen).await
        }
        Address::UnixDgram(path) => {
            let port = Datagrams::unix(path).map_err(Failure::usage)?;
            run(port, key, args, screen).await
        }
        Address::Udp(address) => {
            let port = Datagrams::udp(*address).map_err(Failure::usage)?;
            run(port, key, args, screen).await
        }
    }
}

async fn run<P: ReportPort>(port: P, key: Maker, args: &PlugArgs, screen: Screen) -> Result<Exit, Failure> {
    let (orders, ordered) = mpsc::channel::<Ordered>(ORDERS);
    let control = match &args.control {
        Some(path) => Some(Control::listen(&path.0, orders.clone()).map_err(Failure::usage)?),
        None => None,
    };
    let person = Person::new(screen);
    let watcher = Teller::new(screen, args.print, person.clone());
    let hands = Hands::new(args.touch.up, args.touch.after);
    let (mind, platform) = key.first(args)?;
    let pump = Pump::new(port, mind, platform, hands, ordered, Box::new(watcher)).map_err(failure)?;
    let pump = pump.with_factory(Box::new(key));
    let mut stopped = interrupt::listen()?;
    {
        let mut out = io::stdout().lock();
        writeln!(out, "ready {}", pump.place())?;
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
