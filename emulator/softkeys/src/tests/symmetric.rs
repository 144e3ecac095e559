use authenticator::platform::{Crypto, CryptoError, Way};
use proptest::prelude::*;

use crate::Fast;

fn unhex(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

#[test]
fn sha_256_vector() {
    let mut platform = Fast::new();
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(platform.sha256(&[b"abc"])[..], unhex(abc));
    assert_eq!(platform.sha256(&[b"a", b"", b"bc"])[..], unhex(abc));
}

/// RFC 4231, test cases 1, 2 and 6 (a key longer than a block).
#[test]
fn hmac_vectors() {
    let mut platform = Fast::new();
    let cases: [(&[u8], &[u8], &str); 3] = [
        (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
    ];
    for (key, message, mac) in cases {
        assert_eq!(platform.hmac(key, &[message])[..], unhex(mac));
        let (head, tail) = message.split_at(3);
        assert_eq!(platform.hmac(key, &[head, tail])[..], unhex(mac));
    }
}

/// NIST SP 800-38A, F.2.5: CBC-AES256, first two blocks.
#[test]
fn aes_cbc_vector() {
    let key: [u8; 32] =
        unhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4").try_into().unwrap();
    let iv: [u8; 16] = unhex("000102030405060708090a0b0c0d0e0f").try_into().unwrap();
    let plain = unhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
    let cipher = unhex("f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d");
    let mut platform = Fast::new();
    let mut data = plain.clone();
    platform.aes_cbc(&key, &iv, Way::Encrypt, &mut data).unwrap();
    assert_eq!(data, cipher);
    platform.aes_cbc(&key, &iv, Way::Decrypt, &mut data).unwrap();
    assert_eq!(data, plain);
}

proptest! {
    #[test]
    fn aes_cbc_round_trip(key: [u8; 32], iv: [u8; 16], data in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut platform = Fast::new();
        let mut work = data.clone();
        let way = platform.aes_cbc(&key, &iv, Way::Encrypt, &mut work);
        if data.len() % 16 != 0 {
            prop_assert_eq!(way, Err(CryptoError::Failed));
            prop_assert_eq!(work, data);
        } else {
            prop_assert_eq!(way, Ok(()));
            platform.aes_cbc(&key, &iv, Way::Decrypt, &mut work).unwrap();
            prop_assert_eq!(work, data);
        }
    }
}
