use super::*;

fn local(text: &str) -> bool {
    is_local(&parse(text).unwrap())
}

#[test]
fn this_machine_in_every_spelling() {
    for text in [
        "http://localhost",
        "http://LOCALHOST.:8080/x",
        "http://127.0.0.1",
        "http://127.8.9.10:1",
        "http://0x7f000001",
        "http://2130706433",
        "http://127.1",
        "http://[::1]:3000",
        "http://[::ffff:127.0.0.1]",
    ] {
        assert!(local(text), "{text}");
    }
}

#[test]
fn what_only_looks_like_it() {
    for text in [
        "http://localhost.example.org",
        "http://127.0.0.1.example.org",
        "http://0.0.0.0",
        "http://10.0.0.1",
        "http://[::2]",
        "http://[::]",
        "http://example.org/?localhost",
        "http://notlocalhost",
        "http://sub.localhost",
    ] {
        assert!(!local(text), "{text}");
    }
}

#[test]
fn the_owner_must_name_the_very_host() {
    let url = parse("https://login.Example.org:8443/auth").unwrap();
    let check = |own: &str| check(&url, &[own.to_owned()]).is_ok();
    assert!(check("login.example.org") && check("LOGIN.example.ORG."));
    assert!(!check("example.org") && !check("evil-login.example.org") && !check("*"));
    assert!(super::check(&url, &[]).is_err());
    let v6 = parse("http://[2001:db8::1]/").unwrap();
    assert!(super::check(&v6, &["2001:DB8:0::1".to_owned()]).is_ok());
    assert!(super::check(&v6, &["[2001:db8::1]".to_owned()]).is_ok());
}

#[test]
fn refuses_secrets_and_other_schemes() {
    for text in [
        "http://admin:secret@localhost",
        "http://admin@localhost",
        "ftp://localhost",
        "keycloak",
        "file:///etc",
    ] {
        let message = format!("{:?}", parse(text).unwrap_err());
        assert!(!message.contains("secret@"), "{message}");
    }
}
