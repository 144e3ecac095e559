//! What the tests of several rooms have: a key as it leaves the factory, requests to it, and what a client hears.

use authenticator::profile::Profile;
use frames::{Command, ErrorCode, HostEvent, InitReply, Keepalive};
use softkeys::{MemoryStore, Seeded, TestRoot, Vault, provision};
use wire::Alg;
use wire::ctap2::{self, List, Parameter, make_credential};

use crate::mind::Mind;

/// A model of the catalogue.
pub(crate) fn model(name: &str) -> Profile {
    profiles::find(name).unwrap().profile
}

/// What is under a new key of that model: its attestation is there, all else is not.
pub(crate) fn platform<S: Vault>(profile: &Profile, store: S) -> Seeded<S> {
    let mut platform = Seeded::over(store, [7; 32]);
    let issued = TestRoot::seeded([8; 32]).unwrap().issue(profile).unwrap();
    provision(&mut platform, &issued).unwrap();
    platform
}

/// A new key of that model in memory.
pub(crate) fn key(profile: Profile) -> (Mind, Seeded<MemoryStore>) {
    (Mind::new(profile), platform(&profile, MemoryStore::new()))
}

/// authenticatorGetInfo.
pub(crate) const GET_INFO: &[u8] = &[ctap2::Command::GET_INFO.0];

/// authenticatorMakeCredential, several packets long; with `uv` it wants verification and a resident key.
pub(crate) fn make(uv: bool) -> Vec<u8> {
    let mut out = vec![0; 1_000];
    let len = make_credential::Request {
        client_data_hash: &[1; 32],
        rp: ctap2::RpEntity { id: "example.org", ..Default::default() },
        user: ctap2::UserEntity { id: &[9], name: Some("ann"), ..Default::default() },
        pub_key_cred_params: List::from(&[Parameter::public_key(Alg::ES256)]),
        options: uv.then_some(ctap2::Options { rk: Some(true), uv: Some(true), ..Default::default() }),
        ..Default::default()
    }
    .message(&mut out)
    .unwrap();
    out.truncate(len);
    out
}

/// What a client heard.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    Message(Command, Vec<u8>),
    Keepalive(Keepalive),
    Error(ErrorCode),
    Ready(InitReply),
}

impl Heard {
    /// Of a key that keeps the rules.
    pub(crate) fn of(event: HostEvent<'_>) -> Self {
        match event {
            HostEvent::Message { command, payload } => Self::Message(command, payload.to_vec()),
            HostEvent::Keepalive(status) => Self::Keepalive(status),
            HostEvent::Error(code) => Self::Error(code),
            HostEvent::Ready(reply) => Self::Ready(reply),
            other => panic!("{other:?}"),
        }
    }
}
