//! `anykey plug`: a running key on each kind of port.

mod ceremonies;
mod control;
mod ctaphid;
pub mod key;
mod left;
mod process;
mod run;
mod several;
mod shown;
mod state;
mod touched;
