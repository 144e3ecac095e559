//! One request: whose it is, whether it may change something, and the cookies of its answer.

use std::time::Instant;

use axum::http::{HeaderMap, Method, header};
use axum::response::Response;
use serde_json::Value;

use super::reply::Reply;
use super::state::{State, User, Visit};
use super::{Shared, Site};
use crate::dialect::cookie;
use crate::locked::locked;

/// The cookie of the session.
const SESSION: &str = "2fauth_session";
/// The cookie whose value must come back as the header [`TOKEN_HEADER`].
const TOKEN: &str = "XSRF-TOKEN";
const TOKEN_HEADER: &str = "x-xsrf-token";
/// The cookie that lets a page use `/api`.
const API: &str = "laravel_token";
const FORWARDED: &str = "x-forwarded-for";

/// What came.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
}

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// Anybody.
    All,
    /// Anybody, so many times a minute.
    Counted,
    /// Users.
    Users,
}

/// A request in work.
#[derive(Debug)]
pub(super) struct Call<'s> {
    pub(super) state: &'s mut State,
    pub(super) site: &'s Site,
    pub(super) request: &'s Request,
    /// The value of the session cookie.
    token: String,
}

impl Call<'_> {
    /// The session.
    pub(super) fn visit(&mut self) -> Visit {
        self.state.sessions.find(Some(&self.token)).cloned().unwrap_or_else(|| Visit::of(None))
    }

    /// Changes the session.
    pub(super) fn set(&mut self, change: impl FnOnce(&mut Visit)) {
        if let Some(visit) = self.state.sessions.find(Some(&self.token)) {
            change(visit);
        }
    }

    /// The session gets another cookie and another token: somebody logged in, or out.
    pub(super) fn renew(&mut self, user: Option<u64>) {
        self.state.sessions.end(&self.token);
        self.token = self.state.sessions.open(Visit::of(user));
    }

    /// The user of the session.
    pub(super) fn user(&mut self) -> Option<&mut User> {
        let id = self.visit().user?;
        self.state.user(id)
    }

    /// A text of the body; empty where there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        self.request.body[name].as_str().unwrap_or_default()
    }
}

/// A route of the pages: with a session, and a token for what changes something.
pub(super) fn page(
    shared: &Shared,
    request: &Request,
    who: Who,
    act: impl FnOnce(&mut Call<'_>) -> Reply,
) -> Response {
    let state = &mut *locked(&shared.state);
    let turn = (who == Who::Counted).then(|| state.throttle.take(&address(request), Instant::now()));
    let known = cookie(&request.headers, SESSION).filter(|token| state.sessions.find(Some(token)).is_some());
    let token = known.map(str::to_owned).unwrap_or_else(|| state.sessions.open(Visit::of(None)));
    let mut call = Call { state, site: &shared.site, request, token };
    let before = call.visit();
    let told = request.headers.get(TOKEN_HEADER).and_then(|value| value.to_str().ok());
    let reply = if request.method != Method::GET && told != Some(before.csrf.as_str()) {
        Reply::message(419, "CSRF token mismatch.")
    } else if turn.is_some_and(|turn| turn.wait.is_some()) {
        Reply::message(429, "Too Many Attempts.")
    } else if who == Who::Users && before.user.is_none() {
        Reply::unauthenticated()
    } else {
        act(&mut call)
    };
    let after = call.visit();
    let (session, csrf) = (call.token, after.csrf);
    let mut cookies = vec![(TOKEN, csrf.as_str(), false), (SESSION, session.as_str(), true)];
    if before.user.or(after.user).is_some() {
        cookies.push((API, session.as_str(), true));
    }
    let reply = match turn {
        Some(turn) => reply.counted(turn),
        None => reply,
    };
    reply.whole(&host(&shared.site), &cookies)
}

/// A route of the API: for users, who prove it by a cookie and the token, on GET too.
pub(super) fn api(
    shared: &Shared,
    request: &Request,
    for_admins: bool,
    act: impl FnOnce(&mut Call<'_>, u64) -> Reply,
) -> Response {
    let state = &mut *locked(&shared.state);
    let token = cookie(&request.headers, API).unwrap_or_default().to_owned();
    let told = request.headers.get(TOKEN_HEADER).and_then(|value| value.to_str().ok());
    let visit = state.sessions.find(Some(&token)).filter(|visit| Some(visit.csrf.as_str()) == told);
    let user = visit.and_then(|visit| visit.user);
    let admin = user.and_then(|id| state.user(id)).is_some_and(|user| user.is_admin);
    let mut call = Call { state, site: &shared.site, request, token };
    let mut reply = match user {
        None => Reply::unauthenticated(),
        Some(_) if for_admins && !admin => Reply::unauthorised_action(),
        Some(id) => act(&mut call, id),
    };
    reply.headers.push((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*".to_owned()));
    reply.whole(&host(&shared.site), &[])
}

/// The address that counts: the one that a proxy tells, since the real one is run with `TRUSTED_PROXIES=*`.
fn address(request: &Request) -> String {
    let told = request.headers.get(FORWARDED).and_then(|value| value.to_str().ok());
    let first = told.and_then(|list| list.split(',').next()).map(|first| first.trim().to_owned());
    // All that tell none count together: here they come from one machine anyway.
    first.unwrap_or_default()
}

fn host(site: &Site) -> String {
    format!("{}:{}", site.base.host_str().unwrap_or_default(), site.base.port().unwrap_or_default())
}
