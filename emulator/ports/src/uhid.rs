//! A key that this machine's own kernel sees: a HID device made by `/dev/uhid`.

mod event;
mod kernel;
mod node;

use std::fmt;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use frames::Report;
use tokio::time::{Instant, timeout};

use crate::pace::Pace;
use crate::port::{Arrival, ReportPort, Unreachable};
use crate::usb::Identity;
use event::FromKernel;
use kernel::Kernel;

/// The longest message whose packets the kernel keeps while nobody reads them: 31 of them, one less than its ring has
/// places. It drops further ones and tells no one, so that a key on this port should take no longer message.
pub const UHID_MAX_MESSAGE: u16 = 57 + 30 * 59;

/// A device of the kernel, with power while this exists; it may have several programs as clients, which it cannot tell
/// apart.
pub struct Uhid {
    open: Box<dyn Fn() -> Result<OwnedFd, NoUhid> + Send + Sync>,
    identity: Identity,
    /// Where the device says that it is plugged in: of all devices only this one.
    place: String,
    /// `None` while it is unplugged.
    kernel: Option<Kernel>,
    node: Option<PathBuf>,
    pace: Pace,
}

/// The one client of a device: the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Host;

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this machine")
    }
}

/// Why the kernel has no new device.
#[derive(Debug, thiserror::Error)]
pub enum NoUhid {
    /// The module is not loaded, or there is none.
    #[error(
        "{0} is not there: the kernel's module uhid is not loaded. As root: `modprobe uhid` (and for each start of \
         the machine `echo uhid > /etc/modules-load.d/uhid.conf`). A kernel or container without that module can \
         have the key on `--port usbip` or on a socket, `--port unix:PATH`"
    )]
    Missing(PathBuf),
    /// Not allowed.
    #[error(
        "no right to {0}: it is root's unless a rule says otherwise. `anykey plug --install-udev` shows the rules \
         that give it to a group, and with `--yes`, as root, installs them; then log in anew"
    )]
    Forbidden(PathBuf),
    /// Something else.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// No driver has taken the device.
    #[error(
        "no driver of this machine has taken {0}: the kernel's module hid-generic is loaded by udev, or as root by \
         `modprobe hid-generic`; the kernel's log (`dmesg`) may say more"
    )]
    NotStarted(String),
}

impl Uhid {
    /// Makes a device. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// `/dev/uhid` is not there, not for this user, or does not make devices.
    pub async fn plug(identity: Identity) -> Result<Self, NoUhid> {
        let path = Path::new("/dev/uhid");
        Self::plug_by(identity, Box::new(move || open(path))).await
    }

    async fn plug_by(
        identity: Identity,
        open: Box<dyn Fn() -> Result<OwnedFd, NoUhid> + Send + Sync>,
    ) -> Result<Self, NoUhid> {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let place = format!("anykey-{}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let pace = Pace::new(Instant::now());
        let mut port = Self { open, identity, place, kernel: None, node: None, pace };
        port.power_on().await?;
        Ok(port)
    }

    /// The node by which programs find it, `/dev/hidrawN`; a kernel without hidraw makes none.
    #[must_use]
    pub fn node(&self) -> Option<&Path> {
        self.node.as_deref()
    }

    async fn power_on(&mut self) -> Result<(), NoUhid> {
        let failed = |error| NoUhid::Io { path: "/dev/uhid".into(), error };
        let mut kernel = Kernel::new((self.open)()?).map_err(failed)?;
        kernel.write(&event::create(&self.identity, &self.place)).map_err(failed)?;
        match timeout(START, started(&mut kernel)).await {
            Ok(started) => started.map_err(failed)?,
            Err(_) => return Err(NoUhid::NotStarted(self.identity.name.clone())),
        }
        self.node = node::find(&self.place).await;
        self.kernel = Some(kernel);
        Ok(())
    }

    fn take(&self, event: FromKernel) -> io::Result<Option<Arrival<Host>>> {
        let reply = |event: &[u8]| self.kernel.as_ref().map_or(Ok(()), |kernel| kernel.write(event));
        Ok(match event {
            FromKernel::Output(data) => Some(arrival(&data)),
            FromKernel::SetReport { id, output, data } => {
                reply(&event::report_set(id, output))?;
                output.then(|| arrival(&data))
            }
            FromKernel::GetReport { id } => {
                reply(&event::no_report(id))?;
                None
            }
            // A key does not feel that it is opened: what goes on in it goes on.
            FromKernel::Start | FromKernel::Stop | FromKernel::Open | FromKernel::Close => None,
            FromKernel::Unknown(kind) => {
                Some(Arrival::Noise { what: format!("the kernel said something unknown, number {kind}") })
            }
        })
    }
}

impl ReportPort for Uhid {
    type Peer = Host;

    async fn receive(&mut self) -> io::Result<Arrival<Host>> {
        loop {
            let event = match &mut self.kernel {
                Some(kernel) => kernel.next().await?,
                None => std::future::pending().await,
            };
            if let Some(arrival) = self.take(event)? {
                return Ok(arrival);
            }
        }
    }

    async fn send(&mut self, _: &Host, report: &Report) -> Result<(), Unreachable> {
        let Some(kernel) = &self.kernel else { return Err(Unreachable("it is unplugged".to_owned())) };
        self.pace.sent(Instant::now());
        kernel.write(&event::input(report)).map_err(|error| Unreachable(error.to_string()))
    }

    fn place(&self) -> String {
        let node = self.node.as_ref().map(|node| format!(" {}", node.display()));
        format!("uhid{}", node.unwrap_or_default())
    }

    fn sends_at(&self) -> Option<Instant> {
        self.pace.next(Instant::now())
    }

    async fn unplug(&mut self) {
        self.kernel = None;
        self.node = None;
    }

    async fn plug(&mut self) -> io::Result<()> {
        self.unplug().await;
        self.power_on().await.map_err(io::Error::other)
    }
}

fn open(path: &Path) -> Result<OwnedFd, NoUhid> {
    use rustix::fs::{Mode, OFlags};
    use rustix::io::Errno;
    let flags = OFlags::RDWR | OFlags::CLOEXEC | OFlags::NONBLOCK;
    rustix::fs::open(path, flags, Mode::empty()).map_err(|error| match error {
        // The node may be there before the module.
        Errno::NOENT | Errno::NODEV | Errno::NXIO => NoUhid::Missing(path.into()),
        Errno::ACCESS | Errno::PERM => NoUhid::Forbidden(path.into()),
        error => NoUhid::Io { path: path.into(), error: error.into() },
    })
}

async fn started(kernel: &mut Kernel) -> io::Result<()> {
    while kernel.next().await? != FromKernel::Start {}
    Ok(())
}

/// A report number comes before each report; these reports have none, which is 0.
fn arrival(data: &[u8]) -> Arrival<Host> {
    let report = match data {
        [0, report @ ..] => report.try_into().or_else(|_| data.try_into()),
        report => report.try_into(),
    };
    match report {
        Ok(report) => Arrival::Report { from: Host, report },
        Err(_) => Arrival::Noise {
            what: format!(
                "a report of {} bytes: it is 64, and the report number 0 before them",
                data.len().saturating_sub(1)
            ),
        },
    }
}

/// How long the kernel may take to find a driver, which it does in the background.
const START: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests;
