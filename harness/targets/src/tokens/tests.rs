#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn the_oldest_goes_when_there_are_too_many() {
    let mut tokens = Tokens::at_most(2);
    tokens.add("one".to_owned(), 1);
    tokens.add("two".to_owned(), 2);
    assert_eq!(tokens.remove("two"), Some(2));
    tokens.add("three".to_owned(), 3);
    assert_eq!(tokens.find("one"), None);
    *tokens.find("three").unwrap() += 1;
    tokens.add("four".to_owned(), 5);
    tokens.retain(|value| value % 2 == 0);
    assert_eq!(tokens.all().map(|value| *value).collect::<Vec<_>>(), [4]);
}
