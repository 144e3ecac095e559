//! A whole key over a platform: requests by `wire`, replies checked with the public keys that it gave.

use std::time::Duration;

use authenticator::attestation::is_provisioned;
use authenticator::platform::{Alg, Platform, StoreError};
use authenticator::{Ask, Authenticator, Channel, Input, Protocol, Step, UserAct};
use wire::Status;
use wire::authdata::AuthData;
use wire::ctap2::{
    Descriptor, List, Options, Parameter, RpEntity, UserEntity, get_assertion, make_credential,
    split_response,
};
use wire::u2f;

use crate::tests::{point, verifies};
use crate::{TestRoot, provision};

const RP: &str = "example.org";
const HASH: [u8; 32] = [0xcd; 32];
const APPLICATION: [u8; 32] = [0xab; 32];

/// A key with power.
pub(super) struct Key<P> {
    authenticator: Authenticator,
    pub(super) platform: P,
    reply: Vec<u8>,
}

/// A credential as the relying party knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Credential {
    id: Vec<u8>,
    point: [u8; 65],
    u2f: bool,
    count: u32,
}

impl<P: Platform> Key<P> {
    /// Gives a platform its attestation, if it has none, and power.
    pub(super) fn start(mut platform: P) -> Result<Self, StoreError> {
        let profile = profiles::find("passkey").unwrap().profile;
        if !is_provisioned(&mut platform)? {
            let issued = TestRoot::seeded([8; 32]).unwrap().issue(&profile).unwrap();
            provision(&mut platform, &issued).map_err(|_| StoreError::Failed)?;
        }
        let mut authenticator = Authenticator::new(profile);
        authenticator.power_on(Duration::ZERO, &mut platform)?;
        Ok(Self { authenticator, platform, reply: vec![0; wire::MAX_MESSAGE] })
    }

    /// Registers; `Err` is what the key answered else.
    pub(super) fn make(&mut self, user: u8, rk: bool) -> Result<Credential, Status> {
        let algorithms = [Parameter::public_key(Alg::ES256)];
        let request = make_credential::Request {
            client_data_hash: &HASH,
            rp: RpEntity { id: RP, ..Default::default() },
            user: UserEntity { id: &[user], name: Some("ann"), ..Default::default() },
            pub_key_cred_params: List::from(&algorithms),
            options: Some(Options { rk: Some(rk), uv: Some(true), ..Default::default() }),
            ..Default::default()
        };
        let reply = self.ctap2(|out| request.message(out).unwrap())?;
        let response = make_credential::Response::decode(&reply).unwrap();
        let data = AuthData::parse_exact(response.auth_data).unwrap();
        let attested = data.attested.unwrap();
        Ok(Credential {
            id: attested.credential_id.to_vec(),
            point: point(attested.public_key),
            u2f: false,
            count: data.sign_count,
        })
    }

    /// Registers by U2F.
    pub(super) fn register(&mut self) -> Credential {
        let request = u2f::Request::Register { challenge: &HASH, application: &APPLICATION };
        let reply = self.u2f(&request).unwrap();
        let registered = u2f::Registered::decode(&reply).unwrap();
        let point = *registered.public_key;
        Credential { id: registered.key_handle.to_vec(), point, u2f: true, count: 0 }
    }

    /// Logs in with this credential: the signature is that of its key, the counter has risen.
    pub(super) fn log_in(&mut self, credential: &mut Credential) -> Result<(), Status> {
        let (signed, signature, count) = if credential.u2f {
            let request = u2f::Request::Authenticate {
                control: u2f::Control::ENFORCE,
                challenge: &HASH,
                application: &APPLICATION,
                key_handle: &credential.id,
            };
            let reply = self.u2f(&request).map_err(|_| Status::NO_CREDENTIALS)?;
            let done = u2f::Authenticated::decode(&reply).unwrap();
            let presence = [1];
            let count = done.counter.to_be_bytes();
            let signed = [&APPLICATION[..], &presence, &count, &HASH].concat();
            (signed, done.signature.to_vec(), done.counter)
        } else {
            let allowed = [Descriptor::public_key(&credential.id)];
            let request = get_assertion::Request {
                rp_id: RP,
                client_data_hash: &HASH,
                allow_list: Some(List::from(&allowed)),
                ..Default::default()
            };
            let reply = self.ctap2(|out| request.message(out).unwrap())?;
            let response = get_assertion::Response::decode(&reply).unwrap();
            let count = AuthData::parse_exact(response.auth_data).unwrap().sign_count;
            ([response.auth_data, &HASH].concat(), response.signature.to_vec(), count)
        };
        assert!(verifies(&credential.point, &signed, &signature));
        assert!(count > credential.count, "{count} after {}", credential.count);
        credential.count = count;
        Ok(())
    }

    pub(super) fn reset(&mut self) -> Result<(), Status> {
        self.ctap2(|out| {
            out[0] = 7;
            1
        })
        .map(drop)
    }

    /// A request with a willing user.
    fn ctap2(&mut self, write: impl FnOnce(&mut [u8]) -> usize) -> Result<Vec<u8>, Status> {
        let mut request = [0; 1000];
        let length = write(&mut request);
        let input = Input::Request { from: Channel(1), protocol: Protocol::Ctap2, bytes: &request[..length] };
        let mut step = self.step(input);
        while let Step::Ask(ask) = step {
            step = self.step(Input::User(match ask {
                Ask::Presence => UserAct::Touched,
                Ask::Verification { .. } => UserAct::Verified,
            }));
        }
        let Step::Reply(length) = step else { panic!("{step:?}") };
        match split_response(&self.reply[..length]).unwrap() {
            (Status::OK, members) => Ok(members.to_vec()),
            (status, _) => Err(status),
        }
    }

    /// A U2F request: asked, touched, asked again.
    fn u2f(&mut self, request: &u2f::Request<'_>) -> Result<Vec<u8>, u2f::StatusWord> {
        let mut bytes = [0; 400];
        let length = request.message(&mut bytes).unwrap();
        for _ in 0..2 {
            let input =
                Input::Request { from: Channel(1), protocol: Protocol::Ctap1, bytes: &bytes[..length] };
            let Step::Reply(length) = self.step(input) else { panic!() };
            match u2f::split_response(&self.reply[..length]).unwrap() {
                (data, u2f::StatusWord::NO_ERROR) => return Ok(data.to_vec()),
                (_, u2f::StatusWord::CONDITIONS_NOT_SATISFIED) => {}
                (_, word) => return Err(word),
            }
            assert_eq!(self.step(Input::User(UserAct::Touched)), Step::Quiet);
        }
        panic!("touched, and not satisfied");
    }

    fn step(&mut self, input: Input<'_>) -> Step {
        self.authenticator.handle(Duration::ZERO, &mut self.platform, input, &mut self.reply)
    }
}
