//! The file from top to bottom. Each section knows the names of those before it.

use std::path::Path;
use std::time::Duration;

use plan::load::Members;
use plan::policy::Login;
use plan::{Known, Versions};

use super::FORMAT;
use super::call::{Defaults, calls};
use super::names::Names;
use super::parts::{given, headers, pointer, pointers, rows, rule_members, rules, section};
use super::policy::supports;
use crate::declared::description::{
    AccountMaking, Call, Ceremony, Clean, CredentialId, Description, Flow, Limit, Listing, Options,
    SiteMaking, Start, Whoami,
};
use crate::declared::template::Text;

/// What is known of a server that is started here.
const START: [&str; 3] = ["data", "port", "anchors-pem"];

/// The whole file.
pub(super) fn whole(m: &mut Members<'_, '_>, names: &mut Names, folder: &Path) -> Option<Description> {
    if m.required::<i64>("format").is_some_and(|format| format != FORMAT) {
        let at = m.place("format");
        m.problem(at, format!("this AnyKey reads format {FORMAT}"), None);
    }
    let name: Option<String> = m.required("name");
    let url = m.optional("url");
    let versions = m.parsed("versions", str::parse::<Versions>);
    let values = given(m, "values", folder, false);
    let secrets = given(m, "secrets", folder, true);
    names.add(values.iter().map(|(name, _)| name.as_str()));
    names.add(["secret", "run", "base", "here"]);
    let start = section(m, "start", |m| start(m, &names.with(START)));
    let defaults = section(m, "answers", |m| Some(defaults(m))).unwrap_or_default();
    let limits = limits(m);
    let (connect, renew) = connect(m, names, &defaults);
    let started = &mut names.with(START);
    let mut furnish = calls(m, "furnish", "furnish", started, &defaults);
    furnish.iter_mut().for_each(|call| call.admin = true);
    let version = section(m, "server", |m| names.text(m, "version"));
    let admin_headers = section(m, "admin", |m| Some(headers(m, names))).unwrap_or_default();
    let run = names.clone();
    let supports = supports(m);
    names.add(["policy", "bench-policy", "anchors", "anchors-pem", "seed"]);
    let site = site(m, names, &defaults);
    names.add(["origin", "rp-id", "account", "user", "password"]);
    let account = account(m, names, &defaults);
    let mut sessions = names.clone();
    let flows = flows(m, names, &mut sessions, &defaults);
    let agent_headers = section(m, "agent", |m| Some(headers(m, &sessions))).unwrap_or_default();
    let whoami = section(m, "whoami", |m| whoami(m, &sessions, &defaults));
    if m.value("whoami").is_none() {
        m.missing("whoami");
    }
    let credentials = section(m, "credentials", |m| listing(m, names, &defaults));
    let revoke = calls(m, "revoke", "revoke", &mut names.with(["credential", "known-as"]), &defaults);
    let logout = calls(m, "logout", "logout", &mut sessions, &defaults);
    let leave = calls(m, "leave", "leave", &mut run.clone(), &defaults);
    let clean = clean(m, &run, &defaults);
    let known = known(m);
    Some(Description {
        name: name?,
        folder: folder.to_owned(),
        url,
        values: values.into_iter().collect(),
        secrets: secrets.into_iter().collect(),
        start,
        admin_headers,
        agent_headers,
        connect,
        furnish,
        renew,
        version,
        versions,
        limits,
        supports,
        site: site?,
        account: account?,
        flows,
        whoami: whoami?,
        credentials,
        revoke,
        logout,
        leave,
        clean,
        known,
    })
}

fn defaults(m: &mut Members<'_, '_>) -> Defaults {
    let usual = Defaults::default();
    Defaults {
        accepted: rules(m, "accepted").unwrap_or(usual.accepted),
        refused: rules(m, "refused").unwrap_or(usual.refused),
        reason: pointers(m, "reason"),
    }
}

fn limits(m: &mut Members<'_, '_>) -> Vec<Limit> {
    let mut read = Vec::new();
    for (table, span) in m.tables("limit") {
        let mut inner = Members::new(table, span, "a limit");
        let (rule, lifted_by) = (rule_members(&mut inner), inner.required("lifted-by"));
        read.extend(lifted_by.map(|lifted_by| Limit { rule, lifted_by }));
        m.problems.extend(inner.done());
    }
    read
}

fn connect(m: &mut Members<'_, '_>, names: &mut Names, defaults: &Defaults) -> (Vec<Call>, Option<u16>) {
    let renew = section(m, "admin-session", |m| m.required("renew-at"));
    let mut connect = calls(m, "connect", "connect", names, defaults);
    connect.iter_mut().for_each(|call| call.admin = true);
    (connect, renew)
}

fn start(m: &mut Members<'_, '_>, names: &Names) -> Option<Start> {
    let mut files = Vec::new();
    for (table, span) in m.tables("file") {
        let mut inner = Members::new(table, span, "a file");
        for member in ["path", "text"] {
            inner.required::<String>(member);
        }
        let (path, text) = (names.text(&mut inner, "path"), names.text(&mut inner, "text"));
        files.extend(path.zip(text));
        m.problems.extend(inner.done());
    }
    let words =
        |m: &mut Members<'_, '_>, name: &'static str, value: &toml::Spanned<toml::de::DeValue<'_>>| {
            let mut command: Vec<Text> = Vec::new();
            for word in value.get_ref().as_array().into_iter().flatten() {
                match word.get_ref().as_str() {
                    Some(text) => command.extend(names.parse(text, word.span(), &mut m.problems)),
                    None => m.problem(word.span(), format!("`{name}` is a program and its arguments"), None),
                }
            }
            if command.is_empty() {
                m.problem(value.span(), format!("`{name}` is a list: a program and its arguments"), None);
            }
            command
        };
    let mut prepare = Vec::new();
    if let Some(value) = m.value("prepare") {
        for command in value.get_ref().as_array().into_iter().flatten() {
            prepare.push(words(m, "prepare", command));
        }
    }
    let command = m.value("command").map(|value| words(m, "command", value));
    for member in ["command", "url", "ready"].into_iter() {
        if m.value(member).is_none() {
            m.missing(member);
        }
    }
    let environment = names.texts(m, "environment");
    let (url, ready) = (names.text(m, "url"), m.optional("ready"));
    let timeout = Duration::from_secs(m.optional("timeout").unwrap_or(60));
    Some(Start { files, prepare, command: command?, environment, url: url?, ready: ready?, timeout })
}

fn site(m: &mut Members<'_, '_>, names: &mut Names, defaults: &Defaults) -> Option<SiteMaking> {
    let read = section(m, "site", |m| {
        let mut make = calls(m, "make", "site.make", names, defaults);
        make.iter_mut().for_each(|call| call.admin = true);
        let change = change(m, &make, names, defaults);
        for member in ["origin", "rp-id"] {
            if m.value(member).is_none() {
                m.missing(member);
            }
        }
        let reuse_last = m.optional("reuse-last").unwrap_or(false);
        let names = names.with(["base-origin", "base-host"]);
        let (origin, rp_id) = (names.text(m, "origin"), names.text(m, "rp-id"));
        Some(SiteMaking { make, change, reuse_last, origin: origin?, rp_id: rp_id? })
    });
    if m.value("site").is_none() {
        m.missing("site");
    }
    read
}

/// `change = "make"` (the same requests once more), or requests of its own.
fn change(m: &mut Members<'_, '_>, make: &[Call], names: &Names, defaults: &Defaults) -> Vec<Call> {
    match m.value("change").and_then(|value| value.get_ref().as_str()) {
        None => {
            let mut calls = calls(m, "change", "site.change", &mut names.clone(), defaults);
            calls.iter_mut().for_each(|call| call.admin = true);
            calls
        }
        Some("make") => make.to_vec(),
        Some(other) => {
            let at = m.place("change");
            m.problem(at, format!("`change` is \"make\" or requests, not `{other}`"), None);
            Vec::new()
        }
    }
}

fn account(m: &mut Members<'_, '_>, names: &mut Names, defaults: &Defaults) -> Option<AccountMaking> {
    let read = section(m, "account", |m| {
        if m.value("name").is_none() {
            m.missing("name");
        }
        let name = names.text(m, "name");
        let mut make = calls(m, "make", "account.make", names, defaults);
        let mut remove = calls(m, "remove", "account.remove", &mut names.clone(), defaults);
        make.iter_mut().chain(&mut remove).for_each(|call| call.admin = true);
        Some(AccountMaking { name: name?, make, remove })
    });
    if m.value("account").is_none() {
        m.missing("account");
    }
    read
}

fn flows(m: &mut Members<'_, '_>, names: &Names, sessions: &mut Names, defaults: &Defaults) -> Vec<Flow> {
    let mut read: Vec<Flow> = Vec::new();
    let mut taken: Vec<Login> = Vec::new();
    for (table, span) in m.tables("flow") {
        let mut inner = Members::new(table, span, "a flow");
        let logins: Vec<Login> = inner.required("for").unwrap_or_default();
        for login in &logins {
            if taken.contains(login) {
                let word = serde_json::to_value(login).unwrap_or_default();
                let at = inner.place("for");
                inner.problem(at, format!("another flow is for {word} already"), None);
            }
            taken.push(*login);
        }
        let register =
            section(&mut inner, "register", |m| ceremony(m, "register", names, sessions, defaults));
        let login = section(&mut inner, "login", |m| ceremony(m, "login", names, sessions, defaults));
        for member in ["register", "login"] {
            if inner.value(member).is_none() {
                inner.missing(member);
            }
        }
        read.extend(register.zip(login).map(|(register, login)| Flow { logins, register, login }));
        m.problems.extend(inner.done());
    }
    if m.value("flow").is_none() {
        m.missing("flow");
    }
    read
}

fn ceremony(
    m: &mut Members<'_, '_>,
    name: &'static str,
    names: &Names,
    sessions: &mut Names,
    defaults: &Defaults,
) -> Option<Ceremony> {
    let mut names = names.clone();
    let offer = calls(m, "offer", &format!("{name}.offer"), &mut names, defaults);
    let options = match m.value("options") {
        Some(value) => match value.get_ref().as_str() {
            Some(_) => pointer(m, "options").map(Options::At),
            None => Some(Options::Built(names.template(value, &mut m.problems))),
        },
        None => {
            m.missing("options");
            None
        }
    };
    names.add(["response"]);
    let finish = calls(m, "finish", &format!("{name}.finish"), &mut names, defaults);
    let given_up = calls(m, "given-up", &format!("{name}.given-up"), &mut names.with(["error"]), defaults);
    for (member, calls) in [("offer", &offer), ("finish", &finish)] {
        if calls.is_empty() {
            m.missing(member);
        }
    }
    let stands_for = if name == "register" { names.text(m, "stands-for") } else { None };
    sessions.join(&names);
    Some(Ceremony { offer, options: options?, finish, stands_for, given_up })
}

fn whoami(m: &mut Members<'_, '_>, names: &Names, defaults: &Defaults) -> Option<Whoami> {
    let rows = rows(m, "whoami", names, defaults);
    if m.value("user").is_none() {
        m.missing("user");
    }
    let (user, needs): (_, Option<String>) = (pointer(m, "user"), m.optional("needs"));
    if let Some(name) = needs.as_deref().filter(|name| !names.contain(name)) {
        let at = m.place("needs");
        m.problem(at, format!("nothing is taken as `{name}` by a session"), None);
    }
    Some(Whoami { rows: rows?, user: user?, needs })
}

fn listing(m: &mut Members<'_, '_>, names: &Names, defaults: &Defaults) -> Option<Listing> {
    let mut rows = rows(m, "credentials", names, defaults);
    if let Some(rows) = &mut rows {
        rows.calls.iter_mut().for_each(|call| call.admin = true);
    }
    let ids = [
        pointer(m, "id").map(CredentialId::Base64Url),
        pointer(m, "id-base64").map(CredentialId::Base64),
        pointer(m, "id-hex").map(CredentialId::Hex),
        pointer(m, "stands-for").map(CredentialId::StandsFor),
    ];
    let mut ids: Vec<CredentialId> = ids.into_iter().flatten().collect();
    if ids.len() != 1 {
        m.wrong("`credentials` needs one of id, id-base64, id-hex and stands-for".to_owned());
    }
    let (sign_count, aaguid) = (pointer(m, "sign-count"), pointer(m, "aaguid"));
    Some(Listing { rows: rows?, id: ids.pop()?, sign_count, aaguid })
}

fn clean(m: &mut Members<'_, '_>, names: &Names, defaults: &Defaults) -> Vec<Clean> {
    let mut read = Vec::new();
    for (table, span) in m.tables("clean") {
        let mut inner = Members::new(table, span, "what is to `clean`");
        let mut rows = rows(&mut inner, "clean", names, defaults);
        for member in ["name", "begins"] {
            if inner.value(member).is_none() {
                inner.missing(member);
            }
        }
        let (name, begins) = (pointer(&mut inner, "name"), names.text(&mut inner, "begins"));
        let mut remove =
            calls(&mut inner, "remove", "clean.remove", &mut names.with(["left", "row"]), defaults);
        remove
            .iter_mut()
            .chain(rows.iter_mut().flat_map(|rows| &mut rows.calls))
            .for_each(|call| call.admin = true);
        if let (Some(rows), Some(name), Some(begins)) = (rows, name, begins) {
            read.push(Clean { rows, name, begins, remove });
        }
        m.problems.extend(inner.done());
    }
    read
}

fn known(m: &mut Members<'_, '_>) -> Vec<Known> {
    let mut read = Vec::new();
    for (table, span) in m.tables("known") {
        let mut inner = Members::new(table, span, "what is known");
        read.extend(Known::read(&mut inner));
        m.problems.extend(inner.done());
    }
    read
}
