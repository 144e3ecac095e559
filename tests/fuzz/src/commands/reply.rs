//! What a reply may say, whatever was asked.

use authenticator::Channel;
use ciborium::Value;
use sha2::{Digest, Sha256};
use wire::authdata::AuthData;
use wire::cbor;
use wire::cose::PublicKey;
use wire::ctap2::{get_assertion, get_info, make_credential};
use wire::u2f::{self, StatusWord};
use wire::{Alg, Status};

use super::super::twin;
use super::platform::{Fault, x_of};
use super::{Asked, Sequence, Stage};

const READ: &str = "a key's reply can be read";

impl Stage {
    /// A CTAP2 request was answered by so many bytes.
    pub(super) fn answered(&mut self, asked: Asked, len: usize) {
        let reply = self.reply[..len].to_vec();
        let command = asked.bytes.first().copied();
        if self.platform.failed.commit == Some(Fault::After) {
            return self.cut(command);
        }
        // What is no command, or too large to be looked at, ends no sequence.
        let looked_at = command.is_some() && reply[0] != Status::REQUEST_TOO_LARGE.0;
        if looked_at && command != Some(8) {
            self.sequence = self.sequence.filter(|sequence| sequence.from != asked.from);
        }
        if let Some(question) = &asked.pin {
            self.pins.watch.answered(question, Status(reply[0]));
        }
        if reply[0] != 0 {
            assert_eq!(len, 1, "an error carries no data");
            return;
        }
        assert!(self.powered, "without power");
        let body = &reply[1..];
        let members = if body.is_empty() {
            Value::Null
        } else {
            assert_eq!(cbor::check_exact(body), Ok(()), "{}", twin::hex(body));
            let members = twin::whole(body);
            assert!(members.is_map(), "{members:?}");
            members
        };
        match command {
            Some(1) => self.made(&asked, body),
            Some(2) => self.got(&asked, body),
            Some(4) => drop(get_info::Response::decode(body).expect(READ)),
            Some(6) => match asked.pin {
                Some(question) => self.pins.take(&question, &members),
                None => self.pins.watch.stranger(),
            },
            Some(7) => {
                self.present();
                let window = u64::from(self.key.profile().reset_window_ms);
                assert!(asked.at.as_millis() <= u128::from(window), "too long after power came");
                self.credentials.reset();
                self.pins.forget();
                self.pins.watch.reset();
            }
            Some(8) => self.went_on(asked.from, body),
            Some(0x0a | 0x41) => self.managed(&asked.bytes),
            Some(0x0b) => self.present(),
            Some(_) => {}
            None => panic!("an empty request was taken"),
        }
    }

    /// The commit was done, then the power went.
    fn cut(&mut self, command: Option<u8>) {
        match command {
            Some(1) => self.credentials.doubt(|credential| credential.resident.is_some()),
            Some(6) => self.pins.watch.doubt(false),
            Some(7) => {
                self.credentials.doubt_all();
                self.pins.watch.doubt(true);
            }
            Some(0x0a | 0x41) => self.credentials.doubt(|_| true),
            _ => {}
        }
        self.power_cycle();
    }

    /// The reply says that the user was there: once for each time.
    fn present(&mut self) {
        assert!(self.acts > 0, "nobody was there");
        self.acts = 0;
    }

    /// What the flags of authenticator data say of the user. A token can stand for both.
    fn flags(&mut self, data: &AuthData<'_>, token: bool) {
        if token {
            return;
        }
        if data.flags.up() {
            self.present();
        }
        assert!(!data.flags.uv() || self.verified, "nobody was verified");
    }

    fn made(&mut self, asked: &Asked, body: &[u8]) {
        let request =
            make_credential::Request::decode(&asked.bytes[1..]).expect("what is granted can be read");
        let response = make_credential::Response::decode(body).expect(READ);
        let data = AuthData::parse_exact(response.auth_data).expect(READ);
        assert_eq!(*data.rp_id_hash, sha256(request.rp.id.as_bytes()));
        assert!(data.flags.up());
        self.flags(&data, request.pin_uv_auth_param.is_some());
        let attested = data.attested.expect("a credential was made");
        assert_eq!(*attested.aaguid, self.key.profile().aaguid);
        let key = PublicKey::decode(attested.public_key).expect(READ);
        let (alg, x) = (key.alg(), x_of(&key).expect("a key of a known kind"));
        assert!(request.pub_key_cred_params.iter().any(|wish| wish.alg == alg), "{alg} was not asked for");
        // An RSA key fits no credential id: such a credential is kept whether that was asked for or not.
        let resident = request.options.and_then(|options| options.rk) == Some(true) || alg == Alg::RS256;
        let user = resident.then_some(request.user.id);
        let protected = request.extensions.is_some_and(|inputs| inputs.find("credProtect").is_some());
        let count = Some(data.sign_count);
        self.credentials.made(attested.credential_id, data.rp_id_hash, &x, user, count, protected);
    }

    fn got(&mut self, asked: &Asked, body: &[u8]) {
        let request = get_assertion::Request::decode(&asked.bytes[1..]).expect("what is granted can be read");
        let response = get_assertion::Response::decode(body).expect(READ);
        let data = AuthData::parse_exact(response.auth_data).expect(READ);
        let rp_id_hash = sha256(request.rp_id.as_bytes());
        self.flags(&data, request.pin_uv_auth_param.is_some());
        let allowed: Vec<&[u8]> =
            request.allow_list.iter().flat_map(|list| list.iter()).map(|one| one.id).collect();
        let id = response.credential.map(|credential| credential.id);
        if let (Some(id), false) = (id, allowed.is_empty()) {
            assert!(allowed.contains(&id), "another credential than was allowed");
        }
        let id = id.or_else(|| allowed.first().copied()).expect("it says which credential signed");
        self.signed(id, &rp_id_hash, &data, &response, request.client_data_hash);
        if response.number_of_credentials.is_some_and(|count| count > 1) {
            let client_data_hash = *request.client_data_hash;
            self.sequence = Some(Sequence { from: asked.from, rp_id_hash, client_data_hash });
        }
    }

    fn went_on(&mut self, from: Channel, body: &[u8]) {
        let Some(sequence) = self.sequence else { panic!("nothing was there to go on with") };
        assert_eq!(sequence.from, from, "another client's assertion");
        let response = get_assertion::Response::decode(body).expect(READ);
        let data = AuthData::parse_exact(response.auth_data).expect(READ);
        let id =
            response.credential.map(|credential| credential.id).expect("it says which credential signed");
        self.signed(id, &sequence.rp_id_hash, &data, &response, &sequence.client_data_hash);
    }

    fn signed(
        &mut self,
        id: &[u8],
        rp_id_hash: &[u8; 32],
        data: &AuthData<'_>,
        response: &get_assertion::Response<'_>,
        hash: &[u8; 32],
    ) {
        assert_eq!(data.rp_id_hash, rp_id_hash);
        assert!(data.attested.is_none());
        let message = [response.auth_data, hash].concat();
        self.credentials.used(id, rp_id_hash, data.sign_count, &message, response.signature);
    }

    /// Credential management did what was asked.
    fn managed(&mut self, request: &[u8]) {
        let member = |map: &Value, key: Value| {
            map.as_map()?.iter().find(|(name, _)| *name == key).map(|(_, value)| value.clone())
        };
        let members = twin::whole(&request[1..]);
        if member(&members, 1.into()) != Some(6.into()) {
            return;
        }
        let id = member(&members, 2.into())
            .and_then(|parameters| member(&parameters, 2.into()))
            .and_then(|credential| member(&credential, "id".into()))
            .and_then(|id| id.into_bytes().ok());
        self.credentials.deleted(&id.expect("what was deleted was named"));
    }

    /// A U2F request was answered by so many bytes.
    pub(super) fn answered_u2f(&mut self, bytes: &[u8], len: usize) {
        let reply = self.reply[..len].to_vec();
        if self.platform.failed.commit == Some(Fault::After) {
            return self.power_cycle();
        }
        let (data, word) = u2f::split_response(&reply).expect("a U2F reply has a status word");
        if word != StatusWord::NO_ERROR {
            assert!(data.is_empty(), "an error carries no data");
            return;
        }
        assert!(self.powered, "without power");
        match u2f::Request::decode(bytes).expect("what is granted can be read") {
            u2f::Request::Version => assert_eq!(data, u2f::VERSION.as_bytes()),
            u2f::Request::Register { application, .. } => {
                self.present();
                let made = u2f::Registered::decode(data).expect(READ);
                let x = made.public_key[1..33].try_into().expect("32 bytes");
                self.credentials.made(made.key_handle, application, x, None, None, false);
            }
            u2f::Request::Authenticate { application, challenge, key_handle, .. } => {
                let got = u2f::Authenticated::decode(data).expect(READ);
                if got.user_presence & 1 == 1 {
                    self.present();
                }
                let signed =
                    u2f::authenticate_signed_data(application, got.user_presence, got.counter, challenge);
                self.credentials.used(key_handle, application, got.counter, &signed, got.signature);
            }
        }
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
