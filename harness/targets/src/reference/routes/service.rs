//! Paths beside the ceremonies: sites, accounts, credentials.

use axum::Json as Answer;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use plan::Policy;
use serde::{Deserialize, Serialize};

use super::Shared;
use super::request::{Json, Of};
use crate::reference::answer::Refusal;
use crate::reference::site::{Listed, SiteInfo};
use crate::reference::sites::NewSite;
use crate::reference::target::SERVER;

/// What `GET info` gives.
#[derive(Debug, Serialize)]
pub(super) struct Info<'a> {
    server: &'static str,
    version: &'static str,
    site: SiteInfo<'a>,
    flaws: Vec<FlawInfo>,
}

/// A flaw for people.
#[derive(Debug, Serialize)]
pub(super) struct FlawInfo {
    id: &'static str,
    description: &'static str,
}

/// What `POST /api/accounts` takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAccount {
    name: String,
    #[serde(default)]
    password: String,
}

pub(super) async fn info(Of(site): Of) -> Answer<serde_json::Value> {
    let about = site.settings().flaws.iter().map(|flaw| flaw.about());
    let info = Info {
        server: SERVER,
        version: env!("CARGO_PKG_VERSION"),
        site: site.info(),
        flaws: about.map(|about| FlawInfo { id: about.id, description: about.description }).collect(),
    };
    Answer(serde_json::json!(info))
}

pub(super) async fn add_site(
    State(shared): State<Shared>,
    Json(wish): Json<NewSite>,
) -> Result<(StatusCode, Answer<serde_json::Value>), Refusal> {
    let site = shared.sites.add(wish)?;
    Ok((StatusCode::CREATED, Answer(serde_json::json!(site.info()))))
}

pub(super) async fn remove_site(
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    shared.sites.remove(&id)?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn set_policy(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    Json(policy): Json<Policy>,
) -> Result<StatusCode, Refusal> {
    shared.sites.set_policy(&id, policy)?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn add_account(
    Of(site): Of,
    Json(account): Json<NewAccount>,
) -> Result<StatusCode, Refusal> {
    site.provision(&account.name, &account.password)?;
    Ok(StatusCode::CREATED)
}

pub(super) async fn remove_account(
    Of(site): Of,
    Path(path): Path<NamedAccount>,
) -> Result<StatusCode, Refusal> {
    site.retire(&path.name)?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn credentials(
    Of(site): Of,
    Path(path): Path<NamedAccount>,
) -> Result<Answer<Vec<Listed>>, Refusal> {
    site.credentials(&path.name).map(Answer)
}

pub(super) async fn revoke(Of(site): Of, Path(path): Path<NamedCredential>) -> Result<StatusCode, Refusal> {
    site.revoke(&path.name, &path.credential)?;
    Ok(StatusCode::NO_CONTENT)
}

/// The account of a path; the site's part is read by [`Of`].
#[derive(Debug, Deserialize)]
pub(super) struct NamedAccount {
    name: String,
}

/// The credential of a path.
#[derive(Debug, Deserialize)]
pub(super) struct NamedCredential {
    name: String,
    credential: String,
}
