//! What a machine expects of a server: the protocol once more, read from its description alone
//! (<https://docs.kernel.org/usb/usbip_protocol.html>).

use std::collections::VecDeque;

/// What a message is answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// These bytes.
    Bytes(Vec<u8>),
    /// These bytes, and the end of the connection.
    Last(Vec<u8>),
    /// The end alone.
    Nonsense,
    /// What a control request comes to: its number, and the most bytes that may come, or how many went.
    Control { seqnum: u32, to_host: bool, most: usize },
}

/// Where the conversation stands.
pub struct Machine {
    listed: Vec<u8>,
    attached: bool,
    /// Requests for reports that are not answered yet, and how much each takes.
    held: VecDeque<(u32, usize)>,
    /// Reports that nobody has asked for yet.
    reports: VecDeque<u8>,
    /// What the last message brought the key.
    pub sent: Option<Vec<u8>>,
}

impl Machine {
    pub fn new(listed: Vec<u8>) -> Self {
        Self { listed, attached: false, held: VecDeque::new(), reports: VecDeque::new(), sent: None }
    }

    pub fn is_attached(&self) -> bool {
        self.attached
    }

    /// Takes the next whole message off the stream, or as much of it as shows that it is none; and what it is answered with.
    pub fn next(&mut self, stream: &mut Vec<u8>) -> Option<(Vec<u8>, Answer)> {
        let (length, answer) = if self.attached { self.command(stream)? } else { self.opening(stream)? };
        let rest = stream.split_off(length);
        Some((std::mem::replace(stream, rest), answer))
    }

    fn opening(&mut self, stream: &[u8]) -> Option<(usize, Answer)> {
        let head = stream.get(..8)?;
        match head[..4] {
            [0x01, 0x11, 0x80, 0x05] => Some((8, Answer::Last(self.listed.clone()))),
            [0x01, 0x11, 0x80, 0x03] => {
                let name = stream.get(8..40)?;
                self.attached = name.starts_with(b"1-1\0");
                Some((
                    40,
                    match self.attached {
                        // The same that the list says of it, without its interfaces.
                        true => Answer::Bytes([&[1, 0x11, 0, 3, 0, 0, 0, 0], &self.listed[12..324]].concat()),
                        false => Answer::Last(vec![1, 0x11, 0, 3, 0, 0, 0, 1]),
                    },
                ))
            }
            _ => Some((8, Answer::Nonsense)),
        }
    }

    fn command(&mut self, stream: &[u8]) -> Option<(usize, Answer)> {
        let head = stream.get(..48)?;
        let word = |nth: usize| u32::from_be_bytes([0, 1, 2, 3].map(|at| head[4 * nth + at]));
        let (seqnum, to_host, endpoint, len) = (word(1), word(3) != 0, word(4), word(6) as usize);
        match word(0) {
            1 if !matches!(word(8), 0 | u32::MAX) => return Some((48, Answer::Nonsense)),
            1 if !to_host && len > 65_535 => return Some((48, Answer::Nonsense)),
            1 => {}
            2 => return Some((48, self.unlink(seqnum, word(5)))),
            _ => return Some((48, Answer::Nonsense)),
        }
        let whole = if to_host { 48 } else { 48 + len };
        let data = stream.get(48..whole)?;
        let setup = &head[40..48];
        let answer = match (endpoint, to_host) {
            // More than any driver has under way.
            (1, true) if self.held.len() >= 256 => Answer::Nonsense,
            (1, true) => {
                self.held.push_back((seqnum, len));
                self.due()
            }
            (1, false) => {
                self.sent = Some(data.to_vec());
                Answer::Bytes(reply(3, seqnum, 0, data.len(), &[]))
            }
            (0, _) => {
                if !to_host && setup.starts_with(&[0x21, 9]) && setup[3] == 2 && data.len() == 64 {
                    self.sent = Some(data.to_vec());
                }
                let wanted = usize::from(u16::from_le_bytes([setup[6], setup[7]]));
                Answer::Control { seqnum, to_host, most: if to_host { len.min(wanted) } else { len } }
            }
            _ => Answer::Bytes(reply(3, seqnum, -32, 0, &[])),
        };
        Some((whole, answer))
    }

    fn unlink(&mut self, seqnum: u32, unlink: u32) -> Answer {
        let before = self.held.len();
        self.held.retain(|(held, _)| *held != unlink);
        let status = if self.held.len() < before { -104 } else { 0 };
        Answer::Bytes(reply(4, seqnum, status, 0, &[]))
    }

    /// The key sent a report, and the server took it or not.
    pub fn report(&mut self, fill: u8, taken: bool) -> Answer {
        assert_eq!(taken, self.reports.len() < 1_024, "{} reports wait", self.reports.len());
        self.reports.extend(taken.then_some(fill));
        self.due()
    }

    /// The report that goes out now, if one is there and asked for.
    fn due(&mut self) -> Answer {
        let both = self.held.front().copied().zip(self.reports.front().copied());
        let Some(((seqnum, len), fill)) = both else { return Answer::Bytes(Vec::new()) };
        self.held.pop_front();
        self.reports.pop_front();
        let data = vec![fill; len.min(64)];
        Answer::Bytes(reply(3, seqnum, 0, data.len(), &data))
    }

    /// Holds what came against what is expected.
    pub fn check(&self, expected: &Answer, said: &[u8]) {
        match expected {
            Answer::Bytes(bytes) | Answer::Last(bytes) => assert_eq!(said, bytes),
            Answer::Nonsense => assert_eq!(said, b"", "an answer to nonsense"),
            Answer::Control { seqnum, to_host, most } => {
                let status = said.get(20..24).expect("a control request is answered");
                let (data, len) = (&said[48..], u32::from_be_bytes([0, 1, 2, 3].map(|at| said[24 + at])));
                match (i32::from_be_bytes([0, 1, 2, 3].map(|at| status[at])), to_host) {
                    (-32, _) => assert_eq!(said, reply(3, *seqnum, -32, 0, &[])),
                    (0, true) => {
                        assert!(data.len() <= *most, "{} bytes, at most {most}", data.len());
                        assert_eq!(said, reply(3, *seqnum, 0, len as usize, data));
                        assert_eq!(len as usize, data.len());
                    }
                    (0, false) => assert_eq!(said, reply(3, *seqnum, 0, *most, &[])),
                    (other, _) => panic!("status {other}"),
                }
            }
        }
    }
}

/// USBIP_RET_SUBMIT, or USBIP_RET_UNLINK.
fn reply(code: u32, seqnum: u32, status: i32, len: usize, data: &[u8]) -> Vec<u8> {
    let len = u32::try_from(len).unwrap_or(u32::MAX);
    let words = [code, seqnum, 0, 0, 0, status.cast_unsigned(), len, 0, 0, 0, 0, 0];
    words.iter().flat_map(|word| word.to_be_bytes()).chain(data.iter().copied()).collect()
}
