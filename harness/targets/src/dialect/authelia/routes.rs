//! The paths, and who may ask for them.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{delete, get, post, put};

use super::answer::Answer;
use super::asked::Asked;
use super::state::{Session, Shared};
use super::{credentials, elevation, first_factor, login, proxy, registration};

/// All paths. Those of passkeys are absent where they are off, as in Authelia.
pub(super) fn router(shared: Shared, passkeys: bool) -> Router {
    let mut router = Router::new()
        .route("/api/health", get(health))
        .route("/api/state", get(first_factor::state))
        .route("/api/firstfactor", post(first_factor::password))
        .route("/api/logout", post(first_factor::logout))
        .route("/api/user/info", post(first_factor::info))
        .route("/api/user/session/elevation", post(elevation::start).put(elevation::finish))
        .route("/api/secondfactor/webauthn", get(login::begin).post(login::finish))
        .route("/api/secondfactor/webauthn/credentials", get(credentials::list))
        .route(
            "/api/secondfactor/webauthn/credential/register",
            put(registration::begin).post(registration::finish).delete(registration::cancel),
        )
        .route(
            "/api/secondfactor/webauthn/credential/{id}",
            delete(credentials::remove).put(credentials::rename),
        )
        .route("/api/authz/forward-auth", get(proxy::forward_auth));
    if passkeys {
        router = router
            .route("/api/firstfactor/passkey", get(login::begin_passkey).post(login::finish_passkey))
            .route("/api/secondfactor/password", post(first_factor::second_password));
    }
    router.fallback(nothing).with_state(shared)
}

async fn health() -> Answer {
    Answer::ok()
}

async fn nothing() -> Answer {
    Answer::bare(StatusCode::NOT_FOUND)
}

/// The session of a user who is at level 1 at least.
pub(super) fn one_factor(shared: &Shared, asked: &Asked) -> Result<(Session, String), Answer> {
    let session = shared.session(asked.token());
    match (shared.level(&session), session.user.clone()) {
        (1.., Some(user)) => Ok((session, user)),
        _ => Err(Answer::bare(StatusCode::FORBIDDEN)),
    }
}
