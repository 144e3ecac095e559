//! A key that is asked in full CTAP bytes, and touched.

use std::hint::black_box;
use std::time::Duration;

use authenticator::profile::{Attestation, Profile};
use authenticator::{Ask, Authenticator, Channel, Input, MAX_MESSAGE, Protocol, Step, UserAct};
use ciborium::Value;
use profiles::{Override, Word, Words};
use softkeys::{Fast, TestRoot};

use super::BenchError;
use super::agreed::Agreed;
use super::requests::{KEY_AGREEMENT, assertion, creation, new_pin, secret_assertion, token};

/// Where a bench asks from: any channel will do.
const FROM: Channel = Channel(1);

/// A key with power, its platform, and requests made ahead.
pub(super) struct Device {
    key: Authenticator,
    platform: Fast,
    now: Duration,
    reply: Box<[u8; MAX_MESSAGE]>,
    requests: Vec<Vec<u8>>,
}

impl Device {
    /// A key with `credentials` resident ones, each of another relying party.
    pub(super) fn resident(credentials: usize) -> Result<Self, BenchError> {
        let mut device = Self::new(&Override {
            resident_credentials: u16::try_from(credentials).ok(),
            ..Override::default()
        })?;
        for nth in 0..credentials {
            device.make(nth, true)?;
            device.requests.push(assertion(nth, None)?);
        }
        Ok(device)
    }

    /// A key without resident credentials; each request carries the id of a wrapped one.
    pub(super) fn wrapped(credentials: usize) -> Result<Self, BenchError> {
        let mut device = Self::new(&Override::default())?;
        for nth in 0..credentials {
            let id = device.make(nth, false)?;
            device.requests.push(assertion(nth, Some(id))?);
        }
        Ok(device)
    }

    /// A key that makes this attestation, to register with.
    pub(super) fn attesting(word: &str) -> Result<Self, BenchError> {
        let mut device =
            Self::new(&Override { attestation: Attestation::of(word).map(Word), ..Override::default() })?;
        device.requests.push(creation(0, false)?);
        Ok(device)
    }

    /// A key with a PIN, to give tokens for.
    pub(super) fn with_pin() -> Result<Self, BenchError> {
        let mut device = Self::new(&Override::default())?;
        let mut agreed = device.agree()?;
        device.send(&new_pin(&mut agreed)?, "setPIN")?;
        device.requests.push(token(&mut agreed)?);
        Ok(device)
    }

    /// A key with `credentials` resident ones, each asked for its hmac-secret.
    pub(super) fn with_secrets(credentials: usize) -> Result<Self, BenchError> {
        let mut device = Self::resident(credentials)?;
        let mut agreed = device.agree()?;
        let requests: Result<_, _> = (0..credentials).map(|nth| secret_assertion(nth, &mut agreed)).collect();
        device.requests = requests?;
        Ok(device)
    }

    fn new(settings: &Override) -> Result<Self, BenchError> {
        let profile = profile(settings)?;
        let mut platform = Fast::new();
        let issued = TestRoot::generate().and_then(|root| root.issue(&profile)).map_err(set_up)?;
        softkeys::provision(&mut platform, &issued).map_err(set_up)?;
        let mut key = Authenticator::new(profile);
        key.power_on(Duration::ZERO, &mut platform).map_err(|error| set_up(format!("{error:?}")))?;
        let reply = Box::new([0; MAX_MESSAGE]);
        Ok(Self { key, platform, now: Duration::ZERO, reply, requests: Vec::new() })
    }

    /// Logs in with one of the credentials.
    pub(super) fn assert(&mut self, nth: usize) -> Result<(), BenchError> {
        self.ask("getAssertion", nth)
    }

    /// Registers.
    pub(super) fn register(&mut self, nth: usize) -> Result<(), BenchError> {
        self.ask("makeCredential", nth)
    }

    /// Asks for the key agreement key, then for a token.
    pub(super) fn give_token(&mut self, nth: usize) -> Result<(), BenchError> {
        black_box(self.send(KEY_AGREEMENT, "getKeyAgreement")?);
        self.ask("getPinUvAuthTokenUsingPinWithPermissions", nth)
    }

    /// Asks for the key agreement key, then for an assertion with hmac-secret.
    pub(super) fn tell_secret(&mut self, nth: usize) -> Result<(), BenchError> {
        black_box(self.send(KEY_AGREEMENT, "getKeyAgreement")?);
        self.ask("getAssertion with hmac-secret", nth)
    }

    /// One of the requests, and the whole message that answers it.
    pub(super) fn messages(&mut self, nth: usize) -> Result<(Vec<u8>, Vec<u8>), BenchError> {
        let request = self.requests[nth % self.requests.len()].clone();
        let reply = [&[0], self.send(&request, "getAssertion")?].concat();
        Ok((request, reply))
    }

    fn ask(&mut self, what: &'static str, nth: usize) -> Result<(), BenchError> {
        let Self { key, platform, now, reply, requests, .. } = self;
        let request = &requests[nth % requests.len()];
        let reply = exchange(key, platform, now, request, reply, what)?;
        black_box(reply);
        Ok(())
    }

    fn send(&mut self, request: &[u8], what: &'static str) -> Result<&[u8], BenchError> {
        let Self { key, platform, now, reply, .. } = self;
        exchange(key, platform, now, request, reply, what)
    }

    /// Makes a credential and returns its id.
    fn make(&mut self, nth: usize, rk: bool) -> Result<Vec<u8>, BenchError> {
        let reply = self.send(&creation(nth, rk)?, "makeCredential")?;
        credential_id(reply).ok_or_else(|| set_up("makeCredential gave no credential id"))
    }

    /// A client that has agreed on a secret with the key.
    fn agree(&mut self) -> Result<Agreed, BenchError> {
        Agreed::with(self.send(KEY_AGREEMENT, "getKeyAgreement")?)
    }
}

/// Sends a request, touches or shows the finger when asked, and returns the CBOR of the reply.
fn exchange<'r>(
    key: &mut Authenticator,
    platform: &mut Fast,
    now: &mut Duration,
    request: &[u8],
    reply: &'r mut [u8; MAX_MESSAGE],
    what: &'static str,
) -> Result<&'r [u8], BenchError> {
    *now += Duration::from_millis(1);
    let request = Input::Request { from: FROM, protocol: Protocol::Ctap2, bytes: black_box(request) };
    let mut step = key.handle(*now, platform, request, &mut reply[..]);
    if let Step::Ask(ask) = step {
        let act = match ask {
            Ask::Presence => UserAct::Touched,
            Ask::Verification { .. } => UserAct::Verified,
        };
        step = key.handle(*now, platform, Input::User(act), &mut reply[..]);
    }
    let Step::Reply(len) = step else { return Err(BenchError::Refused { what, status: 0xff }) };
    match reply[..len].split_first() {
        Some((0, cbor)) => Ok(cbor),
        Some((status, _)) => Err(BenchError::Refused { what, status: *status }),
        None => Err(BenchError::Refused { what, status: 0xff }),
    }
}

fn profile(settings: &Override) -> Result<Profile, BenchError> {
    let passkey = profiles::find("passkey").map_err(set_up)?;
    settings.apply(&passkey.profile).map_err(|errors| set_up(format!("{errors:?}")))
}

fn set_up(error: impl ToString) -> BenchError {
    BenchError::SetUp(error.to_string())
}

/// The credential id in the authenticator data (member 2) of a makeCredential reply:
/// after 37 bytes of header and 16 of AAGUID, two bytes of length and the id.
fn credential_id(reply: &[u8]) -> Option<Vec<u8>> {
    let reply: Value = ciborium::from_reader(reply).ok()?;
    let members = reply.as_map()?;
    let (_, data) = members.iter().find(|(key, _)| *key == Value::from(2))?;
    let data = data.as_bytes()?;
    let (length, rest) = data.get(53..)?.split_first_chunk::<2>()?;
    rest.get(..usize::from(u16::from_be_bytes(*length))).map(<[u8]>::to_vec)
}
