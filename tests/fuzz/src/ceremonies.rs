//! The verification of registrations and logins: real ones, bent.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use arbitrary::{Arbitrary, Result as Taken, Unstructured};
use authenticator::profile::{Attestation, Profile};
use authenticator::{Authenticator, Channel, Input, Protocol, Step, UserAct};
use sha2::{Digest, Sha256};
use softkeys::{Seeded, TestRoot};
use webauthn::attestation_object::AttestationObject;
use webauthn::bytes::encode;
use webauthn::client_data::{CREATE, GET};
use webauthn::verify::{
    AttestationPolicy, BackupRule, ChallengeMatch, Check, Checks, CredentialRecord, Expectations,
    OriginMatch, SignCountMatch, Variants, authentication, registration,
};
use webauthn::{
    AssertionResponse, AttestationResponse, AuthenticationResponse, ClientData, RegistrationResponse,
};
use wire::authdata::AuthData;
use wire::ctap2::{Descriptor, Parameter, RpEntity, UserEntity, get_assertion, make_credential};

const CHALLENGE: &[u8] = b"a challenge of at least 16 bytes";
const ORIGIN: &str = "https://example.org";
const RP_ID: &str = "example.org";
const USER: &[u8] = b"user handle";
const ROOM: &str = "there is room for the message";

/// What a key made, and what its server expects.
struct Ceremony {
    attestation: Attestation,
    root: Vec<u8>,
    registration: RegistrationResponse,
    login: AuthenticationResponse,
    record: CredentialRecord,
}

static CEREMONIES: LazyLock<Vec<Ceremony>> = LazyLock::new(|| {
    [Attestation::None, Attestation::PackedSelf, Attestation::Packed, Attestation::FidoU2f]
        .map(Ceremony::new)
        .into()
});

/// One change of bytes.
#[derive(Arbitrary, Debug)]
struct Edit {
    part: Part,
    at: u16,
    how: How,
}

#[derive(Arbitrary, Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    ClientData,
    AuthData,
    /// The attestation object as it is encoded, or the signature.
    Proof,
    RawId,
    UserHandle,
    StoredKey,
}

#[derive(Arbitrary, Debug)]
enum How {
    Flip(u8),
    Insert(Vec<u8>),
    Remove(u8),
    Cut,
}

/// What is not bent passes; what is bent where a signature covers it does not, unless a check is left out; and nothing
/// panics, whatever is left out.
pub fn verify(data: &[u8]) {
    let mut from = Unstructured::new(data);
    let Ok(case) = Case::take(&mut from) else { return };
    if case.login { case.log_in() } else { case.register() }
}

struct Case {
    ceremony: &'static Ceremony,
    login: bool,
    expect: Expectations,
    /// Nothing is left out and nothing is made wrong.
    strict: bool,
    edits: Vec<Edit>,
}

impl Case {
    fn take(from: &mut Unstructured<'_>) -> Taken<Self> {
        let ceremony = from.choose(&CEREMONIES)?;
        let login = from.arbitrary()?;
        let mut expect = ceremony.expectations();
        let strict = from.ratio(1, 2)?;
        if !strict {
            loosen(&mut expect, from)?;
        }
        let edits = from.arbitrary()?;
        Ok(Self { ceremony, login, expect, strict, edits })
    }

    fn bent(&self, part: Part, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        self.edits.iter().filter(|edit| edit.part == part).for_each(|edit| edit.make(&mut bytes));
        bytes
    }

    fn register(&self) {
        let real = &self.ceremony.registration;
        let mut response = real.clone();
        let json = self.bent(Part::ClientData, &real.response.client_data_json);
        let object = AttestationObject::parse(&real.response.attestation_object).expect("it is real");
        let auth_data = self.bent(Part::AuthData, object.auth_data);
        let signed_is_whole = json == *real.response.client_data_json && auth_data == object.auth_data;
        let encoded = AttestationObject { auth_data: &auth_data, ..object }.to_bytes();
        let proof = self.bent(Part::Proof, &encoded);
        let proof_is_whole = proof == encoded;
        let id_is_whole = self.bent(Part::RawId, &real.raw_id) == *real.raw_id;
        response.raw_id = self.bent(Part::RawId, &real.raw_id).into();
        response.id = encode(&response.raw_id);
        response.response.client_data_json = json.into();
        response.response.attestation_object = proof.into();

        let result = registration(&response, &self.expect, USER, |_| false);
        let _ = webauthn::describe::registration(&response);
        if !self.strict {
            return;
        }
        match result {
            Ok(registered) => {
                let signs =
                    matches!(self.ceremony.attestation, Attestation::Packed | Attestation::PackedSelf);
                assert!(signed_is_whole || !proof_is_whole || !signs, "{:?} was taken", self.edits);
                let object = AttestationObject::parse(&response.response.attestation_object).expect("taken");
                let data = AuthData::parse_exact(object.auth_data).expect("taken");
                let attested = data.attested.expect("taken");
                assert_eq!(registered.record.id, attested.credential_id);
                assert_eq!(registered.record.public_key, attested.public_key);
                assert_eq!(registered.record.sign_count, data.sign_count);
                assert!(data.flags.up());
            }
            Err(refusal) => {
                assert!(
                    !(signed_is_whole && proof_is_whole && id_is_whole),
                    "a real one was refused: {refusal}"
                );
            }
        }
    }

    fn log_in(&self) {
        let real = &self.ceremony.login;
        let mut response = real.clone();
        let json = self.bent(Part::ClientData, &real.response.client_data_json);
        let auth_data = self.bent(Part::AuthData, &real.response.authenticator_data);
        let signature = self.bent(Part::Proof, &real.response.signature);
        let is_whole = json == *real.response.client_data_json
            && auth_data == *real.response.authenticator_data
            && signature == *real.response.signature;
        response.raw_id = self.bent(Part::RawId, &real.raw_id).into();
        response.id = encode(&response.raw_id);
        response.response.client_data_json = json.into();
        response.response.authenticator_data = auth_data.into();
        response.response.signature = signature.into();
        let user_handle = self.bent(Part::UserHandle, USER);
        let names_are_whole = user_handle == USER && response.raw_id == real.raw_id;
        response.response.user_handle = Some(user_handle.into());
        let mut record = self.ceremony.record.clone();
        record.public_key = self.bent(Part::StoredKey, &record.public_key);
        let key_is_whole = record.public_key == self.ceremony.record.public_key;

        let result = authentication(&response, &self.expect, &[], None, |_| Some(&record));
        let _ = webauthn::describe::authentication(&response);
        if !self.strict {
            return;
        }
        match result {
            Ok(done) => {
                assert!(is_whole, "{:?} was taken", self.edits);
                assert_eq!(done.credential_id, *response.raw_id);
                assert_eq!(done.owner, USER);
            }
            Err(refusal) => {
                assert!(!(is_whole && names_are_whole && key_is_whole), "a real one was refused: {refusal}");
            }
        }
    }
}

impl Edit {
    fn make(&self, bytes: &mut Vec<u8>) {
        let at = usize::from(self.at) % (bytes.len() + 1);
        match &self.how {
            How::Flip(bits) => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= bits;
                }
            }
            How::Insert(more) => drop(bytes.splice(at..at, more.iter().copied())),
            How::Remove(count) => {
                let end = bytes.len().min(at + usize::from(*count));
                bytes.drain(at..end);
            }
            How::Cut => bytes.truncate(at),
        }
    }
}

/// Leaves checks out and makes others wrong.
fn loosen(expect: &mut Expectations, from: &mut Unstructured<'_>) -> Taken<()> {
    let bits: u64 = from.arbitrary()?;
    let checks = Check::ALL.iter().enumerate().filter(|(at, _)| bits >> (at % 64) & 1 == 1);
    expect.skip = checks.map(|(_, check)| *check).collect::<Checks>();
    let rules = [BackupRule::Any, BackupRule::Required, BackupRule::Forbidden];
    let origins = [OriginMatch::Exact, OriginMatch::Prefix, OriginMatch::Suffix, OriginMatch::Host];
    expect.backup_eligibility = *from.choose(&rules)?;
    expect.backup_state = *from.choose(&rules)?;
    expect.variants = Variants {
        origin: *from.choose(&origins)?,
        challenge: *from.choose(&[ChallengeMatch::Exact, ChallengeMatch::CommonPrefix])?,
        sign_count: *from.choose(&[SignCountMatch::Rises, SignCountMatch::MayStay])?,
    };
    expect.user_verification = from.arbitrary()?;
    expect.cross_origin = from.arbitrary()?;
    if from.arbitrary()? {
        expect.attestation.anchors = None;
    }
    Ok(())
}

impl Ceremony {
    /// A registration and a login of one credential, by a key that makes this attestation.
    fn new(attestation: Attestation) -> Self {
        let mut profile: Profile = profiles::find("passkey").expect("it is in the catalogue").profile;
        profile.ctap2.as_mut().expect("it speaks CTAP2").attestation = attestation;
        let root = TestRoot::seeded([3; 32]).expect("a key follows from this seed");
        let mut platform = Seeded::from_seed([4; 32]);
        let issued = root.issue(&profile).expect("a certificate can be made");
        softkeys::provision(&mut platform, &issued).expect("there is room for it");
        let mut key = Authenticator::new(profile);
        key.power_on(Duration::ZERO, &mut platform).expect("the store works");

        let json = ClientData::new(CREATE, CHALLENGE, ORIGIN).to_json();
        let reply = call(&mut key, &mut platform, |out| make(&sha256(&json), out));
        let made = make_credential::Response::decode(&reply[1..]).expect("it was made");
        let data = AuthData::parse_exact(made.auth_data).expect("it is real");
        let attested = data.attested.expect("a credential was made");
        let id = attested.credential_id.to_vec();
        let record = CredentialRecord {
            id: id.clone(),
            public_key: attested.public_key.to_vec(),
            sign_count: data.sign_count,
            user_handle: USER.to_vec(),
            ..CredentialRecord::default()
        };
        let mut object = vec![0; reply.len() + 64];
        let object_len = wire::ctap2::AttestationObject::new(made.att_stmt, made.auth_data)
            .encode(&mut object)
            .expect(ROOM);
        object.truncate(object_len);
        let registration = RegistrationResponse {
            id: encode(&id),
            raw_id: id.clone().into(),
            response: AttestationResponse {
                client_data_json: json.into(),
                attestation_object: object.into(),
                ..AttestationResponse::default()
            },
            kind: "public-key".to_owned(),
            ..RegistrationResponse::default()
        };

        let json = ClientData::new(GET, CHALLENGE, ORIGIN).to_json();
        let reply = call(&mut key, &mut platform, |out| get(&id, &sha256(&json), out));
        let got = get_assertion::Response::decode(&reply[1..]).expect("it was signed");
        let login = AuthenticationResponse {
            id: encode(&id),
            raw_id: id.into(),
            response: AssertionResponse {
                client_data_json: json.into(),
                authenticator_data: got.auth_data.into(),
                signature: got.signature.into(),
                ..AssertionResponse::default()
            },
            kind: "public-key".to_owned(),
            ..AuthenticationResponse::default()
        };
        Self { attestation, root: root.der().to_vec(), registration, login, record }
    }

    fn expectations(&self) -> Expectations {
        let mut expect = Expectations::new(CHALLENGE, ORIGIN, RP_ID);
        expect.attestation = AttestationPolicy {
            anchors: Some(vec![self.root.clone()]),
            // In the middle of the certificates' time, whatever the clock says.
            now: SystemTime::UNIX_EPOCH + Duration::from_secs(2_000_000_000),
            ..AttestationPolicy::default()
        };
        expect
    }
}

/// One request with a willing user: status and members of the reply.
fn call(key: &mut Authenticator, platform: &mut Seeded, write: impl FnOnce(&mut [u8]) -> usize) -> Vec<u8> {
    let mut request = vec![0; wire::MAX_MESSAGE];
    let len = write(&mut request);
    let mut reply = vec![0; wire::MAX_MESSAGE];
    let input = Input::Request { from: Channel(1), protocol: Protocol::Ctap2, bytes: &request[..len] };
    let mut step = key.handle(Duration::ZERO, platform, input, &mut reply);
    while let Step::Ask(_) = step {
        step = key.handle(Duration::ZERO, platform, Input::User(UserAct::Verified), &mut reply);
    }
    let Step::Reply(len) = step else { panic!("{step:?}") };
    assert_eq!(reply.first(), Some(&0), "the status");
    reply.truncate(len);
    reply
}

fn make(client_data_hash: &[u8; 32], out: &mut [u8]) -> usize {
    let parameters = [Parameter::public_key(wire::Alg::ES256)];
    let request = make_credential::Request {
        client_data_hash,
        rp: RpEntity { id: RP_ID, ..RpEntity::EMPTY },
        user: UserEntity { id: USER, name: Some("a name"), ..UserEntity::EMPTY },
        pub_key_cred_params: (&parameters).into(),
        ..make_credential::Request::EMPTY
    };
    request.message(out).expect(ROOM)
}

fn get(id: &[u8], client_data_hash: &[u8; 32], out: &mut [u8]) -> usize {
    let allowed = [Descriptor::public_key(id)];
    let request = get_assertion::Request {
        rp_id: RP_ID,
        client_data_hash,
        allow_list: Some((&allowed).into()),
        ..get_assertion::Request::EMPTY
    };
    request.message(out).expect(ROOM)
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The attestation object of a real registration, with a certificate.
pub(crate) fn attestation_object() -> Vec<u8> {
    CEREMONIES[2].registration.response.attestation_object.to_vec()
}

/// The COSE key of a real credential.
pub(crate) fn public_key() -> Vec<u8> {
    CEREMONIES[2].record.public_key.clone()
}
