//! Requests and responses with their members named.

use core::fmt;

use super::diagnostic::{Diagnostic, Hex, Names, Plain, Printer};
use crate::Protocol;
use crate::authdata::AuthData;
use crate::cbor::{Item, Key};
use crate::ctap2::{
    Command, Permissions, Value, client_pin, config, credential_management, get_assertion, get_info,
    make_credential, split_request, split_response,
};
use crate::u2f;

/// Describes a request.
#[must_use]
pub const fn request(protocol: Protocol, bytes: &[u8]) -> RequestText<'_> {
    RequestText { protocol, bytes }
}

/// Describes the response to a request.
#[must_use]
pub const fn response<'a>(protocol: Protocol, request: &'a [u8], bytes: &'a [u8]) -> ResponseText<'a> {
    ResponseText { protocol, request, bytes }
}

/// A request as text.
#[derive(Debug, Clone, Copy)]
pub struct RequestText<'a> {
    protocol: Protocol,
    bytes: &'a [u8],
}

/// A response as text.
#[derive(Debug, Clone, Copy)]
pub struct ResponseText<'a> {
    protocol: Protocol,
    request: &'a [u8],
    bytes: &'a [u8],
}

impl fmt::Display for RequestText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.protocol, split_request(self.bytes)) {
            (Protocol::Ctap1, _) => u2f_request(f, self.bytes),
            (Protocol::Ctap2, None) => f.write_str("<empty>"),
            (Protocol::Ctap2, Some((command, parameters))) => {
                write!(f, "{command}")?;
                body(f, parameters, request_members(command))
            }
        }
    }
}

impl fmt::Display for ResponseText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.protocol, split_response(self.bytes)) {
            (Protocol::Ctap1, _) => u2f_response(f, self.request, self.bytes),
            (Protocol::Ctap2, None) => f.write_str("<empty>"),
            (Protocol::Ctap2, Some((status, members))) => {
                write!(f, "{status}")?;
                let command = split_request(self.request).map(|(command, _)| command);
                body(f, members, response_members(command))
            }
        }
    }
}

fn body(f: &mut fmt::Formatter<'_>, bytes: &[u8], members: Members) -> fmt::Result {
    if bytes.is_empty() {
        return Ok(());
    }
    f.write_str(" ")?;
    Printer::new(f).items(bytes, &members)
}

/// The members of the outermost map of a message.
struct Members {
    names: &'static [(Key<'static>, &'static str)],
    /// What the numbers of `subCommand` are called.
    sub_command: fn(u64) -> Option<&'static str>,
}

fn request_members(command: Command) -> Members {
    let plain = |names| Members { names, sub_command: |_| None };
    match command {
        Command::MAKE_CREDENTIAL => plain(make_credential::Request::MEMBERS),
        Command::GET_ASSERTION => plain(get_assertion::Request::MEMBERS),
        Command::CLIENT_PIN => Members {
            names: client_pin::Request::MEMBERS,
            sub_command: |number| client_pin::SubCommand(number).name(),
        },
        Command::CREDENTIAL_MANAGEMENT | Command::PROTOTYPE_CREDENTIAL_MANAGEMENT => Members {
            names: credential_management::Request::MEMBERS,
            sub_command: |number| credential_management::SubCommand(number).name(),
        },
        Command::CONFIG => Members {
            names: config::Request::MEMBERS,
            sub_command: |number| config::SubCommand(number).name(),
        },
        _ => plain(&[]),
    }
}

fn response_members(command: Option<Command>) -> Members {
    let names = match command {
        Some(Command::MAKE_CREDENTIAL) => make_credential::Response::MEMBERS,
        Some(Command::GET_ASSERTION | Command::GET_NEXT_ASSERTION) => get_assertion::Response::MEMBERS,
        Some(Command::GET_INFO) => get_info::Response::MEMBERS,
        Some(Command::CLIENT_PIN) => client_pin::Response::MEMBERS,
        Some(Command::CREDENTIAL_MANAGEMENT | Command::PROTOTYPE_CREDENTIAL_MANAGEMENT) => {
            credential_management::Response::MEMBERS
        }
        _ => &[],
    };
    Members { names, sub_command: |_| None }
}

impl Names for Members {
    fn name(&self, key: &Key<'_>) -> Option<&'static str> {
        self.names.iter().find(|(known, _)| known == key).map(|(_, name)| *name)
    }

    fn value(&self, printer: &mut Printer<'_, '_>, name: &str, value: Item<'_>) -> Result<bool, fmt::Error> {
        match name {
            "authData" => {
                let Ok(bytes) = value.reader().bytes() else { return Ok(false) };
                match AuthData::parse_exact(bytes) {
                    Ok(data) => auth_data(printer, &data)?,
                    Err(error) => printer.text(format_args!("h'{}' <{error}>", Hex(bytes)))?,
                }
            }
            "subCommand" => {
                let Ok(number) = value.reader().uint() else { return Ok(false) };
                let Some(name) = (self.sub_command)(number) else { return Ok(false) };
                printer.text(format_args!("{number} / {name} /"))?;
            }
            "permissions" => {
                let Ok(permissions) = Permissions::read(&mut value.reader(), "permissions") else {
                    return Ok(false);
                };
                printer.text(format_args!("{} / {permissions} /", permissions.0))?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn auth_data(printer: &mut Printer<'_, '_>, data: &AuthData<'_>) -> fmt::Result {
    printer.open('{')?;
    printer.element(true)?;
    printer.text(format_args!("rpIdHash: h'{}'", Hex(data.rp_id_hash)))?;
    printer.element(false)?;
    printer.text(format_args!("flags: {}", data.flags))?;
    printer.element(false)?;
    printer.text(format_args!("signCount: {}", data.sign_count))?;
    if let Some(attested) = &data.attested {
        printer.element(false)?;
        printer.text(format_args!("aaguid: h'{}'", Hex(attested.aaguid)))?;
        printer.element(false)?;
        printer.text(format_args!("credentialId: h'{}'", Hex(attested.credential_id)))?;
        printer.element(false)?;
        printer.text(format_args!("credentialPublicKey: "))?;
        printer.items(attested.public_key, &Plain)?;
    }
    if let Some(extensions) = data.extensions {
        printer.element(false)?;
        printer.text(format_args!("extensions: "))?;
        printer.items(extensions, &Plain)?;
    }
    printer.close('}', false)
}

impl fmt::Display for AuthData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        auth_data(&mut Printer::new(f), self)
    }
}

fn u2f_request(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    match u2f::Request::decode(bytes) {
        Ok(u2f::Request::Register { challenge, application }) => {
            fields(f, "U2F_REGISTER", &[("challenge", challenge), ("application", application)])
        }
        Ok(u2f::Request::Authenticate { control, challenge, application, key_handle }) => {
            let control = [control.0];
            let members: [(&str, &[u8]); 4] = [
                ("control", &control),
                ("challenge", challenge),
                ("application", application),
                ("keyHandle", key_handle),
            ];
            fields(f, "U2F_AUTHENTICATE", &members)
        }
        Ok(u2f::Request::Version) => f.write_str("U2F_VERSION"),
        Err(word) => write!(f, "APDU h'{}' <{word}>", Hex(bytes)),
    }
}

fn u2f_response(f: &mut fmt::Formatter<'_>, request: &[u8], bytes: &[u8]) -> fmt::Result {
    let Some((data, word)) = u2f::split_response(bytes) else {
        return write!(f, "<no status word> h'{}'", Hex(bytes));
    };
    write!(f, "{word}")?;
    if data.is_empty() {
        return Ok(());
    }
    match u2f::Request::decode(request) {
        Ok(u2f::Request::Register { .. }) => match u2f::Registered::decode(data) {
            Ok(registered) => {
                let members = [
                    ("publicKey", &registered.public_key[..]),
                    ("keyHandle", registered.key_handle),
                    ("certificate", registered.certificate),
                    ("signature", registered.signature),
                ];
                fields(f, "", &members)
            }
            Err(error) => write!(f, " h'{}' <{error}>", Hex(data)),
        },
        Ok(u2f::Request::Authenticate { .. }) => match u2f::Authenticated::decode(data) {
            Ok(u2f::Authenticated { user_presence, counter, signature }) => {
                write!(
                    f,
                    " {{userPresence: {user_presence}, counter: {counter}, signature: h'{}'}}",
                    Hex(signature)
                )
            }
            Err(error) => write!(f, " h'{}' <{error}>", Hex(data)),
        },
        Ok(u2f::Request::Version) => match core::str::from_utf8(data) {
            Ok(version) => write!(f, " {version:?}"),
            Err(_) => write!(f, " h'{}'", Hex(data)),
        },
        Err(_) => write!(f, " h'{}'", Hex(data)),
    }
}

/// A name and byte strings in braces.
fn fields(f: &mut fmt::Formatter<'_>, name: &str, members: &[(&str, &[u8])]) -> fmt::Result {
    let mut printer = Printer::new(f);
    printer.text(format_args!("{name} "))?;
    printer.open('{')?;
    for (index, (name, value)) in members.iter().enumerate() {
        printer.element(index == 0)?;
        printer.text(format_args!("{name}: h'{}'", Hex(value)))?;
    }
    printer.close('}', false)
}

impl fmt::Display for Item<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Diagnostic(self.raw()), f)
    }
}
