use super::*;

#[test]
fn escapes_what_steers_a_terminal() {
    assert_eq!(clean("a\u{1b}[31mred\u{7}"), "a\\u{1b}[31mred\\u{7}");
    assert_eq!(clean("user\u{202e}nimda\u{200b}"), "user\\u{202e}nimda\\u{200b}");
    assert_eq!(clean("two\r\nlines\tand"), "two  lines and");
    assert_eq!(clean("Grüße – 鍵"), "Grüße – 鍵");
}

#[test]
fn ascii_is_ascii() {
    let text = ascii("“Grüße” – 鍵 × …");
    assert!(text.is_ascii());
    assert_eq!(text, "\"Gr\\u{fc}\\u{df}e\" - \\u{9375} x ...");
}

#[test]
fn wraps_by_columns_not_by_characters() {
    assert_eq!(wrap("鍵鍵 鍵鍵 ab", 6), ["鍵鍵", "鍵鍵", "ab"]);
    assert_eq!(wrap("the quick brown fox", 10), ["the quick", "brown fox"]);
    assert_eq!(wrap("", 10), [""]);
    for line in wrap("login.some-very-long-scenario-name and/others:here", 9) {
        assert!(width(&line) <= 9, "{line}");
    }
}

#[test]
fn wraps_a_character_wider_than_the_line() {
    assert_eq!(wrap("鍵鍵", 1), ["鍵", "鍵"]);
}

#[test]
fn breaks_long_words_at_joints() {
    assert_eq!(wrap("register.excluded-key", 12), ["register.", "excluded-key"]);
}

#[test]
fn fits_and_pads() {
    assert_eq!(fit("passkey", 7, "…"), "passkey");
    assert_eq!(fit("passkeys", 7, "…"), "passke…");
    assert_eq!(fit("鍵鍵鍵", 5, "…"), "鍵鍵…");
    assert_eq!(fit("abc", 0, "…"), "");
    assert_eq!(pad("鍵", 4), "鍵  ");
}
