//! What the authenticator needs from its surroundings: randomness, cryptography, storage.
//!
//! One object-safe [`Platform`], handed in per call. Private keys never leave it: they cross as opaque, small [`KeyBlob`]s.

pub use wire::cose::Alg;

/// The longest [`KeyBlob`], in bytes.
pub const KEY_BLOB_MAX: usize = 64;

/// An opaque reference to a private key that only the platform can use: a wrapped secret, or an id of a stored one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyBlob {
    bytes: [u8; KEY_BLOB_MAX],
    len: u8,
}

impl KeyBlob {
    /// Copies `bytes`; `None` if they are longer than [`KEY_BLOB_MAX`].
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let mut blob = Self { bytes: [0; KEY_BLOB_MAX], len: u8::try_from(bytes.len()).ok()? };
        blob.bytes.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(blob)
    }

    /// The bytes as the platform made them.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or(&[])
    }
}

/// Shows the length only: a blob may be a wrapped secret.
impl core::fmt::Debug for KeyBlob {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "KeyBlob({} bytes)", self.len)
    }
}

/// How a generated private key is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Inside the returned blob, sealed by the platform; nothing is stored.
    Wrapped,
    /// In the platform; the blob is its id. Freed by [`Crypto::destroy`].
    Stored,
}

/// Why a cryptographic operation gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CryptoError {
    /// The algorithm is not one of the platform's.
    Unsupported,
    /// The blob was not made by this platform, or its seal does not verify.
    BadKey,
    /// The output buffer is too short.
    TooSmall,
    /// The hardware or library failed.
    Failed,
}

/// Encrypt or decrypt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Plain text to cipher text.
    Encrypt,
    /// Cipher text to plain text.
    Decrypt,
}

/// A P-256 point, affine coordinates, big endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct P256Point {
    /// x, 32 bytes.
    pub x: [u8; 32],
    /// y, 32 bytes.
    pub y: [u8; 32],
}

/// A source of unpredictable bytes.
pub trait Random {
    /// Fills `out`.
    fn fill(&mut self, out: &mut [u8]);
}

/// Keys and digests.
pub trait Crypto {
    /// Makes a key pair. Writes the public key as a COSE_Key (CBOR) to `public`; returns the blob and the public key's length.
    fn generate(&mut self, alg: Alg, keep: Keep, public: &mut [u8]) -> Result<(KeyBlob, usize), CryptoError>;

    /// Takes a private key in that was made elsewhere (attestation keys). ES256: the scalar of a P-256 key, 32 bytes big endian;
    /// EdDSA: the seed, 32 bytes; RS256: PKCS #8 in DER. A platform need not take every algorithm that it generates.
    fn import(&mut self, alg: Alg, secret: &[u8], keep: Keep) -> Result<KeyBlob, CryptoError>;

    /// Writes the public half of a key as a COSE_Key (CBOR), as [`generate`](Self::generate) did; returns its length.
    fn public(&mut self, key: &KeyBlob, public: &mut [u8]) -> Result<usize, CryptoError>;

    /// Forgets a stored key. A wrapped one needs no forgetting: no effect.
    fn destroy(&mut self, key: &KeyBlob) -> Result<(), CryptoError>;

    /// Says that a record names this stored key. See [`Crypto::sweep`].
    ///
    /// A platform that keeps no stored keys needs neither of the two.
    fn mark(&mut self, _key: &KeyBlob) {}

    /// Forgets every stored key that was not marked since the last sweep, and all marks: a power cut between making a key
    /// and storing its record, or between deleting a record and forgetting its key, leaves nothing behind.
    fn sweep(&mut self) {}

    /// Signs `message` (hashing it as the algorithm says); writes the signature as COSE/WebAuthn carry it (ECDSA: ASN.1 DER) to `out`.
    fn sign(&mut self, key: &KeyBlob, message: &[u8], out: &mut [u8]) -> Result<usize, CryptoError>;

    /// ECDH: the x coordinate of the shared point.
    fn agree(&mut self, key: &KeyBlob, peer: &P256Point) -> Result<[u8; 32], CryptoError>;

    /// SHA-256 over the concatenation of `parts`.
    fn sha256(&mut self, parts: &[&[u8]]) -> [u8; 32];

    /// HMAC-SHA-256 over the concatenation of `parts`.
    fn hmac(&mut self, key: &[u8], parts: &[&[u8]]) -> [u8; 32];

    /// AES-256-CBC without padding, in place; `data` is a multiple of 16 bytes.
    fn aes_cbc(
        &mut self,
        key: &[u8; 32],
        iv: &[u8; 16],
        way: Way,
        data: &mut [u8],
    ) -> Result<(), CryptoError>;
}

/// The name of a stored record. Records are ordered by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey(pub u32);

/// One change of an atomic batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    /// Sets the record to `value`, whether it existed or not.
    Put {
        /// The record.
        key: RecordKey,
        /// Its whole new content.
        value: &'a [u8],
    },
    /// Removes the record, if it exists.
    Delete(RecordKey),
    /// Removes every record but those named.
    Wipe {
        /// What survives, such as the attestation key.
        except: &'a [RecordKey],
    },
}

/// Why the store did not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// No room; nothing was changed.
    Full,
    /// The medium failed, or the power did; what was acknowledged before is still there.
    Failed,
}

/// Ordered records and atomic batches.
pub trait Store {
    /// Copies the record's bytes from `offset` on to `out`, as many as fit; returns the record's whole length, `None` if it does not exist.
    fn read(&mut self, key: RecordKey, offset: usize, out: &mut [u8]) -> Result<Option<usize>, StoreError>;

    /// Applies all changes, or none of them, even when the power fails in between.
    fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), StoreError>;

    /// The first record after `after` (or the very first).
    fn next(&mut self, after: Option<RecordKey>) -> Result<Option<RecordKey>, StoreError>;
}

/// Everything the authenticator needs, in one object.
pub trait Platform: Random + Crypto + Store {}

impl<T: Random + Crypto + Store + ?Sized> Platform for T {}
