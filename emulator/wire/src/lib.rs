//! CTAP2, U2F and COSE messages, both directions; no_std, no allocation.
