//! Messages as trees, for the report: CTAP between client and key, JSON between client and server.

use links::Call;
use plan::event::{Between, Exchange, Message, Node};
use serde_json::Value;
use targets::{Page, TargetError};
use webauthn::describe::{Tree, auth_data, cbor, json, response as response_tree};
use wire::cbor::Key;
use wire::ctap2::{
    Command, client_pin, config, credential_management, get_assertion, get_info, make_credential,
    split_request, split_response,
};
use wire::{Protocol, u2f};

/// A call of the key.
pub(crate) fn call(call: &Call) -> Exchange {
    let (name, request, response) = match call.protocol {
        Protocol::Ctap2 => ctap2(call),
        Protocol::Ctap1 => ctap1(call),
    };
    let response = match &call.answer {
        Ok(bytes) => Message { hex: hex::encode(bytes), decoded: nodes(response) },
        Err(error) => {
            Message { hex: String::new(), decoded: vec![node(Tree::leaf("no answer", error.to_string()))] }
        }
    };
    Exchange {
        between: Between::ClientAndKey,
        name,
        request: Message { hex: hex::encode(&call.request), decoded: nodes(request) },
        response,
    }
}

/// A CTAP2 answer's status, in words.
pub(crate) fn status(answer: &[u8]) -> String {
    split_response(answer).map_or_else(|| "nothing".to_owned(), |(status, _)| status.to_string())
}

/// What a page sends to its server, as a person reads it.
pub(crate) fn response(value: &Value) -> Message {
    Message { hex: String::new(), decoded: nodes(response_tree(value)) }
}

/// A question that only says who asks.
pub(crate) fn question(who: &str) -> Message {
    Message { hex: String::new(), decoded: vec![node(Tree::leaf("user", who))] }
}

/// Options as the server gave them.
pub(crate) fn offer(raw: Result<&[u8], &TargetError>) -> Message {
    let trees = match raw {
        Ok(raw) => match serde_json::from_slice::<Value>(raw) {
            Ok(value) => json("", &value).parts,
            Err(_) => vec![Tree::leaf("text", String::from_utf8_lossy(raw))],
        },
        Err(error) => refusal(error),
    };
    Message { hex: String::new(), decoded: nodes(trees) }
}

/// The server's decision.
pub(crate) fn answer(answer: &Result<(), TargetError>) -> Message {
    let trees = match answer {
        Ok(()) => vec![Tree::leaf("answer", "accepted")],
        Err(error) => refusal(error),
    };
    Message { hex: String::new(), decoded: nodes(trees) }
}

/// An answer that nobody expected, body and all.
pub(crate) fn page(page: &Page) -> Exchange {
    let mut trees = vec![Tree::leaf("HTTP status", page.status.to_string())];
    trees.extend(page.kind.as_ref().map(|kind| Tree::leaf("content type", kind)));
    trees.push(Tree::leaf("body", &page.body));
    Exchange {
        between: Between::ClientAndServer,
        name: page.request.clone(),
        request: Message::default(),
        response: Message { hex: String::new(), decoded: nodes(trees) },
    }
}

fn refusal(error: &TargetError) -> Vec<Tree> {
    match error {
        TargetError::Refused { status, reason, .. } => {
            let mut trees =
                vec![Tree::leaf("answer", "refused"), Tree::leaf("HTTP status", status.to_string())];
            trees.extend(reason.as_ref().map(|reason| Tree::leaf("reason", reason)));
            trees
        }
        other => vec![Tree::leaf("no answer", other.to_string())],
    }
}

fn ctap2(call: &Call) -> (String, Vec<Tree>, Vec<Tree>) {
    let (command, parameters) = split_request(&call.request).unwrap_or((Command(0), &[]));
    let (asked, told) = match command {
        Command::MAKE_CREDENTIAL => (make_credential::Request::MEMBERS, make_credential::Response::MEMBERS),
        Command::GET_ASSERTION => (get_assertion::Request::MEMBERS, get_assertion::Response::MEMBERS),
        Command::GET_NEXT_ASSERTION => (NONE, get_assertion::Response::MEMBERS),
        Command::GET_INFO => (NONE, get_info::Response::MEMBERS),
        // PINs and tokens are here as they travel: encrypted under a secret that nobody writes down.
        Command::CLIENT_PIN => (client_pin::Request::MEMBERS, client_pin::Response::MEMBERS),
        Command::CONFIG => (config::Request::MEMBERS, NONE),
        Command::CREDENTIAL_MANAGEMENT | Command::PROTOTYPE_CREDENTIAL_MANAGEMENT => {
            (credential_management::Request::MEMBERS, credential_management::Response::MEMBERS)
        }
        _ => (NONE, NONE),
    };
    let mut response = Vec::new();
    if let Some((status, members)) = call.answer.as_deref().ok().and_then(split_response) {
        response.push(Tree::leaf("status", status.to_string()));
        response.extend(body(members, told));
    }
    let name = command.name().map_or_else(|| format!("command {:#04x}", command.0), str::to_owned);
    let mut request = body(parameters, asked);
    for part in request.iter_mut().filter(|part| part.name == "subCommand") {
        let number = part.value.as_deref().and_then(|value| value.parse().ok());
        part.value = number.map(|number| sub_command(command, number)).or(part.value.take());
    }
    (name, request, response)
}

/// A subcommand's name and number.
fn sub_command(command: Command, number: u64) -> String {
    match command {
        Command::CLIENT_PIN => client_pin::SubCommand(number).to_string(),
        Command::CONFIG => config::SubCommand(number).to_string(),
        _ => credential_management::SubCommand(number).to_string(),
    }
}

/// The members of a message; authenticator data among them is taken apart.
fn body(bytes: &[u8], members: &[(Key<'static>, &'static str)]) -> Vec<Tree> {
    if bytes.is_empty() {
        return Vec::new();
    }
    let names: Vec<(i64, &str)> = members
        .iter()
        .filter_map(|(key, name)| match key {
            Key::Int(number) => Some((*number, *name)),
            _ => None,
        })
        .collect();
    let tree = cbor("", bytes, &names);
    if tree.value.is_some() {
        return vec![tree];
    }
    let data = |part: Tree| match (part.name.as_str(), part.value.as_deref().map(hex::decode)) {
        ("authData", Some(Ok(bytes))) => auth_data("authData", &bytes),
        _ => part,
    };
    tree.parts.into_iter().map(data).collect()
}

fn ctap1(call: &Call) -> (String, Vec<Tree>, Vec<Tree>) {
    let bytes = |name: &str, bytes: &[u8]| Tree::leaf(name, hex::encode(bytes));
    let answer = call.answer.as_deref().ok().and_then(u2f::split_response);
    let mut response = Vec::new();
    let mut data: &[u8] = &[];
    if let Some((found, word)) = answer {
        response.push(Tree::leaf("status word", word.to_string()));
        data = found;
    }
    let (name, request) = match u2f::Request::decode(&call.request) {
        Ok(u2f::Request::Register { challenge, application }) => {
            if let Ok(made) = u2f::Registered::decode(data) {
                response.push(bytes("public key", made.public_key));
                response.push(bytes("key handle", made.key_handle));
                response.push(bytes("attestation certificate", made.certificate));
                response.push(bytes("signature", made.signature));
            }
            (
                "U2F_REGISTER",
                vec![bytes("challenge parameter", challenge), bytes("application parameter", application)],
            )
        }
        Ok(u2f::Request::Authenticate { control, challenge, application, key_handle }) => {
            if let Ok(signed) = u2f::Authenticated::decode(data) {
                response.push(Tree::leaf("user presence", signed.user_presence.to_string()));
                response.push(Tree::leaf("counter", signed.counter.to_string()));
                response.push(bytes("signature", signed.signature));
            }
            let control = Tree::leaf("control byte", format!("{:#04x}", control.0));
            let rest = [
                ("challenge parameter", &challenge[..]),
                ("application parameter", application),
                ("key handle", key_handle),
            ];
            let parts = rest.into_iter().map(|(name, value)| bytes(name, value));
            ("U2F_AUTHENTICATE", std::iter::once(control).chain(parts).collect())
        }
        Ok(u2f::Request::Version) => {
            response.push(Tree::leaf("version", String::from_utf8_lossy(data)));
            ("U2F_VERSION", Vec::new())
        }
        Err(word) => ("APDU", vec![Tree::leaf("unreadable", word.to_string())]),
    };
    (name.to_owned(), request, response)
}

fn nodes(trees: Vec<Tree>) -> Vec<Node> {
    trees.into_iter().map(node).collect()
}

fn node(tree: Tree) -> Node {
    Node { name: tree.name, value: tree.value, parts: nodes(tree.parts) }
}

const NONE: &[(Key<'static>, &str)] = &[];
