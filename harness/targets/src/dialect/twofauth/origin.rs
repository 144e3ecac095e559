//! Which origins are good enough.

/// What is wrong with an origin, in 2FAuth's words.
///
/// Differs: the standard compares origins as text. Here the scheme must be https or the host `localhost`, the host must be the RP
/// ID or below it, and the port is not looked at; observed with 5.6.1 and 8.0.1.
pub(super) fn wrong(origin: &str, rp_id: &str) -> Option<&'static str> {
    if origin.is_empty() {
        return Some("Response has an empty origin.");
    }
    let Some((scheme, host)) = parts(origin) else { return Some("Response origin is invalid.") };
    if host != "localhost" && scheme != "https" {
        return Some("Response not made to a secure server (localhost or HTTPS).");
    }
    let below = host.strip_suffix(rp_id).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    (!below).then_some("Relying Party ID not scoped to current.")
}

/// Scheme and host, as they are written.
fn parts(origin: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = origin.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => host,
    };
    (!scheme.is_empty() && !host.is_empty()).then_some((scheme, host))
}
