//! What lets an operating system or a framed link see an authenticator: the CTAPHID token.
