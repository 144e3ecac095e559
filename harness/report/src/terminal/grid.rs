//! A boxed table of cells with several lines each.

use super::pen::{DIM, Look, Piece};
use crate::text::{pad, width};

/// Lines of a cell.
pub type Lines = Vec<Piece>;

/// A table: the first row is the head.
pub struct Grid {
    /// Rows of cells; all of one length.
    pub rows: Vec<Vec<Lines>>,
}

/// The characters of a box: corners and crossings by row (top, middle, bottom), then `-` and `|`.
struct Frame {
    top: [&'static str; 3],
    middle: [&'static str; 3],
    bottom: [&'static str; 3],
    across: &'static str,
    down: &'static str,
}

impl Grid {
    /// The columns that `cells` need inside.
    pub fn inner_width<'c>(cells: impl IntoIterator<Item = &'c Lines>) -> usize {
        cells.into_iter().flatten().map(|piece| width(&piece.text)).max().unwrap_or(0)
    }

    /// Appends the table to `out`.
    pub fn draw(&self, look: Look, out: &mut String) {
        let frame = if look.unicode { &UNICODE } else { &ASCII };
        let columns = self.rows.first().map_or(0, Vec::len);
        let widths: Vec<usize> = (0..columns)
            .map(|at| Self::inner_width(self.rows.iter().filter_map(|row| row.get(at))))
            .collect();
        rule(&frame.top, frame.across, &widths, look, out);
        for (at, row) in self.rows.iter().enumerate() {
            if at > 0 {
                rule(&frame.middle, frame.across, &widths, look, out);
            }
            let bar = look.paint(DIM, frame.down);
            for line in 0..row.iter().map(Vec::len).max().unwrap_or(0) {
                out.push_str(&bar);
                for (cell, columns) in row.iter().zip(&widths) {
                    let (text, style) = match cell.get(line) {
                        Some(piece) => (piece.text.as_str(), piece.style),
                        None => ("", anstyle::Style::new()),
                    };
                    let padding = pad(text, *columns);
                    out.push(' ');
                    out.push_str(&look.paint(style, text));
                    out.push_str(&padding[text.len()..]);
                    out.push(' ');
                    out.push_str(&bar);
                }
                out.push('\n');
            }
        }
        rule(&frame.bottom, frame.across, &widths, look, out);
    }
}

fn rule(joints: &[&str; 3], across: &str, widths: &[usize], look: Look, out: &mut String) {
    let mut line = String::from(joints[0]);
    for (at, columns) in widths.iter().enumerate() {
        if at > 0 {
            line.push_str(joints[1]);
        }
        line.push_str(&across.repeat(columns + 2));
    }
    line.push_str(joints[2]);
    out.push_str(&look.paint(DIM, &line));
    out.push('\n');
}

const UNICODE: Frame =
    Frame {
        top: ["┌", "┬", "┐"], middle: ["├", "┼", "┤"], bottom: ["└", "┴", "┘"], across: "─", down: "│"
    };

const ASCII: Frame =
    Frame { top: ["+", "+", "+"], middle: ["+", "+", "+"], bottom: ["+", "+", "+"], across: "-", down: "|" };
