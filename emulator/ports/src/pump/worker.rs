//! The mind's thread.

use std::io;
use std::panic::resume_unwind;
use std::sync::mpsc as jobs;
use std::thread::{self, JoinHandle};

use authenticator::platform::Platform;
use tokio::sync::mpsc;

use super::clock::Clock;
use crate::mind::{Done, Job, Mind};

/// A mind in a thread of its own. When dropped, the job that is under way is finished first.
pub(super) struct Worker {
    errands: Option<jobs::Sender<Errand>>,
    /// What came of the jobs, in their order. Ends only if the mind panicked.
    pub(super) done: mpsc::UnboundedReceiver<Done>,
    thread: Option<JoinHandle<()>>,
}

enum Errand {
    Job(Job),
    Exchange(Box<(Mind, Box<dyn Platform + Send>)>),
}

impl Worker {
    pub(super) fn start(
        mut mind: Mind,
        mut platform: Box<dyn Platform + Send>,
        clock: Clock,
    ) -> io::Result<Self> {
        let (errands, to_do) = jobs::channel::<Errand>();
        let (tell, done) = mpsc::unbounded_channel();
        let work = move || {
            for errand in to_do {
                let job = match errand {
                    Errand::Job(job) => job,
                    Errand::Exchange(key) => {
                        (mind, platform) = *key;
                        continue;
                    }
                };
                if tell.send(mind.perform(clock.now(), platform.as_mut(), job)).is_err() {
                    break;
                }
            }
        };
        let thread = thread::Builder::new().name("key".to_owned()).spawn(work)?;
        Ok(Self { errands: Some(errands), done, thread: Some(thread) })
    }

    pub(super) fn give(&self, job: Job) {
        self.run(Errand::Job(job));
    }

    /// Another mind, with a platform of its own, does the jobs that are given from now on.
    pub(super) fn exchange(&self, mind: Mind, platform: Box<dyn Platform + Send>) {
        self.run(Errand::Exchange(Box::new((mind, platform))));
    }

    fn run(&self, errand: Errand) {
        if let Some(errands) = &self.errands {
            // Fails only if the mind panicked, and then `done` has ended.
            let _ = errands.send(errand);
        }
    }

    /// Goes on with the mind's panic, if there was one.
    pub(super) fn end(mut self) {
        if let Err(panic) = self.join() {
            resume_unwind(panic);
        }
    }

    fn join(&mut self) -> thread::Result<()> {
        self.errands = None;
        self.thread.take().map_or(Ok(()), JoinHandle::join)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Whoever wants the panic has called `end`.
        let _ = self.join();
    }
}
