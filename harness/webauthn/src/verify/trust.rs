//! From an attestation certificate to a trust anchor.

use super::certificate::Certificate;
use super::check::Check;
use super::expectations::{Expectations, Refusal};

/// Insists that the trust path (leaf first, DER) ends at one of the anchors (DER).
pub(super) fn verify(path: &[Vec<u8>], anchors: &[Vec<u8>], expect: &Expectations) -> Result<(), Refusal> {
    let Some((leaf, intermediates)) = path.split_first() else {
        return expect.insist(Check::TrustAnchor, false, || "there is no trust path".to_owned());
    };
    let Some(leaf) = expect.pass(Check::TrustAnchor, Certificate::parse(leaf))? else { return Ok(()) };
    let mut given = Vec::new();
    for der in intermediates {
        given.extend(expect.pass(Check::TrustAnchor, Certificate::parse(der))?);
    }
    let anchors: Vec<_> = anchors.iter().filter_map(|der| Certificate::parse(der).ok()).collect();

    let mut current = &leaf;
    for below in 0..=MOST_INTERMEDIATES {
        insist_valid(current, expect)?;
        if anchors.iter().any(|anchor| anchor.der == current.der) {
            return Ok(());
        }
        let issued = |issuer: &&Certificate<'_>| {
            issuer.subject() == current.issuer()
                && (expect.skip.contains(Check::TrustSignature) || current.is_signed_by(issuer))
        };
        if let Some(anchor) = anchors.iter().find(issued) {
            insist_issuer(anchor, below, expect)?;
            return insist_valid(anchor, expect);
        }
        // A certificate that names itself as its issuer leads nowhere.
        let Some(next) = given.iter().filter(|next| next.der != current.der).find(issued) else {
            return no_issuer(current, &anchors, &given, expect);
        };
        insist_issuer(next, below, expect)?;
        current = next;
    }
    expect.insist(Check::TrustAnchor, false, || format!("the trust path is longer than {MOST_INTERMEDIATES}"))
}

/// Tells a path whose names fit but whose signatures do not from one that just ends.
fn no_issuer(
    current: &Certificate<'_>,
    anchors: &[Certificate<'_>],
    given: &[Certificate<'_>],
    expect: &Expectations,
) -> Result<(), Refusal> {
    let issuer = current.issuer();
    let named = anchors.iter().chain(given).any(|c| c.der != current.der && c.subject() == issuer);
    expect.insist(Check::TrustSignature, !named, || {
        format!("the signature of {} does not verify with the key of {issuer}", current.subject())
    })?;
    expect.insist(Check::TrustAnchor, false, || {
        format!("{} was issued by {issuer}, which is neither a trust anchor nor in x5c", current.subject())
    })
}

fn insist_valid(certificate: &Certificate<'_>, expect: &Expectations) -> Result<(), Refusal> {
    expect.insist(Check::TrustValidity, certificate.is_valid_at(expect.attestation.now), || {
        format!("{} is valid from {}, not now", certificate.subject(), certificate.validity())
    })
}

fn insist_issuer(issuer: &Certificate<'_>, below: usize, expect: &Expectations) -> Result<(), Refusal> {
    expect.pass(Check::TrustIssuer, issuer.may_issue(below)).map(|_| ())
}

const MOST_INTERMEDIATES: usize = 6;
