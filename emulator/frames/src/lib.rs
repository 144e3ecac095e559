//! CTAPHID packets, both ends, no bus; no_std, no allocation.
