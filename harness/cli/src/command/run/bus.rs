//! Where the keys of a run are plugged in.

use links::{Bus, Direct, Plugs};
use run::KeyModel;

use crate::args::LinkArg;
use crate::failure::Failure;

/// The bus for keys of our own.
///
/// # Errors
/// This machine has none of the kind, or not for this user.
pub async fn open(link: &LinkArg, keys: &[KeyModel]) -> Result<Box<dyn Bus>, Failure> {
    Ok(match link {
        LinkArg::Socket => {
            let plugs = Plugs::on_sockets();
            Box::new(plugs.map_err(|error| Failure::Usage(format!("no sockets for the keys: {error}")))?)
        }
        LinkArg::Uhid => uhid(keys).await?,
        LinkArg::Process | LinkArg::Attached(_) => Box::new(Direct),
    })
}

#[cfg(target_os = "linux")]
async fn uhid(keys: &[KeyModel]) -> Result<Box<dyn Bus>, Failure> {
    // What the machine lacks shows before the first case.
    if let Some(key) = keys.first() {
        ports::Uhid::plug(ports::Identity::of(&key.profile)).await.map_err(Failure::usage)?;
    }
    Ok(Box::new(Plugs::on_uhid()))
}

#[cfg(not(target_os = "linux"))]
async fn uhid(_: &[KeyModel]) -> Result<Box<dyn Bus>, Failure> {
    Err(Failure::Usage("uhid is Linux' own: elsewhere there is --link socket".to_owned()))
}
