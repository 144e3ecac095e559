//! COSE algorithms and public keys, as far as WebAuthn uses them:
//! <https://www.w3.org/TR/webauthn-3/#sctn-cose-alg-reg>, RFC 9052 section 7, RFC 9053 section 7.

use core::fmt;

use crate::cbor::{Key, MapWriter, Overflow, Reader, Writer};
use crate::error::{DecodeError, Named, exact, required};

/// A COSE algorithm identifier; every value is representable, named or not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Alg(pub i32);

macro_rules! algorithms {
    ($($constant:ident = $value:literal $name:literal $doc:literal;)*) => {
        impl Alg {
            $(#[doc = $doc] pub const $constant: Self = Self($value);)*

            /// The name in the IANA registry, `None` for a value that is not listed here.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($value => Some($name),)*
                    _ => None,
                }
            }
        }
    };
}

algorithms! {
    ES256 = -7 "ES256" "ECDSA with SHA-256; on P-256 in WebAuthn.";
    EDDSA = -8 "EdDSA" "EdDSA; on Ed25519 in WebAuthn.";
    ESP256 = -9 "ESP256" "ECDSA on P-256 with SHA-256, fully specified.";
    ED25519 = -19 "Ed25519" "EdDSA on Ed25519, fully specified.";
    ECDH_ES_HKDF_256 = -25 "ECDH-ES+HKDF-256" "What the key agreement key of clientPIN declares.";
    ES384 = -35 "ES384" "ECDSA with SHA-384; on P-384 in WebAuthn.";
    ES512 = -36 "ES512" "ECDSA with SHA-512; on P-521 in WebAuthn.";
    PS256 = -37 "PS256" "RSASSA-PSS with SHA-256.";
    ES256K = -47 "ES256K" "ECDSA on secp256k1 with SHA-256.";
    ML_DSA_44 = -48 "ML-DSA-44" "ML-DSA-44 (FIPS 204).";
    ML_DSA_65 = -49 "ML-DSA-65" "ML-DSA-65 (FIPS 204).";
    ML_DSA_87 = -50 "ML-DSA-87" "ML-DSA-87 (FIPS 204).";
    ESP384 = -51 "ESP384" "ECDSA on P-384 with SHA-384, fully specified.";
    ESP512 = -52 "ESP512" "ECDSA on P-521 with SHA-512, fully specified.";
    ED448 = -53 "Ed448" "EdDSA on Ed448, fully specified.";
    RS256 = -257 "RS256" "RSASSA-PKCS1-v1_5 with SHA-256.";
    RS384 = -258 "RS384" "RSASSA-PKCS1-v1_5 with SHA-384.";
    RS512 = -259 "RS512" "RSASSA-PKCS1-v1_5 with SHA-512.";
    RS1 = -65535 "RS1" "RSASSA-PKCS1-v1_5 with SHA-1; only in old TPM attestations.";
}

impl fmt::Debug for Alg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Alg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({})", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}

/// A public key, borrowed from its encoded form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicKey<'a> {
    /// kty EC2, crv P-256: ES256, ESP256, or a key agreement key.
    P256 {
        /// The declared algorithm.
        alg: Alg,
        /// The x coordinate, big-endian.
        x: &'a [u8; 32],
        /// The y coordinate, big-endian.
        y: &'a [u8; 32],
    },
    /// kty OKP, crv Ed25519.
    Ed25519 {
        /// The declared algorithm: EdDSA or Ed25519.
        alg: Alg,
        /// The encoded point.
        x: &'a [u8; 32],
    },
    /// kty RSA.
    Rsa {
        /// The declared algorithm.
        alg: Alg,
        /// The modulus, big-endian.
        n: &'a [u8],
        /// The public exponent, big-endian.
        e: &'a [u8],
    },
    /// kty AKP: ML-DSA.
    Akp {
        /// The declared algorithm.
        alg: Alg,
        /// The public key as the algorithm encodes it.
        public: &'a [u8],
    },
    /// A key type or curve that this crate does not take apart.
    Other {
        /// The declared algorithm.
        alg: Alg,
        /// The encoded key.
        raw: &'a [u8],
    },
}

impl<'a> PublicKey<'a> {
    /// An ES256 key from the x and y coordinates of its point.
    #[must_use]
    pub const fn es256(x: &'a [u8; 32], y: &'a [u8; 32]) -> Self {
        Self::P256 { alg: Alg::ES256, x, y }
    }

    /// The declared algorithm.
    #[must_use]
    pub const fn alg(&self) -> Alg {
        match self {
            Self::P256 { alg, .. }
            | Self::Ed25519 { alg, .. }
            | Self::Rsa { alg, .. }
            | Self::Akp { alg, .. }
            | Self::Other { alg, .. } => *alg,
        }
    }

    /// Decodes a key that fills `bytes`.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let key = Self::read(&mut reader)?;
        reader.end().named("COSE_Key")?;
        Ok(key)
    }

    /// Reads a key. Unknown members are passed over; the form need not be canonical.
    pub fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let mut parts = Parts::default();
        let whole = reader.rest();
        let begin = reader.position();
        let mut map = reader.map().named("COSE_Key")?;
        while let Some(key) = map.next().named("COSE_Key")? {
            let value = map.value();
            match key {
                Key::Int(KTY) => parts.kty = Some(value.int().named("kty")?),
                Key::Int(ALG) => parts.alg = Some(Alg(value.int_as().named("alg")?)),
                Key::Int(-1) => parts.first = Some(value.item().named("crv")?.reader()),
                Key::Int(-2) => parts.second = Some(value.item().named("x")?.reader()),
                Key::Int(-3) => parts.third = Some(value.item().named("y")?.reader()),
                _ => value.item().map(drop).named("COSE_Key")?,
            }
        }
        let raw = whole.get(..reader.position() - begin).unwrap_or_default();
        parts.key(raw)
    }

    /// Writes the key in canonical form; [`Other`](Self::Other) as it is.
    pub fn write(&self, writer: &mut Writer<'_>) -> Result<(), Overflow> {
        match *self {
            Self::P256 { alg, x, y } => {
                let mut map = common(writer, EC2, alg)?;
                map.entry(-1)?.int(P256)?;
                map.entry(-2)?.bytes(x)?;
                map.entry(-3)?.bytes(y)?;
                map.end()
            }
            Self::Ed25519 { alg, x } => {
                let mut map = common(writer, OKP, alg)?;
                map.entry(-1)?.int(ED25519)?;
                map.entry(-2)?.bytes(x)?;
                map.end()
            }
            Self::Rsa { alg, n, e } => {
                let mut map = common(writer, RSA, alg)?;
                map.entry(-1)?.bytes(n)?;
                map.entry(-2)?.bytes(e)?;
                map.end()
            }
            Self::Akp { alg, public } => {
                let mut map = common(writer, AKP, alg)?;
                map.entry(-1)?.bytes(public)?;
                map.end()
            }
            Self::Other { raw, .. } => writer.raw(raw),
        }
    }

    /// Writes the key in canonical form into `out` and returns its length in bytes.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, Overflow> {
        let mut writer = Writer::new(out);
        self.write(&mut writer)?;
        Ok(writer.len())
    }
}

/// Length in bytes of an encoded [`PublicKey::P256`] with a one-byte algorithm such as ES256.
pub const P256_LEN: usize = 77;

fn common<'w, 'b>(writer: &'w mut Writer<'b>, kty: i64, alg: Alg) -> Result<MapWriter<'w, 'b>, Overflow> {
    let mut map = writer.entries()?;
    map.entry(KTY)?.int(kty)?;
    map.entry(ALG)?.int(alg.0)?;
    Ok(map)
}

/// The members as found; labels -1 to -3 mean different things for each key type.
#[derive(Default)]
struct Parts<'a> {
    kty: Option<i64>,
    alg: Option<Alg>,
    first: Option<Reader<'a>>,
    second: Option<Reader<'a>>,
    third: Option<Reader<'a>>,
}

impl<'a> Parts<'a> {
    fn key(self, raw: &'a [u8]) -> Result<PublicKey<'a>, DecodeError> {
        let kty = required(self.kty, "kty")?;
        let alg = required(self.alg, "alg")?;
        match kty {
            EC2 if curve(self.first.clone())? == P256 => Ok(PublicKey::P256 {
                alg,
                x: exact(bytes(self.second, "x")?, "x")?,
                y: exact(bytes(self.third, "y")?, "y")?,
            }),
            OKP if curve(self.first.clone())? == ED25519 => {
                Ok(PublicKey::Ed25519 { alg, x: exact(bytes(self.second, "x")?, "x")? })
            }
            RSA => Ok(PublicKey::Rsa { alg, n: bytes(self.first, "n")?, e: bytes(self.second, "e")? }),
            AKP => Ok(PublicKey::Akp { alg, public: bytes(self.first, "pub")? }),
            _ => Ok(PublicKey::Other { alg, raw }),
        }
    }
}

fn curve(value: Option<Reader<'_>>) -> Result<i64, DecodeError> {
    required(value, "crv")?.int().named("crv")
}

fn bytes<'a>(value: Option<Reader<'a>>, member: &'static str) -> Result<&'a [u8], DecodeError> {
    required(value, member)?.bytes().named(member)
}

const KTY: i64 = 1;
const ALG: i64 = 3;
const OKP: i64 = 1;
const EC2: i64 = 2;
const RSA: i64 = 3;
const AKP: i64 = 7;
const P256: i64 = 1;
const ED25519: i64 = 6;
