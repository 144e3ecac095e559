//! Attestation conveyance: what the site learns of the key's model.

use webauthn::attestation_object::{AttestationObject, EMPTY_STATEMENT};
use webauthn::{Attachment, Conveyance};
use wire::authdata::AuthData;
use wire::ctap2::{RawMap, Statement};

use crate::ceremony::Ceremony;
use crate::twist::{AuthDataEdit, edit};

/// What becomes of the AAGUID when the attestation is replaced by `none`. Browsers differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AaguidTreatment {
    /// Zero for roaming keys, kept for keys that are part of the client device.
    #[default]
    ByAttachment,
    /// Zero.
    Zero,
    /// Kept, as Level 3 has it.
    Keep,
}

/// Section 5.1.3, the steps of constructCredentialAlg: the attestation object as the page gets it.
pub(super) fn convey(
    c: &mut Ceremony<'_>,
    object: &AttestationObject<'_>,
    preference: Conveyance,
    rp_id: &str,
    treatment: AaguidTreatment,
) -> Vec<u8> {
    let unaltered = c.twist.raw_attestation
        || match preference {
            Conveyance::None => is_anonymous_self_attestation(object),
            // A client may replace an `indirect` one; this one does not.
            Conveyance::Indirect | Conveyance::Direct | Conveyance::Enterprise => {
                c.person.allow_attestation(rp_id)
            }
        };
    if unaltered {
        return object.to_bytes();
    }
    let zero = match treatment {
        AaguidTreatment::ByAttachment => c.facts.attachment() == Attachment::CrossPlatform,
        AaguidTreatment::Zero => true,
        AaguidTreatment::Keep => false,
    };
    let edits = if zero { &[AuthDataEdit::Aaguid([0; 16])][..] } else { &[] };
    let auth_data = edit(object.auth_data, edits);
    AttestationObject { fmt: "none", auth_data: &auth_data, att_stmt: EMPTY_STATEMENT, rest: &[] }.to_bytes()
}

/// Whether it is self attestation with a zero AAGUID, which tells nothing of the model.
fn is_anonymous_self_attestation(object: &AttestationObject<'_>) -> bool {
    let zero = AuthData::parse(object.auth_data)
        .is_ok_and(|(data, _)| data.attested.is_some_and(|attested| attested.aaguid == &[0; 16]));
    let statement =
        RawMap::new(object.att_stmt).map(|att_stmt| Statement::Raw { fmt: object.fmt, att_stmt }.parse());
    zero && matches!(statement, Ok(Ok(Statement::Packed { x5c: None, .. })))
}
