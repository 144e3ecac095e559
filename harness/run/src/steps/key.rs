//! The key itself.

use client::Patient;
use client::link::{Link, Protocol};
use wire::ctap2::Command;

use super::Report;
use crate::describe;
use crate::stage::{Broken, Stage};

pub(super) async fn replug(stage: &mut Stage<'_>, name: &str) -> Result<Report, Broken> {
    stage.key(name).await?.replug().await?;
    Ok(Report::done("unplugged and plugged in again"))
}

pub(super) async fn reset(stage: &mut Stage<'_>, name: &str) -> Result<Report, Broken> {
    replug(stage, name).await?;
    let key = stage.key(name).await?;
    let request = [Command::RESET.0];
    let answer = key.link.call(Protocol::Ctap2, &request, &mut Patient).await;
    let calls = key.link.take();
    stage.exchanges.extend(calls.iter().map(describe::call));
    let answer = answer.map_err(|e| Broken::Unsupported(format!("authenticatorReset: {e}")))?;
    let status = describe::status(&answer);
    Ok(Report::plain(
        "a key that has forgotten everything".to_owned(),
        format!("it answered {status}"),
        answer.first() == Some(&0),
    ))
}
