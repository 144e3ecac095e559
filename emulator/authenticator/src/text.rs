//! Short byte strings and texts held by value: what must survive a wait for the user.

/// Up to `N` bytes (`N` <= 255).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bytes<const N: usize> {
    bytes: [u8; N],
    len: u8,
}

impl<const N: usize> Bytes<N> {
    /// Nothing.
    pub(crate) const EMPTY: Self = Self { bytes: [0; N], len: 0 };

    /// Copies `bytes`; `None` if they do not fit.
    pub(crate) fn new(bytes: &[u8]) -> Option<Self> {
        let mut held = Self { bytes: [0; N], len: u8::try_from(bytes.len()).ok()? };
        held.bytes.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(held)
    }

    /// The bytes.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or(&[])
    }
}

/// Up to `N` bytes of UTF-8 (`N` <= 255).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Text<const N: usize>(Bytes<N>);

impl<const N: usize> Text<N> {
    /// Copies as many whole characters as fit.
    pub(crate) fn truncated(text: &str) -> Self {
        Self(Bytes::new(prefix(text, N).as_bytes()).unwrap_or(Bytes::EMPTY))
    }

    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(self.0.as_bytes()).unwrap_or("")
    }
}

/// The longest beginning of `text` that has at most `limit` bytes and cuts no character.
pub(crate) fn prefix(text: &str, limit: usize) -> &str {
    let mut end = text.len().min(limit);
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    text.get(..end).unwrap_or("")
}
