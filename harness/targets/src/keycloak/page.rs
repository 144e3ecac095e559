//! What stands on Keycloak's pages: forms, alerts, and the values in the WebAuthn script.

use scraper::{ElementRef, Html, Selector};
use serde_json::{Map, Value, json};

use super::policy::NOT_SPECIFIED;

/// A page, read as far as the bench needs it.
#[derive(Clone, Debug)]
pub(super) struct Page {
    /// What it is.
    pub(super) kind: Kind,
    /// Its heading.
    pub(super) title: String,
    /// The alert or the complaint about an input, if there is one.
    pub(super) alert: Option<String>,
    /// Credential ids offered for a login (base64url).
    pub(super) allowed: Vec<String>,
    /// On a login page that takes passkeys too: where their form goes to.
    pub(super) passkeys: Option<String>,
    /// Where the user asks for another way to log in.
    pub(super) other_way: Option<String>,
    /// The ways to log in among which the user chooses.
    pub(super) ways: Vec<Way>,
    /// `login-webauthn-register`: the name that Keycloak gives the page.
    pub(super) name: String,
    script: String,
}

/// A way to log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Way {
    /// Where its form goes to.
    pub(super) action: String,
    /// The hidden `authenticationExecution`.
    pub(super) execution: String,
    /// Its heading and text.
    pub(super) words: String,
}

/// What a page is, with the URL that its form goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Asks for user name, password, or both.
    Login {
        /// Where to.
        action: String,
    },
    /// Registers a key.
    Register {
        /// Where to.
        action: String,
    },
    /// Asks for a key.
    Authenticate {
        /// Where to.
        action: String,
    },
    /// "Passkey Error".
    Error,
    /// Makes a user.
    NewUser {
        /// Where to.
        action: String,
    },
    /// Asks whether a credential is to be removed.
    Removal {
        /// Where to.
        action: String,
    },
    /// Anything else, with its first form.
    Other,
}

impl Page {
    /// Reads a page.
    pub(super) fn read(html: &str) -> Self {
        let page = Html::parse_document(html);
        let form = |id: &str| {
            let form = first(&page, &format!("form#{id}"))?;
            Some(form.value().attr("action").unwrap_or_default().to_owned())
        };
        let name = first(&page, "body").and_then(|b| b.value().attr("data-page-id")).unwrap_or_default();
        let kind = if first(&page, "form#kc-error-credential-form").is_some() {
            Kind::Error
        } else if let Some(action) = form("register") {
            Kind::Register { action }
        } else if let Some(action) = form("kc-form-login") {
            // With passkeys on, the login page carries form#webauth too; the password is asked for first here.
            Kind::Login { action }
        } else if let Some(action) = form("webauth") {
            Kind::Authenticate { action }
        } else if let Some(action) = form("kc-register-form") {
            Kind::NewUser { action }
        } else if let Some(action) =
            first(&page, "form:has(#kc-accept)").and_then(|f| f.value().attr("action"))
        {
            Kind::Removal { action: action.to_owned() }
        } else {
            Kind::Other
        };
        let passkeys = form("webauth").filter(|_| matches!(kind, Kind::Login { .. }));
        let other_way = form("kc-select-try-another-way-form");
        let allowed = all(&page, "form#authn_select input[name=authn_use_chk]");
        let allowed = allowed.iter().filter_map(|i| i.value().attr("value")).map(str::to_owned).collect();
        let scripts: Vec<String> = all(&page, "script").iter().map(|s| s.text().collect()).collect();
        Self {
            kind,
            title: first(&page, "#kc-page-title").map(|e| words(&e)).unwrap_or_default(),
            alert: first(&page, ".kc-feedback-text, #kc-error-message p").map(|e| words(&e)),
            allowed,
            passkeys,
            other_way,
            ways: ways(&page),
            name: name.to_owned(),
            script: scripts.into_iter().find(|s| field(s, "challenge").is_some()).unwrap_or_default(),
        }
    }

    /// A value of the WebAuthn script.
    pub(super) fn value(&self, name: &str) -> Option<Value> {
        field(&self.script, name)
    }

    /// What the page's script would hand to `navigator.credentials.create`, as JSON; `Err`: what the page lacks.
    pub(super) fn creation_options(&self) -> Result<Value, String> {
        let mut selection = Map::new();
        if let Some(attachment) = self.specified("authenticatorAttachment") {
            selection.insert("authenticatorAttachment".into(), json!(attachment));
        }
        // The newer setting goes before the older one.
        if let Some(resident) = self.specified("residentKey") {
            selection.insert("residentKey".into(), json!(resident));
            selection.insert("requireResidentKey".into(), json!(resident == "required"));
        } else if let Some(require) = self.specified("requireResidentKey") {
            let yes = require == "Yes";
            selection.insert("residentKey".into(), json!(if yes { "required" } else { "discouraged" }));
            selection.insert("requireResidentKey".into(), json!(yes));
        }
        if let Some(verification) = self.specified("userVerificationRequirement") {
            selection.insert("userVerification".into(), json!(verification));
        }
        let mut algorithms =
            self.value("signatureAlgorithms").and_then(|v| v.as_array().cloned()).unwrap_or_default();
        if algorithms.is_empty() {
            algorithms.push(json!(-7));
        }
        let params: Vec<Value> =
            algorithms.into_iter().map(|alg| json!({"type": "public-key", "alg": alg})).collect();
        let name = self.text("username")?;
        let mut options = json!({
            "challenge": self.text("challenge")?,
            "rp": {"id": self.text("rpId")?, "name": self.text("rpEntityName")?},
            "user": {"id": self.text("userid")?, "name": name, "displayName": name},
            "pubKeyCredParams": params,
        });
        if let Some(attestation) = self.specified("attestationConveyancePreference") {
            options["attestation"] = json!(attestation);
        }
        if !selection.is_empty() {
            options["authenticatorSelection"] = Value::Object(selection);
        }
        let excluded = self.specified("excludeCredentialIds").unwrap_or_default();
        let excluded: Vec<Value> = excluded.split(',').filter(|id| !id.is_empty()).map(descriptor).collect();
        if !excluded.is_empty() {
            options["excludeCredentials"] = json!(excluded);
        }
        self.add_timeout(&mut options);
        Ok(options)
    }

    /// What the page's script would hand to `navigator.credentials.get`, as JSON.
    pub(super) fn request_options(&self) -> Result<Value, String> {
        let mut options = json!({"challenge": self.text("challenge")?, "rpId": self.text("rpId")?});
        if self.value("isUserIdentified") == Some(Value::Bool(true)) && !self.allowed.is_empty() {
            let allowed: Vec<Value> = self.allowed.iter().map(|id| descriptor(id)).collect();
            options["allowCredentials"] = json!(allowed);
        }
        if let Some(verification) = self.specified("userVerification") {
            options["userVerification"] = json!(verification);
        }
        self.add_timeout(&mut options);
        Ok(options)
    }

    /// Seconds on the page, milliseconds in the options; 0 is none.
    fn add_timeout(&self, options: &mut Value) {
        if let Some(seconds) = self.value("createTimeout").and_then(|v| v.as_u64()).filter(|s| *s > 0) {
            options["timeout"] = json!(seconds * 1000);
        }
    }

    fn text(&self, name: &str) -> Result<String, String> {
        let value = self.value(name).and_then(|v| v.as_str().map(str::to_owned));
        value.ok_or_else(|| format!("`{name}` in the script of the page \"{}\" ({})", self.title, self.name))
    }

    fn specified(&self, name: &str) -> Option<String> {
        let value = self.value(name)?;
        value.as_str().filter(|text| !text.is_empty() && *text != NOT_SPECIFIED).map(str::to_owned)
    }
}

/// The ways to log in: as many forms as headings, in the same order.
fn ways(page: &Html) -> Vec<Way> {
    let forms = all(page, "form#kc-select-credential-form");
    let words = all(page, ".select-auth-box-headline").iter().map(words).collect::<Vec<_>>();
    let way = |(form, words): (&ElementRef<'_>, String)| {
        let execution = Selector::parse("input[name=authenticationExecution]").ok()?;
        Some(Way {
            action: form.value().attr("action")?.to_owned(),
            execution: form.select(&execution).next()?.value().attr("value")?.to_owned(),
            words,
        })
    };
    forms.iter().zip(words).filter_map(way).collect()
}

fn descriptor(id: &str) -> Value {
    json!({"type": "public-key", "id": id})
}

/// The value of `NAME : VALUE` in a script, where the value is a string in either quotes, a list of numbers (a comma
/// after the last one is let pass), a number, `true` or `false`.
pub(super) fn field(script: &str, name: &str) -> Option<Value> {
    let mut rest = script;
    loop {
        let at = rest.find(name)?;
        let before = rest[..at].chars().next_back();
        let after = rest[at + name.len()..].trim_start();
        rest = &rest[at + name.len()..];
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        if let Some(value) = after.strip_prefix(':').and_then(|text| value(text.trim_start())) {
            return Some(value);
        }
    }
}

fn value(text: &str) -> Option<Value> {
    match text.chars().next()? {
        quote @ ('"' | '\'') => string(&text[1..], quote),
        '[' => {
            let list = text[1..].split_once(']')?.0.trim().trim_end_matches(',');
            serde_json::from_str(&format!("[{list}]")).ok()
        }
        _ => {
            let end = text.find(|c: char| !(c.is_alphanumeric() || c == '-')).unwrap_or(text.len());
            serde_json::from_str(&text[..end]).ok()
        }
    }
}

/// A string up to its closing quote. Escapes are JSON's, and `\'`.
fn string(text: &str, quote: char) -> Option<Value> {
    let mut escaped = false;
    let end = text.char_indices().find(|(_, c)| {
        let closes = *c == quote && !escaped;
        escaped = *c == '\\' && !escaped;
        closes
    })?;
    let inner = &text[..end.0];
    if quote == '"' {
        return serde_json::from_str(&format!("\"{inner}\"")).ok();
    }
    let inner = inner.replace("\\'", "'").replace('"', "\\\"");
    serde_json::from_str(&format!("\"{inner}\"")).ok()
}

fn all<'p>(page: &'p Html, selector: &str) -> Vec<ElementRef<'p>> {
    match Selector::parse(selector) {
        Ok(selector) => page.select(&selector).collect(),
        Err(_) => Vec::new(),
    }
}

fn first<'p>(page: &'p Html, selector: &str) -> Option<ElementRef<'p>> {
    all(page, selector).into_iter().next()
}

/// The text of an element in one line.
fn words(element: &ElementRef<'_>) -> String {
    let text: Vec<&str> = element.text().flat_map(str::split_whitespace).collect();
    text.join(" ")
}
