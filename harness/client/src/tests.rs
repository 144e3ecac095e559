mod choices;
mod conveyance;
mod extensions;
mod fake;
mod lists;
mod logins;
mod statuses;
mod twists;
mod u2f;

use crate::Pin;
use crate::manner::{Liberties, Liberty};

#[test]
fn sets_of_liberties_hold_what_was_put_in() {
    for liberty in Liberty::ALL {
        assert!(Liberties::all().contains(liberty) && !Liberties::none().contains(liberty));
        assert!(!Liberties::all().without(liberty).contains(liberty));
        for other in Liberty::ALL {
            assert_eq!(Liberties::only(liberty).contains(other), liberty == other);
        }
    }
}

/// However a keyboard writes an accent, the key gets the same bytes; what is counted are code points of that form.
#[test]
fn pins_are_normalised() {
    for (typed, sent, code_points) in [
        ("e\u{301}te\u{301}", "\u{e9}t\u{e9}", 3),
        ("\u{1100}\u{1161}12", "\u{ac00}12", 3),
        // The sign of the unit ångström is the letter.
        ("\u{212b}123", "\u{c5}123", 4),
        // One code point that form C writes as three.
        ("\u{fb2c}1", "\u{5e9}\u{5bc}\u{5c1}1", 4),
        ("1234", "1234", 4),
    ] {
        let pin = Pin::new(typed);
        assert_eq!((pin.text(), pin.code_points()), (sent, code_points), "{typed}");
    }
}
