//! The version that a server tells.

/// The number before the first dot, 26 of `26.7.3`.
pub(crate) fn major(version: &str) -> Option<u32> {
    version.split('.').next()?.parse().ok()
}
