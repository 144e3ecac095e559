//! Its paths.

use axum::Router;
use axum::http::StatusCode;
use axum::middleware;
use axum::routing::{delete, get, post};

use super::answer::with_headers;
use super::state::Shared;
use super::{ceremonies, login, users};

pub(super) fn router(shared: Shared) -> Router {
    Router::new()
        .route("/api/v1/health", get(|| async { "alive" }))
        .route("/api/v1/info", get(login::info))
        .route("/api/v1/session-info", get(login::session_info))
        .route("/api/v1/me", get(login::me))
        .route("/api/v1/auth", post(login::password))
        .route("/api/v1/auth/logout", post(login::logout))
        .route("/api/v1/auth/recovery", post(login::recovery))
        .route("/api/v1/auth/webauthn/init", post(ceremonies::begin_registration))
        .route("/api/v1/auth/webauthn/finish", post(ceremonies::finish_registration))
        .route("/api/v1/auth/webauthn/start", post(ceremonies::begin_login))
        .route("/api/v1/auth/webauthn", post(ceremonies::finish_login))
        .route("/api/v1/settings", get(users::settings).patch(users::change_settings))
        .route("/api/v1/user", get(users::list).post(users::add))
        .route("/api/v1/user/{username}", get(users::one).delete(users::remove))
        .route("/api/v1/user/{username}/mfa", delete(users::remove_factors))
        .route("/api/v1/user/{username}/security_key/{id}", delete(users::remove_key))
        .fallback(|| async { (StatusCode::NOT_FOUND, "404 Not Found") })
        .layer(middleware::map_response(with_headers))
        .with_state(shared)
}
