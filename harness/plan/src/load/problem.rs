//! What is wrong with a file, and where.

use std::fmt;
use std::ops::Range;

use miette::{Diagnostic, LabeledSpan, NamedSource};
use thiserror::Error;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What.
    pub what: String,
    /// Where: bytes of the file.
    pub at: Range<usize>,
    /// What to do about it.
    pub help: Option<String>,
}

/// Everything that is wrong with one file.
#[derive(Debug, Error)]
#[error("{name}: {}", count(problems.len()))]
pub struct FileError {
    /// The file.
    pub name: String,
    /// Its text.
    source_text: NamedSource<String>,
    /// The problems, by place.
    pub problems: Vec<Problem>,
}

/// Everything that is wrong with the files that were loaded together.
#[derive(Debug, Error)]
#[error("the scenarios could not be loaded: {}", count(files.iter().map(|f| f.problems.len()).sum()))]
pub struct LoadError {
    /// The files with problems.
    pub files: Vec<FileError>,
}

impl FileError {
    /// Sorts the problems by place.
    pub fn new(name: &str, text: &str, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|p| (p.at.start, p.at.end));
        problems.dedup();
        Self { name: name.to_owned(), source_text: NamedSource::new(name, text.to_owned()), problems }
    }

    /// Line and column, from 1, of a problem.
    pub fn place(&self, problem: &Problem) -> (usize, usize) {
        let text = self.source_text.inner();
        let before = text.get(..problem.at.start.min(text.len())).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        (line, column)
    }

    /// One line per problem: `file:line:column: what (help)`. For pipes.
    pub fn lines(&self) -> Vec<String> {
        let line = |p: &Problem| {
            let (line, column) = self.place(p);
            let help = p.help.as_deref().map(|h| format!(" ({h})")).unwrap_or_default();
            format!("{}:{line}:{column}: {}{help}", self.name, p.what)
        };
        self.problems.iter().map(line).collect()
    }
}

impl LoadError {
    /// One line per problem of every file.
    pub fn lines(&self) -> Vec<String> {
        self.files.iter().flat_map(FileError::lines).collect()
    }
}

impl Diagnostic for FileError {
    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(&self.source_text)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = |p: &Problem| {
            let text = match &p.help {
                Some(help) => format!("{} ({help})", p.what),
                None => p.what.clone(),
            };
            LabeledSpan::new(Some(text), p.at.start, p.at.len())
        };
        Some(Box::new(self.problems.iter().map(label)))
    }
}

impl Diagnostic for LoadError {
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.files.iter().map(|f| {
            let diagnostic: &dyn Diagnostic = f;
            diagnostic
        })))
    }
}

struct Count(usize);

fn count(n: usize) -> Count {
    Count(n)
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} problem{}", self.0, if self.0 == 1 { "" } else { "s" })
    }
}
