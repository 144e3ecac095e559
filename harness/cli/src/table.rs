//! Aligned tables of plain text.

use std::io::{self, Write};

use anstyle::Style;
use report::text::{pad, width, wrap};

use crate::screen::Screen;

/// Rows under a head. The last column is wrapped on a terminal; in a pipe each row stays one line, for `grep`.
pub struct Table<const N: usize> {
    head: [&'static str; N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    /// Without rows.
    pub fn new(head: [&'static str; N]) -> Self {
        Self { head, rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: [String; N]) {
        self.rows.push(cells);
    }

    /// Writes it.
    ///
    /// # Errors
    /// The stream could not be written.
    pub fn print(&self, screen: Screen, out: &mut dyn Write) -> io::Result<()> {
        let look = screen.out;
        let cells: Vec<[String; N]> =
            self.rows.iter().map(|row| row.each_ref().map(|c| look.clean(c))).collect();
        let widths: [usize; N] = std::array::from_fn(|at| {
            cells.iter().map(|row| width(&row[at])).chain([width(self.head[at])]).max().unwrap_or(0)
        });
        let left: usize = widths.iter().take(N.saturating_sub(1)).map(|columns| columns + GAP).sum();
        let head = self.head.map(str::to_owned);
        write_row(&head, &widths, left, screen, Style::new().bold(), out)?;
        for row in &cells {
            write_row(row, &widths, left, screen, Style::new(), out)?;
        }
        Ok(())
    }
}

fn write_row<const N: usize>(
    row: &[String; N],
    widths: &[usize; N],
    left: usize,
    screen: Screen,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some((last, front)) = row.split_last() else { return Ok(()) };
    let mut line = String::new();
    for (cell, columns) in front.iter().zip(widths) {
        line.push_str(&pad(cell, columns + GAP));
    }
    let room = screen.out.width.saturating_sub(left);
    let lines = if screen.terminal && room >= LEAST { wrap(last, room) } else { vec![last.clone()] };
    for (at, words) in lines.iter().enumerate() {
        if at == 0 {
            line.push_str(words);
        } else {
            line = " ".repeat(left) + words;
        }
        writeln!(out, "{}", screen.out.paint(style, line.trim_end()))?;
    }
    Ok(())
}

/// Blanks between two columns.
const GAP: usize = 2;
/// A last column narrower than this is not worth wrapping.
const LEAST: usize = 20;
