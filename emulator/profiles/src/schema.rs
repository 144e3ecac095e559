//! The format of a profile file.

use std::borrow::Cow;
use std::ops::Range;

use authenticator::platform::Alg;
use authenticator::profile::{
    ALGORITHMS_MAX, Attachment, Attestation, Backup, Counter, Ctap2, Features, Issuer, NAME_MAX, Name,
    Profile, U2f, Usb,
};
use toml::de::{DeTable, DeValue};

use crate::aaguid::Aaguid;
use crate::check::{CREDENTIALS_MAX, KEY_HANDLE_MAX, KEY_HANDLE_MIN, MSG_SIZE_MIN, rules};
use crate::entry::{Entry, Kind, Source};
use crate::features;
use crate::problem::ProfileError;
use crate::read::{Fields, Notes};
use crate::words::{Told, Transport, Version, Words};

/// Reads a profile from TOML; `file` names it in messages. All problems are found in one pass.
pub fn parse(file: &str, text: impl Into<Cow<'static, str>>) -> Result<Entry, ProfileError> {
    let text = text.into();
    let mut notes = Notes::new(&text);
    let (table, errors) = DeTable::parse_recoverable(&text);
    for error in errors {
        let end = text.len();
        notes.note("", error.span().unwrap_or(end..end), error.message(), None);
    }
    // What follows a slip of syntax is guesswork: a field may look missing because its line was not understood.
    let read = if notes.problems.is_empty() { whole_file(&mut notes, table.get_ref()) } else { None };
    let problems = std::mem::take(&mut notes.problems);
    match read {
        Some((profile, summary, source)) if problems.is_empty() => {
            Ok(Entry { profile, summary, source, text })
        }
        _ => Err(ProfileError::new(file, &text, problems)),
    }
}

/// `None` for a field that has a problem, which was noted; such a field stands in with some value for the checks of others.
fn whole_file(notes: &mut Notes<'_>, table: &DeTable<'_>) -> Option<(Profile, String, Source)> {
    let mut fields = Fields::root(table);
    let name = name(notes, &mut fields);
    let product = product(notes, &mut fields);
    let summary = required_text(notes, &mut fields, "summary", "say in one line what key this is");
    let aaguid = aaguid(notes, &mut fields);
    let versions = required_words::<Version>(notes, &mut fields, "versions");
    let attachment = required_word(notes, &mut fields, "attachment");
    let transports = required_words::<Transport>(notes, &mut fields, "transports");
    let counter = required_word(notes, &mut fields, "counter");
    let backup = required_word(notes, &mut fields, "backup");
    let touch_timeout_ms = fields.number(notes, "touch-timeout-ms", 1..=600_000);
    let u2f_prompt_ms = fields.number(notes, "u2f-prompt-ms", 1..=600_000);
    let reset_window_ms = fields.number(notes, "reset-window-ms", 0..=600_000);
    let source = source(notes, &mut fields);
    let ctap2 = fields.table(notes, "ctap2").map(|inner| ctap2(notes, inner));
    let u2f = fields.table(notes, "u2f").map(|inner| u2f(notes, inner));
    let wired = transports.as_ref().is_none_or(|list| list.contains(&Transport::Usb));
    let usb = usb(notes, &mut fields, wired);
    fields.finish(notes);
    let profile = Profile {
        name: name.or(Name::new(""))?,
        product: product.or(Name::new(""))?,
        aaguid: aaguid.unwrap_or_default(),
        versions: Version::collect(versions.unwrap_or_default()),
        ctap2,
        u2f,
        counter: counter.unwrap_or(Counter::Global),
        backup: backup.unwrap_or(Backup::Ineligible),
        attachment: attachment.unwrap_or(Attachment::CrossPlatform),
        transports: Transport::collect(transports.unwrap_or_default()),
        touch_timeout_ms: touch_timeout_ms.unwrap_or(30_000),
        u2f_prompt_ms: u2f_prompt_ms.unwrap_or(10_000),
        reset_window_ms: reset_window_ms.unwrap_or(10_000),
        usb,
    };
    cross_check(notes, table, &profile);
    Some((profile, summary.unwrap_or_default(), source?))
}

/// Runs the rules whose fields are all readable.
fn cross_check(notes: &mut Notes<'_>, table: &DeTable<'_>, profile: &Profile) {
    for rule in rules() {
        if rule.reads.iter().any(|field| notes.is_bad(field)) {
            continue;
        }
        if let Some(wrong) = (rule.check)(profile) {
            notes.note(wrong.field, place(table, wrong.field), wrong.message, Some(wrong.help.to_owned()));
        }
    }
}

/// Where a dotted name is in the file: its value; a table's head for a table, or for a field that is not written.
fn place(table: &DeTable<'_>, field: &str) -> Range<usize> {
    let (outer, inner) = field.split_once('.').map_or((field, None), |(outer, inner)| (outer, Some(inner)));
    let Some((key, value)) = table.get_key_value(outer) else { return 0..0 };
    match value.get_ref() {
        DeValue::Table(table) => match inner.map(|inner| place(table, inner)) {
            // Not written: the head of the table that it would be in.
            None | Some(Range { start: 0, end: 0 }) => key.span(),
            Some(inside) => inside,
        },
        _ => value.span(),
    }
}

fn required_text(
    notes: &mut Notes<'_>,
    fields: &mut Fields<'_, '_>,
    name: &'static str,
    help: &str,
) -> Option<String> {
    if !fields.has(name) {
        fields.missing(notes, name, help);
    }
    fields.text(notes, name).map(|text| text.value.to_owned())
}

fn required_word<T: Words>(
    notes: &mut Notes<'_>,
    fields: &mut Fields<'_, '_>,
    name: &'static str,
) -> Option<T> {
    if !fields.has(name) {
        fields.missing(notes, name, format!("one of {}", T::list()));
    }
    fields.word(notes, name)
}

fn required_words<T: Words>(
    notes: &mut Notes<'_>,
    fields: &mut Fields<'_, '_>,
    name: &'static str,
) -> Option<Vec<T>> {
    if !fields.has(name) {
        fields.missing(notes, name, format!("a list of {}", T::list()));
    }
    fields.words(notes, name)
}

fn required_flag(notes: &mut Notes<'_>, fields: &mut Fields<'_, '_>, name: &'static str) -> bool {
    if !fields.has(name) {
        fields.missing(notes, name, "`true` or `false`");
    }
    fields.flag(notes, name).unwrap_or_default()
}

fn name(notes: &mut Notes<'_>, fields: &mut Fields<'_, '_>) -> Option<Name> {
    const HELP: &str = "lower-case letters, digits and hyphens, at most 48 of them";
    if !fields.has("name") {
        fields.missing(notes, "name", HELP);
    }
    let text = fields.text(notes, "name")?;
    let plain = text.value.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    let name = Name::new(text.value).filter(|_| plain);
    if name.is_none() {
        fields.refuse(notes, "name", text.span, "this is not a name that can be typed", HELP);
    }
    name
}

fn product(notes: &mut Notes<'_>, fields: &mut Fields<'_, '_>) -> Option<Name> {
    if !fields.has("product") {
        fields.missing(notes, "product", "the product as its maker names it");
    }
    let text = fields.text(notes, "product")?;
    let product = Name::new(text.value);
    if product.is_none() {
        let message = format!("the product's name is longer than {NAME_MAX} bytes");
        fields.refuse(notes, "product", text.span, &message, "shorten it");
    }
    product
}

fn aaguid(notes: &mut Notes<'_>, fields: &mut Fields<'_, '_>) -> Option<[u8; 16]> {
    if fields.has("ctap2") && !fields.has("aaguid") {
        fields.missing(notes, "aaguid", "a key that speaks CTAP2 has an AAGUID, if only of zeros");
    }
    let text = fields.text(notes, "aaguid")?;
    match text.value.parse::<Aaguid>() {
        Ok(aaguid) => Some(aaguid.0),
        Err(form) => {
            fields.refuse(notes, "aaguid", text.span, "this is not an AAGUID", form);
            None
        }
    }
}

fn source(notes: &mut Notes<'_>, fields: &mut Fields<'_, '_>) -> Option<Source> {
    if !fields.has("source") {
        fields.missing(
            notes,
            "source",
            "add a table `[source]` with `kind` and `note`: where these facts come from",
        );
    }
    let mut source = fields.table(notes, "source")?;
    let kind = required_word::<Kind>(notes, &mut source, "kind");
    let note = required_text(notes, &mut source, "note", "say what was taken from where, and what was not");
    let links = source.texts(notes, "links").unwrap_or_default();
    for link in &links {
        if !link.value.starts_with("https://") {
            source.refuse(notes, "links", link.span.clone(), "this is not a link", "start it with https://");
        }
    }
    let links: Vec<String> = links.into_iter().map(|link| link.value.to_owned()).collect();
    if links.is_empty() && matches!(kind, Some(Kind::VendorDocumentation | Kind::MetadataStatement)) {
        source.missing(notes, "links", "name the documents");
    }
    source.finish(notes);
    Some(Source { kind: kind?, note: note?, links })
}

fn ctap2(notes: &mut Notes<'_>, mut fields: Fields<'_, '_>) -> Ctap2 {
    let rk = required_flag(notes, &mut fields, "rk");
    let uv: Option<bool> = required_word(notes, &mut fields, "uv").unwrap_or_default();
    let uv_attempts = fields.number(notes, "uv-attempts", 1..=25);
    let resident_credentials = fields.number(notes, "resident-credentials", 0..=CREDENTIALS_MAX);
    let listed = required_words::<Alg>(notes, &mut fields, "algorithms").unwrap_or_default();
    let attestation = required_word(notes, &mut fields, "attestation").unwrap_or(Attestation::None);
    let attestation_issuer = fields.word(notes, "attestation-issuer");
    let max_credential_count_in_list = fields.number(notes, "max-credential-count-in-list", 0..=255);
    let max_credential_id_length = fields.number(notes, "max-credential-id-length", 0..=1023);
    let told = fields.words::<Told>(notes, "get-info").unwrap_or_else(|| vec![Told::Transports]);
    let max_msg_size = fields.number(notes, "max-msg-size", MSG_SIZE_MIN..=7609);
    let firmware_version = fields.number(notes, "firmware-version", 0..=i64::from(u32::MAX));
    let uv_modality = fields.number(notes, "uv-modality", 0..=i64::from(u32::MAX));
    let features = fields.table(notes, "features").map(|inner| features::read(notes, inner));
    fields.finish(notes);
    let (algorithms, algorithm_count) = algorithms(&listed);
    Ctap2 {
        rk,
        uv,
        uv_attempts: uv_attempts.unwrap_or(1),
        resident_credentials: resident_credentials.unwrap_or_default(),
        algorithms,
        algorithm_count,
        attestation,
        attestation_issuer: attestation_issuer.unwrap_or_else(|| usual_issuer(attestation)),
        max_credential_count_in_list: max_credential_count_in_list.unwrap_or_default(),
        max_credential_id_length: max_credential_id_length.unwrap_or_default(),
        tells: Told::collect(&told),
        max_msg_size: max_msg_size.unwrap_or(1024),
        firmware_version: firmware_version.unwrap_or_default(),
        uv_modality: uv_modality.unwrap_or_default(),
        features: features.unwrap_or(Features::NONE),
    }
}

/// The makers of security keys issue with their roots; the keys of TPMs are certified by CAs below those.
fn usual_issuer(attestation: Attestation) -> Issuer {
    if attestation == Attestation::Tpm { Issuer::Intermediate } else { Issuer::Root }
}

/// As a profile holds them; a list without repetitions is never longer than the room for it.
pub(crate) fn algorithms(listed: &[Alg]) -> ([Alg; ALGORITHMS_MAX], u8) {
    let mut algorithms = [Alg::ES256; ALGORITHMS_MAX];
    let mut count = 0;
    for (slot, alg) in algorithms.iter_mut().zip(listed) {
        *slot = *alg;
        count += 1;
    }
    (algorithms, count)
}

fn u2f(notes: &mut Notes<'_>, mut fields: Fields<'_, '_>) -> U2f {
    if !fields.has("key-handle") {
        fields.missing(
            notes,
            "key-handle",
            "the length of the key handles in bytes: 64 on the most common keys",
        );
    }
    let key_handle = fields.number(notes, "key-handle", KEY_HANDLE_MIN..=KEY_HANDLE_MAX);
    fields.finish(notes);
    U2f { key_handle: key_handle.unwrap_or(64) }
}

/// `wired`: the key is reached over USB, so it has an identity there.
fn usb(notes: &mut Notes<'_>, fields: &mut Fields<'_, '_>, wired: bool) -> Usb {
    if wired && !fields.has("usb") {
        fields.missing(notes, "usb", "add a table `[usb]` with `vendor`, `product` and `wink`");
    }
    let Some(mut usb) = fields.table(notes, "usb") else { return Usb::NONE };
    for name in ["vendor", "product"] {
        if !usb.has(name) {
            usb.missing(notes, name, "a number such as 0x1209");
        }
    }
    let vendor = usb.number(notes, "vendor", 0..=0xffff);
    let product = usb.number(notes, "product", 0..=0xffff);
    let release = usb.number(notes, "release", 0..=0xffff);
    let manufacturer = string(notes, &mut usb, "manufacturer");
    let name = string(notes, &mut usb, "name");
    let serial = string(notes, &mut usb, "serial");
    let wink = required_flag(notes, &mut usb, "wink");
    usb.finish(notes);
    Usb {
        vendor: vendor.unwrap_or_default(),
        product: product.unwrap_or_default(),
        release: release.unwrap_or_default(),
        manufacturer,
        name,
        serial,
        wink,
    }
}

/// A string descriptor; empty where the device has none.
fn string(notes: &mut Notes<'_>, usb: &mut Fields<'_, '_>, field: &'static str) -> Name {
    let Some(text) = usb.text(notes, field) else { return Name::EMPTY };
    Name::new(text.value).unwrap_or_else(|| {
        let message = format!("this is longer than {NAME_MAX} bytes");
        usb.refuse(notes, field, text.span, &message, "shorten it");
        Name::EMPTY
    })
}
