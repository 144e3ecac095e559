//! What a browser does between a page and a key.

pub mod link;
