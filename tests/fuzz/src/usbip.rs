//! The server's end of USB/IP, which others may reach: whatever a machine sends, a message at a time.

mod machine;

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use arbitrary::{Arbitrary, Unstructured};
use ports::{Arrival, Attached, Identity, ReportPort, Usbip, UsbipServer};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::runtime::Builder;

use machine::{Answer, Machine};

/// How a machine begins.
#[derive(Arbitrary, Debug)]
enum Opening {
    List,
    /// Mostly of the key that is there.
    Import {
        place: u8,
        filled: bool,
    },
    Raw(Vec<u8>),
}

/// What happens afterwards.
#[derive(Arbitrary, Debug)]
enum Act {
    Submit {
        seqnum: u8,
        to_host: bool,
        endpoint: u8,
        len: u16,
        setup: [u8; 8],
        fill: u8,
    },
    /// A report from the host, whole or nearly.
    Output {
        seqnum: u8,
        by_control: bool,
        less: u8,
    },
    /// So many requests for a report.
    Wait {
        seqnum: u8,
        times: u8,
    },
    Unlink {
        seqnum: u8,
        unlink: u8,
    },
    /// The key sends a report.
    Report(u8),
    Raw(Vec<u8>),
    /// A transfer from the host that says to be as long as there are, or longer.
    Claim {
        endpoint: u8,
        which: u8,
    },
    /// A head with words as they come.
    Head([u16; 12]),
}

/// Each message that makes sense has its one answer, what makes none ends the connection, nothing else is sent, and the key is
/// free again for the next machine.
pub fn any(data: &[u8]) {
    let mut from = Unstructured::new(data);
    let Ok(opening) = Opening::arbitrary(&mut from) else { return };
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
    let loopback = "127.0.0.1:0".parse().expect("an address");
    let mut server = runtime.block_on(UsbipServer::listen(loopback)).expect("a port of loopback is free");
    let key = server.add(identity());
    // For the clock of the server's patience.
    let _inside = runtime.enter();
    let listed = list(&server);
    let mut bench = Bench { key, machine: Machine::new(listed.clone()), attached: None };
    bench.play(&server, opening, from);
    assert_eq!(list(&server), listed, "the key is not free again");
}

fn identity() -> Identity {
    let text = |text: &str| Some(text.to_owned());
    Identity {
        vendor: 0x1209,
        product: 1,
        release: 0x0100,
        manufacturer: text("AnyKey"),
        name: "Key".to_owned(),
        serial: text("1"),
    }
}

struct Bench {
    key: Usbip,
    machine: Machine,
    /// Whom the key knows.
    attached: Option<Attached>,
}

impl Bench {
    fn play(&mut self, server: &UsbipServer, opening: Opening, mut from: Unstructured<'_>) {
        let mut line = Line::to(server);
        let mut stream = opening.bytes();
        while self.go_on(&mut line, &mut stream) {
            if from.is_empty() {
                break;
            }
            match Act::arbitrary(&mut from) {
                Ok(Act::Report(fill)) => self.report(&mut line, fill),
                Ok(act) => stream.extend(act.bytes()),
                Err(_) => break,
            }
        }
        // What is left is the beginning of a message: it is waited for.
        if line.ended.is_none() {
            assert_eq!(line.exchange(&stream), b"", "an answer to half a message");
            assert!(line.ended.is_none(), "the end, in half a message");
            line.hang_up();
        }
        assert!(line.ended.is_some(), "a machine that went is not noticed");
        self.arrivals(None);
        if self.machine.is_attached() {
            assert!(self.attached.is_none(), "the key was not told that the machine left");
        }
    }

    /// Sends all whole messages and holds the answers against what is expected; whether the connection is still there.
    fn go_on(&mut self, line: &mut Line<'_>, stream: &mut Vec<u8>) -> bool {
        while let Some((message, answer)) = self.machine.next(stream) {
            let said = line.exchange(&message);
            let ends = matches!(answer, Answer::Last(_) | Answer::Nonsense);
            assert_eq!(line.ended.is_some(), ends, "{message:02x?} and the end: {:?}", line.ended);
            self.machine.check(&answer, &said);
            let sent = self.machine.sent.take();
            self.arrivals(sent);
            if ends {
                return false;
            }
        }
        true
    }

    /// The key hears what it has to hear, and no more.
    fn arrivals(&mut self, mut sent: Option<Vec<u8>>) {
        while let Some(arrival) = once(self.key.receive()) {
            match arrival.expect("the bus stays") {
                Arrival::Powered => assert!(self.machine.is_attached()),
                Arrival::Report { from, report } => {
                    self.attached = Some(from);
                    assert_eq!(sent.take().as_deref(), Some(&report[..]));
                }
                Arrival::Noise { .. } => assert!(sent.take().is_some_and(|data| data.len() != 64)),
                Arrival::Left { .. } => self.attached = None,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(sent, None, "the key was not told");
    }

    /// The key sends a report to whom it knows; it comes when it is asked for.
    fn report(&mut self, line: &mut Line<'_>, fill: u8) {
        let Some(to) = self.attached else { return };
        let taken = once(self.key.send(&to, &[fill; 64])).expect("nothing waits here").is_ok();
        let answer = self.machine.report(fill, taken);
        let said = line.exchange(&[]);
        self.machine.check(&answer, &said);
    }
}

/// A connection to the server, both ends driven in turn.
struct Line<'s> {
    serving: Pin<Box<dyn Future<Output = std::io::Result<()>> + 's>>,
    near: Option<DuplexStream>,
    ended: Option<std::io::Result<()>>,
}

impl<'s> Line<'s> {
    fn to(server: &'s UsbipServer) -> Self {
        // Room for the longest message.
        let (near, far) = tokio::io::duplex(1 << 17);
        let (reader, writer) = tokio::io::split(far);
        Self { serving: Box::pin(server.serve(reader, writer)), near: Some(near), ended: None }
    }

    /// Sends bytes; all that comes until the server waits for more.
    fn exchange(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut context = Context::from_waker(Waker::noop());
        if let (Some(near), false) = (&mut self.near, bytes.is_empty()) {
            let Poll::Ready(Ok(sent)) = Pin::new(near).poll_write(&mut context, bytes) else {
                panic!("a message does not fit")
            };
            assert_eq!(sent, bytes.len());
        }
        self.serve();
        let mut said = Vec::new();
        let Some(near) = &mut self.near else { return said };
        loop {
            let mut space = [0; 512];
            let mut buffer = ReadBuf::new(&mut space);
            let read = Pin::new(&mut *near).poll_read(&mut context, &mut buffer);
            match (read, buffer.filled()) {
                (Poll::Ready(Ok(())), more @ [_, ..]) => said.extend(more),
                _ => return said,
            }
        }
    }

    /// The machine is gone.
    fn hang_up(&mut self) {
        self.near = None;
        self.serve();
    }

    /// Lets the server do all that it can do now.
    fn serve(&mut self) {
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        while self.ended.is_none() {
            match self.serving.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(ended) => self.ended = Some(ended),
                Poll::Pending if woken.0.swap(false, Ordering::SeqCst) => {}
                Poll::Pending => return,
            }
        }
    }
}

#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// What is there now.
fn once<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// What a machine is told of the keys that are free.
fn list(server: &UsbipServer) -> Vec<u8> {
    let mut line = Line::to(server);
    let listed = line.exchange(&Opening::List.bytes());
    assert!(matches!(line.ended, Some(Ok(()))), "{:?}", line.ended);
    assert_eq!(listed.len(), 12 + 312 + 4, "one key is listed");
    listed
}

impl Opening {
    fn bytes(self) -> Vec<u8> {
        let head = |code: u16| [0x0111_u16.to_be_bytes(), code.to_be_bytes(), [0; 2], [0; 2]].concat();
        match self {
            Self::List => head(0x8005),
            Self::Import { place, filled } => {
                // What stands behind the name is nothing.
                let mut name = [if filled { b'x' } else { 0 }; 32];
                name[..4].copy_from_slice(b"1-1\0");
                name[2] = if place < 230 { b'1' } else { place };
                [head(0x8003), name.to_vec()].concat()
            }
            Self::Raw(bytes) => bytes,
        }
    }
}

impl Act {
    fn bytes(self) -> Vec<u8> {
        let submit = |seqnum: u8, to_host: bool, endpoint: u8, len: u32, setup: [u8; 8]| {
            let words = [1, seqnum.into(), 0x1_0001, to_host.into(), endpoint.into(), 0, len, 0, 0, 0];
            head(words, setup)
        };
        match self {
            Self::Submit { seqnum, to_host, endpoint, len, setup, fill } => {
                let mut bytes = submit(seqnum, to_host, endpoint % 3, len.into(), setup);
                if !to_host {
                    bytes.extend(vec![fill; len.into()]);
                }
                bytes
            }
            Self::Output { seqnum, by_control, less } => {
                let len = 64 - less % 3;
                let setup = if by_control { [0x21, 9, 0, 2, 0, 0, 64, 0] } else { [0; 8] };
                let mut bytes = submit(seqnum, false, u8::from(!by_control), len.into(), setup);
                bytes.extend(vec![seqnum; len.into()]);
                bytes
            }
            Self::Wait { seqnum, times } => submit(seqnum, true, 1, 64, [0; 8]).repeat(times.into()),
            Self::Unlink { seqnum, unlink } => {
                head([2, seqnum.into(), 0x1_0001, 0, 0, unlink.into(), 0, 0, 0, 0], [0; 8])
            }
            Self::Raw(bytes) => bytes,
            Self::Claim { endpoint, which } => {
                let len = [65_535, 65_536, 1 << 24, u32::MAX][usize::from(which % 4)];
                submit(which, false, endpoint % 2, len, [0; 8])
            }
            Self::Head(words) => {
                let wide = |nth: usize| u32::from(words[nth] & 3);
                let mut out = std::array::from_fn(wide);
                out[6] = u32::from(words[6]) << (words[10] % 17);
                out[8] = [0, u32::MAX, u32::from(words[8]), 1][usize::from(words[11] % 4)];
                head(out, [0x80; 8])
            }
            Self::Report(_) => Vec::new(),
        }
    }
}

fn head(words: [u32; 10], setup: [u8; 8]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).chain(setup).collect()
}
