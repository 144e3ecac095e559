//! The token is wiped.

use core::time::Duration;

use wire::ctap2::Permissions;
use zeroize::ZeroizeOnDrop;

use super::{Grant, Token};
use crate::pin::protocol::PinUvAuthProtocol;
use crate::tests::bench::Bench;

fn is_wiped(_: &impl ZeroizeOnDrop) {}

#[test]
fn the_value_is_wiped_and_fresh() {
    let mut bench = Bench::new();
    let mut token = || {
        let grant = Grant { permissions: Permissions::MC, rp_id_hash: None, user_present: false };
        Token::begin(&mut bench, PinUvAuthProtocol::Two, Duration::ZERO, grant)
    };
    let (first, second) = (token(), token());
    let Token { value, .. } = &first;
    is_wiped(value);
    assert_ne!(first.value(), second.value());
    assert_ne!(first.value(), &[0; 32]);
}
