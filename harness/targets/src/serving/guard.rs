//! Who may speak to a server on loopback.

use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::reference::answer::Refusal;

/// Insists that `Host` is a loopback name. A page of any origin can point a name of its own at 127.0.0.1 and then counts as
/// the same origin; its requests carry that name.
pub(crate) async fn local_names(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if is_local(host) {
        return next.run(request).await;
    }
    let refusal = Refusal {
        status: StatusCode::MISDIRECTED_REQUEST,
        check: "host".into(),
        message: format!("this server listens on loopback and answers to localhost only, not to `{host}`"),
    };
    refusal.into_response()
}

fn is_local(host: &str) -> bool {
    let url = url::Url::parse(&format!("http://{host}/"));
    url.is_ok_and(|url| crate::http::is_loopback(&url))
}
