//! What an attached key is: by its own words, and by one registration and one login that leave nothing on it.

use authenticator::profile::{
    ALGORITHMS_MAX, Attachment, Attestation, Backup, Counter, Ctap2, Features, Issuer, Name, Profile, Tells,
    Transports, U2f, Versions,
};
use client::{Client, Ctap2Facts, KeyFacts, Manner};
use plan::event::KeyInfo;
use serde_json::json;
use webauthn::{AttestationObject, CreationOptions, RequestOptions};
use wire::Alg;
use wire::authdata::AuthData;

use super::AttachedKey;
use crate::keys::KeyModel;

impl AttachedKey {
    /// Asks the key what it is: no touch is needed, and nothing is changed.
    ///
    /// # Errors
    /// It is not there, or its answer makes no sense.
    pub async fn facts(&self) -> Result<KeyFacts, String> {
        Client::meet(&mut self.open().await?).await.map_err(|error| error.to_string())
    }

    /// Looks at the key, which is to be touched twice: how it attests and counts shows in no other way.
    ///
    /// # Errors
    /// It is gone, refuses, or is not touched.
    pub async fn look(&self, name: &str, facts: &KeyFacts) -> Result<KeyModel, String> {
        let mut link = self.open().await?;
        let mut client = Client::new(Manner::Faithful).with_person(self.person());
        let unset = facts.ctap2.as_ref().is_some_and(|ctap2| ctap2.client_pin == Some(false));
        if let (true, true, Some(pin)) = (unset, self.consent.set_pin, &self.pin) {
            client.set_pin(&mut link, pin).await.map_err(|error| format!("its new PIN: {error}"))?;
        }
        let facts = client.facts(&mut link).await.map_err(|error| error.to_string())?;
        let options = CreationOptions::from_value(creation()).map_err(|error| error.to_string())?;
        let made = client.create(&mut link, ORIGIN, &options).await.map_err(|error| error.to_string())?;
        let options =
            RequestOptions::from_value(request(&made.response.id)).map_err(|error| error.to_string())?;
        let asserted = client.get(&mut link, ORIGIN, &options).await.map_err(|error| error.to_string())?;
        let object = AttestationObject::parse(&made.raw_attestation)?;
        let nonsense = |error| format!("its authenticator data: {error:?}");
        let first = AuthData::parse_exact(object.auth_data).map_err(nonsense)?;
        let second = AuthData::parse(&asserted.raw_auth_data).map_err(nonsense)?.0;
        let seen = Seen {
            attestation: attestation(&object),
            counter: if second.sign_count > 0 { Counter::Global } else { Counter::Zero },
            backup: match (first.flags.be(), first.flags.bs()) {
                (false, _) => Backup::Ineligible,
                (true, false) => Backup::Eligible,
                (true, true) => Backup::BackedUp,
            },
        };
        let base = profiles::find("no-uv").map_err(|error| error.to_string())?.profile;
        let profile = profile(name, &facts, &seen, base);
        let info = KeyInfo { name: NAME.to_owned(), product: name.to_owned(), summary: summary(&facts) };
        Ok(KeyModel { profile, info, word: NAME.to_owned() })
    }
}

/// What no key says of itself.
struct Seen {
    attestation: Attestation,
    counter: Counter,
    backup: Backup,
}

fn attestation(object: &AttestationObject<'_>) -> Attestation {
    // A certificate is the member x5c of the statement.
    let certified = object.att_stmt.windows(4).any(|window| window == b"\x63x5c");
    match object.fmt {
        "packed" if certified => Attestation::Packed,
        "packed" => Attestation::PackedSelf,
        "fido-u2f" => Attestation::FidoU2f,
        "tpm" => Attestation::Tpm,
        _ => Attestation::None,
    }
}

fn profile(product: &str, facts: &KeyFacts, seen: &Seen, base: Profile) -> Profile {
    let ctap2 = facts.ctap2.as_ref();
    let says = |version: &str| ctap2.is_some_and(|facts| facts.versions.iter().any(|said| said == version));
    let transport = |name: &str| facts.transports().iter().any(|said| said == name);
    Profile {
        name: Name::new(NAME).unwrap_or(base.name),
        product: Name::new(product).unwrap_or(base.product),
        aaguid: ctap2.map_or([0; 16], |facts| facts.aaguid),
        versions: Versions {
            u2f_v2: facts.u2f,
            fido_2_0: says("FIDO_2_0"),
            fido_2_1_pre: says("FIDO_2_1_PRE"),
            fido_2_1: says("FIDO_2_1"),
            fido_2_3: says("FIDO_2_3"),
        },
        ctap2: ctap2.map(|facts| speaks(facts, seen)),
        u2f: facts.u2f.then_some(U2f { key_handle: 64 }),
        counter: seen.counter,
        backup: seen.backup,
        attachment: match facts.attachment() {
            webauthn::Attachment::Platform => Attachment::Platform,
            webauthn::Attachment::CrossPlatform => Attachment::CrossPlatform,
        },
        transports: Transports {
            usb: transport("usb"),
            nfc: transport("nfc"),
            ble: transport("ble"),
            internal: transport("internal"),
            hybrid: transport("hybrid"),
        },
        // How long it waits and what it is on USB, nobody asks here.
        ..base
    }
}

fn speaks(facts: &Ctap2Facts, seen: &Seen) -> Ctap2 {
    let known = |alg: &i32| [Alg::ES256, Alg::EDDSA, Alg::RS256].into_iter().find(|known| known.0 == *alg);
    let mut algorithms = [Alg::ES256; ALGORITHMS_MAX];
    let told: Vec<Alg> = facts.algorithms.iter().filter_map(known).take(ALGORITHMS_MAX).collect();
    algorithms.iter_mut().zip(&told).for_each(|(place, alg)| *place = *alg);
    let small = |size: usize| u16::try_from(size).unwrap_or(u16::MAX);
    Ctap2 {
        rk: facts.rk,
        uv: facts.uv,
        uv_attempts: 1,
        resident_credentials: 0,
        algorithms,
        // One that tells none has ES256, which every key has.
        algorithm_count: u8::try_from(told.len().max(1)).unwrap_or(1),
        attestation: seen.attestation,
        // Its own maker's; nothing is issued for it here.
        attestation_issuer: Issuer::Root,
        max_credential_count_in_list: 0,
        max_credential_id_length: facts.max_credential_id_length.map_or(0, small),
        tells: Tells { transports: true, algorithms: true, min_pin_length: true, ..Tells::default() },
        max_msg_size: small(facts.max_msg_size),
        firmware_version: 0,
        uv_modality: 0,
        features: Features {
            // Without a PIN that is set, it verifies nobody by it.
            client_pin: facts.client_pin == Some(true),
            pin_uv_auth_token: facts.pin_uv_auth_token,
            no_mc_ga_permissions_with_client_pin: facts.no_mc_ga_permissions_with_client_pin,
            ..Features::NONE
        },
    }
}

/// One line, for reports: `FIDO_2_1, U2F_V2; resident credentials, PIN`.
fn summary(facts: &KeyFacts) -> String {
    let Some(ctap2) = &facts.ctap2 else { return "U2F only".to_owned() };
    let mut can = vec![ctap2.versions.join(", ")];
    can.extend(ctap2.rk.then(|| "resident credentials".to_owned()));
    can.extend((ctap2.uv == Some(true)).then(|| "verifies its user by itself".to_owned()));
    can.extend((ctap2.client_pin == Some(true)).then(|| "PIN".to_owned()));
    can.join("; ")
}

fn creation() -> serde_json::Value {
    let algorithms = [-7, -8, -257].map(|alg| json!({ "type": "public-key", "alg": alg }));
    json!({
        "rp": { "id": "anykey.test", "name": "AnyKey" },
        "user": { "id": "bG9vaw", "name": "look", "displayName": "a look at the key" },
        "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
        "pubKeyCredParams": algorithms,
        "attestation": "direct",
        "authenticatorSelection": { "residentKey": "discouraged", "userVerification": "preferred" },
    })
}

fn request(id: &str) -> serde_json::Value {
    json!({
        "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
        "rpId": "anykey.test",
        "allowCredentials": [{ "type": "public-key", "id": id }],
    })
}

const ORIGIN: &str = "https://anykey.test";
/// What reports call it.
const NAME: &str = "attached";
