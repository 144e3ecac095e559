//! `tamper = [{ at = "client-data", origin = "suffix" }]`.

use toml::Spanned;

use super::members::{Members, nearest};
use crate::tamper::{
    AttestationEdit, AuthDataEdit, ChallengeEdit, ClientDataEdit, JsonEdit, OptionsEdit, RequestEdit,
    SignatureEdit, Tamper,
};

/// Reads the tamperings of a step.
pub(super) fn tampers(m: &mut Members<'_, '_>) -> Vec<Tamper> {
    let mut all = Vec::new();
    for (table, span) in m.tables("tamper") {
        let mut inner = Members::new(table, span, "a tampering");
        if let Some(tamper) = tamper(&mut inner) {
            if is_empty(&tamper) {
                inner.wrong("this tampering changes nothing".to_owned());
            }
            all.push(tamper);
        }
        m.problems.extend(inner.done());
    }
    all
}

fn tamper(m: &mut Members<'_, '_>) -> Option<Tamper> {
    let site: String = m.required("at")?;
    Some(match site.as_str() {
        "options" => Tamper::Options(options(m)),
        "client-data" => Tamper::ClientData(client_data(m)),
        "request" => Tamper::Request(RequestEdit { up: m.optional("up"), rp_id: m.optional("rp-id") }),
        "auth-data" => Tamper::AuthData(auth_data(m)),
        "attestation" => Tamper::Attestation(AttestationEdit {
            format: m.optional("format"),
            statement: m.optional("statement"),
            alg: m.optional("alg"),
            flip: m.optional("flip").unwrap_or(false),
            tpm: m.optional("tpm"),
        }),
        "signature" => Tamper::Signature(SignatureEdit {
            flip: m.optional("flip").unwrap_or(false),
            empty: m.optional("empty").unwrap_or(false),
            of: m.optional("of"),
        }),
        "json" => Tamper::Json(json(m)),
        other => {
            let at = m.value("at").map_or(0..0, Spanned::span);
            let help = nearest(other, SITES.into_iter()).map(|near| format!("did you mean `{near}`?"));
            m.problem(at, format!("there is no site `{other}`; there are {}", SITES.join(", ")), help);
            return None;
        }
    })
}

fn options(m: &mut Members<'_, '_>) -> OptionsEdit {
    OptionsEdit {
        user_verification: m.optional("user-verification"),
        resident_key: m.optional("resident-key"),
        attestation: m.optional("attestation"),
        attachment: m.optional("attachment"),
        algorithms: m.optional("algorithms"),
        allow: m.optional("allow"),
        exclude: m.optional("exclude"),
        extensions: m.optional("extensions"),
    }
}

fn client_data(m: &mut Members<'_, '_>) -> ClientDataEdit {
    ClientDataEdit {
        kind: m.optional("type"),
        challenge: m.parsed("challenge", ChallengeEdit::named),
        origin: m.parsed("origin", str::parse),
        cross_origin: m.optional("cross-origin"),
        top_origin: m.optional("top-origin"),
        extra: m.optional("extra"),
    }
}

fn auth_data(m: &mut Members<'_, '_>) -> AuthDataEdit {
    AuthDataEdit {
        set: m.optional("set").unwrap_or_default(),
        clear: m.optional("clear").unwrap_or_default(),
        sign_count: m.optional("sign-count"),
        rp_id: m.optional("rp-id"),
        append: m.optional("append").unwrap_or(0),
        cut: m.optional("cut").unwrap_or(0),
        aaguid: m.optional("aaguid"),
        credential_id_length: m.optional("credential-id-length"),
        credential: m.optional("credential"),
    }
}

fn json(m: &mut Members<'_, '_>) -> JsonEdit {
    JsonEdit {
        drop: m.optional("drop").unwrap_or_default(),
        set: m.optional("set").unwrap_or_default(),
        pad: m.optional("pad").unwrap_or_default(),
        user_handle_of: m.optional("user-handle-of"),
        id_of: m.optional("id-of"),
    }
}

fn is_empty(tamper: &Tamper) -> bool {
    match tamper {
        Tamper::Options(edit) => *edit == OptionsEdit::default(),
        Tamper::ClientData(edit) => *edit == ClientDataEdit::default(),
        Tamper::Request(edit) => *edit == RequestEdit::default(),
        Tamper::AuthData(edit) => *edit == AuthDataEdit::default(),
        Tamper::Attestation(edit) => *edit == AttestationEdit::default(),
        Tamper::Signature(edit) => *edit == SignatureEdit::default(),
        Tamper::Json(edit) => *edit == JsonEdit::default(),
    }
}

const SITES: [&str; 7] =
    ["options", "client-data", "request", "auth-data", "attestation", "signature", "json"];
