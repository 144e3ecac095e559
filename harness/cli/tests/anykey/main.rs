//! The binary as a user has it: what it prints, where, and with which exit code.

mod attestation;
mod command;
mod data;
mod dialects;
mod plug;
mod runs;
mod serve;
mod servers;
mod targets;
mod trouble;
mod usage;
