//! Inputs to begin with: whole messages, real files, and bytes for those that choose among acts.

use std::fs;
use std::path::{Path, PathBuf};

use ciborium::Value;
use frames::{Channel, Command, Packet};
use wire::Alg;
use wire::authdata::{AttestedCredentialData, AuthData, Flags};
use wire::cose::PublicKey;
use wire::ctap2::{
    AttestationObject, Descriptor, Parameter, RawMap, RpEntity, Statement, UserEntity, get_assertion,
    get_info, make_credential,
};
use wire::u2f;

use super::twin;

/// The seeds of a target; for some of them there are only bytes. `root` is the project's directory.
///
/// # Panics
/// The project's own scenarios cannot be read.
pub fn of(target: &str, root: &Path) -> Vec<Vec<u8>> {
    match target {
        "attestation_object" => attestation_objects(),
        "authdata" => auth_data(),
        "cbor_read" => [cbor(), messages(), keys(), attestation_objects()].concat(),
        "client_data" => client_data(),
        "cose" => keys(),
        "describe" => shown(),
        "dictionaries" => dictionaries(),
        "messages" => [messages(), cbor()].concat(),
        "profile" => profiles::all().iter().map(|entry| entry.text.as_bytes().to_vec()).collect(),
        "scenario" => scenarios(root),
        "u2f" => u2f_messages(),
        "device" | "host" => [reports(), bytes()].concat(),
        _ => bytes(),
    }
}

/// What was found before, of a target: `tests/fuzz/found/TARGET/*`. `root` is the project's directory.
///
/// # Panics
/// A file cannot be read.
pub fn found(target: &str, root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let room = root.join("tests/fuzz/found").join(target);
    let Ok(entries) = fs::read_dir(&room) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a room can be listed").path()).collect();
    files.sort();
    files.into_iter().map(|path| (path.clone(), fs::read(&path).expect("a file can be read"))).collect()
}

/// Writes the seeds of a target, and what was found before, to the directory that `ANYKEY_FUZZ_SEEDS` names: libFuzzer
/// reads its corpus after the target has begun.
///
/// # Panics
/// They cannot be written.
pub fn write(target: &str) {
    let Some(room) = std::env::var_os("ANYKEY_FUZZ_SEEDS") else { return };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let found = found(target, &root).into_iter().map(|(_, bytes)| bytes);
    fs::create_dir_all(&room).expect("the directory of seeds can be made");
    for (number, bytes) in of(target, &root).into_iter().chain(found).enumerate() {
        let path = Path::new(&room).join(format!("{number:03}"));
        fs::write(path, bytes).expect("a seed can be written");
    }
}

/// Bytes that are like nothing, some of them long.
fn bytes() -> Vec<Vec<u8>> {
    (1..=12_u64).map(|seed| Noise(seed).take(usize::try_from(seed * seed * 12).unwrap_or(0))).collect()
}

/// A small generator of bytes that are the same every time (xorshift).
#[derive(Clone, Debug)]
pub struct Noise(pub u64);

impl Noise {
    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// So many bytes.
    pub fn take(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next().to_be_bytes()[3]).collect()
    }

    /// A number below `below`, which is not 0.
    pub fn below(&mut self, below: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(below).unwrap_or(1)).unwrap_or(0)
    }

    /// A message with a few changes.
    pub fn bend(&mut self, message: &[u8]) -> Vec<u8> {
        let mut bytes = message.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len() + 1);
            match self.below(6) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, self.next().to_be_bytes()[1]),
                2 => drop(bytes.drain(at..bytes.len().min(at + 4))),
                3 => {
                    let end = bytes.len().min(at + 16);
                    let again = bytes[at..end].to_vec();
                    drop(bytes.splice(at..at, again));
                }
                _ => {
                    let bits = 1 << self.below(8);
                    bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= bits);
                }
            }
        }
        bytes
    }
}

const ROOM: &str = "there is room for the message";

fn written(write: impl FnOnce(&mut [u8]) -> Option<usize>) -> Vec<u8> {
    let mut out = vec![0; 8192];
    let len = write(&mut out).expect(ROOM);
    out.truncate(len);
    out
}

/// One item of each kind, long heads, indefinite lengths, and depth.
fn cbor() -> Vec<Vec<u8>> {
    let values = [
        Value::from(0),
        Value::from(u64::MAX),
        Value::from(-1),
        Value::from(-257),
        Value::Bytes(vec![1; 300]),
        Value::Text("\u{e9}\u{1f511}".into()),
        Value::Array(vec![Value::Null, Value::Bool(true), Value::Float(1.5), Value::Float(1e300)]),
        Value::Map((0..30).map(|key| (Value::from(key), Value::from(key))).collect()),
        Value::Map(vec![(Value::from("a"), Value::Map(vec![(Value::from("b"), Value::Array(vec![]))]))]),
        Value::Tag(24, Box::new(Value::Bytes(vec![1]))),
    ];
    let odd: [&[u8]; 12] = [
        &[0x9f, 1, 2, 0xff],
        &[0xbf, 0x61, 0x61, 1, 0xff],
        &[0x5f, 0x41, 1, 0x42, 2, 3, 0xff],
        &[0x7f, 0x61, 0x61, 0xff],
        &[0x3b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[0x18, 0x17],
        &[0xf8, 0x20],
        &[0xf7],
        &[0xf9, 0x7c, 0x00],
        &[0xfa, 0x7f, 0xc0, 0, 0],
        &[0x81; 20],
        &[0xa2, 1, 2, 1, 3],
    ];
    values.iter().map(twin::encode).chain(odd.map(<[u8]>::to_vec)).collect()
}

fn keys() -> Vec<Vec<u8>> {
    let (x, y, n) = ([0x11; 32], [0x22; 32], [0xc3; 256]);
    let made = [
        PublicKey::es256(&x, &y),
        PublicKey::Ed25519 { alg: Alg::EDDSA, x: &x },
        PublicKey::Rsa { alg: Alg::RS256, n: &n, e: &[1, 0, 1] },
        PublicKey::Akp { alg: Alg::ML_DSA_44, public: &[4; 40] },
    ];
    let mut all: Vec<Vec<u8>> = made.iter().map(|key| written(|out| key.encode(out).ok())).collect();
    // A point that is one, and the key of a certificate.
    let real = super::ceremonies::public_key();
    let parsed = PublicKey::decode(&real).ok().and_then(|key| webauthn::key::PublicKey::from_cose(&key).ok());
    all.extend(parsed.map(|key| key.to_spki()));
    all.push(real);
    all
}

fn auth_data() -> Vec<Vec<u8>> {
    let keys = keys();
    let attested = AttestedCredentialData { aaguid: &[1; 16], credential_id: &[2; 40], public_key: &keys[0] };
    let plain = AuthData {
        rp_id_hash: &[3; 32],
        flags: Flags::UP | Flags::UV,
        sign_count: 7,
        attested: None,
        extensions: None,
    };
    let extensions = twin::encode(&Value::Map(vec![(Value::from("credProtect"), Value::from(2))]));
    [
        plain,
        AuthData { attested: Some(attested), ..plain },
        AuthData { extensions: Some(&extensions), ..plain },
        AuthData { attested: Some(attested), extensions: Some(&extensions), ..plain },
    ]
    .iter()
    .map(|data| written(|out| data.encode(out).ok()))
    .collect()
}

const CHAIN: [&[u8]; 2] = [&[0x30, 1, 5], &[0x30, 0]];

fn statements() -> Vec<Statement<'static>> {
    vec![
        Statement::None,
        Statement::Packed { alg: Alg::ES256, sig: &[1; 70], x5c: None },
        Statement::Packed { alg: Alg::ES256, sig: &[1; 70], x5c: Some((&CHAIN).into()) },
        Statement::FidoU2f { sig: &[1; 70], x5c: (&CHAIN[..1]).into() },
    ]
}

fn attestation_objects() -> Vec<Vec<u8>> {
    let data = &auth_data()[1];
    let object = |statement| written(|out| AttestationObject::new(statement, data).encode(out).ok());
    statements().into_iter().map(object).chain([super::ceremonies::attestation_object()]).collect()
}

/// The maps of all CTAP2 messages.
fn messages() -> Vec<Vec<u8>> {
    let (id, other) = ([8; 64], [9; 16]);
    let list = [
        Descriptor::public_key(&id),
        Descriptor { transports: Some((&["usb", "nfc"]).into()), ..Descriptor::public_key(&other) },
    ];
    let algorithms = [Parameter::public_key(Alg::ES256), Parameter::public_key(Alg::RS256)];
    let extensions = twin::encode(&Value::Map(vec![(Value::from("hmac-secret"), Value::Bool(true))]));
    let extensions = RawMap::new(&extensions).ok();
    let user = UserEntity {
        id: b"user",
        name: Some("name"),
        display_name: Some("Name"),
        icon: None,
        ..UserEntity::EMPTY
    };
    let make = make_credential::Request {
        client_data_hash: &[5; 32],
        rp: RpEntity { id: "example.org", name: Some("Example"), ..RpEntity::EMPTY },
        user,
        pub_key_cred_params: (&algorithms).into(),
        exclude_list: Some((&list).into()),
        extensions,
        options: Some(wire::ctap2::Options { rk: Some(true), uv: Some(true), ..wire::ctap2::Options::EMPTY }),
        pin_uv_auth_param: Some(&[6; 16]),
        pin_uv_auth_protocol: Some(2),
        enterprise_attestation: Some(1),
        attestation_formats_preference: Some((&["packed", "none"]).into()),
        ..make_credential::Request::EMPTY
    };
    let get = get_assertion::Request {
        rp_id: "example.org",
        client_data_hash: &[5; 32],
        allow_list: Some((&list).into()),
        extensions,
        pin_uv_auth_param: Some(&[6; 32]),
        pin_uv_auth_protocol: Some(1),
        ..get_assertion::Request::EMPTY
    };
    let data = auth_data();
    let got = get_assertion::Response {
        credential: Some(list[1]),
        auth_data: &data[0],
        signature: &[7; 71],
        user: Some(user),
        number_of_credentials: Some(3),
        ..get_assertion::Response::EMPTY
    };
    let info = get_info::Response {
        versions: (&["U2F_V2", "FIDO_2_0", "FIDO_2_1"]).into(),
        extensions: Some((&["credProtect", "hmac-secret"]).into()),
        aaguid: &[1; 16],
        options: Some(get_info::Options {
            rk: Some(true),
            client_pin: Some(false),
            ..get_info::Options::EMPTY
        }),
        pin_uv_auth_protocols: Some((&[2, 1]).into()),
        algorithms: Some((&algorithms).into()),
        max_msg_size: Some(1200),
        ..get_info::Response::EMPTY
    };
    let mut all = vec![
        written(|out| make.message(out).ok()),
        written(|out| get.message(out).ok()),
        written(|out| got.message(out).ok()),
        written(|out| info.message(out).ok()),
    ];
    let made =
        |statement| written(|out| make_credential::Response::new(statement, &data[1]).message(out).ok());
    all.extend(statements().into_iter().map(made));
    // Without the command or the status.
    all.iter_mut().for_each(|message| *message = message.split_off(1));
    all
}

fn u2f_messages() -> Vec<Vec<u8>> {
    let (challenge, application) = (&[1; 32], &[2; 32]);
    let requests = [
        u2f::Request::Register { challenge, application },
        u2f::Request::Authenticate {
            control: u2f::Control::ENFORCE,
            challenge,
            application,
            key_handle: &[3; 64],
        },
        u2f::Request::Version,
    ];
    let mut all = Vec::new();
    for form in [u2f::Form::Short, u2f::Form::Extended] {
        all.extend(requests.iter().map(|request| written(|out| request.encode(form, out).ok())));
    }
    let certificate = [&[0x30, 0x82, 1, 0][..], &[4; 256]].concat();
    let registered = u2f::Registered {
        public_key: &[4; 65],
        key_handle: &[3; 64],
        certificate: &certificate,
        signature: &[5; 71],
    };
    all.push(written(|out| registered.message(out).ok()));
    let authenticated = u2f::Authenticated { user_presence: 1, counter: 9, signature: &[5; 70] };
    all.push(written(|out| authenticated.message(out).ok()));
    all
}

/// As the target takes them: protocol and length of the request first.
fn shown() -> Vec<Vec<u8>> {
    let ctap2 = messages();
    let with = |command: u8, rest: &[u8]| [&[0, command][..], rest].concat();
    let mut all: Vec<Vec<u8>> =
        ctap2.iter().zip([1, 2, 2, 4, 1, 1, 1, 1]).map(|(map, command)| with(command, map)).collect();
    // A response to a request of one byte.
    all.extend(
        ctap2
            .iter()
            .skip(2)
            .zip([2, 4, 1, 1, 1, 1])
            .map(|(map, command)| [&[2, command, 0][..], map].concat()),
    );
    all.extend(cbor().iter().map(|item| with(0x40, item)));
    all.extend(u2f_messages().iter().map(|message| [&[1][..], message].concat()));
    all.extend(
        [dictionaries(), client_data(), attestation_objects()]
            .concat()
            .iter()
            .map(|bytes| [&[0][..], bytes].concat()),
    );
    all
}

fn reports() -> Vec<Vec<u8>> {
    [
        Packet::init(Channel::BROADCAST, Command::INIT, 8, &[1; 8]),
        Packet::init(Channel(1), Command::CBOR, 100, &[4; 57]),
        Packet::cont(Channel(1), 0, &[5; 59]),
        Packet::init(Channel(1), Command::CANCEL, 0, &[]),
    ]
    .map(|report| report.to_vec())
    .into()
}

fn client_data() -> Vec<Vec<u8>> {
    let plain = webauthn::ClientData::new("webauthn.create", b"a challenge", "https://example.org");
    let framed = webauthn::ClientData {
        cross_origin: Some(true),
        top_origin: Some("https://top.example".into()),
        ..webauthn::ClientData::new("webauthn.get", b"another", "https://\"\\\u{1}\u{e9}.example")
    };
    let other =
        br#"{"challenge":"AAAA","type":"webauthn.get","origin":"https://example.org","x":[1,{"y":null}]}"#;
    let more = [&plain.to_json()[..plain.to_json().len() - 1], br#","tokenBinding":{"status":"supported"}}"#]
        .concat();
    vec![plain.to_json(), framed.to_json(), other.to_vec(), more]
}

fn dictionaries() -> Vec<Vec<u8>> {
    let texts = [
        r#"{"rp":{"id":"example.org","name":"Example"},"user":{"id":"dXNlcg","name":"n","displayName":"N"},
            "challenge":"AAECAw","pubKeyCredParams":[{"type":"public-key","alg":-7}],"timeout":60000,
            "excludeCredentials":[{"type":"public-key","id":"AQID","transports":["usb"]}],
            "authenticatorSelection":{"authenticatorAttachment":"platform","residentKey":"required",
            "requireResidentKey":true,"userVerification":"preferred"},"hints":["security-key"],
            "attestation":"direct","attestationFormats":["packed"],"extensions":{"credProps":true},"more":1.5}"#,
        r#"{"challenge":"AAECAw","timeout":1,"rpId":"example.org","allowCredentials":[{"type":"public-key",
            "id":"AQID"}],"userVerification":"discouraged","hints":[],"extensions":{"appid":"https://example.org"}}"#,
        r#"{"id":"AQID","rawId":"AQID","response":{"clientDataJSON":"e30","attestationObject":"oA",
            "authenticatorData":"AA","transports":["usb","internal"],"publicKey":"MA","publicKeyAlgorithm":-7},
            "authenticatorAttachment":"platform","clientExtensionResults":{"credProps":{"rk":true}},
            "type":"public-key"}"#,
        r#"{"id":"AQID","rawId":"AQID","response":{"clientDataJSON":"e30","authenticatorData":"AA",
            "signature":"MEU","userHandle":"dXNlcg"},"clientExtensionResults":{},"type":"public-key"}"#,
    ];
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// The project's own scenarios, each with its twin where it has one.
fn scenarios(root: &Path) -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    let rooms = fs::read_dir(root.join("scenarios")).expect("the scenarios can be listed").flatten();
    for room in rooms.filter(|room| room.path().is_dir()) {
        let entries = fs::read_dir(room.path()).expect("the scenarios can be listed").flatten();
        files.extend(
            entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "toml")),
        );
    }
    files.sort();
    let texts: Vec<String> =
        files.iter().map(|path| fs::read_to_string(path).expect("a scenario can be read")).collect();
    let pairs = texts.iter().filter_map(|text| {
        let twin = text.lines().find_map(|line| line.strip_prefix("twin = "))?;
        let other =
            texts.iter().find(|other| other.lines().any(|line| line.strip_prefix("id = ") == Some(twin)))?;
        Some([text, super::scenario::NEXT_FILE, other].concat())
    });
    texts.iter().cloned().chain(pairs).map(String::into_bytes).collect()
}
