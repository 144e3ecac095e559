//! WebAuthn Level 3 JSON dictionaries, client data, and the project's own verification.
