//! The paths.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use axum::routing::{delete, get, patch, post, put};
use serde_json::Value;

use super::call::{Call, Request, Who, api, page};
use super::reply::Reply;
use super::{Shared, accounts, keys, login, recovery, registration};

/// What a handler of a page's route does.
type Act = fn(&mut Call<'_>) -> Reply;

/// All paths.
pub(super) fn router(shared: Shared) -> Router {
    let at = |who: Who, act: Act| {
        move |State(shared): State<Shared>, came: Came| async move { page(&shared, &came.0, who, act) }
    };
    Router::new()
        .route("/", get(at(Who::All, accounts::start_page)))
        .route("/refresh-csrf", get(at(Who::All, accounts::token)))
        .route("/user", post(at(Who::All, accounts::register)).delete(at(Who::Users, accounts::remove)))
        .route("/user/login", post(at(Who::Counted, accounts::login)))
        .route("/user/logout", get(at(Who::Users, accounts::logout)))
        .route("/webauthn/register/options", post(at(Who::Users, registration::options)))
        .route("/webauthn/register", post(at(Who::Users, registration::register)))
        .route("/webauthn/login/options", post(at(Who::All, login::options)))
        .route("/webauthn/login", post(at(Who::Counted, login::login)))
        .route("/webauthn/lost", post(at(Who::All, recovery::lost)))
        .route("/webauthn/recover", post(at(Who::Counted, recovery::recover)))
        .route("/webauthn/credentials", get(at(Who::Users, keys::list)))
        .route("/webauthn/credentials/{id}", delete(revoke))
        .route("/webauthn/credentials/{id}/name", patch(name))
        .route("/system/infos", get(infos))
        .route("/api/v1/user", get(who))
        .route("/api/v1/user/preferences/{name}", get(preference).put(preference))
        .route("/api/v1/settings/{name}", put(setting))
        .route("/api/v1/users", get(users).post(add))
        .route("/api/v1/users/{id}", delete(remove))
        .with_state(shared)
}

/// A request with its body, whatever that is.
struct Came(Request);

impl<S: Send + Sync> axum::extract::FromRequest<S> for Came {
    type Rejection = axum::extract::rejection::BytesRejection;

    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, Self::Rejection> {
        let (method, headers): (Method, HeaderMap) = (request.method().clone(), request.headers().clone());
        let bytes = Bytes::from_request(request, state).await?;
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(Self(Request { method, headers, body }))
    }
}

async fn revoke(State(shared): State<Shared>, Path(id): Path<String>, came: Came) -> Response {
    page(&shared, &came.0, Who::Users, |call| keys::revoke(call, &id))
}

async fn name(State(shared): State<Shared>, Path(id): Path<String>, came: Came) -> Response {
    page(&shared, &came.0, Who::Users, |call| keys::name(call, &id))
}

async fn infos(State(shared): State<Shared>, came: Came) -> Response {
    super::api::infos(&shared, &came.0)
}

async fn who(State(shared): State<Shared>, came: Came) -> Response {
    api(&shared, &came.0, false, super::api::who)
}

async fn preference(State(shared): State<Shared>, Path(name): Path<String>, came: Came) -> Response {
    api(&shared, &came.0, false, |call, id| super::api::preference(call, id, &name))
}

async fn setting(State(shared): State<Shared>, Path(name): Path<String>, came: Came) -> Response {
    api(&shared, &came.0, true, |call, _| super::api::setting(call, &name))
}

async fn users(State(shared): State<Shared>, came: Came) -> Response {
    api(&shared, &came.0, true, |call, _| super::api::users(call))
}

async fn add(State(shared): State<Shared>, came: Came) -> Response {
    api(&shared, &came.0, true, |call, _| super::api::add(call))
}

async fn remove(State(shared): State<Shared>, Path(id): Path<String>, came: Came) -> Response {
    api(&shared, &came.0, true, |call, _| super::api::remove(call, &id))
}
