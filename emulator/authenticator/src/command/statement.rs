//! Attestation statements: formats `none`, `packed`, `fido-u2f`, `tpm`.

use wire::Status;
use wire::cose::{Alg, PublicKey};
use wire::ctap2::make_credential::Response;
use wire::ctap2::{Statement, TPM_VERSION};
use wire::u2f::register_signed_data;

use super::tpm::Certified;
use super::{Context, SIGNATURE_MAX};
use crate::attestation::{self, CHAIN_BYTES};
use crate::credential;
use crate::platform::KeyBlob;
use crate::profile::Attestation;

/// What is attested.
pub(super) struct Subject<'a> {
    pub(super) rp_id_hash: &'a [u8; 32],
    pub(super) client_data_hash: &'a [u8; 32],
    pub(super) credential_id: &'a [u8],
    /// The COSE_Key.
    pub(super) public_key: &'a [u8],
    pub(super) alg: Alg,
    /// The private half.
    pub(super) key: &'a KeyBlob,
    pub(super) auth_data: &'a [u8],
    /// Authenticator data and client data hash, one after the other.
    pub(super) signed: &'a [u8],
}

/// Signs, and writes the whole reply of makeCredential.
pub(super) fn write_reply(
    context: &mut Context<'_>,
    attestation: Attestation,
    subject: &Subject<'_>,
    reply: &mut [u8],
) -> Result<usize, Status> {
    let mut signature = [0; SIGNATURE_MAX];
    let mut space = [0; CHAIN_BYTES];
    let (chain, tpm);
    let statement = match attestation {
        Attestation::None => Statement::None,
        // <https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation>
        Attestation::PackedSelf => {
            let sig = sign(context, subject.key, subject.signed, &mut signature)?;
            Statement::Packed { alg: subject.alg, sig, x5c: None }
        }
        Attestation::Packed => {
            let key = attestation::key(context.platform)?;
            let sig = sign(context, &key, subject.signed, &mut signature)?;
            chain = attestation::chain(context.platform, attestation::CHAIN_MAX, &mut space)?;
            let alg = attestation::alg(context.platform, &key)?;
            Statement::Packed { alg, sig, x5c: Some(chain.certificates()?.into()) }
        }
        // <https://www.w3.org/TR/webauthn-3/#sctn-fido-u2f-attestation>: exactly one certificate.
        Attestation::FidoU2f => {
            let key = attestation::key(context.platform)?;
            let registration = Registration {
                application: subject.rp_id_hash,
                challenge: subject.client_data_hash,
                key_handle: subject.credential_id,
                public_key: &point(subject.public_key)?,
            };
            let sig = registration.sign(context, &key, &mut signature)?;
            chain = attestation::chain(context.platform, 1, &mut space)?;
            Statement::FidoU2f { sig, x5c: chain.certificates()?.into() }
        }
        Attestation::Tpm => {
            let key = attestation::key(context.platform)?;
            chain = attestation::chain(context.platform, attestation::CHAIN_MAX, &mut space)?;
            let x5c = chain.certificates()?;
            tpm = Certified::make(context, subject, x5c)?;
            let sig = sign(context, &key, tpm.cert_info(), &mut signature)?;
            let (pub_area, cert_info) = (tpm.pub_area(), tpm.cert_info());
            let alg = attestation::alg(context.platform, &key)?;
            Statement::Tpm { ver: TPM_VERSION, alg, sig, x5c: x5c.into(), pub_area, cert_info }
        }
    };
    Ok(Response::new(statement, subject.auth_data).message(reply)?)
}

/// Signs into `space`.
pub(super) fn sign<'o>(
    context: &mut Context<'_>,
    key: &KeyBlob,
    signed: &[u8],
    space: &'o mut [u8; SIGNATURE_MAX],
) -> Result<&'o [u8], Status> {
    let length = context.platform.sign(key, signed, space)?;
    space.get(..length).ok_or(Status::OTHER)
}

/// What a U2F registration and a `fido-u2f` attestation sign (U2F Raw Message Formats, section 4.3).
pub(super) struct Registration<'a> {
    pub(super) application: &'a [u8; 32],
    pub(super) challenge: &'a [u8; 32],
    pub(super) key_handle: &'a [u8],
    pub(super) public_key: &'a [u8; 65],
}

impl Registration<'_> {
    /// Signs it with the attestation key.
    pub(super) fn sign<'o>(
        &self,
        context: &mut Context<'_>,
        key: &KeyBlob,
        space: &'o mut [u8; SIGNATURE_MAX],
    ) -> Result<&'o [u8], Status> {
        let mut signed = [0; REGISTERED_MAX];
        let Self { application, challenge, key_handle, public_key } = self;
        let length = register_signed_data(application, challenge, key_handle, public_key, &mut signed)?;
        sign(context, key, signed.get(..length).ok_or(Status::OTHER)?, space)
    }
}

/// The uncompressed point of a P-256 COSE_Key.
pub(super) fn point(public_key: &[u8]) -> Result<[u8; 65], Status> {
    let PublicKey::P256 { x, y, .. } = PublicKey::decode(public_key)? else { return Err(Status::OTHER) };
    let mut point = [4; 65];
    let (head, tail) = point.split_at_mut(33);
    head.get_mut(1..).ok_or(Status::OTHER)?.copy_from_slice(x);
    tail.copy_from_slice(y);
    Ok(point)
}

/// Room for what a registration signs.
const REGISTERED_MAX: usize = 130 + credential::ID_MAX;
