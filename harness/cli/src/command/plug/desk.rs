//! The keys that are plugged in, and what goes on around them until Ctrl-C.

use std::future::pending;
use std::io::{self, Write};

use plan::Exit;
use ports::{Control, Hands, Ordered, Pump, ReportPort, Up, UsbipServer};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::control;
use super::person::Person;
use super::row::Key;
use super::teller::{self, Teller};
use crate::args::PlugArgs;
use crate::failure::Failure;
use crate::interrupt;
use crate::screen::Screen;

/// Where keys are plugged in.
pub struct Desk<'a> {
    args: &'a PlugArgs,
    screen: Screen,
    several: bool,
    person: Person,
    orders: Vec<mpsc::Sender<Ordered>>,
    ready: Vec<String>,
    stopped: watch::Receiver<bool>,
    running: JoinSet<Result<(), Failure>>,
}

impl<'a> Desk<'a> {
    /// For so many keys. From now on Ctrl-C is heard.
    ///
    /// # Errors
    /// The system does not let signals be caught.
    pub fn new(args: &'a PlugArgs, screen: Screen, keys: usize) -> Result<Self, Failure> {
        Ok(Self {
            args,
            screen,
            several: keys > 1,
            person: Person::new(screen),
            orders: Vec::new(),
            ready: Vec::new(),
            stopped: interrupt::listen()?,
            running: JoinSet::new(),
        })
    }

    /// Plugs a key in; `named` has its name told when it is ready.
    ///
    /// # Errors
    /// The key cannot be made, or its socket for orders.
    pub fn plug_in(&mut self, port: impl ReportPort + 'static, key: Key, named: bool) -> Result<(), Failure> {
        let Key { name, maker } = key;
        let (orders, ordered) = mpsc::channel::<Ordered>(ORDERS);
        let asked = match &self.args.control {
            Some(path) => {
                let path = if self.several { control::suffixed(&path.0, &name) } else { path.0.clone() };
                Some(Control::listen(&path, orders.clone()).map_err(Failure::usage)?)
            }
            None => control::usual(&name, &orders),
        };
        let nth = self.orders.len();
        let told = self.several.then(|| name.clone());
        let watcher = Teller::new(self.screen, self.args.print, told.clone(), self.person.at(nth, told));
        let hands = Hands::new(self.args.touch.up, self.args.touch.after);
        let (mind, platform) = maker.first()?;
        let pump = Pump::new(port, mind, platform, hands, ordered, Box::new(watcher))
            .map_err(Failure::usage)?
            .with_factory(Box::new(maker));
        let name = if named { format!(" {name}") } else { String::new() };
        self.ready.push(format!("ready {}{name}", pump.place()));
        self.orders.push(orders);
        let mut stopped = self.stopped.clone();
        self.running.spawn(async move {
            let controlled = async {
                match asked {
                    Some(control) => control.run().await,
                    None => pending().await,
                }
            };
            tokio::select! {
                ran = pump.run(interrupt::wait(&mut stopped)) => ran.map_err(Failure::usage),
                Err(error) = controlled => Err(Failure::Usage(format!("the control socket failed: {error}"))),
            }
        });
        Ok(())
    }

    /// Lets machines attach the keys.
    pub fn serve(&mut self, server: UsbipServer) {
        let mut stopped = self.stopped.clone();
        self.running.spawn(async move {
            tokio::select! {
                Err(error) = server.run(teller::log) => Err(Failure::Usage(format!("the USB/IP server failed: {error}"))),
                () = interrupt::wait(&mut stopped) => Ok(()),
            }
        });
    }

    /// Says that the keys are there, and runs them until Ctrl-C.
    ///
    /// # Errors
    /// One of them failed.
    pub async fn run(mut self) -> Result<Exit, Failure> {
        {
            let mut out = io::stdout().lock();
            self.ready.iter().try_for_each(|line| writeln!(out, "{line}"))?;
            out.flush()?;
        }
        if self.args.touch.up == Up::Person {
            self.person.listen(self.orders);
        } else {
            drop(self.orders);
        }
        while let Some(ended) = self.running.join_next().await {
            match ended {
                Ok(ended) => ended?,
                // A bug of AnyKey goes on as one.
                Err(error) => {
                    if let Ok(panic) = error.try_into_panic() {
                        std::panic::resume_unwind(panic);
                    }
                }
            }
        }
        Ok(Exit::AsExpected)
    }
}

/// Orders that may wait to be followed.
const ORDERS: usize = 16;
