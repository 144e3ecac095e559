mod choices;
mod conveyance;
mod extensions;
mod fake;
mod lists;
mod logins;
mod statuses;
mod twists;
mod u2f;

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
