#![allow(clippy::unwrap_used)]

use super::origin::wrong;

#[test]
fn origins() {
    for good in ["http://localhost", "http://localhost:1", "https://localhost", "https://sub.localhost:7/"] {
        assert_eq!(wrong(good, "localhost"), None, "{good}");
    }
    let secure = Some("Response not made to a secure server (localhost or HTTPS).");
    for plain in ["http://sub.localhost", "http://127.0.0.1", "HTTPS://LOCALHOST"] {
        assert_eq!(wrong(plain, "localhost"), secure, "{plain}");
    }
    for foreign in ["https://evil.test", "https://evillocalhost"] {
        assert_eq!(wrong(foreign, "localhost"), Some("Relying Party ID not scoped to current."), "{foreign}");
    }
    for none in ["null", "android:apk-key-hash:AAAA"] {
        assert_eq!(wrong(none, "localhost"), Some("Response origin is invalid."), "{none}");
    }
    assert_eq!(wrong("", "localhost"), Some("Response has an empty origin."));
}
