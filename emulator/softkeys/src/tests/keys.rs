use authenticator::platform::{Alg, Crypto, CryptoError, Keep, KeyBlob, P256Point, Random};
use proptest::prelude::*;

use super::{key, point, sign, verifies};
use crate::{Fast, Seeded};

/// RFC 6979, appendix A.2.5: the private key and its point.
const SECRET: &str = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
const X: &str = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6";
const Y: &str = "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";

fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    hex::decode(hex).unwrap().try_into().unwrap()
}

fn each(test: impl Fn(&mut dyn Crypto)) {
    test(&mut Fast::new());
    test(&mut Seeded::from_seed([7; 32]));
}

#[test]
fn rfc_6979_vectors() {
    let mut platform = Seeded::from_seed([1; 32]);
    let key = platform.import(Alg::ES256, &bytes::<32>(SECRET), Keep::Wrapped).unwrap();
    // r and s of the appendix in DER; both start with a set bit, hence the leading zeros.
    let sample = "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716\
                  022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
    assert_eq!(hex::encode(sign(&mut platform, &key, b"sample")), sample);
    let test = "3045022100f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367\
                0220019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083";
    assert_eq!(hex::encode(sign(&mut platform, &key, b"test")), test);
}

#[test]
fn imported_keys_sign_for_their_point() {
    let point = bytes(&format!("04{X}{Y}"));
    each(|platform| {
        for keep in [Keep::Wrapped, Keep::Stored] {
            let key = platform.import(Alg::ES256, &bytes::<32>(SECRET), keep).unwrap();
            assert!(verifies(&point, b"message", &sign(platform, &key, b"message")));
        }
    });
}

#[test]
fn made_keys_sign_for_their_point() {
    each(|platform| {
        for keep in [Keep::Wrapped, Keep::Stored] {
            let (blob, point) = key(platform, keep);
            let signature = sign(platform, &blob, b"message");
            assert!(verifies(&point, b"message", &signature));
            assert!(!verifies(&point, b"another", &signature));
        }
    });
}

#[test]
fn a_key_tells_its_public_half_again() {
    each(|platform| {
        for keep in [Keep::Wrapped, Keep::Stored] {
            let (blob, made) = key(platform, keep);
            let mut cose = [0; 128];
            let len = platform.public(&blob, &mut cose).unwrap();
            assert_eq!(point(&cose[..len]), made);
            assert_eq!(platform.public(&blob, &mut [0; 76]), Err(CryptoError::TooSmall));
        }
        let foreign = KeyBlob::new(&[1; 48]).unwrap();
        assert_eq!(platform.public(&foreign, &mut [0; 128]), Err(CryptoError::BadKey));
    });
}

#[test]
fn a_wrapped_blob_leaves_room_for_a_mac_in_a_key_handle() {
    each(|platform| {
        assert_eq!(key(platform, Keep::Wrapped).0.as_bytes().len(), 48);
        assert_eq!(key(platform, Keep::Stored).0.as_bytes().len(), 16);
    });
}

#[test]
fn tampered_blobs_are_refused() {
    each(|platform| {
        for keep in [Keep::Wrapped, Keep::Stored] {
            let (blob, _) = key(platform, keep);
            for at in 0..blob.as_bytes().len() {
                let mut bytes = blob.as_bytes().to_vec();
                bytes[at] ^= 1 << (at % 8);
                let odd = KeyBlob::new(&bytes).unwrap();
                assert_eq!(platform.sign(&odd, b"", &mut [0; 80]), Err(CryptoError::BadKey));
            }
            let short = KeyBlob::new(&blob.as_bytes()[1..]).unwrap();
            assert_eq!(platform.sign(&short, b"", &mut [0; 80]), Err(CryptoError::BadKey));
            assert_eq!(platform.destroy(&short), Err(CryptoError::BadKey));
        }
    });
}

#[test]
fn blobs_of_another_platform_are_refused() {
    let platforms: [&mut dyn Crypto; 4] = [
        &mut Fast::new(),
        &mut Fast::new(),
        &mut Seeded::from_seed([1; 32]),
        &mut Seeded::from_seed([2; 32]),
    ];
    for keep in [Keep::Wrapped, Keep::Stored] {
        for maker in 0..4 {
            let (blob, _) = key(platforms[maker], keep);
            for other in (0..4).filter(|other| *other != maker) {
                assert_eq!(platforms[other].sign(&blob, b"", &mut [0; 80]), Err(CryptoError::BadKey));
            }
        }
    }
}

#[test]
fn a_platform_with_the_same_sealing_key_opens_wrapped_keys() {
    let store = crate::MemoryStore::new;
    let mut first = Fast::sealed(store(), &[9; 32]);
    let (blob, point) = key(&mut first, Keep::Wrapped);
    let mut second = Fast::sealed(store(), &[9; 32]);
    assert!(verifies(&point, b"m", &sign(&mut second, &blob, b"m")));
    let mut third = Fast::sealed(store(), &[8; 32]);
    assert_eq!(third.sign(&blob, b"m", &mut [0; 80]), Err(CryptoError::BadKey));
}

#[test]
fn destroyed_keys_are_gone() {
    each(|platform| {
        let (stored, _) = key(platform, Keep::Stored);
        let (wrapped, point) = key(platform, Keep::Wrapped);
        for key in [&stored, &wrapped, &stored] {
            platform.destroy(key).unwrap();
        }
        assert_eq!(platform.sign(&stored, b"", &mut [0; 80]), Err(CryptoError::BadKey));
        assert!(verifies(&point, b"m", &sign(platform, &wrapped, b"m")));
    });
}

#[test]
fn keys_that_no_record_names_are_swept() {
    let mut platform = Fast::new();
    let [(first, _), (second, _), (third, _)] = [(); 3].map(|()| key(&mut platform, Keep::Stored));
    platform.retain(|blob| *blob == second);
    assert_eq!(platform.stored_keys(), 1);
    assert!(platform.sign(&second, b"", &mut [0; 80]).is_ok());
    for gone in [first, third] {
        assert_eq!(platform.sign(&gone, b"", &mut [0; 80]), Err(CryptoError::BadKey));
    }
}

#[test]
fn a_place_that_is_used_again_does_not_answer_to_the_old_name() {
    each(|platform| {
        let (old, _) = key(platform, Keep::Stored);
        platform.destroy(&old).unwrap();
        let (new, point) = key(platform, Keep::Stored);
        assert_eq!(platform.sign(&old, b"", &mut [0; 80]), Err(CryptoError::BadKey));
        // The old name does not take the new key away either.
        platform.destroy(&old).unwrap();
        assert!(verifies(&point, b"m", &sign(platform, &new, b"m")));
    });
}

proptest! {
    #[test]
    fn a_keyring_behaves_like_a_map(acts in proptest::collection::vec((0..3_u8, 0..12_usize), 0..60)) {
        let mut ring = crate::keyring::Keyring::new();
        let mut model: Vec<(crate::keyring::KeyId, usize)> = Vec::new();
        let mut all = Vec::new();
        for (count, (act, which)) in acts.into_iter().enumerate() {
            match act {
                0 => {
                    let id = ring.insert([u8::try_from(count).unwrap(); 12], count).unwrap();
                    model.push((id, count));
                    all.push(id);
                }
                1 => {
                    if let Some(id) = all.get(which) {
                        ring.remove(id);
                        model.retain(|(held, _)| held != id);
                    }
                }
                _ => {
                    ring.retain(|id| usize::from(id[0]) % 12 != which);
                    model.retain(|(id, _)| usize::from(id[0]) % 12 != which);
                }
            }
            prop_assert_eq!(ring.len(), model.len());
            for id in &all {
                let held = model.iter().find(|(held, _)| held == id).map(|(_, key)| key);
                prop_assert_eq!(ring.get(id), held);
            }
        }
    }
}

#[test]
fn secrets_out_of_range_are_refused() {
    // Zero, the order of P-256, and the largest number.
    let order = bytes("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    each(|platform| {
        for secret in [[0; 32], order, [0xff; 32]] {
            assert_eq!(platform.import(Alg::ES256, &secret, Keep::Wrapped), Err(CryptoError::BadKey));
        }
    });
}

#[test]
fn other_algorithms_and_short_buffers_are_refused() {
    each(|platform| {
        let refused = platform.generate(Alg::ES384, Keep::Wrapped, &mut [0; 128]);
        assert_eq!(refused, Err(CryptoError::Unsupported));
        assert_eq!(platform.import(Alg::ES384, &[1; 32], Keep::Stored), Err(CryptoError::Unsupported));
        assert_eq!(platform.generate(Alg::ES256, Keep::Stored, &mut [0; 76]), Err(CryptoError::TooSmall));
        let (blob, _) = key(platform, Keep::Wrapped);
        assert_eq!(platform.sign(&blob, b"", &mut [0; 60]), Err(CryptoError::TooSmall));
    });
}

#[test]
fn both_sides_agree_and_points_off_the_curve_are_refused() {
    let mut fast = Fast::new();
    let mut seeded = Seeded::from_seed([3; 32]);
    let (ours, our_point) = key(&mut fast, Keep::Stored);
    let (theirs, their_point) = key(&mut seeded, Keep::Wrapped);
    let coordinates = |point: [u8; 65]| P256Point {
        x: point[1..33].try_into().unwrap(),
        y: point[33..].try_into().unwrap(),
    };
    let shared = fast.agree(&ours, &coordinates(their_point)).unwrap();
    assert_eq!(fast.agree(&ours, &coordinates(their_point)), Ok(shared));
    assert_eq!(seeded.agree(&theirs, &coordinates(our_point)), Ok(shared));
    let off = P256Point { x: [1; 32], y: [2; 32] };
    assert_eq!(fast.agree(&ours, &off), Err(CryptoError::Failed));
    assert_eq!(seeded.agree(&theirs, &off), Err(CryptoError::Failed));
}

#[test]
fn wrapped_keys_stay_what_they_are_while_others_are_held() {
    let mut platform = Fast::new();
    let made = [(); 3].map(|()| key(&mut platform, Keep::Wrapped));
    let peer = |point: [u8; 65]| P256Point {
        x: point[1..33].try_into().unwrap(),
        y: point[33..].try_into().unwrap(),
    };
    // The last is held as the fresh one, the others are imported; then each in turn is the one agreed with.
    for (nth, (blob, point)) in made.iter().enumerate().rev() {
        let signature = sign(&mut platform, blob, b"message");
        assert!(verifies(point, b"message", &signature));
        let (other, other_point) = &made[(nth + 1) % made.len()];
        let shared = platform.agree(blob, &peer(*other_point)).unwrap();
        assert_eq!(platform.agree(other, &peer(*point)), Ok(shared));
        let signature = sign(&mut platform, blob, b"message");
        assert!(verifies(point, b"message", &signature));
    }
}

/// What a seeded platform makes in a row.
fn history(seed: [u8; 32], draws: usize) -> Vec<Vec<u8>> {
    let mut platform = Seeded::from_seed(seed);
    let mut random = vec![0; draws];
    platform.fill(&mut random);
    let (stored, stored_point) = key(&mut platform, Keep::Stored);
    let (wrapped, wrapped_point) = key(&mut platform, Keep::Wrapped);
    let signatures = [&stored, &wrapped].map(|key| sign(&mut platform, key, b"message"));
    assert!(verifies(&stored_point, b"message", &signatures[0]));
    assert!(verifies(&wrapped_point, b"message", &signatures[1]));
    let blobs = [stored, wrapped].map(|blob| blob.as_bytes().to_vec());
    [vec![random, stored_point.to_vec(), wrapped_point.to_vec()], blobs.to_vec(), signatures.to_vec()]
        .concat()
}

#[test]
fn random_bytes_do_not_move_the_keys() {
    assert_eq!(history([4; 32], 10)[1..], history([4; 32], 1000)[1..]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn the_same_seed_gives_the_same_bytes(seed: [u8; 32], other: [u8; 32]) {
        let first = history(seed, 40);
        prop_assert_eq!(&first, &history(seed, 40));
        for (one, another) in first.iter().zip(history(other, 40)) {
            prop_assert_eq!(*one == another, seed == other);
        }
    }

    #[test]
    fn any_blob_is_answered(bytes in proptest::collection::vec(any::<u8>(), 0..=64)) {
        let blob = KeyBlob::new(&bytes).unwrap();
        prop_assert_eq!(Fast::new().sign(&blob, b"", &mut [0; 80]), Err(CryptoError::BadKey));
    }
}

#[test]
fn debug_shows_no_secret() {
    let mut platform = Fast::sealed(crate::MemoryStore::new(), &[0xa5; 32]);
    let (blob, _) = key(&mut platform, Keep::Wrapped);
    assert_eq!(format!("{blob:?}"), "KeyBlob(48 bytes)");
    let shown = format!("{platform:?}");
    assert_eq!(
        shown,
        "Host { stored_keys: 0, store: MemoryStore { records: 0, bytes: 0, limit: None }, .. }"
    );
}

/// A link is driven from any thread of a runtime, and its platform with it.
#[test]
fn platforms_go_from_thread_to_thread() {
    let mut platform = Seeded::from_seed([1; 32]);
    let (blob, point) = key(&mut platform, Keep::Stored);
    let mut fast = Fast::new();
    let (fast_blob, fast_point) = key(&mut fast, Keep::Stored);
    std::thread::spawn(move || {
        assert!(verifies(&point, b"m", &sign(&mut platform, &blob, b"m")));
        assert!(verifies(&fast_point, b"m", &sign(&mut fast, &fast_blob, b"m")));
    })
    .join()
    .unwrap();
}
