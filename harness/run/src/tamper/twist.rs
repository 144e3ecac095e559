//! Client data, and what is asked of the key: made wrong before the key signs.

use client::Twist;
use plan::tamper::{ChallengeEdit, ClientDataEdit, OriginEdit, Tamper};

use crate::stage::{Broken, Kept, Offered, Stage};

/// What the client makes different.
pub(crate) fn twist(
    challenge: &[u8],
    tampers: &[Tamper],
    stage: &Stage<'_>,
    seed: [u8; 32],
) -> Result<Twist, Broken> {
    let mut twist = Twist::default();
    for tamper in tampers {
        match tamper {
            Tamper::ClientData(edit) => client_data(&mut twist, edit, challenge, stage, seed)?,
            Tamper::Request(edit) => {
                twist.up = edit.up.or(twist.up);
                twist.rp_id = edit.rp_id.clone().or(twist.rp_id.take());
            }
            _ => {}
        }
    }
    Ok(twist)
}

fn client_data(
    twist: &mut Twist,
    edit: &ClientDataEdit,
    challenge: &[u8],
    stage: &Stage<'_>,
    seed: [u8; 32],
) -> Result<(), Broken> {
    let data = &mut twist.client_data;
    data.kind.clone_from(&edit.kind);
    data.cross_origin = edit.cross_origin;
    data.top_origin.clone_from(&edit.top_origin);
    data.extra = edit.extra.clone().unwrap_or_default();
    data.origin = edit.origin.as_ref().map(|trick| origin(trick, &stage.site.origin()));
    data.challenge = match &edit.challenge {
        None => None,
        Some(ChallengeEdit::MadeUp) => Some(seed.to_vec()),
        Some(ChallengeEdit::Cut) => Some(challenge.get(..challenge.len() / 2).unwrap_or_default().to_vec()),
        Some(ChallengeEdit::Empty) => Some(Vec::new()),
        Some(ChallengeEdit::Of(name)) => Some(challenge_of(stage.kept(name)?)),
    };
    Ok(())
}

fn challenge_of(kept: &Kept) -> Vec<u8> {
    match &kept.offered {
        Offered::Registration(options) => options.challenge.0.clone(),
        Offered::Login(options) => options.challenge.0.clone(),
    }
}

/// Another origin, made from the right one.
fn origin(trick: &OriginEdit, right: &str) -> String {
    let (scheme, host) = right.split_once("://").unwrap_or(("https", right));
    match trick {
        OriginEdit::OtherSite => "https://evil.example".to_owned(),
        OriginEdit::Suffix => format!("{right}.evil.example"),
        OriginEdit::Subdomain => format!("{scheme}://evil.{host}"),
        OriginEdit::OtherPort => {
            let name = host.split(':').next().unwrap_or(host);
            format!("{scheme}://{name}:44330")
        }
        OriginEdit::OtherScheme => format!("{}://{host}", if scheme == "https" { "http" } else { "https" }),
        OriginEdit::UpperCase => format!("{scheme}://{}", host.to_uppercase()),
        OriginEdit::TrailingSlash => format!("{right}/"),
        OriginEdit::Opaque => "null".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_trick_gives_the_right_origin() {
        let all = [
            (OriginEdit::OtherSite, "https://evil.example"),
            (OriginEdit::Suffix, "https://login.test:8443.evil.example"),
            (OriginEdit::Subdomain, "https://evil.login.test:8443"),
            (OriginEdit::OtherPort, "https://login.test:44330"),
            (OriginEdit::OtherScheme, "http://login.test:8443"),
            (OriginEdit::UpperCase, "https://LOGIN.TEST:8443"),
            (OriginEdit::TrailingSlash, "https://login.test:8443/"),
            (OriginEdit::Opaque, "null"),
        ];
        for (trick, expected) in all {
            assert_eq!(origin(&trick, "https://login.test:8443"), expected);
        }
    }
}
