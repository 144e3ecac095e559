//! Arrays inside messages: read lazily from a message, or written from a slice.

use core::fmt;

use super::message::Value;
use crate::cbor::{Overflow, Reader, Writer};
use crate::error::{DecodeError, Named};

/// An array of like elements, borrowed from an encoded array or from a slice.
#[derive(Clone, Copy)]
pub struct List<'a, T>(Form<'a, T>);

#[derive(Clone, Copy)]
enum Form<'a, T> {
    /// The encoded elements, each of which has been read once, and their number.
    Encoded(&'a [u8], usize),
    Slice(&'a [T]),
}

impl<'a, T: Value<'a>> List<'a, T> {
    /// The number of elements.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self.0 {
            Form::Encoded(_, len) => len,
            Form::Slice(slice) => slice.len(),
        }
    }

    /// Whether there are no elements.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The elements in the order of the message.
    pub fn iter(&self) -> impl Iterator<Item = T> + use<'a, T> {
        let form = self.0;
        let mut reader = match form {
            Form::Encoded(elements, _) => Reader::new(elements),
            Form::Slice(_) => Reader::new(&[]),
        };
        let mut index = 0;
        core::iter::from_fn(move || {
            let element = match form {
                // Reading succeeded once already.
                Form::Encoded(_, len) => (index < len).then(|| T::read(&mut reader, "").ok())?,
                Form::Slice(slice) => slice.get(index).copied(),
            };
            index += 1;
            element
        })
    }
}

impl<'a, T> From<&'a [T]> for List<'a, T> {
    fn from(elements: &'a [T]) -> Self {
        Self(Form::Slice(elements))
    }
}

impl<'a, T, const N: usize> From<&'a [T; N]> for List<'a, T> {
    fn from(elements: &'a [T; N]) -> Self {
        Self(Form::Slice(elements))
    }
}

impl<T> Default for List<'_, T> {
    fn default() -> Self {
        Self(Form::Slice(&[]))
    }
}

impl<'a, T: Value<'a> + PartialEq> PartialEq for List<'a, T> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<'a, T: Value<'a> + Eq> Eq for List<'a, T> {}

impl<'a, T: Value<'a> + fmt::Debug> fmt::Debug for List<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a, T: Value<'a>> Value<'a> for List<'a, T> {
    const EMPTY: Self = Self(Form::Slice(&[]));

    fn read(reader: &mut Reader<'a>, member: &'static str) -> Result<Self, DecodeError> {
        let mut array = reader.array().named(member)?;
        let elements = array.rest();
        let mut len = 0;
        while let Some(element) = array.next().named(member)? {
            T::read(element, member)?;
            len += 1;
        }
        Ok(Self(Form::Encoded(elements, len)))
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Overflow> {
        writer.array(self.len())?;
        self.iter().try_for_each(|element| element.write(writer))
    }
}
