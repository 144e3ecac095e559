//! A model in words: what `keys show` prints, and its JSON.

use authenticator::platform::Alg;
use authenticator::profile::{Attachment, Attestation, Backup, Counter, Ctap2, Issuer, Name, Profile};
use serde::Serialize;

use crate::aaguid::Aaguid;
use crate::entry::{Entry, Kind};
use crate::features::ShownFeatures;
use crate::words::{Told, Transport, Version, Word};

/// A model with the names and words of its file.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the fields are those of a profile and its entry")]
pub struct Shown {
    pub name: String,
    pub product: String,
    pub summary: String,
    pub aaguid: Aaguid,
    pub versions: Vec<Word<Version>>,
    pub attachment: Word<Attachment>,
    pub transports: Vec<Word<Transport>>,
    pub counter: Word<Counter>,
    pub backup: Word<Backup>,
    pub touch_timeout_ms: u32,
    pub u2f_prompt_ms: u32,
    pub reset_window_ms: u32,
    pub source: ShownSource,
    pub ctap2: Option<ShownCtap2>,
    pub u2f: Option<ShownU2f>,
    pub usb: ShownUsb,
}

/// Where the facts come from.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "as in the file")]
pub struct ShownSource {
    pub kind: Word<Kind>,
    pub note: String,
    pub links: Vec<String>,
}

/// The CTAP2 side.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "as in the file")]
pub struct ShownCtap2 {
    pub rk: bool,
    pub uv: Word<Option<bool>>,
    pub uv_attempts: u8,
    pub resident_credentials: u16,
    pub algorithms: Vec<Word<Alg>>,
    pub attestation: Word<Attestation>,
    pub attestation_issuer: Word<Issuer>,
    pub max_credential_count_in_list: u8,
    pub max_credential_id_length: u16,
    pub get_info: Vec<Word<Told>>,
    pub max_msg_size: u16,
    pub firmware_version: u32,
    pub uv_modality: u32,
    pub features: ShownFeatures,
}

/// The U2F side.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "as in the file")]
pub struct ShownU2f {
    pub key_handle: u8,
}

/// The USB identity; the numbers as four hexadecimal digits.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "as in the file")]
pub struct ShownUsb {
    pub vendor: String,
    pub product: String,
    /// bcdDevice, four hexadecimal digits.
    pub release: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<String>,
    /// As the device calls itself.
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    pub wink: bool,
}

impl From<&Entry> for Shown {
    fn from(entry: &Entry) -> Self {
        let Profile {
            name,
            product,
            aaguid,
            versions,
            ctap2,
            u2f,
            counter,
            backup,
            attachment,
            transports,
            usb,
            ..
        } = entry.profile;
        let source = &entry.source;
        Self {
            name: name.as_str().to_owned(),
            product: product.as_str().to_owned(),
            summary: entry.summary.clone(),
            aaguid: Aaguid(aaguid),
            versions: Version::claimed(versions).into_iter().map(Word).collect(),
            attachment: Word(attachment),
            transports: Transport::used(transports).into_iter().map(Word).collect(),
            counter: Word(counter),
            backup: Word(backup),
            touch_timeout_ms: entry.profile.touch_timeout_ms,
            u2f_prompt_ms: entry.profile.u2f_prompt_ms,
            reset_window_ms: entry.profile.reset_window_ms,
            source: ShownSource {
                kind: Word(source.kind),
                note: source.note.clone(),
                links: source.links.clone(),
            },
            ctap2: ctap2.as_ref().map(ShownCtap2::from),
            u2f: u2f.map(|u2f| ShownU2f { key_handle: u2f.key_handle }),
            usb: ShownUsb {
                vendor: format!("{:04x}", usb.vendor),
                product: format!("{:04x}", usb.product),
                release: format!("{:04x}", usb.release),
                manufacturer: there(&usb.manufacturer),
                name: there(&usb.name).unwrap_or_else(|| product.as_str().to_owned()),
                serial: there(&usb.serial),
                wink: usb.wink,
            },
        }
    }
}

/// A text that is not empty.
fn there(text: &Name) -> Option<String> {
    (!text.as_str().is_empty()).then(|| text.as_str().to_owned())
}

impl From<&Ctap2> for ShownCtap2 {
    fn from(ctap2: &Ctap2) -> Self {
        Self {
            rk: ctap2.rk,
            uv: Word(ctap2.uv),
            uv_attempts: ctap2.uv_attempts,
            resident_credentials: ctap2.resident_credentials,
            algorithms: ctap2.algorithms().iter().copied().map(Word).collect(),
            attestation: Word(ctap2.attestation),
            attestation_issuer: Word(ctap2.attestation_issuer),
            max_credential_count_in_list: ctap2.max_credential_count_in_list,
            max_credential_id_length: ctap2.max_credential_id_length,
            get_info: Told::set(ctap2.tells).into_iter().map(Word).collect(),
            max_msg_size: ctap2.max_msg_size,
            firmware_version: ctap2.firmware_version,
            uv_modality: ctap2.uv_modality,
            features: ShownFeatures::from(&ctap2.features),
        }
    }
}
