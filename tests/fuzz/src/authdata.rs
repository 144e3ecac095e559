//! Authenticator data.

use wire::authdata::{AuthData, AuthDataError, HEAD_LEN};
use wire::cbor::Item;

use super::twin;

/// What is taken apart is the same when it is put together.
pub fn parse(data: &[u8]) {
    match AuthData::parse(data) {
        Ok((parsed, rest)) => {
            let used = data.len() - rest.len();
            assert_eq!(parsed.actual_flags(), parsed.flags);
            assert_eq!(parsed.encoded_len(), used);
            let mut room = vec![0; used];
            assert_eq!(parsed.encode(&mut room), Ok(used));
            assert_eq!(twin::hex(&room), twin::hex(&data[..used]));
            assert!(parsed.encode(&mut room[1..]).is_err());
            assert_eq!(AuthData::parse_exact(&data[..used]), Ok(parsed));
            if !rest.is_empty() {
                assert_eq!(AuthData::parse_exact(data), Err(AuthDataError::Trailing(rest.len())));
            }
            let maps =
                parsed.attested.map(|attested| attested.public_key).into_iter().chain(parsed.extensions);
            for map in maps {
                assert_eq!(Item::first(map).map(|item| item.raw()), Ok(map));
            }
            let text = parsed.to_string();
            assert!(!text.chars().any(char::is_control), "{text:?}");
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            assert!(
                data.len() < HEAD_LEN || data[HEAD_LEN - 5] & 0xc0 != 0,
                "{error}: nothing more is announced"
            );
        }
    }
}
