//! Sinks only: terminal, TAP, JSON, JUnit, HTML.
