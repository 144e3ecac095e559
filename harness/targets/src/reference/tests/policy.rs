//! Each member of the policy: what is asked of the client and what is insisted on.

use plan::Policy;
use plan::policy::{Attachment, BackupRule, Conveyance, CounterRule, Login, Requirement, Trust};

use super::key::{AAGUID, BE, Batch, Key, Statement, UP, UV};
use super::scene::{Agent, ORIGIN, Scene};
use crate::reference::answer::Refusal;
use crate::reference::flaws::Flaws;
use crate::reference::site::{Site, SiteSettings};

/// The test key's AAGUID as text.
pub(super) fn aaguid() -> String {
    let hex = hex::encode(AAGUID);
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

fn scene(policy: Policy) -> Scene {
    Scene::new(policy, Flaws::NONE)
}

fn check<T>(outcome: Result<T, Refusal>) -> Result<(), String> {
    outcome.map(drop).map_err(|refusal| refusal.check.into_owned())
}

fn refused(check: &str) -> Result<(), String> {
    Err(check.to_owned())
}

#[test]
fn user_verification_is_asked_and_insisted_on_when_required() {
    for (wanted, asked, without) in [
        (Requirement::Required, "required", refused("user-verified")),
        (Requirement::Preferred, "preferred", Ok(())),
        (Requirement::Discouraged, "discouraged", Ok(())),
    ] {
        let scene = scene(Policy { user_verification: wanted, ..Policy::default() });
        let options = scene.offer_registration(&mut scene.agent("alice"));
        let selection = options.authenticator_selection.unwrap();
        assert_eq!(selection.user_verification.as_deref(), Some(asked));
        assert_eq!(check(scene.register("alice", &mut Key::new(1), |_| ())), without);
        let mut key = Key::new(2).with_flags(UP | UV);
        assert_eq!(check(scene.register("alice", &mut key, |_| ())), Ok(()));
        let options = scene.offer_login(&mut scene.agent("alice"), None);
        assert_eq!(options.user_verification.as_deref(), Some(asked));
        assert_eq!(check(scene.login("alice", &mut key, |d| d.flags = UP)), without);
        assert_eq!(check(scene.login("alice", &mut key, |_| ())), Ok(()));
    }
}

#[test]
fn a_required_resident_key_has_to_be_told_by_cred_props() {
    let strict = scene(Policy { resident_key: Requirement::Required, ..Policy::default() });
    let selection = strict.offer_registration(&mut strict.agent("alice")).authenticator_selection.unwrap();
    assert_eq!(selection.resident_key.as_deref(), Some("required"));
    assert_eq!(selection.require_resident_key, Some(true));
    for (told, outcome) in
        [(Some(true), Ok(())), (Some(false), refused("resident-key")), (None, refused("resident-key"))]
    {
        let mut key = Key::new(u8::from(told == Some(true)) + 1);
        assert_eq!(check(strict.register("alice", &mut key, |d| d.resident = told)), outcome);
    }
    let preferred = scene(Policy { resident_key: Requirement::Preferred, ..Policy::default() });
    assert_eq!(check(preferred.register("alice", &mut Key::new(1), |d| d.resident = None)), Ok(()));
}

#[test]
fn attestation_is_asked_for_and_trusted_only_up_to_an_anchor() {
    let batch = Batch::new();
    let policy = Policy { attestation: Conveyance::Direct, trust: Trust::Anchored, ..Policy::default() };
    let anchored = |anchor: &Batch| Scene::anchored(policy.clone(), Flaws::NONE, vec![anchor.root.clone()]);
    let register = |scene: Scene, statement| {
        check(scene.register("alice", &mut Key::new(1).attesting(statement), |_| ()))
    };
    let scene = anchored(&batch);
    assert_eq!(scene.offer_registration(&mut scene.agent("alice")).attestation.as_deref(), Some("direct"));
    assert_eq!(register(scene, Statement::Packed(batch.clone())), Ok(()));
    assert_eq!(register(anchored(&batch), Statement::U2f(batch.clone())), Ok(()));
    assert_eq!(register(anchored(&batch), Statement::None), refused("no-attestation"));
    assert_eq!(register(anchored(&batch), Statement::PackedSelf), refused("self-attestation"));
    // Both roots have the same name: only the signature tells them apart.
    assert_eq!(
        register(anchored(&Batch::new()), Statement::Packed(batch.clone())),
        refused("trust-signature")
    );
    let none = Scene::anchored(policy.clone(), Flaws::NONE, Vec::new());
    assert_eq!(register(none, Statement::Packed(batch)), refused("trust-anchor"));
}

#[test]
fn any_statement_that_verifies_is_taken_without_trust() {
    let batch = Batch::new();
    for (seed, statement) in [
        (1, Statement::None),
        (2, Statement::PackedSelf),
        (3, Statement::Packed(batch.clone())),
        (4, Statement::U2f(batch)),
        (5, Statement::Tpm(Batch::in_tpm(), None)),
    ] {
        let scene = scene(Policy { attestation: Conveyance::Indirect, ..Policy::default() });
        let mut key = Key::new(seed).attesting(statement);
        assert_eq!(check(scene.register("alice", &mut key, |_| ())), Ok(()), "{seed}");
        if seed > 1 {
            key.id[0] ^= 1;
            let broken = scene.register("alice", &mut key, |d| d.break_signature = true);
            assert_eq!(check(broken), refused("attestation-signature"), "{seed}");
        }
    }
}

#[test]
fn attachment_and_algorithms_are_those_asked_for() {
    let policy =
        Policy { attachment: Some(Attachment::CrossPlatform), algorithms: vec![-7], ..Policy::default() };
    let scene = scene(policy);
    let options = scene.offer_registration(&mut scene.agent("alice"));
    let asked = options.authenticator_selection.unwrap().authenticator_attachment;
    assert_eq!(asked.as_deref(), Some("cross-platform"));
    assert_eq!(options.pub_key_cred_params.iter().map(|p| p.alg).collect::<Vec<_>>(), [-7]);
    let register = |told| check(scene.register("alice", &mut Key::new(1), |d| d.attachment = told));
    assert_eq!(register(Some("platform")), refused("attachment"));
    assert_eq!(register(None), refused("attachment"));
    assert_eq!(register(Some("cross-platform")), Ok(()));
}

#[test]
fn aaguid_lists_are_kept() {
    let other = "00112233-4455-6677-8899-aabbccddeeff".to_owned();
    for (allow, deny, outcome) in [
        (vec![], vec![], Ok(())),
        (vec![other.clone(), aaguid()], vec![], Ok(())),
        (vec![other.clone()], vec![], refused("aaguid-allowed")),
        (vec![], vec![other], Ok(())),
        (vec![aaguid()], vec![aaguid()], refused("aaguid-denied")),
    ] {
        let scene = scene(Policy { aaguid_allow: allow, aaguid_deny: deny, ..Policy::default() });
        assert_eq!(check(scene.register("alice", &mut Key::new(1), |_| ())), outcome);
    }
}

#[test]
fn an_aaguid_that_is_none_is_told_by_its_text() {
    for text in ["", "nonsense", "00112233445566778899aabbccddeeff", "00112233-4455-6677-8899-AABBCCDDEEFF"] {
        let settings = SiteSettings {
            origin: ORIGIN.into(),
            rp_id: "anykey.test".into(),
            policy: Policy { aaguid_deny: vec![text.to_owned()], ..Policy::default() },
            anchors: Vec::new(),
            flaws: Flaws::NONE,
            seed: None,
        };
        let error = Site::new("1".into(), settings).unwrap_err();
        assert!(error.starts_with(&format!("`{text}` is no AAGUID")), "{error}");
    }
}

#[test]
fn the_counter_rule_is_kept() {
    for (counter, outcome) in [(CounterRule::Refuse, refused("sign-count")), (CounterRule::Ignore, Ok(()))] {
        let scene = scene(Policy { counter, ..Policy::default() });
        let mut key = Key::new(1);
        scene.register("alice", &mut key, |d| d.counter = 2).unwrap();
        assert_eq!(check(scene.login("alice", &mut key, |d| d.counter = 2)), outcome);
        assert_eq!(check(scene.login("alice", &mut key, |d| d.counter = 3)), Ok(()));
        assert_eq!(scene.site.credentials("alice").unwrap()[0].sign_count, 3);
        assert_eq!(check(scene.login("alice", &mut key, |d| d.counter = 0)), outcome);
    }
}

#[test]
fn the_backup_rule_is_kept_and_the_flag_cannot_change() {
    for (rule, bound, portable) in [
        (BackupRule::Any, Ok(()), Ok(())),
        (BackupRule::Required, refused("backup-eligibility"), Ok(())),
        (BackupRule::Forbidden, Ok(()), refused("backup-eligibility")),
    ] {
        let scene = scene(Policy { backup_eligibility: rule, ..Policy::default() });
        let mut keys = [Key::new(1), Key::new(2).with_flags(UP | BE)];
        for (key, outcome) in keys.iter_mut().zip([bound, portable]) {
            assert_eq!(check(scene.register("alice", key, |_| ())), outcome);
            if outcome.is_ok() {
                let changed = scene.login("alice", key, |d| d.flags ^= BE);
                assert_eq!(check(changed), refused("backup-eligibility-changed"));
                assert_eq!(check(scene.login("alice", key, |_| ())), Ok(()));
            }
        }
    }
}

#[test]
fn the_exclude_list_names_the_users_own_credentials() {
    for exclude_credentials in [true, false] {
        let scene = scene(Policy { exclude_credentials, ..Policy::default() });
        scene.register("alice", &mut Key::new(1), |_| ()).unwrap();
        scene.register("bob", &mut Key::new(2), |_| ()).unwrap();
        let options = scene.offer_registration(&mut scene.agent("alice"));
        let ids: Vec<Vec<u8>> = options.exclude_credentials.into_iter().map(|d| d.id.0).collect();
        assert_eq!(ids, if exclude_credentials { vec![vec![1; 32]] } else { vec![] });
        // A credential id can be there once only, whatever the policy.
        assert_eq!(check(scene.register("alice", &mut Key::new(1), |_| ())), refused("credential-unique"));
    }
}

#[test]
fn the_kind_of_login_decides_what_comes_before_the_key() {
    let second = scene(Policy::default());
    let mut key = Key::new(1);
    second.register("alice", &mut key, |_| ()).unwrap();
    let offer = |scene: &Scene, agent: &Agent, name| {
        scene.site.login_options(agent.token.as_deref(), name, scene.now).map(|(_, options)| options)
    };
    assert_eq!(check(offer(&second, &Agent::default(), Some("alice"))), refused("session"));
    assert_eq!(check(offer(&second, &second.agent("alice"), Some("bob"))), refused("account"));
    assert_eq!(check(offer(&second, &second.agent("bob"), None)), refused("no-credential"));
    assert_eq!(offer(&second, &second.agent("alice"), None).unwrap().allow_credentials.len(), 1);

    let first = scene(Policy { login: Login::Passwordless, ..Policy::default() });
    first.register("alice", &mut key, |_| ()).unwrap();
    assert_eq!(check(offer(&first, &Agent::default(), None)), refused("account"));
    assert_eq!(check(offer(&first, &Agent::default(), Some("carol"))), refused("account"));
    let mut agent = Agent::default();
    let options = first.offer_login(&mut agent, Some("alice"));
    let response = key.get(&options, ORIGIN, |_| ());
    assert_eq!(first.send_login(&mut agent, &response).unwrap().user, "alice");

    let only = scene(Policy { login: Login::Usernameless, ..Policy::default() });
    only.register("alice", &mut key, |_| ()).unwrap();
    assert_eq!(check(offer(&only, &Agent::default(), Some("alice"))), refused("account"));
    assert!(offer(&only, &Agent::default(), None).unwrap().allow_credentials.is_empty());
    assert_eq!(only.login_without_name(&mut key, |_| ()).unwrap().user, "alice");
}
