//! Sends a request as it is described, and reads the answer as it is described.

use std::sync::Mutex;
use std::time::Duration;

use http::{HeaderName, header};
use scraper::{Html, Selector};
use serde_json::Value;
use url::Url;

use super::description::{Call, CallBody, Description, From, Take};
use super::rule::{Read, Rule};
use super::template::{Scope, plain};
use super::trace::{Step, Trace};
use super::values;
use crate::http::{Agent, Answer, Body, Endpoint, HttpClient};
use crate::locked::locked;
use crate::target::{Page, TargetError};

/// What all requests to one server share.
#[derive(Debug)]
pub(super) struct Wire {
    pub(super) description: Description,
    pub(super) at: Endpoint,
    pub(super) trace: Trace,
    /// Texts that nobody may see.
    secrets: Mutex<Vec<String>>,
}

impl Wire {
    pub(super) fn new(description: Description, base: Url, timeout: Duration, trace: Trace) -> Self {
        let at = Endpoint::new(base, HttpClient::new(), timeout);
        Self { description, at, trace, secrets: Mutex::default() }
    }

    /// A user agent without cookies.
    pub(super) fn agent(&self) -> Agent {
        self.at.agent()
    }

    /// From now on nobody sees this.
    pub(super) fn hide(&self, secret: &str) {
        // Masking short texts would say more than it hides.
        if secret.len() >= 4 {
            locked(&self.secrets).push(secret.to_owned());
        }
    }

    /// All secrets of a run.
    pub(super) fn hide_all(&self, scope: &Scope) {
        let secrets = scope.get("secret").and_then(Value::as_object);
        secrets.into_iter().flatten().for_each(|(_, secret)| self.hide(&plain(secret)));
    }

    /// The text without secrets.
    pub(super) fn masked(&self, text: &str) -> String {
        let secrets = locked(&self.secrets);
        secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
    }

    /// Sends `call` and reads the answer; what it takes goes into `scope`.
    ///
    /// # Errors
    /// The answer is a refusal, or neither acceptance nor refusal, or there is none.
    pub(super) async fn send(
        &self,
        call: &Call,
        agent: &mut Agent,
        scope: &mut Scope,
    ) -> Result<Answer, TargetError> {
        let mut step = Step {
            place: call.place.clone(),
            admin: call.admin,
            request: String::new(),
            status: None,
            outcome: "accepted".to_owned(),
            accepted: true,
            taken: Vec::new(),
        };
        let done = self.exchange(call, agent, scope, &mut step).await;
        if let Err(error) = &done {
            (step.accepted, step.outcome) = (false, self.masked(&error.to_string()));
        }
        self.trace.tell(&step);
        done
    }

    async fn exchange(
        &self,
        call: &Call,
        agent: &mut Agent,
        scope: &mut Scope,
        step: &mut Step,
    ) -> Result<Answer, TargetError> {
        let lacking = |name: String| self.lacking(call, &name);
        let path = call.path.path(scope).map_err(lacking)?;
        step.request = self.masked(&format!("{} {path}", call.method));
        let headers = self.headers(call, scope).map_err(lacking)?;
        let headers: Vec<(HeaderName, &str)> =
            headers.iter().map(|(name, value)| (name.clone(), value.as_str())).collect();
        let json;
        let form;
        let pairs: Vec<(&str, &str)>;
        let body = match &call.body {
            CallBody::Empty => Body::Empty,
            CallBody::Json(template) => {
                json = template.value(scope).map_err(lacking)?.unwrap_or(Value::Null);
                Body::Json(&json)
            }
            CallBody::Form(fields) => {
                let mut read = Vec::new();
                for (name, text) in fields {
                    read.extend(text.if_there(scope).map_err(lacking)?.map(|text| (name.as_str(), text)));
                }
                form = read;
                pairs = form.iter().map(|(name, text)| (*name, text.as_str())).collect();
                Body::Form(&pairs)
            }
        };
        let answer = agent.send(call.method.clone(), &path, &headers, body).await?;
        step.status = Some(answer.status);
        self.read(call, agent, answer, scope, step)
    }

    /// The headers of the admin or the user agent, and the request's own, which go before them.
    fn headers(&self, call: &Call, scope: &Scope) -> Result<Vec<(HeaderName, String)>, String> {
        let usual =
            if call.admin { &self.description.admin_headers } else { &self.description.agent_headers };
        let usual = usual.iter().filter(|(name, _)| !call.headers.iter().any(|(own, _)| own == name));
        let mut read = Vec::new();
        for (name, text) in usual.chain(&call.headers) {
            read.extend(text.if_there(scope)?.map(|value| (name.clone(), value)));
        }
        Ok(read)
    }

    fn read(
        &self,
        call: &Call,
        agent: &Agent,
        answer: Answer,
        scope: &mut Scope,
        step: &mut Step,
    ) -> Result<Answer, TargetError> {
        let read = Read::of(&answer);
        if let Some(why) = self.limit(call, &read) {
            return Err(TargetError::Unknown(why));
        }
        let fits = |rules: &[Rule]| rules.iter().any(|rule| rule.fits(&read));
        if !fits(&call.accepted) {
            if fits(&call.refused) {
                let reason = self.masked(&words(&call.reason, &read).join(": "));
                let reason = Some(reason).filter(|reason| !reason.is_empty());
                return Err(TargetError::refused(&answer, reason));
            }
            let expected = format!("accepted is {}; refused is {}", any(&call.accepted), any(&call.refused));
            return Err(self.unexpected(call, &answer, &expected));
        }
        for take in &call.take {
            match taken(take, &read, agent) {
                Some(value) => {
                    let shown = plain(&value);
                    if take.secret {
                        self.hide(&shown);
                    }
                    if self.trace.is_on() {
                        step.taken.push((take.name.clone(), self.masked(&shown)));
                    }
                    scope.insert(take.name.clone(), value);
                }
                None if take.optional => drop(scope.remove(&take.name)),
                None => {
                    return Err(self.unexpected(
                        call,
                        &answer,
                        &format!("`{}` is {}", take.name, source(&take.from)),
                    ));
                }
            }
        }
        drop(read);
        Ok(answer)
    }

    /// A limit that was run into, and what lifts it.
    fn limit(&self, call: &Call, read: &Read<'_>) -> Option<String> {
        let limit = self.description.limits.iter().find(|limit| limit.rule.fits(read));
        if limit.is_none() && read.answer.status != 429 {
            return None;
        }
        let lifted_by = limit.map_or(
            "raise or switch off the server's rate limit for this run, and say which setting that is with [[limit]]",
            |limit| limit.lifted_by.as_str(),
        );
        let after = read.answer.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        let after = after.map(|after| format!(", Retry-After {after}")).unwrap_or_default();
        Some(format!(
            "`{}`: the server limits how often it is asked or has locked the account (HTTP {}{after}): {lifted_by}",
            call.place, read.answer.status
        ))
    }

    /// An answer that the file does not know.
    pub(super) fn unexpected(&self, call: &Call, answer: &Answer, expected: &str) -> TargetError {
        // A secret is masked before it can be cut.
        let body = self.masked(&answer.text()).chars().take(Page::KEPT).collect();
        let page = Page { body, ..Page::of(&call.method, answer) };
        let start = self.masked(&answer.start());
        let expected =
            format!("`{}`: expected in the answer: {expected}; it begins with `{start}`", call.place);
        TargetError::Unexpected { expected, page: Box::new(page) }
    }

    pub(super) fn lacking(&self, call: &Call, name: &str) -> TargetError {
        let why = values::missing(&self.description, name);
        TargetError::Unknown(format!("the request `{}` cannot be made: {why}", call.place))
    }
}

/// What the server said.
fn words(pointers: &[String], read: &Read<'_>) -> Vec<String> {
    pointers.iter().filter_map(|pointer| read.at(pointer)).map(plain).collect()
}

fn taken(take: &Take, read: &Read<'_>, agent: &Agent) -> Option<Value> {
    let text = match &take.from {
        From::At(pointer) if pointer.contains("/*") => {
            return read.json.as_ref().map(|json| Value::Array(everywhere(json, pointer)));
        }
        From::At(pointer) => return read.at(pointer).cloned(),
        From::Header(name) => read.answer.headers.get(name)?.to_str().ok()?.to_owned(),
        From::Cookie(name) => agent.jar().value(name)?.to_owned(),
        From::Css { selector, attribute } => {
            let selector = Selector::parse(selector).ok()?;
            let page = Html::parse_document(&read.answer.text());
            page.select(&selector).next()?.attr(attribute)?.to_owned()
        }
    };
    Some(Value::String(text))
}

/// What stands at a pointer with `*` in it, lists taken apart.
fn everywhere(value: &Value, pointer: &str) -> Vec<Value> {
    let Some((before, after)) = pointer.split_once("/*") else {
        return match value.pointer(pointer) {
            Some(Value::Array(all)) => all.clone(),
            Some(one) => vec![one.clone()],
            None => Vec::new(),
        };
    };
    let members = value.pointer(before).and_then(Value::as_array).into_iter().flatten();
    members.flat_map(|member| everywhere(member, after)).collect()
}

/// For people.
fn any(rules: &[Rule]) -> String {
    rules.iter().map(Rule::to_string).collect::<Vec<_>>().join(", or ")
}

fn source(from: &From) -> String {
    match from {
        From::At(pointer) => format!("at `{pointer}`"),
        From::Header(name) => format!("the header `{name}`"),
        From::Cookie(name) => format!("the cookie `{name}`"),
        From::Css { selector, attribute } => format!("`{attribute}` of the element `{selector}`"),
    }
}

/// Whether a row fits, for lists in answers.
pub(super) fn row_fits(only: &[(String, Value)], unless: &[(String, Value)], row: &Value) -> bool {
    let is = |(pointer, wanted): &(String, Value)| super::rule::is(row.pointer(pointer), wanted);
    only.iter().all(is) && !unless.iter().any(is)
}
