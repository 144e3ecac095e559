//! One server each: the reference server with its named flaws, Keycloak.
