//! Requests.

use http::Method;
use plan::load::Members;
use plan::policy::Login;
use toml::de::DeValue;

use super::names::Names;
use super::parts::{headers, is_pointer, no_pointer, pointers, rules};
use crate::declared::description::{Call, CallBody, From, Take, Then};
use crate::declared::rule::Rule;
use crate::declared::template::Text;

/// What holds for requests that do not say otherwise.
#[derive(Clone, Debug)]
pub(super) struct Defaults {
    pub(super) accepted: Vec<Rule>,
    pub(super) refused: Vec<Rule>,
    pub(super) reason: Vec<String>,
}

impl Default for Defaults {
    fn default() -> Self {
        let status = |from, to| Rule { status: vec![(from, to)], ..Rule::default() };
        Self { accepted: vec![status(200, 299)], refused: vec![status(400, 499)], reason: Vec::new() }
    }
}

const METHODS: [(&str, Method); 5] = [
    ("get", Method::GET),
    ("post", Method::POST),
    ("put", Method::PUT),
    ("patch", Method::PATCH),
    ("delete", Method::DELETE),
];

/// The requests of a member, in order; what each takes is known to those after it.
pub(super) fn calls(
    m: &mut Members<'_, '_>,
    name: &'static str,
    section: &str,
    names: &mut Names,
    defaults: &Defaults,
) -> Vec<Call> {
    let mut read = Vec::new();
    for (n, (table, span)) in m.tables(name).into_iter().enumerate() {
        let place = format!("{section} {}", n + 1);
        let mut inner = Members::new(table, span, format!("the request `{place}`"));
        if let Some(call) = call(&mut inner, place, names, defaults) {
            names.add(call.take.iter().map(|take| take.name.as_str()));
            read.push(call);
        }
        m.problems.extend(inner.done());
    }
    read
}

fn call(m: &mut Members<'_, '_>, place: String, names: &Names, defaults: &Defaults) -> Option<Call> {
    let mut targets: Vec<(Method, Text)> = Vec::new();
    for (name, method) in METHODS {
        targets.extend(names.text(m, name).map(|path| (method, path)));
    }
    if targets.len() != 1 {
        m.wrong(format!("the request `{place}` needs one of get, post, put, patch and delete with its path"));
    }
    let admin = match m.optional::<String>("as").as_deref() {
        None | Some("agent") => false,
        Some("admin") => true,
        Some(other) => {
            let at = m.place("as");
            m.problem(at, format!("`{other}`: a request is sent as agent or as admin"), None);
            false
        }
    };
    let only: Vec<Login> = m.optional("only").unwrap_or_default();
    let once = m.optional("once").unwrap_or(false);
    let headers = headers(m, names);
    let body = body(m, names);
    let accepted = rules(m, "accepted").unwrap_or_else(|| defaults.accepted.clone());
    let refused = rules(m, "refused").unwrap_or_else(|| defaults.refused.clone());
    let mut reason = pointers(m, "reason");
    if reason.is_empty() {
        reason.clone_from(&defaults.reason);
    }
    let take = takes(m);
    let then = then(m, &place, names, defaults);
    let (method, path) = targets.into_iter().next()?;
    Some(Call {
        place,
        method,
        path,
        admin,
        only,
        once,
        headers,
        body,
        accepted,
        refused,
        reason,
        take,
        then,
    })
}

fn then(m: &mut Members<'_, '_>, place: &str, names: &Names, defaults: &Defaults) -> Option<Then> {
    let each = super::parts::pointer(m, "each");
    let mut calls = calls(m, "then", &format!("{place}, then"), &mut names.with(["row"]), defaults);
    calls.iter_mut().for_each(|call| call.admin = true);
    if each.is_some() == calls.is_empty() {
        m.wrong("`each` and `then` need one another".to_owned());
    }
    Some(Then { each: each?, calls })
}

fn body(m: &mut Members<'_, '_>, names: &Names) -> CallBody {
    let form = m.value("form").is_some();
    match m.value("json") {
        Some(value) => {
            if form {
                m.problem(value.span(), "a request has `json` or `form`, not both".to_owned(), None);
            }
            CallBody::Json(names.template(value, &mut m.problems))
        }
        None if form => CallBody::Form(names.texts(m, "form")),
        None => CallBody::Empty,
    }
}

fn takes(m: &mut Members<'_, '_>) -> Vec<Take> {
    let Some((table, _)) = m.table("take") else { return Vec::new() };
    let mut read = Vec::new();
    for (key, value) in table {
        let name: &str = key.get_ref();
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !name.bytes().all(plain) || RESERVED.contains(&name) {
            m.problem(
                key.span(),
                format!("nothing can be taken as `{name}`: a name of your own, of a-z, 0-9 and `-`"),
                None,
            );
        }
        let take = match value.get_ref() {
            DeValue::String(pointer) => {
                if !is_pointer(pointer) {
                    m.problem(value.span(), no_pointer(pointer), None);
                }
                Take {
                    name: name.to_owned(),
                    from: From::At(pointer.to_string()),
                    optional: false,
                    secret: false,
                }
            }
            DeValue::Table(table) => {
                let mut inner = Members::new(table, value.span(), format!("`{name}`"));
                let take = take(&mut inner, name);
                m.problems.extend(inner.done());
                match take {
                    Some(take) => take,
                    None => continue,
                }
            }
            _ => {
                m.problem(value.span(), format!("`{name}` is a JSON pointer or a table"), None);
                continue;
            }
        };
        read.push(take);
    }
    read
}

fn take(m: &mut Members<'_, '_>, name: &str) -> Option<Take> {
    let (at, header, cookie) = (super::parts::pointer(m, "at"), m.optional("header"), m.optional("cookie"));
    let css = m.parsed("css", |text| match scraper::Selector::parse(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(e) => Err(format!("`{text}` is no CSS selector: {e}")),
    });
    let attribute: Option<String> = m.optional("attribute");
    let css = css
        .map(|selector| From::Css { selector, attribute: attribute.unwrap_or_else(|| "value".to_owned()) });
    let sources = [at.map(From::At), header.map(From::Header), cookie.map(From::Cookie), css];
    let mut sources: Vec<From> = sources.into_iter().flatten().collect();
    if sources.len() != 1 {
        m.wrong(format!("`{name}` is taken from one of at, header, cookie and css"));
    }
    let (optional, secret) = (m.optional("optional").unwrap_or(false), m.optional("secret").unwrap_or(false));
    Some(Take { name: name.to_owned(), from: sources.pop()?, optional, secret })
}

/// Names that the bench gives.
const RESERVED: [&str; 15] = [
    "run",
    "base",
    "origin",
    "rp-id",
    "policy",
    "bench-policy",
    "anchors",
    "anchors-pem",
    "seed",
    "account",
    "user",
    "password",
    "response",
    "secret",
    "credential",
];
