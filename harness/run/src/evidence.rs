//! The bench's own verification: what is wrong with a response, whatever the server says.

use std::collections::BTreeMap;

use plan::Policy;
use plan::policy::{BackupRule, CounterRule, Requirement, Trust};
use serde_json::Value;
use webauthn::verify::{self, Check, Checks, CredentialRecord, Expectations, Refusal, Registered};
use webauthn::{AuthenticationResponse, CreationOptions, RegistrationResponse, RequestOptions};

/// What the bench keeps of credentials that the server took.
#[derive(Debug, Default)]
pub(crate) struct Records(BTreeMap<Vec<u8>, CredentialRecord>);

/// What is wrong with a response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Findings {
    /// Each check that does not hold, in words.
    pub(crate) wrong: Vec<String>,
    /// The credential, where the response is a registration that can be read at all.
    pub(crate) record: Option<CredentialRecord>,
}

impl Findings {
    /// For people.
    pub(crate) fn sentence(&self) -> String {
        match self.wrong.as_slice() {
            [] => "its own verification finds nothing wrong with the response".to_owned(),
            [one] => format!("its own verification finds one thing wrong, {one}"),
            more => format!("its own verification finds {} things wrong: {}", more.len(), more.join("; ")),
        }
    }
}

/// Whose site it is and what its policy says.
pub(crate) struct Party<'p> {
    pub(crate) origin: String,
    pub(crate) rp_id: String,
    pub(crate) policy: &'p Policy,
    pub(crate) anchors: &'p [Vec<u8>],
}

impl Party<'_> {
    fn expectations(&self, challenge: &[u8]) -> Expectations {
        let mut expect = Expectations::new(challenge, self.origin.clone(), self.rp_id.clone());
        expect.user_verification = self.policy.user_verification == Requirement::Required;
        expect.algorithms.clone_from(&self.policy.algorithms);
        expect.backup_eligibility = match self.policy.backup_eligibility {
            BackupRule::Any => verify::BackupRule::Any,
            BackupRule::Required => verify::BackupRule::Required,
            BackupRule::Forbidden => verify::BackupRule::Forbidden,
        };
        if self.policy.trust == Trust::Anchored {
            expect.attestation.accept_none = false;
            expect.attestation.accept_self = false;
            expect.attestation.anchors = Some(self.anchors.to_vec());
        }
        expect.attestation.aaguid_allow = aaguids(&self.policy.aaguid_allow);
        expect.attestation.aaguid_deny = aaguids(&self.policy.aaguid_deny);
        expect
    }

    /// What is wrong with a registration that answers these options.
    pub(crate) fn registration(
        &self,
        records: &Records,
        options: &CreationOptions,
        response: &Value,
    ) -> Findings {
        let parsed = match RegistrationResponse::from_value(response.clone()) {
            Ok(parsed) => parsed,
            Err(e) => return Findings { wrong: vec![format!("response-json: {e}")], record: None },
        };
        let known = |id: &[u8]| records.0.contains_key(id);
        let (registered, mut wrong) = all_wrong(self.expectations(&options.challenge), |expect| {
            verify::registration(&parsed, expect, &options.user.id, known)
        });
        wrong.extend(self.beyond_the_standard(options, &parsed));
        Findings { wrong, record: registered.map(|r: Registered| r.record) }
    }

    /// What the policy wants and the standard's procedure does not look at.
    fn beyond_the_standard(&self, options: &CreationOptions, response: &RegistrationResponse) -> Vec<String> {
        let mut wrong = Vec::new();
        let wanted = self.policy.attachment.and_then(|a| serde_json::to_value(a).ok());
        let told = response.authenticator_attachment.as_deref();
        if let Some(wanted) = wanted.as_ref().and_then(Value::as_str).filter(|wanted| told != Some(*wanted)) {
            wrong.push(format!("attachment: asked for was {wanted}, told is {}", told.unwrap_or("nothing")));
        }
        // A server that does not ask for credProps cannot be told, and nobody else can see it.
        let asked = options.extensions.as_ref().and_then(|e| e.get("credProps")) == Some(&Value::Bool(true));
        let rk = response.client_extension_results.get("credProps").and_then(|props| props.get("rk"));
        if asked
            && self.policy.resident_key == Requirement::Required
            && rk.and_then(Value::as_bool) != Some(true)
        {
            wrong.push("resident-key: credProps does not say that the credential is resident".to_owned());
        }
        wrong
    }

    /// What is wrong with a login that answers these options. `handles`: those of the user who was known beforehand, the last one
    /// last; the credential may have been registered under any of them.
    pub(crate) fn login(
        &self,
        records: &Records,
        options: &RequestOptions,
        handles: &[Vec<u8>],
        response: &Value,
    ) -> Findings {
        let parsed = match AuthenticationResponse::from_value(response.clone()) {
            Ok(parsed) => parsed,
            Err(e) => return Findings { wrong: vec![format!("response-json: {e}")], record: None },
        };
        let record = records.0.get(parsed.raw_id.as_ref());
        let under = record.and_then(|record| handles.iter().find(|handle| **handle == record.user_handle));
        let user = under.or_else(|| handles.last()).map(Vec::as_slice);
        let allow: Vec<Vec<u8>> = options.allow_credentials.iter().map(|d| d.id.0.clone()).collect();
        let mut expect = self.expectations(&options.challenge);
        // The rule on backup eligibility is one of registration.
        expect.backup_eligibility = verify::BackupRule::Any;
        if self.policy.counter == CounterRule::Ignore {
            expect.skip = expect.skip.with(Check::SignCount);
        }
        let (authenticated, wrong) = all_wrong(expect, |expect| {
            verify::authentication(&parsed, expect, &allow, user, |id| records.0.get(id))
        });
        let record = authenticated.and_then(|authenticated| {
            let mut record = records.0.get(&authenticated.credential_id)?.clone();
            authenticated.update(&mut record);
            Some(record)
        });
        Findings { wrong, record }
    }
}

impl Records {
    /// The server took it.
    pub(crate) fn keep(&mut self, findings: Findings) {
        if let Some(record) = findings.record {
            self.0.insert(record.id.clone(), record);
        }
    }

    /// Some may be gone from the server.
    pub(crate) fn forget_unless(&mut self, there: impl Fn(&[u8]) -> bool) {
        self.0.retain(|id, _| there(id));
    }

    /// The server was told to forget it.
    pub(crate) fn forget(&mut self, id: &[u8]) {
        self.0.remove(id);
    }
}

/// Verifies again and again, each time leaving out what was found, until nothing more is wrong or nothing more can be left out.
fn all_wrong<T>(
    mut expect: Expectations,
    verify: impl Fn(&Expectations) -> Result<T, Refusal>,
) -> (Option<T>, Vec<String>) {
    let mut wrong = Vec::new();
    let mut left_out = Checks::NONE;
    loop {
        match verify(&expect) {
            Ok(passed) => return (Some(passed), wrong),
            Err(refusal) => {
                wrong.push(refusal.to_string());
                if !refusal.check.can_skip() || left_out.contains(refusal.check) {
                    return (None, wrong);
                }
                left_out = left_out.with(refusal.check);
                expect.skip = expect.skip.with(refusal.check);
            }
        }
    }
}

fn aaguids(list: &[String]) -> Vec<[u8; 16]> {
    list.iter()
        .filter_map(|text| hex::decode(text.replace('-', "")).ok())
        .filter_map(|bytes| bytes.try_into().ok())
        .collect()
}
