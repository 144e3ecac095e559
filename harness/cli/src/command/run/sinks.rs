//! Where the events of a run go.

use std::io;

use plan::event::Sink;
use report::{Directory, Json, Progress, Tap, Terminal};

use crate::args::{Format, RunArgs};
use crate::failure::Failure;
use crate::screen::Screen;

/// The sinks that the command line asks for.
pub struct Sinks(Vec<Box<dyn Sink>>);

impl Sinks {
    /// Opens them; a directory that cannot be written is noticed before anything is run.
    ///
    /// # Errors
    /// The report's directory cannot be made or written.
    pub fn open(args: &RunArgs, screen: Screen) -> Result<Self, Failure> {
        let mut sinks: Vec<Box<dyn Sink>> = Vec::new();
        if let Some(path) = &args.report {
            let directory = Directory::create(path);
            let directory = directory.map_err(|error| {
                Failure::Usage(format!("no report can be written to {}: {error}", path.display()))
            })?;
            sinks.push(Box::new(directory));
        }
        if args.format != Format::Tap {
            // Beside TAP, which writes all the time, it would only be torn.
            sinks.push(Box::new(Progress::new(screen.err_color, screen.out.unicode)));
        }
        let out = Box::new(io::stdout());
        sinks.push(match args.format {
            Format::Human => Box::new(Terminal::new(out, screen.out)),
            Format::Json => Box::new(Json::new(out)),
            Format::Tap => Box::new(Tap::new(out)),
        });
        Ok(Self(sinks))
    }

    /// All of them.
    pub fn all(&mut self) -> &mut [Box<dyn Sink>] {
        &mut self.0
    }

    /// Has each write what is left; one that fails does not keep the others from it.
    ///
    /// # Errors
    /// The first failure, but a closed pipe only if there is no other.
    pub fn finish(self) -> Result<(), Failure> {
        let mut errors: Vec<io::Error> = self.0.into_iter().filter_map(|sink| sink.finish().err()).collect();
        errors.sort_by_key(|error| error.kind() == io::ErrorKind::BrokenPipe);
        errors.into_iter().next().map_or(Ok(()), |error| Err(Failure::Output(error)))
    }
}
