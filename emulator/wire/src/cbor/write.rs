//! The writer: shortest heads and definite lengths into a slice.

use core::cmp::Ordering;

use minicbor::Encoder;
use minicbor::encode::write::Cursor;

use super::check;
use super::error::Overflow;
use super::read::Key;

/// Writes items one after the other into a slice.
///
/// [`map`](Self::map) and [`array`](Self::array) only write heads, so any nonsense can be built; well-formed
/// maps come from [`entries`](Self::entries).
#[derive(Debug)]
pub struct Writer<'b> {
    encoder: Encoder<Cursor<&'b mut [u8]>>,
}

impl<'b> Writer<'b> {
    /// Writes from the beginning of `out`.
    #[must_use]
    pub fn new(out: &'b mut [u8]) -> Self {
        Self { encoder: Encoder::new(Cursor::new(out)) }
    }

    /// How many bytes have been written.
    #[must_use]
    pub fn len(&self) -> usize {
        self.encoder.writer().position()
    }

    /// Whether nothing has been written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What has been written.
    #[must_use]
    pub fn written(&self) -> &[u8] {
        self.encoder.writer().get_ref().get(..self.len()).unwrap_or_default()
    }

    /// Ends writing and returns what has been written.
    #[must_use]
    pub fn finish(self) -> &'b mut [u8] {
        let cursor = self.encoder.into_writer();
        let len = cursor.position();
        cursor.into_inner().get_mut(..len).unwrap_or_default()
    }

    /// An unsigned integer.
    pub fn uint(&mut self, value: impl Into<u64>) -> Result<(), Overflow> {
        done(self.encoder.u64(value.into()))
    }

    /// An integer.
    pub fn int(&mut self, value: impl Into<i64>) -> Result<(), Overflow> {
        done(self.encoder.i64(value.into()))
    }

    /// `true` or `false`.
    pub fn bool(&mut self, value: bool) -> Result<(), Overflow> {
        done(self.encoder.bool(value))
    }

    /// `null`.
    pub fn null(&mut self) -> Result<(), Overflow> {
        done(self.encoder.null())
    }

    /// A byte string.
    pub fn bytes(&mut self, value: &[u8]) -> Result<(), Overflow> {
        done(self.encoder.bytes(value))
    }

    /// The head of a byte string whose `len` bytes are then written by [`raw`](Self::raw).
    pub fn bytes_head(&mut self, len: usize) -> Result<(), Overflow> {
        done(self.encoder.bytes_len(wide(len)))
    }

    /// A text string.
    pub fn text(&mut self, value: &str) -> Result<(), Overflow> {
        done(self.encoder.str(value))
    }

    /// The head of an array of `len` elements.
    pub fn array(&mut self, len: usize) -> Result<(), Overflow> {
        done(self.encoder.array(wide(len)))
    }

    /// The head of a map of `len` entries.
    pub fn map(&mut self, len: usize) -> Result<(), Overflow> {
        done(self.encoder.map(wide(len)))
    }

    /// A key.
    pub fn key<'k>(&mut self, key: impl Into<Key<'k>>) -> Result<(), Overflow> {
        match key.into() {
            Key::Int(key) => self.int(key),
            Key::Text(key) => self.text(key),
            Key::Other(key) => self.raw(key.raw()),
        }
    }

    /// Bytes as they are: an encoded item, a command byte, or nonsense.
    pub fn raw(&mut self, bytes: &[u8]) -> Result<(), Overflow> {
        minicbor::encode::Write::write_all(self.encoder.writer_mut(), bytes).map_err(|_| Overflow)
    }

    /// Begins a map that counts its entries and, in debug builds, checks that the keys ascend.
    pub fn entries(&mut self) -> Result<MapWriter<'_, 'b>, Overflow> {
        let head = self.len();
        self.map(0)?;
        Ok(MapWriter { head, entries: 0, last: (0, 0), writer: self })
    }
}

/// A map under construction; [`end`](Self::end) must be called, or the map stays empty in its head.
#[derive(Debug)]
pub struct MapWriter<'w, 'b> {
    writer: &'w mut Writer<'b>,
    head: usize,
    entries: usize,
    /// Where the last key begins and ends.
    last: (usize, usize),
}

impl<'b> MapWriter<'_, 'b> {
    /// Writes a key; exactly one item must then be written. Keys must ascend in canonical order.
    pub fn entry<'k>(&mut self, key: impl Into<Key<'k>>) -> Result<&mut Writer<'b>, Overflow> {
        let begin = self.writer.len();
        self.writer.key(key)?;
        let end = self.writer.len();
        if cfg!(debug_assertions) && self.entries > 0 {
            let slice = |(begin, end)| self.writer.written().get(begin..end).unwrap_or_default();
            debug_assert_eq!(check::order(slice(self.last), slice((begin, end))), Ordering::Less, "map keys");
        }
        self.last = (begin, end);
        self.entries += 1;
        Ok(self.writer)
    }

    /// Writes an entry if there is a value.
    pub fn entry_if<'k, T>(
        &mut self,
        key: impl Into<Key<'k>>,
        value: Option<T>,
        write: impl FnOnce(&mut Writer<'b>, T) -> Result<(), Overflow>,
    ) -> Result<(), Overflow> {
        match value {
            Some(value) => write(self.entry(key)?, value),
            None => Ok(()),
        }
    }

    /// Writes the number of entries into the head.
    pub fn end(self) -> Result<(), Overflow> {
        let end = self.writer.len();
        // The head took one byte; from 24 entries on the count needs its own, so the content moves up.
        let mut head = [0; 9];
        let mut sized = Writer::new(&mut head);
        sized.map(self.entries)?;
        let more = sized.len() - 1;
        if more > 0 {
            self.writer.raw(head.get(..more).unwrap_or_default())?;
            let cursor = self.writer.encoder.writer_mut();
            let content = self.head + 1..end;
            cursor.get_mut().copy_within(content, self.head + 1 + more);
        }
        let place = self.head..self.head + 1 + more;
        let out = self.writer.encoder.writer_mut().get_mut().get_mut(place).ok_or(Overflow)?;
        out.copy_from_slice(head.get(..=more).ok_or(Overflow)?);
        Ok(())
    }
}

fn done<T, E>(result: Result<T, E>) -> Result<(), Overflow> {
    match result {
        Ok(_) => Ok(()),
        Err(_) => Err(Overflow),
    }
}

fn wide(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}
