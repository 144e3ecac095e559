//! A key that answers from a script and remembers what it was sent.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::future::{BoxFuture, ready};
use serde_json::json;
use sha2::{Digest, Sha256};
use webauthn::{CreationOptions, RequestOptions};
use wire::authdata::{AttestedCredentialData, AuthData, Flags};
use wire::ctap2::{
    Descriptor, List, RawMap, Statement, UserEntity, client_pin, get_assertion, get_info, make_credential,
    split_request,
};
use wire::u2f::StatusWord;
use wire::{Alg, Protocol, Status, cose};

use crate::link::{Link, LinkError, Watch};

pub(super) const ORIGIN: &str = "https://login.example.org";
pub(super) const RP_ID: &str = "login.example.org";
pub(super) const AAGUID: [u8; 16] = [0xaa; 16];
pub(super) const ID: &[u8] = b"credential";
/// A certificate as far as U2F looks at it: a DER SEQUENCE.
pub(super) const CERTIFICATE: &[u8] = &[0x30, 0x01, 0x00];
/// The generator of P-256: a point that is on the curve.
pub(super) const POINT: [u8; 65] = {
    let mut point = [4; 65];
    let (mut i, x, y) = (0, GX, GY);
    while i < 32 {
        point[1 + i] = x[i];
        point[33 + i] = y[i];
        i += 1;
    }
    point
};
const GX: [u8; 32] = *b"\x6b\x17\xd1\xf2\xe1\x2c\x42\x47\xf8\xbc\xe6\xe5\x63\xa4\x40\xf2\x77\x03\x7d\x81\x2d\xeb\x33\xa0\xf4\xa1\x39\x45\xd8\x98\xc2\x96";
const GY: [u8; 32] = *b"\x4f\xe3\x42\xe2\xfe\x1a\x7f\x9b\x8e\xe7\xeb\x4a\x7c\x0f\x9e\x16\x2b\xce\x33\x57\x6b\x31\x5e\xce\xcb\xb6\x40\x68\x37\xbf\x51\xf5";

/// A script and what was sent.
#[derive(Default)]
pub(super) struct Fake {
    pub(super) answers: VecDeque<Result<Vec<u8>, LinkError>>,
    pub(super) sent: Vec<(Protocol, Vec<u8>)>,
    pub(super) paused: Duration,
    /// Calls the watch this often before each answer.
    pub(super) keepalives: usize,
}

impl Fake {
    pub(super) fn answering(answers: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self { answers: answers.into_iter().map(Ok).collect(), ..Self::default() }
    }

    /// The parameters of the CTAP2 message at `index`.
    pub(super) fn parameters(&self, index: usize) -> &[u8] {
        assert_eq!(self.sent[index].0, Protocol::Ctap2);
        split_request(&self.sent[index].1).unwrap().1
    }

    pub(super) fn made(&self, index: usize) -> make_credential::Request<'_> {
        make_credential::Request::decode(self.parameters(index)).unwrap()
    }

    pub(super) fn asked(&self, index: usize) -> get_assertion::Request<'_> {
        get_assertion::Request::decode(self.parameters(index)).unwrap()
    }

    pub(super) fn u2f(&self, index: usize) -> wire::u2f::Request<'_> {
        assert_eq!(self.sent[index].0, Protocol::Ctap1);
        wire::u2f::Request::decode(&self.sent[index].1).unwrap()
    }
}

impl Link for Fake {
    fn call<'a>(
        &'a mut self,
        protocol: Protocol,
        request: &'a [u8],
        watch: &'a mut dyn Watch,
    ) -> BoxFuture<'a, Result<Vec<u8>, LinkError>> {
        self.sent.push((protocol, request.to_vec()));
        for _ in 0..self.keepalives {
            if watch.waiting(crate::Waiting::User).is_break() {
                return Box::pin(ready(Ok(vec![Status::KEEPALIVE_CANCEL.0])));
            }
        }
        let answer = self.answers.pop_front().expect("the script has no more answers");
        Box::pin(ready(answer))
    }

    fn pause(&mut self, time: Duration) -> BoxFuture<'_, ()> {
        self.paused += time;
        Box::pin(ready(()))
    }
}

/// What a key claims.
#[derive(Clone, Copy)]
pub(super) struct Claims {
    pub(super) versions: &'static [&'static str],
    pub(super) rk: Option<bool>,
    pub(super) uv: Option<bool>,
    pub(super) plat: Option<bool>,
    pub(super) client_pin: Option<bool>,
    pub(super) always_uv: Option<bool>,
    pub(super) make_cred_uv_not_rqd: Option<bool>,
    pub(super) most_in_list: Option<u64>,
    pub(super) longest_id: Option<u64>,
    pub(super) transports: &'static [&'static str],
    pub(super) extensions: &'static [&'static str],
    pub(super) pin_uv_auth_protocols: &'static [u64],
    pub(super) pin_uv_auth_token: Option<bool>,
    pub(super) force_pin_change: Option<bool>,
    pub(super) min_pin_length: Option<u64>,
    pub(super) max_cred_blob_length: Option<u64>,
}

/// Resident keys, built-in verification, U2F.
pub(super) const PASSKEY: Claims = Claims {
    versions: &["FIDO_2_0", "U2F_V2"],
    rk: Some(true),
    uv: Some(true),
    plat: None,
    client_pin: None,
    always_uv: None,
    make_cred_uv_not_rqd: None,
    most_in_list: None,
    longest_id: None,
    transports: &[],
    extensions: &[],
    pin_uv_auth_protocols: &[],
    pin_uv_auth_token: None,
    force_pin_change: None,
    min_pin_length: None,
    max_cred_blob_length: None,
};

/// FIDO2 and a touch, nothing else.
pub(super) const NO_UV: Claims = Claims { versions: &["FIDO_2_0"], rk: None, uv: None, ..PASSKEY };

/// authenticatorGetInfo.
pub(super) fn info(claims: Claims) -> Vec<u8> {
    let response = get_info::Response {
        versions: claims.versions.into(),
        aaguid: &AAGUID,
        options: Some(get_info::Options {
            rk: claims.rk,
            uv: claims.uv,
            plat: claims.plat,
            client_pin: claims.client_pin,
            always_uv: claims.always_uv,
            make_cred_uv_not_rqd: claims.make_cred_uv_not_rqd,
            pin_uv_auth_token: claims.pin_uv_auth_token,
            ..Default::default()
        }),
        extensions: (!claims.extensions.is_empty()).then(|| claims.extensions.into()),
        max_msg_size: Some(1200),
        pin_uv_auth_protocols: (!claims.pin_uv_auth_protocols.is_empty())
            .then(|| claims.pin_uv_auth_protocols.into()),
        force_pin_change: claims.force_pin_change,
        min_pin_length: claims.min_pin_length,
        max_cred_blob_length: claims.max_cred_blob_length,
        max_credential_count_in_list: claims.most_in_list,
        max_credential_id_length: claims.longest_id,
        transports: (!claims.transports.is_empty()).then(|| claims.transports.into()),
        ..Default::default()
    };
    encoded(|out| response.message(out))
}

/// The script's beginning for a key that knows only U2F: no getInfo, a version.
pub(super) fn u2f_only() -> [Vec<u8>; 2] {
    [vec![Status::INVALID_COMMAND.0], word(b"U2F_V2", StatusWord::NO_ERROR)]
}

/// A U2F answer.
pub(super) fn word(data: &[u8], word: StatusWord) -> Vec<u8> {
    [data, &word.bytes()].concat()
}

pub(super) fn not_yet() -> Vec<u8> {
    word(&[], StatusWord::CONDITIONS_NOT_SATISFIED)
}

pub(super) fn u2f_registered() -> Vec<u8> {
    let answer = wire::u2f::Registered {
        public_key: &POINT,
        key_handle: ID,
        certificate: CERTIFICATE,
        signature: b"signature",
    };
    encoded(|out| answer.message(out))
}

pub(super) fn u2f_signed() -> Vec<u8> {
    encoded(|out| {
        wire::u2f::Authenticated { user_presence: 1, counter: 5, signature: b"signature" }.message(out)
    })
}

/// Authenticator data of a registration.
pub(super) fn registered_data(rp_id: &str, flags: Flags, aaguid: &[u8; 16]) -> Vec<u8> {
    let key = cose::PublicKey::es256(&GX, &GY);
    let key = encoded(|out| key.encode(out));
    let attested = AttestedCredentialData { aaguid, credential_id: ID, public_key: &key };
    let data = AuthData {
        rp_id_hash: &Sha256::digest(rp_id).into(),
        flags,
        sign_count: 3,
        attested: Some(attested),
        extensions: None,
    };
    encoded(|out| data.encode(out))
}

/// An answer to authenticatorMakeCredential with that statement.
pub(super) fn made_with(statement: Statement<'_>, aaguid: &[u8; 16]) -> Vec<u8> {
    let data = registered_data(RP_ID, Flags::UP | Flags::UV, aaguid);
    encoded(|out| make_credential::Response::new(statement, &data).message(out))
}

/// An answer to authenticatorMakeCredential with packed attestation.
pub(super) fn made() -> Vec<u8> {
    let x5c = [CERTIFICATE];
    let statement = Statement::Packed { alg: Alg::ES256, sig: b"signature", x5c: Some(List::from(&x5c)) };
    made_with(statement, &AAGUID)
}

/// An answer to authenticatorGetAssertion.
pub(super) fn asserted(id: Option<&[u8]>, user: Option<&[u8]>, count: Option<u64>) -> Vec<u8> {
    let data = AuthData {
        rp_id_hash: &Sha256::digest(RP_ID).into(),
        flags: Flags::UP,
        sign_count: 9,
        attested: None,
        extensions: None,
    };
    let data = encoded(|out| data.encode(out));
    let response = get_assertion::Response {
        credential: id.map(Descriptor::public_key),
        auth_data: &data,
        signature: b"signature",
        user: user.map(|id| UserEntity { id, name: Some("alice"), ..UserEntity::EMPTY }),
        number_of_credentials: count,
        ..Default::default()
    };
    encoded(|out| response.message(out))
}

/// An answer to getPINRetries.
pub(super) fn pin_retries(left: u64) -> Vec<u8> {
    let response = client_pin::Response { pin_retries: Some(left), ..Default::default() };
    encoded(|out| response.message(out))
}

pub(super) fn encoded<E: std::fmt::Debug>(write: impl FnOnce(&mut [u8]) -> Result<usize, E>) -> Vec<u8> {
    let mut out = vec![0; wire::MAX_MESSAGE];
    let length = write(&mut out).unwrap();
    out.truncate(length);
    out
}

pub(super) fn creation(selection: serde_json::Value) -> CreationOptions {
    CreationOptions::from_value(json!({
        "rp": { "name": "Example" },
        "user": { "id": "AQID", "name": "alice", "displayName": "Alice" },
        "challenge": "AAEC",
        "pubKeyCredParams": [{ "type": "public-key", "alg": -8 }, { "type": "public-key", "alg": -7 }],
        "authenticatorSelection": selection,
        "extensions": { "credProps": true }
    }))
    .unwrap()
}

pub(super) fn request(uv: &str, ids: &[&[u8]]) -> RequestOptions {
    RequestOptions {
        challenge: vec![0, 1, 2].into(),
        user_verification: Some(uv.to_owned()),
        allow_credentials: ids.iter().map(|id| webauthn::Descriptor::public_key(*id)).collect(),
        ..RequestOptions::default()
    }
}

pub(super) const EMPTY_MAP: RawMap<'static> = <RawMap<'static> as wire::ctap2::Value<'static>>::EMPTY;
