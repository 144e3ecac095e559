//! Each flaw: the server decides one way without it and the other way with it.

use plan::Policy;
use plan::policy::{Attachment, BackupRule, Conveyance, CounterRule, Login, Requirement, Trust};

use rcgen::{CertificateParams, CustomExtension, DnType};

use super::key::{BE, BS, Batch, Draft, Key, Statement, UP, UV};
use super::scene::{Agent, ORIGIN, Scene};
use super::tpm::Lie;
use crate::reference::answer::Refusal;
use crate::reference::flaws::{Flaw, Flaws};

/// What the right server does: `Ok` is what it accepts.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Right {
    Accepts,
    Refuses,
}

type Outcome = Result<(), Refusal>;
type Act = Box<dyn Fn(&Scene) -> Outcome>;

#[test]
fn each_flaw_changes_the_decision() {
    for flaw in Flaw::all() {
        let (right, policy, act) = observation(flaw);
        let without = act(&Scene::new(policy.clone(), Flaws::NONE));
        let with = act(&Scene::new(policy, flaw.into()));
        let (accepted, refused) = match right {
            Right::Accepts => (without, with),
            Right::Refuses => (with, without),
        };
        assert_eq!(accepted, Ok(()), "{flaw}");
        assert_eq!(
            refused.map_err(|refusal| refusal.check.into_owned()),
            Err(flaw.about().check.to_owned()),
            "{flaw}"
        );
    }
}

/// No other flaw makes the server accept what only this one should.
#[test]
fn each_flaw_is_alone() {
    for flaw in Flaw::all() {
        let (right, policy, act) = observation(flaw);
        if right == Right::Accepts {
            continue;
        }
        let accepting: Vec<Flaw> =
            Flaw::all().filter(|other| act(&Scene::new(policy.clone(), (*other).into())).is_ok()).collect();
        let mut expected = [&[flaw], also(flaw)].concat();
        expected.sort();
        assert_eq!(accepting, expected, "{flaw}");
    }
}

/// Flaws that show in the same situation.
fn also(flaw: Flaw) -> &'static [Flaw] {
    use Flaw::*;
    match flaw {
        ChallengeReusableAtLogin => &[ChallengeNotCheckedAtLogin],
        ChallengeReusableAtRegistration => &[ChallengeNotCheckedAtRegistration],
        ChallengeOfOtherSessionAccepted | ChallengeOfOtherCeremonyAccepted => &[ChallengeNotCheckedAtLogin],
        OriginPrefixMatch => &[OriginNotCheckedAtRegistration],
        UserHandleIgnored => &[UserHandleTrusted],
        UserHandleTrusted => &[UserHandleIgnored],
        CounterNotStored | LoggedInBeforeCounter => &[CounterIgnored],
        RefusedCredentialStored => &[AaguidDenyIgnored],
        _ => &[],
    }
}

fn observation(flaw: Flaw) -> (Right, Policy, Act) {
    use Flaw::*;
    let plain = Policy::default();
    let uv = Policy { user_verification: Requirement::Required, ..Policy::default() };
    let refuses = |policy: Policy, act: Act| (Right::Refuses, policy, act);
    let accepts = |policy: Policy, act: Act| (Right::Accepts, policy, act);
    match flaw {
        UvNotCheckedAtRegistration => refuses(uv, registration(|_| ())),
        UpNotCheckedAtRegistration => refuses(plain, registration(|d| d.flags &= !UP)),
        TypeNotCheckedAtRegistration => {
            refuses(plain, registration(|d| d.client.kind = "webauthn.get".into()))
        }
        ChallengeNotCheckedAtRegistration => refuses(plain, registration(|d| d.client.challenge = made_up())),
        OriginNotCheckedAtRegistration => {
            refuses(plain, registration(|d| d.client.origin = "https://evil.example".into()))
        }
        RpIdHashIgnoredAtRegistration => refuses(plain, registration(|d| d.rp_id_hash = [9; 32])),
        TrailingBytesAccepted => refuses(plain, registration(|d| d.tail = vec![0; 4])),
        LongCredentialIdAccepted => refuses(plain, registration(|d| d.id = vec![1; 1024])),
        AlgorithmNotOfferedAccepted => {
            refuses(Policy { algorithms: vec![-8], ..plain }, registration(|_| ()))
        }
        BackupEligibilityIgnored => {
            let policy = Policy { backup_eligibility: BackupRule::Forbidden, ..plain };
            refuses(policy, registration(|d| d.flags |= BE))
        }
        AaguidAllowIgnored => {
            let allow = vec!["00112233-4455-6677-8899-aabbccddeeff".to_owned()];
            refuses(Policy { aaguid_allow: allow, ..plain }, registration(|_| ()))
        }
        AaguidDenyIgnored => refuses(deny(), registration(|_| ())),
        AttachmentNotChecked => {
            refuses(Policy { attachment: Some(Attachment::Platform), ..plain }, registration(|_| ()))
        }
        ResidentKeyNotChecked => {
            let policy = Policy { resident_key: Requirement::Required, ..plain };
            refuses(policy, registration(|d| d.resident = Some(false)))
        }
        AttestationSignatureIgnored => refuses(direct(), attested(packed_self, |d| d.break_signature = true)),
        AttestationAlgorithmIgnored => refuses(direct(), attested(packed_self, |d| d.statement_alg = -9)),
        AttestationCertificateIgnored => {
            refuses(direct(), attested(|| Statement::Packed(Batch::shaped(without_unit)), |_| ()))
        }
        CertificateAaguidIgnored => {
            refuses(direct(), attested(|| Statement::Packed(Batch::shaped(of_another_model)), |_| ()))
        }
        TpmExtraDataIgnored => refuses(direct(), attested(|| tpm(Lie::ExtraData), |_| ())),
        TpmPublicAreaIgnored => refuses(direct(), attested(|| tpm(Lie::PublicArea), |_| ())),
        TpmNameIgnored => refuses(direct(), attested(|| tpm(Lie::Name), |_| ())),
        TpmMagicIgnored => refuses(direct(), attested(|| tpm(Lie::Magic), |_| ())),
        UnknownFormatTakenAsNone => refuses(plain, registration(|d| d.fmt = Some("made-up"))),
        NoneWithStatementAccepted => refuses(plain, registration(|d| d.extra_member = true)),
        AttestationTrustIgnored => refuses(anchored(), attested(|| Statement::Packed(Batch::new()), |_| ())),
        NoAttestationAccepted => refuses(anchored(), registration(|_| ())),
        BsWithoutBeAccepted => refuses(plain, registration(|d| d.flags |= BS)),
        OriginPrefixMatch => {
            refuses(plain, registration(|d| d.client.origin = format!("{ORIGIN}.evil.example")))
        }
        CrossOriginAccepted => refuses(plain, registration(|d| d.client.cross_origin = Some(true))),
        ChallengeReusableAtRegistration => refuses(plain, Box::new(challenge_twice_at_registration)),
        DuplicateCredentialAccepted => refuses(plain, Box::new(|scene| second_owner(scene, "alice"))),
        CredentialTakenOver => refuses(plain, Box::new(|scene| second_owner(scene, "bob"))),
        ExcludeListEmpty => refuses(plain, Box::new(exclude_list)),
        RefusedCredentialStored => refuses(deny(), Box::new(stored_though_refused)),
        UvNotCheckedAtLogin => {
            refuses(uv, login(|| Key::new(1).with_flags(UP | UV), |_| (), |d| d.flags &= !UV))
        }
        UpNotCheckedAtLogin => refuses(plain, simple_login(|d| d.flags &= !UP)),
        TypeNotCheckedAtLogin => refuses(plain, simple_login(|d| d.client.kind = "webauthn.create".into())),
        ChallengeNotCheckedAtLogin => refuses(plain, simple_login(|d| d.client.challenge = made_up())),
        OriginNotCheckedAtLogin => {
            refuses(plain, simple_login(|d| d.client.origin = "https://evil.example".into()))
        }
        RpIdHashIgnoredAtLogin => refuses(plain, simple_login(|d| d.rp_id_hash = [9; 32])),
        SignatureNotVerified => refuses(plain, simple_login(|d| d.break_signature = true)),
        CounterIgnored => refuses(plain, login(|| Key::new(1), |d| d.counter = 1_000, |_| ())),
        BeChangeIgnored => refuses(plain, simple_login(|d| d.flags |= BE)),
        ZeroCounterRefused => accepts(plain, login(|| Key::new(1).without_counter(), |_| (), |_| ())),
        CounterNotStored => refuses(plain, Box::new(late_assertion)),
        LoggedInBeforeCounter => refuses(plain, Box::new(logged_in_though_refused)),
        ChallengeReusableAtLogin => {
            refuses(Policy { counter: CounterRule::Ignore, ..plain }, Box::new(response_twice))
        }
        ChallengeOfOtherSessionAccepted => refuses(plain, Box::new(challenge_of_other_session)),
        ChallengeOfOtherCeremonyAccepted => refuses(plain, Box::new(challenge_of_other_ceremony)),
        UserHandleIgnored => refuses(usernameless(), Box::new(|scene| foreign_handle(scene, None))),
        UserHandleTrusted => refuses(usernameless(), Box::new(|scene| foreign_handle(scene, None))),
        MissingUserHandleAccepted => refuses(usernameless(), Box::new(no_handle)),
        CredentialOfAnotherUserAccepted => refuses(plain, Box::new(foreign_key)),
        AllowListIgnored => refuses(plain, Box::new(unlisted_key)),
        DeletedCredentialAccepted => refuses(plain, Box::new(deleted_key)),
        UvNotAsked => accepts(uv, Box::new(verification_as_asked)),
        UvDemandedWhenDiscouraged => {
            let policy = Policy { user_verification: Requirement::Discouraged, ..plain };
            accepts(policy, registration(|_| ()))
        }
        U2fAttestationRefused => accepts(direct(), attested(|| Statement::U2f(Batch::new()), |_| ())),
        SecondCredentialLost => accepts(plain, Box::new(two_keys)),
    }
}

#[test]
fn who_is_logged_in_by_the_user_handle_flaws() {
    let scene = Scene::new(usernameless(), Flaw::UserHandleIgnored.into());
    assert_eq!(foreign_handle(&scene, Some("alice")), Ok(()));
    let scene = Scene::new(usernameless(), Flaw::UserHandleTrusted.into());
    assert_eq!(foreign_handle(&scene, Some("bob")), Ok(()));
}

#[test]
fn a_credential_that_is_taken_over_leaves_its_owner() {
    let scene = Scene::new(Policy::default(), Flaw::CredentialTakenOver.into());
    second_owner(&scene, "bob").unwrap();
    assert_eq!((scene.count("alice"), scene.count("bob")), (0, 1));
}

#[test]
fn the_origin_prefix_flaw_holds_at_login_too() {
    let scene = Scene::new(Policy::default(), Flaw::OriginPrefixMatch.into());
    let act = simple_login(|d| d.client.origin = format!("{ORIGIN}.evil.example"));
    assert_eq!(act(&scene), Ok(()));
}

fn registration(edit: fn(&mut Draft)) -> Act {
    attested(|| Statement::None, edit)
}

fn attested(statement: fn() -> Statement, edit: fn(&mut Draft)) -> Act {
    Box::new(move |scene| {
        let outcome = scene.register("alice", &mut Key::new(1).attesting(statement()), edit);
        if !scene.site.settings().flaws.has(Flaw::RefusedCredentialStored) {
            assert_eq!(scene.count("alice"), usize::from(outcome.is_ok()));
        }
        outcome.map(drop)
    })
}

fn tpm(lie: Lie) -> Statement {
    Statement::Tpm(Batch::in_tpm(), Some(lie))
}

/// "Authenticator Attestation" is missing.
fn without_unit(leaf: &mut CertificateParams) {
    assert!(leaf.distinguished_name.remove(DnType::OrganizationalUnitName));
}

/// The AAGUID extension names another model.
fn of_another_model(leaf: &mut CertificateParams) {
    let content = [&[0x04, 16][..], b"another test key"].concat();
    let extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 45724, 1, 1, 4], content);
    leaf.custom_extensions.push(extension);
}

fn packed_self() -> Statement {
    Statement::PackedSelf
}

fn simple_login(edit: fn(&mut Draft)) -> Act {
    login(|| Key::new(1), |_| (), edit)
}

fn login(key: fn() -> Key, at_registration: fn(&mut Draft), at_login: fn(&mut Draft)) -> Act {
    Box::new(move |scene| {
        let mut key = key();
        scene.register("alice", &mut key, at_registration)?;
        scene.login("alice", &mut key, at_login).map(drop)
    })
}

fn challenge_twice_at_registration(scene: &Scene) -> Outcome {
    let mut agent = scene.agent("alice");
    let used = scene.offer_registration(&mut agent);
    let next = scene.offer_registration(&mut agent);
    scene.send_registration(&agent, &Key::new(1).create(&used, ORIGIN, |_| ()))?;
    let again = Key::new(2).create(&used, ORIGIN, |_| ());
    assert_ne!(used.challenge, next.challenge);
    scene.send_registration(&agent, &again).map(drop)
}

fn second_owner(scene: &Scene, name: &str) -> Outcome {
    scene.register("alice", &mut Key::new(1), |_| ()).unwrap();
    scene.register(name, &mut Key::new(1), |_| ()).map(drop)
}

fn exclude_list(scene: &Scene) -> Outcome {
    scene.register("alice", &mut Key::new(1), |_| ()).unwrap();
    let options = scene.offer_registration(&mut scene.agent("alice"));
    match options.exclude_credentials.as_slice() {
        [] => Ok(()),
        [one] if *one.id == [1; 32] && one.transports == ["usb"] => {
            Err(Refusal::failed("exclude-list", "it is there"))
        }
        others => panic!("{others:?}"),
    }
}

fn stored_though_refused(scene: &Scene) -> Outcome {
    let Err(refusal) = scene.register("alice", &mut Key::new(1), |_| ()) else { return Ok(()) };
    if scene.count("alice") == 1 { Ok(()) } else { Err(refusal) }
}

/// An assertion that was made before another and comes after it.
fn late_assertion(scene: &Scene) -> Outcome {
    let mut key = Key::new(1);
    scene.register("alice", &mut key, |_| ()).unwrap();
    let mut agents = [scene.agent("alice"), scene.agent("alice")];
    let options = agents.each_mut().map(|agent| scene.offer_login(agent, None));
    let [first, second] = options.map(|options| key.get(&options, ORIGIN, |_| ()));
    scene.send_login(&mut agents[1], &second).unwrap();
    scene.send_login(&mut agents[0], &first).map(drop)
}

fn logged_in_though_refused(scene: &Scene) -> Outcome {
    let mut key = Key::new(1);
    scene.register("alice", &mut key, |d| d.counter = 1_000).unwrap();
    let mut agent = scene.agent("alice");
    let options = scene.offer_login(&mut agent, None);
    let response = key.get(&options, ORIGIN, |_| ());
    let Err(refusal) = scene.send_login(&mut agent, &response) else { return Ok(()) };
    if scene.whoami(&agent).is_some() { Ok(()) } else { Err(refusal) }
}

/// The same response in another session, which has a challenge of its own.
fn response_twice(scene: &Scene) -> Outcome {
    let mut key = Key::new(1);
    scene.register("alice", &mut key, |_| ()).unwrap();
    let mut agent = scene.agent("alice");
    let options = scene.offer_login(&mut agent, None);
    let response = key.get(&options, ORIGIN, |_| ());
    scene.send_login(&mut agent, &response).unwrap();
    let mut other = scene.agent("alice");
    scene.offer_login(&mut other, None);
    scene.send_login(&mut other, &response).map(drop)
}

fn challenge_of_other_session(scene: &Scene) -> Outcome {
    let mut key = Key::new(1);
    scene.register("alice", &mut key, |_| ()).unwrap();
    let mut agents = [scene.agent("alice"), scene.agent("alice")];
    let [first, _] = agents.each_mut().map(|agent| scene.offer_login(agent, None));
    let response = key.get(&first, ORIGIN, |_| ());
    scene.send_login(&mut agents[1], &response).map(drop)
}

fn challenge_of_other_ceremony(scene: &Scene) -> Outcome {
    let mut key = Key::new(1);
    scene.register("alice", &mut key, |_| ()).unwrap();
    let mut agent = scene.agent("alice");
    let challenge = scene.offer_registration(&mut agent).challenge;
    let mut options = scene.offer_login(&mut agent, None);
    options.challenge = challenge;
    let response = key.get(&options, ORIGIN, |_| ());
    scene.send_login(&mut agent, &response).map(drop)
}

fn foreign_handle(scene: &Scene, who: Option<&str>) -> Outcome {
    let (mut key, mut other) = (Key::new(1), Key::new(2));
    scene.register("alice", &mut key, |_| ()).unwrap();
    scene.register("bob", &mut other, |_| ()).unwrap();
    let bob = scene.offer_registration(&mut scene.agent("bob")).user.id;
    let logged_in = scene.login_without_name(&mut key, |d| d.handle = Some(bob.to_vec()))?;
    assert!(who.is_none_or(|who| who == logged_in.user));
    Ok(())
}

fn no_handle(scene: &Scene) -> Outcome {
    let mut key = Key::new(1);
    scene.register("alice", &mut key, |_| ()).unwrap();
    let logged_in = scene.login_without_name(&mut key, |d| d.handle = None)?;
    assert_eq!(logged_in.user, "alice");
    Ok(())
}

fn foreign_key(scene: &Scene) -> Outcome {
    let mut key = Key::new(1);
    scene.register("alice", &mut key, |_| ()).unwrap();
    scene.register("bob", &mut Key::new(2), |_| ()).unwrap();
    let logged_in = scene.login("bob", &mut key, |_| ())?;
    assert_eq!(logged_in.user, "bob");
    Ok(())
}

fn unlisted_key(scene: &Scene) -> Outcome {
    let mut key = Key::new(2);
    scene.register("alice", &mut Key::new(1), |_| ()).unwrap();
    let mut agent = scene.agent("alice");
    let options = scene.offer_login(&mut agent, None);
    scene.register("alice", &mut key, |_| ()).unwrap();
    let response = key.get(&options, ORIGIN, |_| ());
    scene.send_login(&mut agent, &response).map(drop)
}

fn deleted_key(scene: &Scene) -> Outcome {
    let mut key = Key::new(1);
    scene.register("alice", &mut key, |_| ()).unwrap();
    let mut agent = scene.agent("alice");
    let options = scene.offer_login(&mut agent, None);
    scene.site.revoke("alice", &webauthn::bytes::encode(&key.id)).unwrap();
    assert_eq!(scene.count("alice"), 0);
    let response = key.get(&options, ORIGIN, |_| ());
    scene.send_login(&mut agent, &response).map(drop)
}

/// A client that verifies the user if it is asked to.
fn verification_as_asked(scene: &Scene) -> Outcome {
    let mut agent: Agent = scene.agent("alice");
    let options = scene.offer_registration(&mut agent);
    let flags = if options.verification() == webauthn::Requirement::Required { UP | UV } else { UP };
    let response = Key::new(1).with_flags(flags).create(&options, ORIGIN, |_| ());
    scene.send_registration(&agent, &response).map(drop)
}

fn two_keys(scene: &Scene) -> Outcome {
    scene.register("alice", &mut Key::new(1), |_| ()).unwrap();
    scene.register("alice", &mut Key::new(2), |_| ()).unwrap();
    if scene.count("alice") == 2 {
        Ok(())
    } else {
        Err(Refusal::failed("credential-stored", "it is not there"))
    }
}

fn deny() -> Policy {
    Policy { aaguid_deny: vec![super::policy::aaguid()], ..Policy::default() }
}

fn direct() -> Policy {
    Policy { attestation: Conveyance::Direct, ..Policy::default() }
}

fn anchored() -> Policy {
    Policy { trust: Trust::Anchored, ..direct() }
}

fn usernameless() -> Policy {
    Policy { login: Login::Usernameless, ..Policy::default() }
}

fn made_up() -> String {
    webauthn::bytes::encode(&[5; 32])
}
