use crate::twofauth::mail::token;

const LOG: &str = "[2026-11-29 13:15:09] production.DEBUG: From: 2FAuth <a@example.test>\n\
    Recover Account: http://localhost:1/webauthn/recover?token=aa&email=b%2Bx%40example.test\n\
    into your browser: [http://localhost:1/webauthn/recover?token=bb&email=a%40example.test](http://localhost:1/x)\n\
    <a href=\"http://localhost:1/webauthn/recover?token=cc&amp;email=a%40example.test\" class=\"b\">";

#[test]
fn the_last_link_to_an_address_counts() {
    assert_eq!(token(LOG, "a@example.test").as_deref(), Some("cc"));
    assert_eq!(token(LOG, "b+x@example.test").as_deref(), Some("aa"));
    assert_eq!(token(LOG, "c@example.test"), None);
    assert_eq!(token("", "a@example.test"), None);
}
