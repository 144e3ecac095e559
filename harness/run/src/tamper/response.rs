//! The response: authenticator data, attestation and signature made wrong, and signed again by the key that lies where it would
//! otherwise show.

use ciborium::Value as Cbor;
use client::{AuthDataEdit as Edit, edit};
use links::fault::Signer;
use plan::tamper::{AttestationEdit, AuthDataEdit, Flag, StatementEdit, Tamper};
use serde_json::Value;
use sha2::{Digest, Sha256};
use webauthn::attestation_object::EMPTY_STATEMENT;
use webauthn::key::PublicKey;
use webauthn::{AttestationObject, AuthenticationResponse, Base64Url, RegistrationResponse};
use wire::authdata::AuthData;
use wire::cose;

use super::{json, nothing, tpm};
use crate::stage::{Broken, Kept, Stage};

/// What a change of a response draws on.
pub(crate) struct Lie<'l> {
    pub(crate) tampers: &'l [Tamper],
    pub(crate) stage: &'l Stage<'l>,
    pub(crate) signer: Option<&'l Signer>,
}

/// The registration response as it is sent.
pub(crate) fn registration(mut response: RegistrationResponse, lie: &Lie<'_>) -> Result<Value, Broken> {
    for tamper in lie.tampers {
        match tamper {
            Tamper::AuthData(change) => {
                let edits = edits(change, lie.stage)?;
                rewrite(&mut response, |object| {
                    let auth_data = edit(object.auth_data, &edits);
                    Ok((object.fmt.to_owned(), auth_data, object.att_stmt.to_vec()))
                })?;
                sign_again(&mut response, lie.signer)?;
            }
            Tamper::Attestation(change) => rewrite(&mut response, |object| {
                let (fmt, statement) = attestation(object, change, lie.signer)?;
                Ok((fmt, object.auth_data.to_vec(), statement))
            })?,
            _ => {}
        }
    }
    let value = serde_json::to_value(&response).map_err(|e| Broken::Unknown(format!("the response: {e}")))?;
    json::apply(value, lie)
}

/// The login response as it is sent.
pub(crate) fn assertion(mut response: AuthenticationResponse, lie: &Lie<'_>) -> Result<Value, Broken> {
    for tamper in lie.tampers {
        let inner = &mut response.response;
        match tamper {
            Tamper::AuthData(change) => {
                let changed = edit(&inner.authenticator_data, &edits(change, lie.stage)?);
                if changed == inner.authenticator_data.0 {
                    return Err(nothing("the authenticator data"));
                }
                let hash = Sha256::digest(&inner.client_data_json.0);
                inner.signature =
                    Base64Url(sign(lie.signer, &[changed.as_slice(), hash.as_slice()].concat())?);
                inner.authenticator_data = Base64Url(changed);
            }
            Tamper::Signature(change) => {
                if let Some(name) = &change.of {
                    let kept = lie.stage.kept(name)?.response.clone().unwrap_or_default();
                    let other = AuthenticationResponse::from_value(kept)
                        .map_err(|e| Broken::Unknown(e.to_string()))?;
                    inner.signature = other.response.signature;
                }
                if change.empty {
                    inner.signature = Base64Url(Vec::new());
                }
                if change.flip {
                    flip(&mut inner.signature.0)?;
                }
            }
            _ => {}
        }
    }
    let value = serde_json::to_value(&response).map_err(|e| Broken::Unknown(format!("the response: {e}")))?;
    json::apply(value, lie)
}

/// Takes the attestation object apart, lets `change` make another (format, authenticator data, statement), and puts it and all
/// that follows from it into the response.
fn rewrite(
    response: &mut RegistrationResponse,
    change: impl FnOnce(&AttestationObject<'_>) -> Result<(String, Vec<u8>, Vec<u8>), Broken>,
) -> Result<(), Broken> {
    let old = response.response.attestation_object.0.clone();
    let object = AttestationObject::parse(&old).map_err(Broken::Unknown)?;
    let (fmt, auth_data, statement) = change(&object)?;
    let new =
        AttestationObject { fmt: &fmt, auth_data: &auth_data, att_stmt: &statement, rest: &[] }.to_bytes();
    if new == old {
        return Err(nothing("the attestation object"));
    }
    let inner = &mut response.response;
    inner.attestation_object = Base64Url(new);
    inner.authenticator_data = Some(Base64Url(auth_data.clone()));
    if let Some(attested) = AuthData::parse(&auth_data).ok().and_then(|(data, _)| data.attested) {
        response.id = webauthn::bytes::encode(attested.credential_id);
        response.raw_id = attested.credential_id.into();
        let key = cose::PublicKey::decode(attested.public_key).ok();
        inner.public_key =
            key.and_then(|key| PublicKey::from_cose(&key).ok()).map(|key| key.to_spki().into());
        inner.public_key_algorithm = key.map(|key| key.alg().0);
    }
    Ok(())
}

/// The statement's signature over the changed authenticator data; nothing to do where nothing is signed.
fn sign_again(response: &mut RegistrationResponse, signer: Option<&Signer>) -> Result<(), Broken> {
    let old = response.response.attestation_object.0.clone();
    let object = AttestationObject::parse(&old).map_err(Broken::Unknown)?;
    let hash = Sha256::digest(&response.response.client_data_json.0);
    let message = match object.fmt {
        "none" => return Ok(()),
        "packed" => [object.auth_data, hash.as_slice()].concat(),
        "fido-u2f" => u2f_message(object.auth_data, &hash)?,
        "tpm" => return certify_again(response, &hash, signer),
        other => return Err(Broken::Unknown(format!("the bench cannot sign format {other} again"))),
    };
    let signature = sign(signer, &message)?;
    rewrite(response, |object| {
        let statement = with_member(object.att_stmt, "sig", |_| Some(Cbor::Bytes(signature)))?;
        Ok((object.fmt.to_owned(), object.auth_data.to_vec(), statement))
    })
}

/// A `tpm` statement signs the digest of the authenticator data within what the TPM says (WebAuthn L3, section 8.3).
fn certify_again(
    response: &mut RegistrationResponse,
    hash: &[u8],
    signer: Option<&Signer>,
) -> Result<(), Broken> {
    rewrite(response, |object| {
        let digest = Sha256::new().chain_update(object.auth_data).chain_update(hash).finalize();
        let statement = tpm::certify(object.att_stmt, &digest, |info| sign(signer, info))?;
        Ok((object.fmt.to_owned(), object.auth_data.to_vec(), statement))
    })
}

/// What a `fido-u2f` statement signs (WebAuthn L3, section 8.6).
fn u2f_message(auth_data: &[u8], hash: &[u8]) -> Result<Vec<u8>, Broken> {
    let unreadable = |why: String| {
        Broken::Unknown(format!("the changed authenticator data cannot be signed again: {why}"))
    };
    let (data, _) = AuthData::parse(auth_data).map_err(|e| unreadable(e.to_string()))?;
    let attested = data.attested.ok_or_else(|| unreadable("there is no credential in it".to_owned()))?;
    let key = cose::PublicKey::decode(attested.public_key).map_err(|e| unreadable(e.to_string()))?;
    let point = match PublicKey::from_cose(&key) {
        Ok(PublicKey::Point(_, point)) => point,
        _ => return Err(unreadable("its key is no point".to_owned())),
    };
    Ok([&[0], data.rp_id_hash.as_slice(), hash, attested.credential_id, &point].concat())
}

fn sign(signer: Option<&Signer>, message: &[u8]) -> Result<Vec<u8>, Broken> {
    let signer = signer.ok_or_else(|| Broken::Unsupported("this needs a key that lies".to_owned()))?;
    signer.sign(message).map_err(|e| Broken::Unknown(format!("the key could not be made to lie: {e:?}")))
}

fn attestation(
    object: &AttestationObject<'_>,
    change: &AttestationEdit,
    signer: Option<&Signer>,
) -> Result<(String, Vec<u8>), Broken> {
    let fmt = change.format.clone().unwrap_or_else(|| object.fmt.to_owned());
    let mut statement = match change.statement {
        None => object.att_stmt.to_vec(),
        Some(StatementEdit::Empty) => EMPTY_STATEMENT.to_vec(),
        Some(StatementEdit::Filled) => encode(&Cbor::Map(vec![("x".into(), 1.into())]))?,
    };
    if let Some(alg) = change.alg {
        statement = with_member(&statement, "alg", |_| Some(alg.into()))?;
    }
    if change.flip {
        statement = with_member(&statement, "sig", |old| match old {
            Cbor::Bytes(mut bytes) => flip(&mut bytes).ok().map(|()| Cbor::Bytes(bytes)),
            _ => None,
        })?;
    }
    if let Some(edit) = change.tpm {
        statement = tpm::lie(&statement, edit, |info| sign(signer, info))?;
    }
    Ok((fmt, statement))
}

/// The statement with one member changed. The member must be there.
pub(super) fn with_member(
    statement: &[u8],
    name: &str,
    change: impl FnOnce(Cbor) -> Option<Cbor>,
) -> Result<Vec<u8>, Broken> {
    let what = || nothing(&format!("{name} of the attestation statement"));
    let Ok(Cbor::Map(mut members)) = ciborium::from_reader(statement) else { return Err(what()) };
    let member = members.iter_mut().find(|(key, _)| key.as_text() == Some(name)).ok_or_else(what)?;
    member.1 = change(member.1.clone()).ok_or_else(what)?;
    encode(&Cbor::Map(members))
}

fn encode(value: &Cbor) -> Result<Vec<u8>, Broken> {
    let mut out = Vec::new();
    ciborium::into_writer(value, &mut out).map_err(|e| Broken::Unknown(format!("the statement: {e}")))?;
    Ok(out)
}

fn flip(bytes: &mut [u8]) -> Result<(), Broken> {
    let last = bytes.last_mut().ok_or_else(|| nothing("an empty signature"))?;
    *last ^= 1;
    Ok(())
}

/// From the scenario's words to the client's.
fn edits(change: &AuthDataEdit, stage: &Stage<'_>) -> Result<Vec<Edit>, Broken> {
    let mut edits = Vec::new();
    let bits = |flags: &[Flag]| flags.iter().fold(0, |bits, flag| bits | flag.bit());
    if let Some(name) = &change.credential {
        edits.push(Edit::Attested(attested(stage.kept(name)?)?));
    }
    if let Some(rp_id) = &change.rp_id {
        let rp_id = if rp_id == "site" { stage.site.rp_id() } else { rp_id.clone() };
        edits.push(Edit::RpIdHash(Sha256::digest(rp_id).into()));
    }
    edits.extend((!change.set.is_empty()).then(|| Edit::Set(bits(&change.set))));
    edits.extend((!change.clear.is_empty()).then(|| Edit::Clear(bits(&change.clear))));
    edits.extend(change.sign_count.map(Edit::SignCount));
    if let Some(text) = &change.aaguid {
        let bytes = hex::decode(text.replace('-', "")).ok().and_then(|bytes| bytes.try_into().ok());
        edits.push(Edit::Aaguid(bytes.ok_or_else(|| Broken::Unknown(format!("`{text}` is no AAGUID")))?));
    }
    edits.extend(
        change.credential_id_length.map(|length| Edit::CredentialId(stage.made_up_id(length.into()))),
    );
    edits.extend((change.append > 0).then(|| Edit::Append(vec![0; change.append])));
    edits.extend((change.cut > 0).then_some(Edit::Cut(change.cut)));
    Ok(edits)
}

/// The attested credential data of a registration that was kept.
fn attested(kept: &Kept) -> Result<Vec<u8>, Broken> {
    let response = kept_registration(kept)?;
    let object = AttestationObject::parse(&response.response.attestation_object).map_err(Broken::Unknown)?;
    let (data, rest) = AuthData::parse(object.auth_data).map_err(|e| Broken::Unknown(e.to_string()))?;
    let after = data.extensions.map_or(0, <[u8]>::len) + rest.len();
    let end = object.auth_data.len() - after;
    Ok(object.auth_data.get(wire::authdata::HEAD_LEN..end).unwrap_or_default().to_vec())
}

/// The credential id of a registration that was kept.
pub(crate) fn credential_id(kept: &Kept) -> Result<Vec<u8>, Broken> {
    Ok(kept_registration(kept)?.raw_id.0)
}

fn kept_registration(kept: &Kept) -> Result<RegistrationResponse, Broken> {
    let response = kept.response.clone().unwrap_or_default();
    RegistrationResponse::from_value(response)
        .map_err(|e| Broken::Unknown(format!("what was kept is no registration: {e}")))
}
