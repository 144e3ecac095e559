//! A disk that loses power, and what may be on it afterwards.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::file::disk::{Disk, Name};

/// A disk. Clones are the same disk.
#[derive(Clone)]
pub(super) struct Simulated(Arc<Mutex<State>>);

/// What happens to one operation.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    /// The power goes while it is in work: it is done, or in part, or not, and nothing works afterwards.
    Cut,
    /// It fails; a write leaves its first half behind. The next one works again.
    Error(io::ErrorKind),
}

struct State {
    files: Vec<File>,
    /// As programs see them.
    names: BTreeMap<Name, usize>,
    /// As they are after a power cut, before `named`.
    durable_names: BTreeMap<Name, usize>,
    /// Changes of names that are not durable, in order.
    named: Vec<BTreeMap<Name, usize>>,
    operations: usize,
    fault: Option<(usize, Fault)>,
    dead: bool,
}

#[derive(Clone, Default)]
struct File {
    /// As programs see it.
    content: Vec<u8>,
    durable: Vec<u8>,
    /// What is not durable, in order.
    pending: Vec<Pending>,
}

#[derive(Clone)]
enum Pending {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

/// The durable content of a disk.
pub(super) type Image = BTreeMap<Name, Vec<u8>>;

impl Simulated {
    pub(super) fn new() -> Self {
        Self::with(&Image::new())
    }

    /// A disk with this content.
    pub(super) fn with(image: &Image) -> Self {
        let mut files = Vec::new();
        let mut names = BTreeMap::new();
        for (name, content) in image {
            names.insert(*name, files.len());
            files.push(File { content: content.clone(), durable: content.clone(), pending: Vec::new() });
        }
        let durable_names = names.clone();
        Self(Arc::new(Mutex::new(State {
            files,
            names,
            durable_names,
            named: Vec::new(),
            operations: 0,
            fault: None,
            dead: false,
        })))
    }

    /// That the operation `at` (counted from 0 over the disk's life) meets a fault.
    pub(super) fn fail(self, at: usize, fault: Fault) -> Self {
        self.state().fault = Some((at, fault));
        self
    }

    /// How many operations were tried.
    pub(super) fn operations(&self) -> usize {
        self.state().operations
    }

    /// Whether the power is gone.
    pub(super) fn is_dead(&self) -> bool {
        self.state().dead
    }

    /// What may be on the disk if the power goes now: each part of what is not durable may be there, or not, and one of them
    /// in part. Names change in order.
    pub(super) fn images(&self) -> Vec<Image> {
        let state = self.state();
        let mut images = Vec::new();
        for names in std::iter::once(&state.durable_names).chain(&state.named) {
            let mut partial = vec![Image::new()];
            for (name, file) in names {
                let contents = state.files[*file].after_a_cut();
                partial = partial
                    .into_iter()
                    .flat_map(|image| {
                        contents.iter().map(move |content| {
                            let mut image = image.clone();
                            image.insert(*name, content.clone());
                            image
                        })
                    })
                    .collect();
            }
            images.extend(partial);
        }
        images.sort();
        images.dedup();
        images
    }

    /// The two plain ones: everything that is not durable is lost, or nothing is.
    pub(super) fn extremes(&self) -> [Image; 2] {
        let state = self.state();
        let image = |names: &BTreeMap<Name, usize>, content: fn(&File) -> &Vec<u8>| {
            names.iter().map(|(name, file)| (*name, content(&state.files[*file]).clone())).collect()
        };
        [image(&state.durable_names, |file| &file.durable), image(&state.names, |file| &file.content)]
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

impl File {
    fn after_a_cut(&self) -> Vec<Vec<u8>> {
        let mut contents = Vec::new();
        for kept in 0..1_u32 << self.pending.len() {
            let kept = |at: usize| kept >> at & 1 == 1;
            contents.push(self.with(|at, bytes| kept(at).then_some(0..bytes)));
            for torn in (0..self.pending.len()).filter(|at| kept(*at)) {
                let Pending::Write(_, bytes) = &self.pending[torn] else { continue };
                for cut in samples(bytes.len()) {
                    // The first part alone, or the last part alone: a medium writes in what order it likes.
                    for part in [0..cut, cut..bytes.len()] {
                        contents.push(self.with(|at, bytes| {
                            kept(at).then(|| if at == torn { part.clone() } else { 0..bytes })
                        }));
                    }
                }
            }
        }
        contents
    }

    /// The durable content, and of each pending change the part that `kept` says (of its index and length).
    fn with(&self, kept: impl Fn(usize, usize) -> Option<std::ops::Range<usize>>) -> Vec<u8> {
        let mut content = self.durable.clone();
        for (at, pending) in self.pending.iter().enumerate() {
            match pending {
                Pending::Write(offset, bytes) => {
                    if let Some(part) = kept(at, bytes.len()) {
                        write(&mut content, offset + part.start, &bytes[part]);
                    }
                }
                Pending::Truncate(length) => {
                    if kept(at, 0).is_some() {
                        content.truncate(*length);
                    }
                }
            }
        }
        content
    }
}

/// Places at which to tear, among them the first and the last, and those where the parts of a frame meet.
fn samples(length: usize) -> Vec<usize> {
    let step = (length / 7).max(1);
    let ends = [1, 4, 16, 17].into_iter().flat_map(|from| [Some(from), length.checked_sub(from)]).flatten();
    let mut places: Vec<usize> =
        (0..length).step_by(step).chain(ends).filter(|at| (1..length).contains(at)).collect();
    places.sort_unstable();
    places.dedup();
    places
}

fn write(content: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if content.len() < end && !bytes.is_empty() {
        content.resize(end, 0);
    }
    content[offset..end.max(offset)].copy_from_slice(bytes);
}

impl State {
    /// Counts an operation; whether it is done, and how it ends.
    fn begin(&mut self) -> (bool, io::Result<()>) {
        if self.dead {
            return (false, Err(io::Error::other("no power")));
        }
        let at = self.operations;
        self.operations += 1;
        match self.fault.filter(|(faulty, _)| *faulty == at) {
            None => (true, Ok(())),
            Some((_, Fault::Cut)) => {
                self.dead = true;
                (true, Err(io::Error::other("power cut")))
            }
            Some((_, Fault::Error(kind))) => (false, Err(kind.into())),
        }
    }

    fn file(&mut self, name: Name) -> io::Result<&mut File> {
        let file = *self.names.get(&name).ok_or(io::ErrorKind::NotFound)?;
        Ok(&mut self.files[file])
    }

    fn rename(&mut self, change: impl Fn(&mut BTreeMap<Name, usize>)) {
        change(&mut self.names);
        let mut next = self.named.last().unwrap_or(&self.durable_names).clone();
        change(&mut next);
        self.named.push(next);
    }
}

impl Disk for Simulated {
    fn read(&mut self, name: Name) -> io::Result<Option<Vec<u8>>> {
        Ok(self.state().file(name).ok().map(|file| file.content.clone()))
    }

    fn create(&mut self, name: Name) -> io::Result<()> {
        let mut state = self.state();
        let (done, result) = state.begin();
        if done {
            let file = state.files.len();
            state.files.push(File::default());
            state.rename(|names| {
                names.insert(name, file);
            });
        }
        result
    }

    fn write(&mut self, name: Name, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        let (done, result) = state.begin();
        let offset = usize::try_from(offset).unwrap();
        // A disk that is full takes what fits.
        let part = if done { bytes } else { &bytes[..bytes.len() / 2] };
        if !state.dead || done {
            let file = state.file(name)?;
            write(&mut file.content, offset, part);
            file.pending.push(Pending::Write(offset, part.to_vec()));
        }
        result
    }

    fn truncate(&mut self, name: Name, length: u64) -> io::Result<()> {
        let mut state = self.state();
        let (done, result) = state.begin();
        if done {
            let length = usize::try_from(length).unwrap();
            let file = state.file(name)?;
            file.content.truncate(length);
            file.pending.push(Pending::Truncate(length));
        }
        result
    }

    fn sync(&mut self, name: Name) -> io::Result<()> {
        let mut state = self.state();
        let (_, result) = state.begin();
        if state.dead {
            return result;
        }
        let file = state.file(name)?;
        if result.is_ok() {
            file.durable = file.with(|_, length| Some(0..length));
        }
        // A failed sync is not made good by the next one: the system takes for written what is not on the medium.
        file.pending.clear();
        result
    }

    fn replace(&mut self) -> io::Result<()> {
        let mut state = self.state();
        let (done, result) = state.begin();
        if done {
            state.file(Name::New)?;
            state.rename(|names| {
                if let Some(file) = names.remove(&Name::New) {
                    names.insert(Name::Journal, file);
                }
            });
        }
        result
    }

    fn remove(&mut self, name: Name) -> io::Result<()> {
        let mut state = self.state();
        let (done, result) = state.begin();
        if done {
            state.rename(|names| {
                names.remove(&name);
            });
        }
        result
    }

    fn sync_directory(&mut self) -> io::Result<()> {
        let mut state = self.state();
        let (_, result) = state.begin();
        if result.is_ok() {
            state.durable_names = state.names.clone();
            state.named.clear();
        }
        result
    }
}
