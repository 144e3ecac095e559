//! The raw operations of aws-lc-rs, which the fast platform uses too.

use std::hint::black_box;
use std::rc::Rc;

use aws_lc_rs::encoding::{AsBigEndian, EcPrivateKeyBin};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};

use super::BenchError;

/// As long as authenticator data without extensions and a hash of the client data.
const MESSAGE: [u8; 69] = [0x5a; 69];

/// ECPrivateKey (RFC 5915) up to the secret: version 1, and the head of 32 bytes.
const BEFORE_SECRET: [u8; 7] = [0x30, 37, 0x02, 1, 1, 0x04, 32];

/// Keys, each of them loaded and as its secret.
#[derive(Clone)]
pub(super) struct Raw {
    keys: Rc<[(EcdsaKeyPair, [u8; 32])]>,
}

impl Raw {
    pub(super) fn new(keys: usize) -> Result<Self, BenchError> {
        let keys: Result<Vec<_>, BenchError> = (0..keys)
            .map(|_| {
                let pair = generate()?;
                let secret: EcPrivateKeyBin<'static> =
                    pair.private_key().as_be_bytes().map_err(|_| BenchError::Raw("export of a key"))?;
                let secret = secret.as_ref().try_into().map_err(|_| BenchError::Raw("export of a key"))?;
                Ok((pair, secret))
            })
            .collect();
        Ok(Self { keys: keys?.into() })
    }

    fn key(&self, nth: usize) -> &(EcdsaKeyPair, [u8; 32]) {
        &self.keys[nth % self.keys.len()]
    }

    pub(super) fn sign(&self, nth: usize) -> Result<(), BenchError> {
        sign(&self.key(nth).0)
    }

    pub(super) fn import_and_sign(&self, nth: usize) -> Result<(), BenchError> {
        let mut der = [0; BEFORE_SECRET.len() + 32];
        let (head, secret) = der.split_at_mut(BEFORE_SECRET.len());
        head.copy_from_slice(&BEFORE_SECRET);
        secret.copy_from_slice(&self.key(nth).1);
        let pair = EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_ASN1_SIGNING, &der)
            .map_err(|_| BenchError::Raw("import of a key"))?;
        sign(&pair)
    }

    pub(super) fn generate(&self) -> Result<(), BenchError> {
        generate().map(|pair| drop(black_box(pair)))
    }

    pub(super) fn generate_and_sign(&self, nth: usize) -> Result<(), BenchError> {
        self.generate()?;
        self.sign(nth)
    }
}

fn generate() -> Result<EcdsaKeyPair, BenchError> {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING)
        .map_err(|_| BenchError::Raw("generation of a key"))
}

fn sign(pair: &EcdsaKeyPair) -> Result<(), BenchError> {
    let signature =
        pair.sign(&SystemRandom::new(), black_box(&MESSAGE)).map_err(|_| BenchError::Raw("a signature"))?;
    black_box(signature);
    Ok(())
}
