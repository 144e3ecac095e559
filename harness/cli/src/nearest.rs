//! The name that was probably meant.

/// Of `names`, the one most like `asked`, if one is like it at all.
pub fn nearest<'n>(asked: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(asked, name), name))
        .filter(|(likeness, _)| *likeness > LIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// `; did you mean ...?`, or nothing.
pub fn hint<'n>(asked: &str, names: impl IntoIterator<Item = &'n str>) -> String {
    nearest(asked, names).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// From which likeness on a name is suggested.
const LIKE: f64 = 0.75;
