//! Salts are wiped.

use zeroize::ZeroizeOnDrop;

use super::Salts;

fn is_wiped<T: ZeroizeOnDrop>(_: fn(&Salts) -> &T) {}

#[test]
fn the_salts_are_wiped() {
    is_wiped(|salts| &salts.salts);
}
