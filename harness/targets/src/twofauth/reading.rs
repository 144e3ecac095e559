//! How 2FAuth's answers are compared with those of its dialect.

use crate::transcript::Reading;

/// Its routes and the members that its own pages look at.
pub const READING: Reading = Reading {
    routes: &[
        "/webauthn/credentials/{id}",
        "/webauthn/credentials/{id}/name",
        "/api/v1/users/{id}",
        "/api/v1/settings/{name}",
        "/api/v1/user/preferences/{name}",
    ],
    literals: &["message"],
};
