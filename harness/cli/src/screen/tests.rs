use super::*;

fn locale(set: &[(&str, &str)]) -> bool {
    locale_has_unicode(|name| set.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned()))
}

#[test]
fn the_first_variable_that_is_set_decides() {
    assert!(locale(&[("LANG", "de_DE.UTF-8")]));
    assert!(locale(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8"), ("LANG", "C")]));
    assert!(!locale(&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")]));
    assert!(!locale(&[("LANG", "de_DE.ISO-8859-1")]));
    assert!(!locale(&[]));
}
