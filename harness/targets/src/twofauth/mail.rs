//! The link in a mail that 2FAuth wrote to its log.

use url::Url;

/// What the link's path ends with.
const LINK: &str = "/webauthn/recover?";

/// The token in the last mail to `email`.
pub(super) fn token(log: &str, email: &str) -> Option<String> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>' | ')' | ']' | '(' | '[');
    log.rmatch_indices(LINK).find_map(|(at, _)| {
        let begin = log.get(..at)?.rfind(ends).map_or(0, |place| place + 1);
        let text = log.get(begin..)?.split(ends).next()?.replace("&amp;", "&");
        let url = Url::parse(&text).ok()?;
        let value = |name: &str| url.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned());
        (value("email")? == email).then(|| value("token"))?
    })
}
