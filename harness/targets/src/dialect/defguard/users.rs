//! What the admin does: users, their keys, settings.

use axum::Json;
use axum::extract::{Path, Query, State as Of};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::accounts::{NewUser, User};
use super::answer::{Refusal, json_of, token};
use super::state::{ByAdmin, Shared, State};
use crate::locked::locked;

#[derive(Deserialize)]
#[serde(default)]
pub(super) struct Pages {
    page: usize,
    per_page: usize,
}

impl Default for Pages {
    fn default() -> Self {
        Self { page: 1, per_page: 50 }
    }
}

pub(super) async fn list(ByAdmin(shared): ByAdmin, Query(pages): Query<Pages>) -> Result<Response, Refusal> {
    let state = &mut *locked(&shared);
    let all = state.accounts.all();
    let (page, size) = (pages.page.max(1), pages.per_page.max(1));
    let last = all.len().div_ceil(size);
    let data: Vec<Value> = all.iter().skip((page - 1) * size).take(size).map(User::to_value).collect();
    let body = json!({
        "data": data,
        "pagination": {
            "current_page": page,
            "next_page": (page < last).then_some(page + 1),
            "page_size": size,
            "total_items": all.len(),
            "total_pages": last,
        },
    });
    Ok(json_of(StatusCode::OK, body))
}

pub(super) async fn add(ByAdmin(shared): ByAdmin, Json(new): Json<NewUser>) -> Result<Response, Refusal> {
    let state = &mut *locked(&shared);
    let user = state.accounts.add(new).ok_or_else(|| Refusal::bad(None))?;
    Ok(json_of(StatusCode::CREATED, user.to_value()))
}

pub(super) async fn one(ByAdmin(shared): ByAdmin, Path(name): Path<String>) -> Result<Response, Refusal> {
    let state = &mut *locked(&shared);
    let user = state.named(&name)?;
    let keys: Vec<Value> = user.keys.iter().map(|key| json!({ "id": key.id, "name": key.name })).collect();
    let body = json!({ "biometric_enabled_devices": [], "security_keys": keys, "user": user.to_value() });
    Ok(json_of(StatusCode::OK, body))
}

pub(super) async fn remove(ByAdmin(shared): ByAdmin, Path(name): Path<String>) -> Result<Response, Refusal> {
    let state = &mut *locked(&shared);
    let gone = state.accounts.remove(&name);
    let gone = gone.ok_or_else(|| Refusal::missing(format!("User {name} not found")))?;
    state.sessions.retain(|session| session.user != gone.id);
    Ok(json_of(StatusCode::OK, Value::Null))
}

pub(super) async fn remove_factors(
    ByAdmin(shared): ByAdmin,
    Path(name): Path<String>,
) -> Result<Response, Refusal> {
    let state = &mut *locked(&shared);
    let user = state.named(&name)?;
    user.take_factors();
    Ok(json_of(StatusCode::OK, Value::Null))
}

pub(super) async fn remove_key(
    Of(shared): Of<Shared>,
    headers: HeaderMap,
    Path((name, id)): Path<(String, i64)>,
) -> Result<Response, Refusal> {
    let state = &mut *locked(&shared);
    own_or_admin(state, token(&headers), &name)?;
    let user = state.named(&name)?;
    let at = user.keys.iter().position(|key| key.id == id);
    let at = at.ok_or_else(|| Refusal::missing("security key not found".to_owned()))?;
    user.keys.remove(at);
    if user.keys.is_empty() {
        user.take_factors();
    }
    Ok(json_of(StatusCode::OK, Value::Null))
}

fn own_or_admin(state: &mut State, token: Option<&str>, name: &str) -> Result<(), Refusal> {
    let user = state.user(token)?;
    if user.is_admin || user.name == name { Ok(()) } else { Err(Refusal::forbidden()) }
}

pub(super) async fn settings(ByAdmin(shared): ByAdmin) -> Response {
    let mut all: Map<String, Value> = serde_json::from_str(SETTINGS).unwrap_or_default();
    all.insert("defguard_url".to_owned(), json!(locked(&shared).url));
    json_of(StatusCode::OK, Value::Object(all))
}

/// Members as the real server has them; but for the URL they mean nothing here.
const SETTINGS: &str = include_str!("settings.json");

#[derive(Deserialize)]
pub(super) struct Settings {
    defguard_url: Option<String>,
}

pub(super) async fn change_settings(
    ByAdmin(shared): ByAdmin,
    Json(new): Json<Settings>,
) -> Result<Response, Refusal> {
    let state = &mut *locked(&shared);
    if let Some(url) = new.defguard_url {
        state.url = url;
    }
    Ok(json_of(StatusCode::OK, Value::Null))
}
