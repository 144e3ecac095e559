//! Attestation objects as servers get them: [section 6.5.4](https://www.w3.org/TR/webauthn-3/#sctn-generating-an-attestation-object).

use wire::cbor::{Key, Overflow, Reader, Writer};

/// An attestation object, borrowed from its encoded form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttestationObject<'a> {
    /// Attestation statement format.
    pub fmt: &'a str,
    /// The authenticator data.
    pub auth_data: &'a [u8],
    /// The attestation statement, an encoded CBOR map.
    pub att_stmt: &'a [u8],
    /// What follows the object; nothing, if it is right.
    pub rest: &'a [u8],
}

impl<'a> AttestationObject<'a> {
    /// Takes an attestation object apart; other members are passed over, what follows is kept.
    ///
    /// # Errors
    /// A sentence that says which member is missing or wrong.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, String> {
        let mut reader = Reader::new(bytes);
        let (mut fmt, mut auth_data, mut att_stmt) = (None, None, None);
        let wrong = |member: &str, e| format!("{member} of the attestation object: {e}");
        let mut map = reader.map().map_err(|e| format!("the attestation object is no CBOR map: {e}"))?;
        while let Some(key) = map.next().map_err(|e| wrong("a key", e))? {
            match key {
                Key::Text("fmt") => fmt = Some(map.value().text().map_err(|e| wrong("fmt", e))?),
                Key::Text("authData") => {
                    auth_data = Some(map.value().bytes().map_err(|e| wrong("authData", e))?)
                }
                Key::Text("attStmt") => {
                    att_stmt = Some(map.value().raw_map().map_err(|e| wrong("attStmt", e))?)
                }
                _ => {
                    map.value().raw().map_err(|e| wrong("a member", e))?;
                }
            }
        }
        let missing = |member: &str| format!("the attestation object has no {member}");
        Ok(Self {
            fmt: fmt.ok_or_else(|| missing("fmt"))?,
            auth_data: auth_data.ok_or_else(|| missing("authData"))?,
            att_stmt: att_stmt.ok_or_else(|| missing("attStmt"))?,
            rest: reader.rest(),
        })
    }

    /// The encoded form, with `rest` after it. `att_stmt` is written as it is.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out =
            vec![0; 64 + self.fmt.len() + self.auth_data.len() + self.att_stmt.len() + self.rest.len()];
        let length = self.write(&mut Writer::new(&mut out)).unwrap_or_default();
        out.truncate(length);
        out
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<usize, Overflow> {
        let mut map = writer.entries()?;
        map.entry("fmt")?.text(self.fmt)?;
        map.entry("attStmt")?.raw(self.att_stmt)?;
        map.entry("authData")?.bytes(self.auth_data)?;
        map.end()?;
        writer.raw(self.rest)?;
        Ok(writer.len())
    }
}

/// The statement of format `none`: an empty map.
pub const EMPTY_STATEMENT: &[u8] = &[0xa0];
