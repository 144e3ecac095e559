//! Secrets are wiped; ciphers and MACs have their form.
#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

use std::vec::Vec;

use zeroize::ZeroizeOnDrop;

use super::{PinUvAuthProtocol, SharedSecret};
use crate::look::Look;
use crate::tests::bench::Bench;

fn is_wiped(_: &impl ZeroizeOnDrop) {}

fn shared(protocol: PinUvAuthProtocol) -> (SharedSecret, Bench) {
    let mut bench = Bench::new();
    (SharedSecret::derive(&mut bench, protocol, &[0x42; 32]), bench)
}

#[test]
fn keys_are_wiped() {
    for protocol in [PinUvAuthProtocol::One, PinUvAuthProtocol::Two] {
        let (secret, _) = shared(protocol);
        let SharedSecret { protocol: _, hmac_key, aes_key } = &secret;
        is_wiped(hmac_key);
        is_wiped(aes_key);
        assert_eq!(hmac_key == aes_key, protocol == PinUvAuthProtocol::One);
    }
}

#[test]
fn what_is_encrypted_is_decrypted_and_what_is_not_is_refused() {
    for (protocol, overhead) in [(PinUvAuthProtocol::One, 0), (PinUvAuthProtocol::Two, 16)] {
        let (secret, mut bench) = shared(protocol);
        for length in [32, 64] {
            let plain: Vec<u8> = (0..length).collect();
            let mut space = [0; 80];
            let cipher = secret.encrypt(&mut bench, &plain, &mut space).unwrap().to_vec();
            assert_eq!(cipher.len(), plain.len() + overhead);
            let mut space = [0; 64];
            assert_eq!(secret.decrypt(&mut bench, &cipher, &mut space), Some(&plain[..]));
            for cut in (1..cipher.len()).filter(|cut| cut % 16 != 0) {
                assert_eq!(secret.decrypt(&mut bench, &cipher[..cut], &mut space), None);
            }
            let mut small = [0; 16];
            assert_eq!(secret.decrypt(&mut bench, &cipher, &mut small), None, "no room");
        }
        assert_eq!(secret.decrypt(&mut bench, &[], &mut [0; 64]).is_some(), overhead == 0);
    }
}

/// A MAC of another length never verifies, a longer one of the right beginning neither.
#[test]
fn macs_have_their_length() {
    for (protocol, kept) in [(PinUvAuthProtocol::One, 16), (PinUvAuthProtocol::Two, 32)] {
        let (_, mut bench) = shared(protocol);
        let mut look = Look::new(&mut bench);
        let whole = look.hmac(&[1; 32], &[b"message"]);
        for length in 0..=32 {
            let verdict = protocol.verify(&mut look, &[1; 32], &[b"mess", b"age"], &whole[..length]);
            assert_eq!(verdict, length == kept, "{length}");
        }
    }
}
