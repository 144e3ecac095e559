//! A key made of software that can lie about everything.

use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, IsCa, Issuer, KeyPair, SigningKey as _,
};
use serde_json::Map;

use super::super::both_ceremonies::sha256;
use super::super::{AttestationPolicy, CredentialRecord, Expectations};
use super::tpm::{AikWish, Tpm};
use crate::attestation_object::{AttestationObject, EMPTY_STATEMENT};
use crate::bytes::encode;
use crate::{
    AssertionResponse, AttestationResponse, AuthenticationResponse, ClientData, RegistrationResponse,
};

pub(super) const AAGUID: [u8; 16] = *b"an aaguid of 16.";
pub(super) const USER: &[u8] = b"user handle";
const CHALLENGE: &[u8] = b"a challenge of at least 16 bytes";

/// Which attestation is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Format {
    None,
    SelfPacked,
    Packed,
    FidoU2f,
    Tpm,
}

/// A registration or login before it is encoded.
pub(super) struct Fixture {
    pub(super) client_data: ClientData,
    pub(super) client_data_tail: Vec<u8>,
    pub(super) rp_id: String,
    pub(super) flags: u8,
    pub(super) sign_count: u32,
    pub(super) aaguid: [u8; 16],
    pub(super) id: Vec<u8>,
    pub(super) public_key: Option<Vec<u8>>,
    pub(super) with_attested: bool,
    pub(super) auth_data_tail: Vec<u8>,
    pub(super) format: Format,
    pub(super) fmt: Option<&'static str>,
    pub(super) alg: i32,
    pub(super) statement: Option<Vec<u8>>,
    pub(super) break_signature: bool,
    pub(super) chain: Chain,
    pub(super) tpm: Tpm,
    pub(super) object_tail: Vec<u8>,
    pub(super) kind: String,
    pub(super) text_id: Option<String>,
    pub(super) user_handle: Option<Vec<u8>>,
    key: SigningKey,
}

impl Fixture {
    pub(super) fn new(ceremony: &str, format: Format) -> (Self, Expectations) {
        let key = SigningKey::from_slice(&[7; 32]).unwrap();
        let tpm = (format == Format::Tpm).then(AikWish::default);
        let chain = Chain::new(&ChainWish { tpm, ..ChainWish::default() });
        let mut expect = Expectations::new(CHALLENGE, "https://example.org", "example.org");
        expect.attestation =
            AttestationPolicy { anchors: Some(vec![chain.root.clone()]), ..AttestationPolicy::default() };
        let fixture = Self {
            client_data: ClientData::new(ceremony, CHALLENGE, "https://example.org"),
            client_data_tail: Vec::new(),
            rp_id: "example.org".to_owned(),
            flags: 0x05,
            sign_count: 7,
            aaguid: AAGUID,
            id: b"credential id".to_vec(),
            public_key: None,
            with_attested: ceremony == "webauthn.create",
            auth_data_tail: Vec::new(),
            format,
            fmt: None,
            alg: -7,
            statement: None,
            break_signature: false,
            chain,
            tpm: Tpm::default(),
            object_tail: Vec::new(),
            kind: "public-key".to_owned(),
            text_id: None,
            user_handle: None,
            key,
        };
        (fixture, expect)
    }

    pub(super) fn point(&self) -> Vec<u8> {
        self.key.verifying_key().to_sec1_point(false).as_bytes().to_vec()
    }

    pub(super) fn cose(&self) -> Vec<u8> {
        let point = self.point();
        cose(-7, &point[1..33], &point[33..])
    }

    fn client_data_json(&self) -> Vec<u8> {
        [self.client_data.to_json(), self.client_data_tail.clone()].concat()
    }

    fn auth_data(&self) -> Vec<u8> {
        let mut data = sha256(self.rp_id.as_bytes()).to_vec();
        let at = if self.with_attested { 0x40 } else { 0 };
        data.push(self.flags | at);
        data.extend(self.sign_count.to_be_bytes());
        if self.with_attested {
            data.extend(self.aaguid);
            data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
            data.extend(&self.id);
            data.extend(self.public_key.clone().unwrap_or_else(|| self.cose()));
        }
        data.extend(&self.auth_data_tail);
        data
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: Signature = self.key.sign(message);
        self.broken(signature.to_der().as_bytes().to_vec())
    }

    fn broken(&self, mut signature: Vec<u8>) -> Vec<u8> {
        if self.break_signature {
            *signature.last_mut().unwrap() ^= 1;
        }
        signature
    }

    fn made_statement(&self, auth_data: &[u8], hash: &[u8]) -> (&'static str, Vec<u8>) {
        let signed = [auth_data, hash].concat();
        match self.format {
            Format::None => ("none", EMPTY_STATEMENT.to_vec()),
            Format::SelfPacked => ("packed", statement(Some(self.alg), &self.sign(&signed), &[])),
            Format::Packed => {
                let signature = self.broken(self.chain.sign(&signed));
                ("packed", statement(Some(self.alg), &signature, &self.chain.x5c))
            }
            Format::FidoU2f => {
                let signed =
                    [&[0][..], &sha256(self.rp_id.as_bytes()), hash, &self.id, &self.point()].concat();
                let signature = self.broken(self.chain.sign(&signed));
                ("fido-u2f", statement(None, &signature, &self.chain.x5c))
            }
            Format::Tpm => {
                let area = self.tpm.public_area(&self.point());
                let info = self.tpm.cert_info(&area, &signed);
                let signature = self.broken(self.chain.sign(&info));
                ("tpm", self.tpm.statement(self.alg, &signature, &self.chain.x5c, area, info))
            }
        }
    }

    pub(super) fn registration(&self) -> RegistrationResponse {
        let json = self.client_data_json();
        let auth_data = self.auth_data();
        let (fmt, made) = self.made_statement(&auth_data, &sha256(&json));
        let att_stmt = self.statement.clone().unwrap_or(made);
        let fmt = self.fmt.unwrap_or(fmt);
        let object =
            AttestationObject { fmt, auth_data: &auth_data, att_stmt: &att_stmt, rest: &self.object_tail };
        RegistrationResponse {
            id: self.text_id.clone().unwrap_or_else(|| encode(&self.id)),
            raw_id: self.id.clone().into(),
            response: AttestationResponse {
                client_data_json: json.into(),
                attestation_object: object.to_bytes().into(),
                ..AttestationResponse::default()
            },
            kind: self.kind.clone(),
            ..RegistrationResponse::default()
        }
    }

    pub(super) fn authentication(&self) -> AuthenticationResponse {
        let json = self.client_data_json();
        let auth_data = self.auth_data();
        let signature = self.sign(&[auth_data.as_slice(), &sha256(&json)].concat());
        AuthenticationResponse {
            id: self.text_id.clone().unwrap_or_else(|| encode(&self.id)),
            raw_id: self.id.clone().into(),
            response: AssertionResponse {
                client_data_json: json.into(),
                authenticator_data: auth_data.into(),
                signature: signature.into(),
                user_handle: self.user_handle.clone().map(Into::into),
                other: Map::new(),
            },
            kind: self.kind.clone(),
            ..AuthenticationResponse::default()
        }
    }

    pub(super) fn record(&self) -> CredentialRecord {
        CredentialRecord {
            id: self.id.clone(),
            public_key: self.cose(),
            sign_count: 6,
            user_handle: USER.to_vec(),
            ..CredentialRecord::default()
        }
    }
}

/// A COSE key on P-256.
pub(super) fn cose(alg: i32, x: &[u8], y: &[u8]) -> Vec<u8> {
    cbor(&ciborium::Value::Map(vec![
        (1.into(), 2.into()),
        (3.into(), alg.into()),
        ((-1).into(), 1.into()),
        ((-2).into(), x.to_vec().into()),
        ((-3).into(), y.to_vec().into()),
    ]))
}

pub(super) fn statement(alg: Option<i32>, sig: &[u8], x5c: &[Vec<u8>]) -> Vec<u8> {
    let mut entries = Vec::new();
    entries.extend(alg.map(|alg| ("alg".into(), alg.into())));
    entries.push(("sig".into(), sig.to_vec().into()));
    if !x5c.is_empty() {
        let certificates = x5c.iter().map(|der| der.clone().into()).collect();
        entries.push(("x5c".into(), ciborium::Value::Array(certificates)));
    }
    cbor(&ciborium::Value::Map(entries))
}

pub(super) fn cbor(value: &ciborium::Value) -> Vec<u8> {
    let mut out = Vec::new();
    ciborium::into_writer(value, &mut out).unwrap();
    out
}

/// What is special about a chain.
pub(super) struct ChainWish {
    pub(super) unit: &'static str,
    pub(super) aaguid: Option<[u8; 16]>,
    pub(super) critical: bool,
    pub(super) leaf: IsCa,
    /// An intermediate certificate, and whether it may issue.
    pub(super) intermediate: Option<IsCa>,
    /// The leaf is that of a key in a TPM.
    pub(super) tpm: Option<AikWish>,
}

impl Default for ChainWish {
    fn default() -> Self {
        Self {
            unit: "Authenticator Attestation",
            aaguid: Some(AAGUID),
            critical: false,
            leaf: IsCa::ExplicitNoCa,
            intermediate: None,
            tpm: None,
        }
    }
}

/// A root, a leaf, and what stands between them.
pub(super) struct Chain {
    pub(super) root: Vec<u8>,
    pub(super) x5c: Vec<Vec<u8>>,
    key: KeyPair,
}

impl Chain {
    pub(super) fn new(wish: &ChainWish) -> Self {
        let root_key = KeyPair::generate().unwrap();
        let root_params = named("Root", "Attestation Root", IsCa::Ca(BasicConstraints::Unconstrained));
        let root = root_params.self_signed(&root_key).unwrap().der().to_vec();
        let root_issuer = Issuer::new(root_params, root_key);

        let key = KeyPair::generate().unwrap();
        let mut leaf = named("Leaf", wish.unit, wish.leaf);
        if let Some(tpm) = &wish.tpm {
            tpm.shape(&mut leaf);
        }
        if let Some(aaguid) = wish.aaguid {
            let content = [&[0x04, 0x10][..], &aaguid].concat();
            let mut extension =
                CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 45724, 1, 1, 4], content);
            extension.set_criticality(wish.critical);
            leaf.custom_extensions.push(extension);
        }
        let x5c = match &wish.intermediate {
            None => vec![leaf.signed_by(&key, &root_issuer).unwrap().der().to_vec()],
            Some(is_ca) => {
                let between_key = KeyPair::generate().unwrap();
                let params = named("Between", "Attestation CA", *is_ca);
                let between = params.signed_by(&between_key, &root_issuer).unwrap().der().to_vec();
                let issuer = Issuer::new(params, between_key);
                vec![leaf.signed_by(&key, &issuer).unwrap().der().to_vec(), between]
            }
        };
        Self { root, x5c, key }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.key.sign(message).unwrap()
    }
}

fn named(name: &str, unit: &str, is_ca: IsCa) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.remove(DnType::CommonName);
    params.distinguished_name.push(DnType::CountryName, "SE");
    params.distinguished_name.push(DnType::OrganizationName, "Example");
    params.distinguished_name.push(DnType::OrganizationalUnitName, unit);
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = is_ca;
    params
}
