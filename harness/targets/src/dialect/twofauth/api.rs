//! `/api/v1`, as far as keys need it.

use axum::response::Response;
use serde_json::{Value, json};

use super::Shared;
use super::accounts;
use super::call::{self, Call, Request};
use super::reply::Reply;
use super::user;

const ONLY_KEYS: &str = "useWebauthnOnly";
const CLOSED: &str = "disableRegistration";

/// `GET /api/v1/user`.
pub(super) fn who(call: &mut Call<'_>, id: u64) -> Reply {
    let Some(user) = call.state.user(id) else { return Reply::unauthenticated() };
    let mut told = user::told(user);
    told["authenticated_by_proxy"] = false.into();
    Reply::json(200, told)
}

/// `GET` and `PUT /api/v1/user/preferences/{name}`; the real one has many more.
pub(super) fn preference(call: &mut Call<'_>, id: u64, name: &str) -> Reply {
    let wanted = (call.request.method == http::Method::PUT).then(|| call.request.body["value"].as_bool());
    let Some(user) = call.state.user(id).filter(|_| name == ONLY_KEYS) else {
        return Reply::message(404, "not found");
    };
    match wanted {
        None => Reply::json(200, json!({"key": name, "value": user.webauthn_only, "locked": false})),
        // Differs: a user who has no key may choose it, and is locked out then; observed with 5.6.1 and 8.0.1.
        Some(Some(value)) => {
            user.webauthn_only = value;
            Reply::json(201, json!({"key": name, "value": value}))
        }
        Some(None) => Reply::invalid(&[("value", "The value field is required.".to_owned())]),
    }
}

/// `PUT /api/v1/settings/{name}`. One has an effect.
pub(super) fn setting(call: &mut Call<'_>, name: &str) -> Reply {
    let value = call.request.body["value"].clone();
    if name == CLOSED {
        call.state.closed = value == true;
    }
    Reply::json(200, json!({"key": name, "value": value}))
}

/// `GET /api/v1/users`.
pub(super) fn users(call: &mut Call<'_>) -> Reply {
    let row = |user: &super::state::User| {
        let mut told = user::told(user);
        told["authenticated_by_proxy"] = false.into();
        told
    };
    Reply::json(200, Value::Array(call.state.users.iter().map(row).collect()))
}

/// `POST /api/v1/users`.
pub(super) fn add(call: &mut Call<'_>) -> Reply {
    if let Some(refusal) = accounts::wrong(call) {
        return refusal;
    }
    let (name, email, password) = accounts::new(call);
    let is_admin = call.request.body["is_admin"] == true;
    let id = call.state.add(&name, &email, &password, is_admin);
    let told = call.state.user(id).map(|user| user::told(user));
    Reply::json(201, json!({"info": told}))
}

/// `DELETE /api/v1/users/{id}`.
pub(super) fn remove(call: &mut Call<'_>, id: &str) -> Reply {
    let found = id.parse::<u64>().ok().filter(|id| call.state.user(*id).is_some());
    match found {
        Some(id) => {
            call.state.remove(id);
            Reply::nothing()
        }
        None => Reply::message(404, "not found"),
    }
}

/// What an installation says of itself; the members that mean something here are the version and the last one.
fn common(asked: &str) -> Value {
    json!({
        "Date": "Sun, 29 Nov 2026 17:00:00 +0000",
        "userAgent": null,
        "Version": super::VERSION,
        "Environment": "production",
        "Install path": "/srv/2fauth",
        "Debug": "false",
        "Cache driver": "file",
        "Log channel": "single",
        "Log level": null,
        "DB driver": "sqlite",
        "PHP version": "8.4.0",
        "Operating system": "Linux",
        "interface": "cli-server",
        "Auth guard": "web-guard",
        "Trusted proxies": "*",
        "lastRadarScan": "never",
        "webauthn user verification": asked,
    })
}

/// `GET /system/infos`.
pub(super) fn infos(shared: &Shared, request: &Request) -> Response {
    call::page(shared, request, call::Who::Users, |call| {
        let asked = call.state.user_verification.unwrap_or("preferred");
        match call.user() {
            Some(user) if user.is_admin => Reply::json(200, json!({ "common": common(asked) })),
            _ => Reply::unauthorised_action(),
        }
    })
}
