//! Options: a page that asks its client for something else than its server.

use plan::tamper::{OptionsEdit, Tamper};
use webauthn::{AuthenticatorSelection, CreationOptions, Descriptor, PubKeyCredParam, RequestOptions};

use crate::stage::{Broken, Stage};

/// The options of a registration as the client gets them.
pub(crate) fn creation(options: &CreationOptions, tampers: &[Tamper]) -> CreationOptions {
    let mut options = options.clone();
    for edit in edits(tampers) {
        let selection = options.authenticator_selection.get_or_insert_with(AuthenticatorSelection::default);
        set(&mut selection.user_verification, edit.user_verification.as_ref());
        set(&mut selection.authenticator_attachment, edit.attachment.as_ref());
        if let Some(resident) = &edit.resident_key {
            set(&mut selection.resident_key, Some(resident));
            selection.require_resident_key = None;
        }
        set(&mut options.attestation, edit.attestation.as_ref());
        if let Some(algorithms) = &edit.algorithms {
            options.pub_key_cred_params =
                algorithms.iter().map(|alg| PubKeyCredParam::public_key(*alg)).collect();
        }
        if edit.exclude.is_some() {
            options.exclude_credentials.clear();
        }
        if edit.extensions.is_some() {
            options.extensions = None;
        }
    }
    options
}

/// The options of a login as the client gets them.
pub(crate) fn request(
    options: &RequestOptions,
    tampers: &[Tamper],
    stage: &Stage<'_>,
) -> Result<RequestOptions, Broken> {
    let mut options = options.clone();
    for edit in edits(tampers) {
        set(&mut options.user_verification, edit.user_verification.as_ref());
        match edit.allow.as_deref() {
            None => {}
            Some("none") => options.allow_credentials.clear(),
            Some(name) => {
                let id = super::response::credential_id(stage.kept(name)?)?;
                options.allow_credentials = vec![Descriptor::public_key(id)];
            }
        }
    }
    Ok(options)
}

fn edits(tampers: &[Tamper]) -> impl Iterator<Item = &OptionsEdit> {
    tampers.iter().filter_map(|tamper| match tamper {
        Tamper::Options(edit) => Some(edit),
        _ => None,
    })
}

/// The policy's words are those of the dictionaries.
fn set(place: &mut Option<String>, value: Option<&impl serde::Serialize>) {
    let word = value.and_then(|value| serde_json::to_value(value).ok());
    if let Some(word) = word.as_ref().and_then(|word| word.as_str()) {
        *place = Some(word.to_owned());
    }
}
