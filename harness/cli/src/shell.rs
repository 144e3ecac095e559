//! Words as a shell reads them.

/// `word` in single quotes, if a shell would read anything else into it.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,@%+=".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_needs_quotes_gets_them() {
        assert_eq!(quoted("http://127.0.0.1:8080/"), "http://127.0.0.1:8080/");
        assert_eq!(quoted("my key.toml"), "'my key.toml'");
        assert_eq!(quoted("login.*"), "'login.*'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted(""), "''");
    }
}
