//! Cross-crate proof: layering, licences, every flaw caught by the scenarios that name it.
