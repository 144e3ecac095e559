//! The host platform of the authenticator: crypto and stores behind Platform.
