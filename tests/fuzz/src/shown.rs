//! Problems as a terminal shows them.

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, NarratableReportHandler};

/// Shows a problem with its places, in both ways.
///
/// # Panics
/// A place that is not in the text.
pub fn diagnostic(problem: &dyn Diagnostic) {
    let mut text = String::new();
    GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .render_report(&mut text, problem)
        .expect("a problem can be drawn");
    NarratableReportHandler::new().render_report(&mut text, problem).expect("a problem can be told");
    assert!(!text.contains("Failed to read contents"), "{text}");
}
