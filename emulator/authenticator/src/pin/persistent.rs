//! The persistentPinUvAuthToken (CTAP 2.2, 6.5.2.4): one permission, `pcmr`, and no end but another PIN or a reset.

use wire::Status;
use zeroize::Zeroizing;

use super::Param;
use super::protocol::PinUvAuthProtocol;
use crate::look::Look;
use crate::platform::{Change, Platform, StoreError};
use crate::record;

/// The record: a token for each protocol.
const RECORD: usize = 64;

/// The tokens, if they were ever asked for.
fn read(platform: &mut dyn Platform) -> Result<Option<Zeroizing<[u8; RECORD]>>, StoreError> {
    let mut space = Zeroizing::new([0; RECORD]);
    match platform.read(record::PERSISTENT_TOKENS, 0, space.as_mut())? {
        None => Ok(None),
        Some(RECORD) => Ok(Some(space)),
        Some(_) => Err(StoreError::Failed),
    }
}

/// The protocol's half.
fn half(tokens: &[u8; RECORD], protocol: PinUvAuthProtocol) -> Option<&[u8; 32]> {
    tokens.as_chunks::<32>().0.get(protocol.index())
}

/// The protocol's token, made and stored when it is first asked for.
pub(super) fn token(
    platform: &mut dyn Platform,
    protocol: PinUvAuthProtocol,
) -> Result<Zeroizing<[u8; 32]>, Status> {
    let tokens = match read(platform)? {
        Some(tokens) => tokens,
        None => {
            let mut fresh = Zeroizing::new([0; RECORD]);
            platform.fill(fresh.as_mut());
            let value = fresh.as_slice();
            platform.commit(&[Change::Put { key: record::PERSISTENT_TOKENS, value }])?;
            fresh
        }
    };
    half(&tokens, protocol).map(|half| Zeroizing::new(*half)).ok_or(Status::OTHER)
}

/// The MAC was made with it.
pub(crate) fn verify(
    platform: &mut dyn Platform,
    param: Param<'_>,
    message: &[&[u8]],
) -> Result<bool, StoreError> {
    let Some(tokens) = read(platform)? else { return Ok(false) };
    let Some(half) = half(&tokens, param.protocol) else { return Ok(false) };
    Ok(param.protocol.verify(&mut Look::new(platform), half, message, param.mac))
}
