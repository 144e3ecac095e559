//! The HTTP side: paths, cookies and JSON around [`Site`]. Decides nothing.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::middleware;
use axum::response::Response;
use axum::routing::{delete, get, post, put};

use super::answer::Refusal;
use super::clock::Clock;
use super::page;
use super::sites::Sites;

mod ceremonies;
mod request;
mod service;

/// What all handlers share.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub sites: Arc<Sites>,
    pub clock: Clock,
}

/// All paths. `local_names` insists on a loopback name in `Host`.
pub(super) fn router(shared: Shared, with_page: bool, local_names: bool) -> Router {
    let mut router = Router::new()
        .route("/api/sites", post(service::add_site))
        .route("/api/sites/{site}", delete(service::remove_site))
        .route("/api/sites/{site}/policy", put(service::set_policy))
        .nest("/api", site_routes())
        .nest("/sites/{site}/api", site_routes());
    if with_page {
        router = router
            .route("/", get(page::html))
            .route("/page.js", get(page::script))
            .route("/page.css", get(page::style));
    }
    router = router
        .fallback(no_such_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::map_response(with_headers))
        .layer(DefaultBodyLimit::max(BODY_LIMIT));
    if local_names {
        router = router.layer(middleware::from_fn(crate::serving::guard::local_names));
    }
    router.with_state(shared)
}

fn site_routes() -> Router<Shared> {
    Router::new()
        .route("/info", get(service::info))
        .route("/accounts", post(service::add_account))
        .route("/accounts/{name}", delete(service::remove_account))
        .route("/accounts/{name}/credentials", get(service::credentials))
        .route("/accounts/{name}/credentials/{credential}", delete(service::revoke))
        .route("/login/password", post(ceremonies::password))
        .route("/registration/options", post(ceremonies::registration_options))
        .route("/registration/verify", post(ceremonies::register))
        .route("/login/options", post(ceremonies::login_options))
        .route("/login/verify", post(ceremonies::login))
        .route("/whoami", get(ceremonies::whoami))
        .route("/logout", post(ceremonies::logout))
}

async fn no_such_path(uri: Uri) -> Refusal {
    Refusal::missing("path", format!("there is nothing at {}", uri.path()))
}

async fn wrong_method(uri: Uri) -> Refusal {
    Refusal {
        status: StatusCode::METHOD_NOT_ALLOWED,
        check: "method".into(),
        message: format!("{} does not take this method", uri.path()),
    }
}

/// Nothing here is to be stored or sniffed.
async fn with_headers(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}

/// Above the largest response that a client makes (post-quantum attestation chains, edited authenticator data).
const BODY_LIMIT: usize = 256 * 1024;
