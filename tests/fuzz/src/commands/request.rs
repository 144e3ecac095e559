//! Acts to messages.

use ciborium::Value;
use sha2::Digest;
use wire::Alg;
use wire::ctap2::{
    Descriptor, List, Options as Opts, Parameter, RawMap, RpEntity, UserEntity, get_assertion,
    make_credential,
};
use wire::u2f;

use super::act::{Auth, Options, Request, U2f};
use super::credentials::Credentials;
use super::pin::Pins;

/// The client data hash of all requests.
pub const HASH: [u8; 32] = [0xcd; 32];
/// Relying parties. The first two share their first letters, the last is longer than a key stores.
pub const RP_IDS: [&str; 4] = [
    "example.org",
    "example.com",
    "a",
    "a-very-long-name-of-a-relying-party-that-no-key-keeps-as-a-whole-since-it-has-so-many-letters.example.net",
];
const USERS: [&[u8]; 4] = [b"user", b"u", &[7; 64], &[]];
const ROOM: usize = 8192;

/// One of them.
pub fn chosen<T: Copy>(all: &[T], which: u8) -> T {
    all[usize::from(which) % all.len()]
}

/// A command byte and a map.
pub fn message(command: u8, members: Vec<(i64, Value)>) -> Vec<u8> {
    let map = Value::Map(members.into_iter().map(|(key, value)| (Value::from(key), value)).collect());
    [&[command][..], &super::super::twin::encode(&map)].concat()
}

/// The message of a request.
pub fn ctap2(request: &Request, pins: &mut Pins, credentials: &Credentials) -> Vec<u8> {
    match request {
        Request::Make { .. } => make(request, pins, credentials),
        Request::Get { .. } => get(request, pins, credentials),
        Request::Next => vec![0x08],
        Request::Info => vec![0x04],
        Request::Selection => vec![0x0b],
        Request::Reset => vec![0x07],
        Request::Pin(act) => pins.request(act),
        Request::Credentials { prototype, subcommand, rp, id, user, auth } => {
            let parameters = management(*subcommand, *rp, &credentials.id(id), *user);
            let command = if *prototype { 0x41 } else { 0x0a };
            subcommands(command, *subcommand, parameters, pins, *auth, &[])
        }
        Request::Config { subcommand, length, rp, force, auth } => {
            let mut parameters =
                vec![(1, Value::from(*length)), (2, vec![Value::from(chosen(&RP_IDS, *rp))].into())];
            parameters.extend(force.map(|force| (3, Value::from(force))));
            let parameters = if *subcommand == 3 { parameters } else { Vec::new() };
            subcommands(0x0d, *subcommand, parameters, pins, *auth, &[&[0xff; 32], &[0x0d]])
        }
        Request::Other { command, parameters } => [&[*command][..], parameters].concat(),
    }
}

/// The parameters of a subcommand of credential management.
fn management(subcommand: u8, rp: u8, id: &[u8], user: u8) -> Vec<(i64, Value)> {
    let texts = |members: Vec<(&str, Value)>| {
        Value::Map(members.into_iter().map(|(name, value)| (Value::from(name), value)).collect())
    };
    let credential = || texts(vec![("id", id.to_vec().into()), ("type", "public-key".into())]);
    let user = || texts(vec![("id", chosen(&USERS, user).to_vec().into()), ("name", "new name".into())]);
    match subcommand {
        4 => vec![(1, sha2::Sha256::digest(chosen(&RP_IDS, rp)).to_vec().into())],
        6 => vec![(2, credential())],
        7 => vec![(2, credential()), (3, user())],
        _ => Vec::new(),
    }
}

/// Commands with subcommands share their members' keys but for the last two.
fn subcommands(
    command: u8,
    subcommand: u8,
    parameters: Vec<(i64, Value)>,
    pins: &Pins,
    auth: Auth,
    before: &[&[u8]],
) -> Vec<u8> {
    let mut members = vec![(1, Value::from(subcommand))];
    let mut encoded = Vec::new();
    if !parameters.is_empty() {
        let map = Value::Map(parameters.into_iter().map(|(key, value)| (Value::from(key), value)).collect());
        encoded = super::super::twin::encode(&map);
        members.push((2, map));
    }
    let number = [subcommand];
    let signed: Vec<&[u8]> = before.iter().copied().chain([&number[..], &encoded]).collect();
    if let Some((param, protocol)) = pins.auth(auth, &signed) {
        members.extend(protocol.map(|protocol| (3, Value::from(protocol))));
        members.push((4, param.into()));
    }
    message(command, members)
}

fn make(request: &Request, pins: &Pins, credentials: &Credentials) -> Vec<u8> {
    let Request::Make { rp, user, algorithms, exclude, options, extensions, auth, enterprise } = request
    else {
        return Vec::new();
    };
    let all = [Alg::RS256, Alg::EDDSA, Alg::ES256, Alg(0)].map(Parameter::public_key);
    // Two bits for each place.
    let parameters: Vec<Parameter<'_>> =
        (0..4).map(|place| chosen(&all, (algorithms >> (2 * place)) ^ 2)).collect();
    let ids = exclude.as_ref().map(|list| credentials.ids(list));
    let list = ids.as_ref().map(|ids| descriptors(ids));
    let auth = pins.auth(*auth, &[&HASH]);
    let encoded = extension_inputs(*extensions, None);
    let request = make_credential::Request {
        client_data_hash: &HASH,
        rp: RpEntity { id: chosen(&RP_IDS, *rp), ..RpEntity::EMPTY },
        user: UserEntity {
            id: chosen(&USERS, *user),
            name: (user & 4 == 0).then_some("a name"),
            display_name: (user & 8 != 0)
                .then_some("A name that is displayed and that is longer than 64 bytes, as some are"),
            ..UserEntity::EMPTY
        },
        pub_key_cred_params: List::from(&parameters[..]),
        exclude_list: list.as_deref().map(List::from),
        extensions: encoded.as_deref().and_then(|map| RawMap::new(map).ok()),
        options: given(options),
        pin_uv_auth_param: auth.as_ref().map(|(param, _)| &param[..]),
        pin_uv_auth_protocol: auth.as_ref().and_then(|(_, protocol)| protocol.map(u64::from)),
        enterprise_attestation: enterprise.then_some(1),
        ..make_credential::Request::EMPTY
    };
    written(|out| request.message(out).ok())
}

fn get(request: &Request, pins: &Pins, credentials: &Credentials) -> Vec<u8> {
    let Request::Get { rp, allow, options, extensions, auth } = request else { return Vec::new() };
    let ids = allow.as_ref().map(|list| credentials.ids(list));
    let list = ids.as_ref().map(|ids| descriptors(ids));
    let auth = pins.auth(*auth, &[&HASH]);
    let encoded = extension_inputs(*extensions, Some(pins));
    let request = get_assertion::Request {
        rp_id: chosen(&RP_IDS, *rp),
        client_data_hash: &HASH,
        allow_list: list.as_deref().map(List::from),
        extensions: encoded.as_deref().and_then(|map| RawMap::new(map).ok()),
        options: given(options),
        pin_uv_auth_param: auth.as_ref().map(|(param, _)| &param[..]),
        pin_uv_auth_protocol: auth.as_ref().and_then(|(_, protocol)| protocol.map(u64::from)),
        ..get_assertion::Request::EMPTY
    };
    written(|out| request.message(out).ok())
}

fn given(options: &Options) -> Option<Opts<'static>> {
    let Options { rk, up, uv } = *options;
    (rk.is_some() || up.is_some() || uv.is_some()).then_some(Opts { rk, up, uv, ..Opts::EMPTY })
}

/// Inputs by bits; the keys come in canonical order. `pins` has the secret for the salts of an assertion.
fn extension_inputs(bits: u8, pins: Option<&Pins>) -> Option<Vec<u8>> {
    let has = |bit: u8| bits >> bit & 1 == 1;
    let mut entries: Vec<(Value, Value)> = Vec::new();
    let mut add = |name: &str, value: Value| entries.push((Value::from(name), value));
    if has(0) {
        add("credBlob", if pins.is_none() { vec![5; 20].into() } else { true.into() });
    }
    if has(1) {
        add("unheardOf", Value::Null);
    }
    match pins {
        None => {
            if has(2) {
                add("credProtect", Value::from(1 + (bits >> 6)));
            }
            if has(3) {
                add("hmac-secret", true.into());
            }
            if has(4) {
                add("minPinLength", true.into());
            }
        }
        Some(pins) if has(3) => add("hmac-secret", pins.salts(has(5), has(6))),
        Some(_) => {}
    }
    (!entries.is_empty()).then(|| super::super::twin::encode(&Value::Map(entries)))
}

fn descriptors(ids: &[Vec<u8>]) -> Vec<Descriptor<'_>> {
    ids.iter().map(|id| Descriptor::public_key(id)).collect()
}

/// The message of a U2F request.
pub fn ctap1(request: &U2f, credentials: &Credentials) -> Vec<u8> {
    let application = |rp: u8| credentials.rp_id_hash(rp);
    let (rp, short) = match request {
        U2f::Register { rp, short } | U2f::Authenticate { rp, short, .. } => (*rp, *short),
        U2f::Version { short } => (0, *short),
    };
    let (application, id) = match request {
        U2f::Authenticate { id, .. } => (application(rp), credentials.id(id)),
        _ => (application(rp), Vec::new()),
    };
    let request = match request {
        U2f::Register { .. } => u2f::Request::Register { challenge: &HASH, application: &application },
        U2f::Authenticate { control, .. } => u2f::Request::Authenticate {
            control: chosen(
                &[
                    u2f::Control::ENFORCE,
                    u2f::Control::CHECK_ONLY,
                    u2f::Control::DONT_ENFORCE,
                    u2f::Control(*control),
                ],
                *control,
            ),
            challenge: &HASH,
            application: &application,
            key_handle: &id,
        },
        U2f::Version { .. } => u2f::Request::Version,
    };
    let form = if short { u2f::Form::Short } else { u2f::Form::Extended };
    written(|out| request.encode(form, out).ok())
}

/// Writes; nothing where it does not fit, such as a key handle of more than 255 bytes.
fn written(write: impl FnOnce(&mut [u8]) -> Option<usize>) -> Vec<u8> {
    let mut out = vec![0; ROOM];
    let len = write(&mut out).unwrap_or(0);
    out.truncate(len);
    out
}

/// getAssertion with one credential and nobody there.
pub fn silent(rp: u8, id: &[u8]) -> Vec<u8> {
    let list = [Descriptor::public_key(id)];
    let request = get_assertion::Request {
        rp_id: chosen(&RP_IDS, rp),
        client_data_hash: &HASH,
        allow_list: Some(List::from(&list)),
        options: Some(Opts { up: Some(false), ..Opts::EMPTY }),
        ..get_assertion::Request::EMPTY
    };
    written(|out| request.message(out).ok())
}

/// Whether a U2F key knows a key handle.
pub fn check_only(rp: u8, id: &[u8]) -> Vec<u8> {
    let application = sha2::Sha256::digest(chosen(&RP_IDS, rp)).into();
    let request = u2f::Request::Authenticate {
        control: u2f::Control::CHECK_ONLY,
        challenge: &HASH,
        application: &application,
        key_handle: id,
    };
    written(|out| request.message(out).ok())
}
