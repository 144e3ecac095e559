//! A key whose every answer can be edited before it is signed.

use super::tpm::{self, Lie};
use ciborium::Value;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, SigningKey as _,
};
use serde_json::json;
use sha2::{Digest, Sha256};
use webauthn::{AuthenticationResponse, ClientData, CreationOptions, RegistrationResponse, RequestOptions};

pub(super) const UP: u8 = 0x01;
pub(super) const UV: u8 = 0x04;
pub(super) const BE: u8 = 0x08;
pub(super) const BS: u8 = 0x10;
const AT: u8 = 0x40;

pub(super) const AAGUID: [u8; 16] = *b"anykey test key!";

/// How it attests.
#[derive(Clone)]
pub(super) enum Statement {
    None,
    PackedSelf,
    Packed(Batch),
    U2f(Batch),
    Tpm(Batch, Option<Lie>),
}

/// An attestation key with its certificate.
#[derive(Clone)]
pub(super) struct Batch {
    key: std::sync::Arc<KeyPair>,
    leaf: Vec<u8>,
    pub root: Vec<u8>,
}

impl Batch {
    pub(super) fn new() -> Self {
        Self::shaped(|_| ())
    }

    /// The certificate of a key in a TPM.
    pub(super) fn in_tpm() -> Self {
        Self::shaped(tpm::shape)
    }

    /// The certificate as `shape` makes it.
    pub(super) fn shaped(shape: impl FnOnce(&mut CertificateParams)) -> Self {
        let root_key = KeyPair::generate().unwrap();
        let mut root = CertificateParams::new(Vec::new()).unwrap();
        root.distinguished_name.push(DnType::CommonName, "Test root");
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        root.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let root_der = root.self_signed(&root_key).unwrap().der().to_vec();
        let mut leaf = CertificateParams::new(Vec::new()).unwrap();
        leaf.is_ca = IsCa::ExplicitNoCa;
        leaf.distinguished_name.push(DnType::CountryName, "SE");
        leaf.distinguished_name.push(DnType::OrganizationName, "Test");
        leaf.distinguished_name.push(DnType::OrganizationalUnitName, "Authenticator Attestation");
        leaf.distinguished_name.push(DnType::CommonName, "Test batch");
        shape(&mut leaf);
        let key = KeyPair::generate().unwrap();
        let leaf = leaf.signed_by(&key, &Issuer::new(root, root_key)).unwrap().der().to_vec();
        Self { key: key.into(), leaf, root: root_der }
    }
}

/// The key.
#[derive(Clone)]
pub(super) struct Key {
    secret: SigningKey,
    pub id: Vec<u8>,
    pub flags: u8,
    /// The last counter; `None`: it has none and says 0.
    pub counter: Option<u32>,
    pub statement: Statement,
    pub resident: bool,
    handle: Option<Vec<u8>>,
}

/// An answer before it is signed.
pub(super) struct Draft {
    pub client: ClientData,
    pub rp_id_hash: [u8; 32],
    pub flags: u8,
    pub counter: u32,
    pub id: Vec<u8>,
    pub alg: i64,
    pub tail: Vec<u8>,
    pub fmt: Option<&'static str>,
    pub statement_alg: i64,
    pub extra_member: bool,
    pub break_signature: bool,
    pub handle: Option<Vec<u8>>,
    pub resident: Option<bool>,
    pub attachment: Option<&'static str>,
}

impl Key {
    pub(super) fn new(seed: u8) -> Self {
        let secret = SigningKey::from_slice(&[seed; 32]).unwrap();
        let id = vec![seed; 32];
        Self {
            secret,
            id,
            flags: UP,
            counter: Some(0),
            statement: Statement::None,
            resident: true,
            handle: None,
        }
    }

    pub(super) fn attesting(mut self, statement: Statement) -> Self {
        self.statement = statement;
        self
    }

    pub(super) fn with_flags(mut self, flags: u8) -> Self {
        self.flags = flags;
        self
    }

    pub(super) fn without_counter(mut self) -> Self {
        self.counter = None;
        self
    }

    pub(super) fn create(
        &mut self,
        options: &CreationOptions,
        origin: &str,
        edit: impl FnOnce(&mut Draft),
    ) -> RegistrationResponse {
        let rp_id = options.rp.id.as_deref().unwrap();
        let mut draft = self.draft("webauthn.create", &options.challenge, origin, rp_id);
        draft.flags |= AT;
        edit(&mut draft);
        self.handle = self.resident.then(|| options.user.id.to_vec());
        self.id.clone_from(&draft.id);
        let client_data = draft.client.to_json();
        let auth_data = self.attested_data(&draft);
        let (fmt, statement) = self.statement(&draft, &auth_data, &client_data);
        let object = Value::Map(vec![
            ("fmt".into(), fmt.into()),
            ("attStmt".into(), Value::Map(statement)),
            ("authData".into(), Value::Bytes(auth_data)),
        ]);
        let id = webauthn::bytes::encode(&draft.id);
        let mut extensions = serde_json::Map::new();
        if let Some(resident) = draft.resident {
            extensions.insert("credProps".into(), json!({ "rk": resident }));
        }
        RegistrationResponse::from_value(json!({
            "id": id, "rawId": id, "type": "public-key",
            "authenticatorAttachment": draft.attachment,
            "clientExtensionResults": extensions,
            "response": {
                "clientDataJSON": webauthn::bytes::encode(&client_data),
                "attestationObject": webauthn::bytes::encode(&cbor(&object)),
                "transports": ["usb"],
            },
        }))
        .unwrap()
    }

    pub(super) fn get(
        &mut self,
        options: &RequestOptions,
        origin: &str,
        edit: impl FnOnce(&mut Draft),
    ) -> AuthenticationResponse {
        let rp_id = options.rp_id.as_deref().unwrap();
        let mut draft = self.draft("webauthn.get", &options.challenge, origin, rp_id);
        edit(&mut draft);
        let client_data = draft.client.to_json();
        let auth_data = draft.head();
        let signed = [auth_data.as_slice(), &Sha256::digest(&client_data)].concat();
        let mut signature = self.sign(&signed);
        if draft.break_signature {
            *signature.last_mut().unwrap() ^= 1;
        }
        let id = webauthn::bytes::encode(&draft.id);
        AuthenticationResponse::from_value(json!({
            "id": id, "rawId": id, "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": webauthn::bytes::encode(&client_data),
                "authenticatorData": webauthn::bytes::encode(&auth_data),
                "signature": webauthn::bytes::encode(&signature),
                "userHandle": draft.handle.as_deref().map(webauthn::bytes::encode),
            },
        }))
        .unwrap()
    }

    fn draft(&mut self, kind: &str, challenge: &[u8], origin: &str, rp_id: &str) -> Draft {
        if let Some(counter) = &mut self.counter {
            *counter += 1;
        }
        Draft {
            client: ClientData::new(kind, challenge, origin),
            rp_id_hash: Sha256::digest(rp_id).into(),
            flags: self.flags,
            counter: self.counter.unwrap_or(0),
            id: self.id.clone(),
            alg: -7,
            tail: Vec::new(),
            fmt: None,
            statement_alg: -7,
            extra_member: false,
            break_signature: false,
            handle: self.handle.clone(),
            resident: Some(self.resident),
            attachment: Some("cross-platform"),
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: Signature = self.secret.sign(message);
        signature.to_der().as_bytes().to_vec()
    }

    fn point(&self) -> Vec<u8> {
        self.secret.verifying_key().to_sec1_point(false).as_bytes().to_vec()
    }

    fn attested_data(&self, draft: &Draft) -> Vec<u8> {
        let point = self.point();
        let cose = Value::Map(vec![
            (1.into(), 2.into()),
            (3.into(), draft.alg.into()),
            ((-1).into(), 1.into()),
            ((-2).into(), Value::Bytes(point[1..33].to_vec())),
            ((-3).into(), Value::Bytes(point[33..].to_vec())),
        ]);
        let mut data = draft.head();
        let aaguid = if matches!(self.statement, Statement::U2f(_)) { [0; 16] } else { AAGUID };
        data.extend(aaguid);
        data.extend(u16::try_from(draft.id.len()).unwrap().to_be_bytes());
        data.extend(&draft.id);
        data.extend(cbor(&cose));
        data.extend(&draft.tail);
        data
    }

    fn statement(
        &self,
        draft: &Draft,
        auth_data: &[u8],
        client_data: &[u8],
    ) -> (&'static str, Vec<(Value, Value)>) {
        let hash = Sha256::digest(client_data);
        let signed = [auth_data, &hash].concat();
        let mut members = Vec::new();
        let (fmt, signature, alg, batch) = match &self.statement {
            Statement::None => ("none", None, None, None),
            Statement::PackedSelf => ("packed", Some(self.sign(&signed)), Some(draft.statement_alg), None),
            Statement::Packed(batch) => {
                ("packed", Some(batch.key.sign(&signed).unwrap()), Some(draft.statement_alg), Some(batch))
            }
            Statement::U2f(batch) => {
                let signed = [&[0][..], &draft.rp_id_hash, &hash, &draft.id, &self.point()].concat();
                ("fido-u2f", Some(batch.key.sign(&signed).unwrap()), None, Some(batch))
            }
            Statement::Tpm(batch, lie) => {
                let (area, info) = tpm::certified(&self.point(), &signed, *lie);
                let signature = batch.key.sign(&info).unwrap();
                members.push(("ver".into(), "2.0".into()));
                members.push(("pubArea".into(), Value::Bytes(area)));
                members.push(("certInfo".into(), Value::Bytes(info)));
                ("tpm", Some(signature), Some(draft.statement_alg), Some(batch))
            }
        };
        if let Some(alg) = alg {
            members.push(("alg".into(), alg.into()));
        }
        if let Some(mut signature) = signature {
            if draft.break_signature {
                *signature.last_mut().unwrap() ^= 1;
            }
            members.push(("sig".into(), Value::Bytes(signature)));
        }
        if let Some(batch) = batch {
            members.push(("x5c".into(), Value::Array(vec![Value::Bytes(batch.leaf.clone())])));
        }
        if draft.extra_member {
            members.push(("x".into(), 1.into()));
        }
        (draft.fmt.unwrap_or(fmt), members)
    }
}

impl Draft {
    fn head(&self) -> Vec<u8> {
        let mut data = self.rp_id_hash.to_vec();
        data.push(self.flags);
        data.extend(self.counter.to_be_bytes());
        data
    }
}

fn cbor(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}
