//! Pages of both kinds of quotes that Keycloak has written.

use serde_json::json;

use super::super::page::{Kind, Page, field};

fn register(quote: char, resident: &str) -> String {
    let script = format!(
        r#"const input = {{
            challenge : "2KjhQMLnQk2Wq49Da-CW3A",
            userid : "dXNlcg",
            username : "o\"neil",
            signatureAlgorithms : [-7,-257,],
            rpEntityName : "AnyKey",
            rpId : "localhost",
            attestationConveyancePreference : "direct",
            authenticatorAttachment : "not specified",
            requireResidentKey : "Yes",
            {resident}
            userVerificationRequirement : "required",
            createTimeout : 30,
            excludeCredentialIds : "AAAA,BBBB",
            initLabel : "a challenge : of labels"
        }};"#
    );
    let script = if quote == '"' {
        script
    } else {
        script.replace("\\\"", "\\'").replace('"', "'").replace("\\'", "\"")
    };
    format!(
        r#"<body data-page-id="login-webauthn-register"><h1 id="kc-page-title"> Passkey
           Registration</h1><form id="register" action="http://localhost:1/x?a=1&amp;b=2" method="post"></form>
           <script>const other = 1;</script><script type="module">{script}</script></body>"#
    )
}

#[test]
fn registration_pages() {
    for quote in ['"', '\''] {
        let page = Page::read(&register(quote, ""));
        assert_eq!(page.kind, Kind::Register { action: "http://localhost:1/x?a=1&b=2".into() });
        assert_eq!(page.title, "Passkey Registration");
        let expected = json!({
            "challenge": "2KjhQMLnQk2Wq49Da-CW3A",
            "rp": {"id": "localhost", "name": "AnyKey"},
            "user": {"id": "dXNlcg", "name": "o\"neil", "displayName": "o\"neil"},
            "pubKeyCredParams": [{"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -257}],
            "attestation": "direct",
            "authenticatorSelection": {
                "residentKey": "required", "requireResidentKey": true, "userVerification": "required"
            },
            "excludeCredentials": [{"type": "public-key", "id": "AAAA"}, {"type": "public-key", "id": "BBBB"}],
            "timeout": 30000,
        });
        assert_eq!(page.creation_options().unwrap(), expected, "{quote}");
    }
}

#[test]
fn the_newer_setting_of_resident_keys_goes_first() {
    let page = Page::read(&register('"', "residentKey : \"preferred\","));
    let selection = &page.creation_options().unwrap()["authenticatorSelection"];
    assert_eq!(selection["residentKey"], "preferred");
    assert_eq!(selection["requireResidentKey"], false);
    let page = Page::read(&register('"', "residentKey : \"not specified\","));
    assert_eq!(page.creation_options().unwrap()["authenticatorSelection"]["residentKey"], "required");
}

#[test]
fn login_pages() {
    let page = |identified: &str, chosen: &str| {
        Page::read(&format!(
            r#"<body data-page-id="login-webauthn-authenticate"><form id="webauth" action="/go"></form>
               <form id="authn_select">{chosen}</form><script>authenticate({{ isUserIdentified : {identified},
               challenge : "abc", userVerification : "not specified", rpId : "localhost", createTimeout : 0 }})
               </script></body>"#
        ))
    };
    let key = r#"<input type="hidden" name="authn_use_chk" value="AAAA"/>"#;
    let known = page("true", key);
    assert_eq!(known.kind, Kind::Authenticate { action: "/go".into() });
    let allowed = json!([{"type": "public-key", "id": "AAAA"}]);
    let expected = json!({"challenge": "abc", "rpId": "localhost", "allowCredentials": allowed});
    assert_eq!(known.request_options().unwrap(), expected);
    let anybody = json!({"challenge": "abc", "rpId": "localhost"});
    assert_eq!(page("false", key).request_options().unwrap(), anybody);
}

#[test]
fn refusals_and_strangers() {
    let error = Page::read(
        r#"<body data-page-id="login-webauthn-error"><h1 id="kc-page-title">Passkey Error</h1>
           <span class="x kc-feedback-text">Failed to register your Passkey.<br /> the   reason</span>
           <form id="kc-error-credential-form" action="/retry"></form></body>"#,
    );
    assert_eq!(error.kind, Kind::Error);
    assert_eq!(error.alert.as_deref(), Some("Failed to register your Passkey. the reason"));
    let other = Page::read(r#"<body data-page-id="login-update-profile"><h1>Update</h1></body>"#);
    assert_eq!(other.kind, Kind::Other);
    assert!(other.creation_options().is_err());
    assert_eq!(Page::read("").kind, Kind::Other);
}

#[test]
fn script_values() {
    assert_eq!(field("x = { rpId : 'a' }", "rpId"), Some(json!("a")));
    assert_eq!(field("initLabelPrompt : 'p', initLabel : 'l'", "initLabel"), Some(json!("l")));
    assert_eq!(field("myrpId : 'a'", "rpId"), None);
    assert_eq!(field("list : [ -7 , -8 ],", "list"), Some(json!([-7, -8])));
    assert_eq!(field("list : [],", "list"), Some(json!([])));
    assert_eq!(field("n:-12,", "n"), Some(json!(-12)));
    assert_eq!(field(r#"s : "a\u003c\/b\\""#, "s"), Some(json!("a</b\\")));
    assert_eq!(field("s : 'it\\'s'", "s"), Some(json!("it's")));
    assert_eq!(field("s : 'open", "s"), None);
    assert_eq!(field("s", "s"), None);
}

#[test]
fn a_login_page_that_takes_passkeys_too() {
    let page = Page::read(
        r#"<form id="kc-form-login" action="/password"></form><form id="webauth" action="/key"></form>
           <script>x({ isUserIdentified : false, challenge : "abc", rpId : "localhost" })</script>"#,
    );
    assert_eq!(page.kind, Kind::Login { action: "/password".into() });
    assert_eq!(page.passkeys.as_deref(), Some("/key"));
    assert_eq!(page.request_options().unwrap(), json!({"challenge": "abc", "rpId": "localhost"}));
}

#[test]
fn other_ways_to_log_in() {
    let password = Page::read(
        r#"<form id="kc-form-login" action="/p"></form><form id="kc-select-try-another-way-form" action="/other"></form>"#,
    );
    assert_eq!(password.other_way.as_deref(), Some("/other"));
    let way = |name: &str, id: &str| {
        format!(
            r#"<li><form id="kc-select-credential-form" action="/go?{id}"><input type="hidden" name="authenticationExecution"
               value="{id}"></form><h2 class="x select-auth-box-headline"> {name} </h2></li>"#
        )
    };
    let choice = Page::read(&format!("<ul>{}{}</ul>", way("Password", "one"), way("Passkey", "two")));
    let ways: Vec<_> =
        choice.ways.iter().map(|w| (w.words.as_str(), w.action.as_str(), w.execution.as_str())).collect();
    assert_eq!(ways, [("Password", "/go?one", "one"), ("Passkey", "/go?two", "two")]);
}

#[test]
fn pages_of_users_themselves() {
    let removal =
        Page::read(r#"<form action="/remove"><button name="accept" id="kc-accept">Yes</button></form>"#);
    assert_eq!(removal.kind, Kind::Removal { action: "/remove".into() });
    let new = Page::read(r#"<form id="kc-register-form" action="/make"></form>"#);
    assert_eq!(new.kind, Kind::NewUser { action: "/make".into() });
}

#[test]
fn what_a_page_lacks_is_named() {
    let page = Page::read(
        r#"<body data-page-id="login-webauthn-register"><form id="register" action="/x"></form></body>"#,
    );
    let lacks = page.creation_options().unwrap_err();
    assert!(lacks.contains("`username`") && lacks.contains("login-webauthn-register"), "{lacks}");
}
