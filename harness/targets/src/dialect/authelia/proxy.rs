//! What it tells the proxy of a site: whether the user may see it.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use url::Url;

use super::answer::{SECURITY, set_cookie, words};
use super::asked::Asked;
use super::setup::Level;
use super::state::Shared;

/// `GET /api/authz/forward-auth`.
pub(super) async fn forward_auth(State(shared): State<Shared>, asked: Asked, headers: HeaderMap) -> Response {
    let site = asked.rp_id();
    let session = shared.session(asked.token());
    let policy = shared.setup.policy(site);
    match (&session.user, shared.reaches(&session, policy)) {
        (Some(user), true) => passed(&shared, user),
        (Some(_), false) if policy == Level::Deny => status(StatusCode::FORBIDDEN),
        _ => to_portal(&shared, &asked, &headers),
    }
}

fn passed(shared: &Shared, user: &str) -> Response {
    let mut response = status(StatusCode::OK);
    let known = shared.setup.users.get(user);
    let told = [
        ("remote-user", user),
        ("remote-groups", ""),
        ("remote-name", known.map_or("", |known| &known.display_name)),
        ("remote-email", known.map_or("", |known| &known.email)),
    ];
    for (name, value) in told {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// Where the user logs in, and comes back from.
fn to_portal(shared: &Shared, asked: &Asked, headers: &HeaderMap) -> Response {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let browser = accept.is_some_and(|accept| accept.contains("text/html") || accept.contains("*/*"));
    let status = if browser { StatusCode::FOUND } else { StatusCode::UNAUTHORIZED };
    let mut portal: Url = shared.setup.portal.clone();
    let back = asked.origin.as_ref().map_or("", Url::as_str);
    portal.query_pairs_mut().append_pair("rd", back).append_pair("rm", "GET");
    let link = format!("<a href=\"{}\">{}</a>", portal.as_str().replace('&', "&amp;"), words(status));
    let mut response = (status, link).into_response();
    let own = response.headers_mut();
    own.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    for (name, value) in SECURITY {
        own.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if let Ok(value) = HeaderValue::from_str(portal.as_str()) {
        own.insert(header::LOCATION, value);
    }
    let token = shared.save(asked.token(), shared.session(asked.token()));
    if let Ok(line) = HeaderValue::from_str(&set_cookie(&token, &shared.setup.cookie_domain)) {
        own.insert(header::SET_COOKIE, line);
    }
    response
}

fn status(status: StatusCode) -> Response {
    (status, words(status)).into_response()
}
