//! CBOR diagnostic notation (RFC 8949 section 8).

use core::fmt::{self, Write};

use crate::cbor::{CborError, ErrorKind, Item, Key, Kind, MAX_LENIENT_DEPTH, Reader};

/// Bytes as lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy)]
pub struct Hex<'a>(pub &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The items of the bytes in diagnostic notation.
#[derive(Debug, Clone, Copy)]
pub struct Diagnostic<'a>(pub &'a [u8]);

impl fmt::Display for Diagnostic<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Printer::new(f).items(self.0, &Plain)
    }
}

/// How the entries of the outermost map are shown.
pub(super) trait Names {
    /// The name of a key, without which it is shown as it is.
    fn name(&self, key: &Key<'_>) -> Option<&'static str>;

    /// Shows the value of a named key; false leaves it to the notation.
    fn value(&self, printer: &mut Printer<'_, '_>, name: &str, value: Item<'_>) -> Result<bool, fmt::Error>;
}

/// Diagnostic notation and nothing else.
pub(super) struct Plain;

impl Names for Plain {
    fn name(&self, _: &Key<'_>) -> Option<&'static str> {
        None
    }

    fn value(&self, _: &mut Printer<'_, '_>, _: &str, _: Item<'_>) -> Result<bool, fmt::Error> {
        Ok(false)
    }
}

pub(super) struct Printer<'p, 'f> {
    f: &'p mut fmt::Formatter<'f>,
    depth: u8,
}

/// Why printing stopped.
enum Stop {
    Output,
    Input(CborError),
}

impl From<fmt::Error> for Stop {
    fn from(_: fmt::Error) -> Self {
        Self::Output
    }
}

impl From<CborError> for Stop {
    fn from(error: CborError) -> Self {
        Self::Input(error)
    }
}

impl<'p, 'f> Printer<'p, 'f> {
    pub(super) fn new(f: &'p mut fmt::Formatter<'f>) -> Self {
        Self { f, depth: 0 }
    }

    /// Shows all items of `bytes`; what cannot be read ends them.
    pub(super) fn items(&mut self, bytes: &[u8], names: &dyn Names) -> fmt::Result {
        let mut reader = Reader::new(bytes);
        let depth = self.depth;
        loop {
            match self.item(&mut reader, names) {
                Ok(()) => {}
                Err(Stop::Output) => return Err(fmt::Error),
                Err(Stop::Input(error)) => {
                    self.depth = depth;
                    let rest = bytes.get(error.at..).unwrap_or_default();
                    return write!(self.f, "<{error}: h'{}'>", Hex(rest));
                }
            }
            if reader.rest().is_empty() {
                return Ok(());
            }
            self.f.write_str(" <trailing> ")?;
        }
    }

    pub(super) fn text(&mut self, text: fmt::Arguments<'_>) -> fmt::Result {
        self.f.write_fmt(text)
    }

    /// Opens a bracket; what follows is one level deeper.
    pub(super) fn open(&mut self, bracket: char) -> fmt::Result {
        self.depth = self.depth.saturating_add(1);
        self.f.write_char(bracket)
    }

    /// Separates an element from the one before and begins its line.
    pub(super) fn element(&mut self, first: bool) -> fmt::Result {
        if !first {
            self.f.write_char(',')?;
        }
        match (self.f.alternate(), first) {
            (true, _) => self.line(),
            (false, true) => Ok(()),
            (false, false) => self.f.write_char(' '),
        }
    }

    /// Closes a bracket.
    pub(super) fn close(&mut self, bracket: char, empty: bool) -> fmt::Result {
        self.depth = self.depth.saturating_sub(1);
        if self.f.alternate() && !empty {
            self.line()?;
        }
        self.f.write_char(bracket)
    }

    fn line(&mut self) -> fmt::Result {
        self.f.write_char('\n')?;
        (0..self.depth).try_for_each(|_| self.f.write_str("  "))
    }

    fn item(&mut self, reader: &mut Reader<'_>, names: &dyn Names) -> Result<(), Stop> {
        let at = reader.position();
        match reader.peek()? {
            Kind::Unsigned | Kind::Negative => write!(self.f, "{}", reader.any_int()?)?,
            Kind::Bytes | Kind::Text => self.string(reader)?,
            Kind::Array | Kind::Map | Kind::Tag if self.depth >= MAX_LENIENT_DEPTH => {
                return Err(Stop::Input(CborError::new(ErrorKind::TooDeep, at)));
            }
            Kind::Array => self.array(reader)?,
            Kind::Map => self.map(reader, names)?,
            Kind::Tag => {
                write!(self.f, "{}(", reader.tag()?)?;
                self.depth += 1;
                self.item(reader, &Plain)?;
                self.depth -= 1;
                self.f.write_char(')')?;
            }
            Kind::Bool => write!(self.f, "{}", reader.bool()?)?,
            Kind::Null => {
                reader.null()?;
                self.f.write_str("null")?;
            }
            Kind::Undefined => {
                reader.item()?;
                self.f.write_str("undefined")?;
            }
            Kind::Simple => write!(self.f, "simple({})", reader.simple()?)?,
            Kind::Float => write!(self.f, "{:?}", reader.float()?)?,
        }
        Ok(())
    }

    fn string(&mut self, reader: &mut Reader<'_>) -> Result<(), Stop> {
        let item = reader.item()?;
        match item.raw() {
            // An indefinite length: definite chunks up to the break.
            [0x5f | 0x7f, chunks @ .., 0xff] => {
                self.f.write_str("(_")?;
                let mut chunks = Reader::new(chunks);
                let mut first = true;
                while !chunks.rest().is_empty() {
                    self.f.write_str(if first { " " } else { ", " })?;
                    self.string(&mut chunks)?;
                    first = false;
                }
                self.f.write_char(')')?;
            }
            _ if item.kind() == Kind::Text => write!(self.f, "{:?}", item.reader().text()?)?,
            _ => write!(self.f, "h'{}'", Hex(item.reader().bytes()?))?,
        }
        Ok(())
    }

    fn array(&mut self, reader: &mut Reader<'_>) -> Result<(), Stop> {
        let mut array = reader.array()?;
        self.open('[')?;
        if array.size().is_none() {
            self.f.write_char('_')?;
        }
        let mut first = true;
        while let Some(element) = array.next()? {
            self.element(first)?;
            self.item(element, &Plain)?;
            first = false;
        }
        Ok(self.close(']', first)?)
    }

    fn map(&mut self, reader: &mut Reader<'_>, names: &dyn Names) -> Result<(), Stop> {
        let mut map = reader.map()?;
        self.open('{')?;
        if map.size().is_none() {
            self.f.write_char('_')?;
        }
        let mut first = true;
        while let Some(key) = map.next()? {
            self.element(first)?;
            first = false;
            let name = names.name(&key);
            match (name, key) {
                (Some(name), _) => write!(self.f, "{name}: ")?,
                (None, Key::Int(key)) => write!(self.f, "{key}: ")?,
                (None, Key::Text(key)) => write!(self.f, "{key:?}: ")?,
                (None, Key::Other(key)) => write!(self.f, "{}: ", Diagnostic(key.raw()))?,
            }
            if let Some(name) = name
                && let Ok(value) = map.value().clone().item()
                && names.value(self, name, value)?
            {
                map.value().item()?;
            } else {
                self.item(map.value(), &Plain)?;
            }
        }
        Ok(self.close('}', first)?)
    }
}
