#![allow(clippy::unwrap_used, clippy::panic)]

//! Each link does the same: one suite, instantiated for all of them.

use std::ops::ControlFlow;
use std::time::Duration;

use authenticator::platform::{Platform, StoreError};
use authenticator::profile::Profile;
use client::link::{Link, LinkError, Patient, Protocol, Waiting, Watch};
use client::{Client, Refuser};
use softkeys::Seeded;
use webauthn::{CreationOptions, RequestOptions};

use super::fault::{Edit, LyingKey, Message, PowerCut, Which};
use super::*;

mod faults;
mod plugged;
mod times;
mod ways;

const ORIGIN: &str = "https://login.anykey.test";

fn seeded() -> Seeded {
    let mut seeded = Seeded::from_seed([7; 32]);
    provision(&mut seeded);
    seeded
}

fn platform() -> Box<dyn Platform + Send> {
    Box::new(seeded())
}

fn provision(platform: &mut dyn Platform) {
    use authenticator::platform::{Alg, Keep};
    let key = platform.import(Alg::ES256, &[3; 32], Keep::Stored).unwrap();
    authenticator::attestation::provision(platform, &key, &[&[0x30, 0x00]]).unwrap();
}

fn profile(name: &str) -> Profile {
    profiles::find(name).unwrap().profile
}

fn creation() -> CreationOptions {
    CreationOptions::from_value(serde_json::json!({
        "rp": { "id": "anykey.test", "name": "test" },
        "user": { "id": "AQ", "name": "alice", "displayName": "Alice" },
        "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }, { "type": "public-key", "alg": -257 }],
    }))
    .unwrap()
}

fn request(id: &str) -> RequestOptions {
    RequestOptions::from_value(serde_json::json!({
        "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
        "rpId": "anykey.test",
        "allowCredentials": [{ "type": "public-key", "id": id }],
    }))
    .unwrap()
}

fn touch() -> Box<dyn Hands> {
    Box::new(Scripted::new(Script::Touch(Duration::from_secs(1))))
}

/// A way to a key that can be unplugged and tells its clock.
trait Way: Link {
    fn again(&mut self) -> Result<(), StoreError>;
    fn clock(&self) -> Duration;
}

impl Way for Local {
    fn again(&mut self) -> Result<(), StoreError> {
        self.replug()
    }

    fn clock(&self) -> Duration {
        self.now()
    }
}

impl Way for Framed {
    fn again(&mut self) -> Result<(), StoreError> {
        self.replug()
    }

    fn clock(&self) -> Duration {
        self.now()
    }
}

/// Both ways to a key of that model.
fn ways(name: &str, hands: impl Fn() -> Box<dyn Hands>) -> Vec<(&'static str, Box<dyn Way>)> {
    let local = Local::new(profile(name), platform(), hands()).unwrap();
    let framed = Framed::new(profile(name), platform(), hands()).unwrap();
    vec![("local", Box::new(local)), ("framed", Box::new(framed))]
}
