//! Sinks only: what a run's events look like on a terminal, as TAP, JSON, JUnit, HTML and SVG.
//!
//! Every sink folds [`plan::event::Event`]s; none knows how a run is made, and none can change one.

mod attacks;
pub mod compare;
mod directory;
mod findings;
mod fold;
pub mod html;
pub mod json;
pub mod junit;
pub mod matrix;
mod progress;
pub mod svg;
mod tap;
mod terminal;
pub mod text;

pub use directory::Directory;
pub use fold::{ReadError, Report};
pub use json::Json;
pub use progress::Progress;
pub use tap::Tap;
pub use terminal::{Look, Terminal};
pub use text::clean;

#[cfg(test)]
mod tests;
