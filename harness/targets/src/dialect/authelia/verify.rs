//! Verification as go-webauthn 0.17 does it, on our own; and the words with which Authelia logs what is wrong.

use url::Url;
use webauthn::verify::{AttestationPolicy, Check, Checks, Expectations, Refusal};

use super::setup::Webauthn;
use plan::policy::Requirement;

/// The algorithms that Authelia offers, in its order.
pub(super) const ALGORITHMS: [i32; 10] = [-7, -35, -36, -257, -258, -259, -37, -38, -39, -8];

/// What is expected of an answer to `challenge`; `told` is the origin that the client data has.
pub(super) fn expectations(webauthn: &Webauthn, origin: &Url, challenge: &[u8], told: &str) -> Expectations {
    let own = origin.origin().ascii_serialization();
    // Differs: origins are compared as URLs (login.origin-trailing-slash and login.origin-upper-case are accepted).
    let same = Url::parse(told).is_ok_and(|told| {
        told.origin() == origin.origin() && matches!(told.path(), "" | "/") && told.query().is_none()
    });
    let origin = if same { told.to_owned() } else { own };
    let mut expect = Expectations::new(challenge, origin, "");
    expect.user_verification = webauthn.selection_criteria.user_verification == Requirement::Required;
    expect.algorithms = ALGORITHMS.to_vec();
    // No chain is looked at without `webauthn.metadata`; the filters come later, with words of their own.
    expect.attestation = AttestationPolicy::default();
    expect
}

/// The checks that are left out of a registration.
pub(super) fn of_registration() -> Checks {
    // Differs: BS without BE is looked at only when the key logs in (register.backed-up-but-not-eligible is accepted).
    [Check::BackupFlags].into_iter().collect()
}

/// The checks that are left out of a login: the counter is judged after all else, and is kept even then.
pub(super) fn of_login() -> Checks {
    [Check::SignCount].into_iter().collect()
}

/// Whether the response could not even be read, which Authelia answers with 400.
pub(super) fn is_unreadable(refusal: &Refusal) -> bool {
    matches!(
        refusal.check,
        Check::ResponseType
            | Check::ResponseId
            | Check::ClientDataJson
            | Check::AttestationObject
            | Check::AuthenticatorData
            | Check::AttestedPresent
            | Check::ExtensionData
            | Check::TrailingBytes
            | Check::CredentialIdLength
    )
}

/// The words of the log.
pub(super) fn words(refusal: &Refusal) -> String {
    let words = match refusal.check {
        Check::UserVerified => "User verification required but flag not set by authenticator",
        Check::UserPresent => "User presence required but flag not set by authenticator",
        Check::Type => "Error validating ceremony type",
        Check::Challenge => "Error validating challenge",
        Check::Origin | Check::TopOrigin => "Error validating origin",
        Check::CrossOrigin => "Error validating cross origin flag",
        Check::RpIdHash => "RP Hash mismatch",
        Check::BackupFlags => "Backup State Flag is true but Backup Eligible flag is false which is invalid",
        Check::BackupEligibilityChanged => {
            "Backup Eligible flag inconsistency detected during login validation"
        }
        Check::Signature => "Error validating the assertion signature",
        Check::AttestationSignature => "Signature validation error",
        Check::AttestationAlgorithm => "Public key algorithm does not equal att statement algorithm",
        Check::CredentialKnown => "Unable to find the credential for the returned credential ID",
        Check::AllowedCredential | Check::CredentialOwner => {
            "The credential ID provided is not owned by the user"
        }
        Check::UserHandle | Check::UserHandlePresent => "User handle and User ID do not match",
        _ => return refusal.message.clone(),
    };
    format!("{words}: {}", refusal.message)
}
