//! The page on which a person tries the default site with a real browser. All of it is in the program.

use axum::http::{HeaderName, header};
use axum::response::IntoResponse;

pub(super) async fn html() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (PERMISSIONS_POLICY, "publickey-credentials-create=(self), publickey-credentials-get=(self)"),
    ];
    (headers, include_str!("page/page.html"))
}

pub(super) async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("page/page.js"))
}

pub(super) async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("page/page.css"))
}

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
