//! The server against a small client over TCP.

use tokio::io::AsyncReadExt;

use super::*;

fn identity(name: &str) -> Identity {
    Identity {
        vendor: 0x1050,
        product: 0x0407,
        release: 0x0437,
        manufacturer: Some("Maker".to_owned()),
        name: name.to_owned(),
        serial: None,
    }
}

/// A server with two keys; where it is, and the keys.
async fn server() -> (SocketAddr, Usbip, Usbip) {
    let mut server = UsbipServer::listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let (one, two) = (server.add(identity("One")), server.add(identity("Two")));
    let address = server.address();
    tokio::spawn(server.run(|_| {}));
    (address, one, two)
}

/// A machine's end of a connection.
struct Machine {
    socket: TcpStream,
    seqnum: u32,
}

#[derive(Debug, PartialEq, Eq)]
struct Reply {
    code: u32,
    seqnum: u32,
    status: i32,
    len: u32,
}

impl Machine {
    async fn connect(address: SocketAddr) -> Self {
        Self { socket: TcpStream::connect(address).await.unwrap(), seqnum: 0 }
    }

    /// The reply to an opening, after its head of eight bytes.
    async fn open(&mut self, code: u16, rest: &[u8]) -> u32 {
        let head = [0x0111_u16.to_be_bytes(), code.to_be_bytes(), [0; 2], [0; 2]].concat();
        self.socket.write_all(&[&head[..], rest].concat()).await.unwrap();
        assert_eq!(self.socket.read_u16().await.unwrap(), 0x0111);
        assert_eq!(self.socket.read_u16().await.unwrap(), code & 0x7fff);
        self.socket.read_u32().await.unwrap()
    }

    /// Attaches the key; what is said of it.
    async fn attach(address: SocketAddr, bus_id: &str) -> Option<(Self, Vec<u8>)> {
        let mut machine = Self::connect(address).await;
        let mut name = [0; 32];
        name[..bus_id.len()].copy_from_slice(bus_id.as_bytes());
        if machine.open(0x8003, &name).await != 0 {
            return None;
        }
        let device = machine.bytes(312).await;
        Some((machine, device))
    }

    async fn bytes(&mut self, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        self.socket.read_exact(&mut bytes).await.unwrap();
        bytes
    }

    async fn send(&mut self, words: [u32; 10], setup: [u8; 8], data: &[u8]) {
        let head: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        self.socket.write_all(&[&head[..], &setup, data].concat()).await.unwrap();
    }

    /// Asks for a transfer; its number.
    async fn submit(&mut self, to_host: bool, endpoint: u32, len: u32, setup: [u8; 8], data: &[u8]) -> u32 {
        self.seqnum += 1;
        let words = [1, self.seqnum, 0x1_0001, u32::from(to_host), endpoint, 0, len, 0, 0, 0];
        self.send(words, setup, data).await;
        self.seqnum
    }

    async fn unlink(&mut self, seqnum: u32) -> u32 {
        self.seqnum += 1;
        self.send([2, self.seqnum, 0x1_0001, 0, 0, seqnum, 0, 0, 0, 0], [0; 8], &[]).await;
        self.seqnum
    }

    async fn reply(&mut self) -> Reply {
        let head = self.bytes(48).await;
        let word = |nth: usize| u32::from_be_bytes(head[4 * nth..4 * nth + 4].try_into().unwrap());
        assert_eq!(head[8..20], [0; 12]);
        Reply { code: word(0), seqnum: word(1), status: word(5).cast_signed(), len: word(6) }
    }

    /// The whole outcome of a transfer to the host.
    async fn received(&mut self, seqnum: u32) -> Vec<u8> {
        let reply = self.reply().await;
        assert_eq!((reply.code, reply.seqnum, reply.status), (3, seqnum, 0));
        self.bytes(reply.len as usize).await
    }

    /// The server has closed the connection.
    async fn closed(&mut self) -> bool {
        matches!(self.socket.read(&mut [0; 1]).await, Ok(0) | Err(_))
    }
}

#[tokio::test]
async fn keys_are_listed_until_a_machine_has_them() {
    let (address, _one, _two) = server().await;
    let mut machine = Machine::connect(address).await;
    assert_eq!(machine.open(0x8005, &[]).await, 0);
    assert_eq!(machine.socket.read_u32().await.unwrap(), 2);
    for nth in 1..=2_u8 {
        let device = machine.bytes(312).await;
        assert_eq!(device[256..260], [b'1', b'-', b'0' + nth, 0]);
        assert_eq!(device[288..300], [0, 0, 0, 1, 0, 0, 0, nth, 0, 0, 0, 2], "bus, number, full speed");
        assert_eq!(device[300..], [0x10, 0x50, 0x04, 0x07, 0x04, 0x37, 0, 0, 0, 1, 1, 1]);
        assert_eq!(machine.bytes(4).await, [3, 0, 0, 0], "one HID interface");
    }
    assert!(machine.closed().await);

    let (attached, device) = Machine::attach(address, "1-2").await.unwrap();
    assert_eq!(device[256..260], *b"1-2\0");
    assert!(Machine::attach(address, "1-2").await.is_none(), "a machine has it");
    assert!(Machine::attach(address, "1-3").await.is_none(), "no such key");
    let mut machine = Machine::connect(address).await;
    assert_eq!((machine.open(0x8005, &[]).await, machine.socket.read_u32().await.unwrap()), (0, 1));
    drop(attached);
}

#[tokio::test]
async fn descriptors_are_told_as_a_machine_asks_for_them() {
    let (address, _one, _two) = server().await;
    let (mut machine, _) = Machine::attach(address, "1-1").await.unwrap();
    let setup = [0x80, 6, 0, 1, 0, 0, 64, 0];
    let asked = machine.submit(true, 0, 64, setup, &[]).await;
    let device = machine.received(asked).await;
    assert_eq!((device.len(), device[1], &device[8..12]), (18, 1, &[0x50, 0x10, 0x07, 0x04][..]));
    // A request without data must not leave anything for the next one.
    let idle = machine.submit(false, 0, 0, [0x21, 10, 0, 0, 0, 0, 0, 0], &[]).await;
    assert_eq!(machine.reply().await, Reply { code: 3, seqnum: idle, status: 0, len: 0 });
    let asked = machine.submit(true, 0, 34, [0x81, 6, 0, 0x22, 0, 0, 34, 0], &[]).await;
    assert_eq!(machine.received(asked).await, crate::usb::REPORT_DESCRIPTOR);
    let asked = machine.submit(true, 0, 10, [0x80, 6, 0, 6, 0, 0, 10, 0], &[]).await;
    assert_eq!(machine.reply().await, Reply { code: 3, seqnum: asked, status: -32, len: 0 }, "a stall");
    let asked = machine.submit(true, 7, 10, [0; 8], &[]).await;
    assert_eq!(machine.reply().await.status, -32, "no such endpoint: {asked}");
}

#[tokio::test]
async fn a_transfer_to_the_host_is_held_until_there_is_a_report() {
    let (address, mut one, _two) = server().await;
    let (mut machine, _) = Machine::attach(address, "1-1").await.unwrap();
    assert_eq!(one.receive().await.unwrap(), Arrival::Powered);
    let first = machine.submit(true, 1, 64, [0; 8], &[]).await;
    let second = machine.submit(true, 1, 64, [0; 8], &[]).await;
    let report = [9; 64];
    let sent = machine.submit(false, 1, 64, [0; 8], &report).await;
    // The answer to what came last comes first: the others are held.
    assert_eq!(machine.reply().await, Reply { code: 3, seqnum: sent, status: 0, len: 64 });
    let Arrival::Report { from, report: came } = one.receive().await.unwrap() else { panic!() };
    assert_eq!(came, report);
    // One is not wanted any more.
    let unlinked = machine.unlink(first).await;
    assert_eq!(machine.reply().await, Reply { code: 4, seqnum: unlinked, status: -104, len: 0 });
    one.send(&from, &[1; 64]).await.unwrap();
    one.send(&from, &[2; 64]).await.unwrap();
    assert_eq!(machine.received(second).await, [1; 64]);
    let late = machine.unlink(second).await;
    assert_eq!(machine.reply().await, Reply { code: 4, seqnum: late, status: 0, len: 0 });
    // A report waits for its transfer, too; of a short one it fills what there is.
    let third = machine.submit(true, 1, 8, [0; 8], &[]).await;
    assert_eq!(machine.received(third).await, [2; 8]);
}

#[tokio::test]
async fn a_machine_that_goes_and_a_key_that_is_pulled_out() {
    let (address, mut one, _two) = server().await;
    let (machine, _) = Machine::attach(address, "1-1").await.unwrap();
    assert_eq!(one.receive().await.unwrap(), Arrival::Powered);
    drop(machine);
    let Arrival::Left { peer } = one.receive().await.unwrap() else { panic!() };
    assert!(one.send(&peer, &[0; 64]).await.is_err());

    let (mut machine, _) = Machine::attach(address, "1-1").await.unwrap();
    assert_eq!(one.receive().await.unwrap(), Arrival::Powered);
    // Reports that nobody takes from the port do not keep it from being pulled out.
    for _ in 0..100 {
        machine.submit(false, 1, 64, [0; 8], &[0; 64]).await;
    }
    one.unplug().await;
    while machine.socket.read(&mut [0; 1_024]).await.is_ok_and(|len| len > 0) {}
    assert!(Machine::attach(address, "1-1").await.is_none());
    one.plug().await.unwrap();
    assert!(Machine::attach(address, "1-1").await.is_some());
}

#[tokio::test]
async fn what_is_malformed_ends_its_own_connection_alone() {
    let (address, mut one, _two) = server().await;
    let opening =
        |version: u16, code: u16| [version.to_be_bytes(), code.to_be_bytes(), [0; 2], [0; 2]].concat();
    for wrong in [opening(0x0110, 0x8005), opening(0x0111, 0x1234), b"GET / HTTP/1.1\r\n\r\n".to_vec()] {
        let mut machine = Machine::connect(address).await;
        machine.socket.write_all(&wrong).await.unwrap();
        assert!(machine.closed().await, "{wrong:02x?}");
    }
    for (words, why) in [
        ([9, 1, 0, 0, 1, 0, 0, 0, 0, 0], "an unknown command"),
        ([1, 1, 0, 0, 1, 0, 70_000, 0, 0, 0], "too long"),
        ([1, 1, 0, 0, 1, 0, u32::MAX, 0, 0, 0], "as if negative"),
        ([1, 1, 0, 1, 1, 0, 64, 0, 3, 0], "isochronous"),
    ] {
        let (mut machine, _) = Machine::attach(address, "1-1").await.unwrap();
        machine.send(words, [0; 8], &[]).await;
        assert!(machine.closed().await, "{why}");
        assert_eq!(one.receive().await.unwrap(), Arrival::Powered);
        assert!(matches!(one.receive().await.unwrap(), Arrival::Left { .. }), "{why}");
    }
    let (mut machine, _) = Machine::attach(address, "1-1").await.unwrap();
    assert_eq!(one.receive().await.unwrap(), Arrival::Powered);
    machine.submit(false, 1, 3, [0; 8], &[0; 3]).await;
    assert!(matches!(one.receive().await.unwrap(), Arrival::Noise { .. }));
    assert_eq!(machine.reply().await.status, 0, "a short report is the key's affair");
}
