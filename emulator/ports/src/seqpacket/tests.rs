use frames::{Channel, Command, Packet};
use rustix::net::connect;

use super::*;

fn ping(byte: u8) -> Report {
    Packet::init(Channel(1), Command::PING, 1, &[byte])
}

/// A blocking client.
fn client(path: &Path) -> OwnedFd {
    let socket = socket_with(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None).unwrap();
    connect(&socket, &SocketAddrUnix::new(path).unwrap()).unwrap();
    socket
}

fn put(client: &OwnedFd, bytes: &[u8]) {
    assert_eq!(send(client, bytes, SendFlags::NOSIGNAL).unwrap(), bytes.len());
}

fn take(client: &OwnedFd) -> Vec<u8> {
    let mut buffer = [0; 100];
    let (len, _) = recv(client, &mut buffer, RecvFlags::empty()).unwrap();
    buffer[..len].to_vec()
}

fn port() -> (tempfile::TempDir, std::path::PathBuf, Seqpacket) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    let port = Seqpacket::listen(&path).unwrap();
    (dir, path, port)
}

async fn report(port: &mut Seqpacket) -> (Connection, Report) {
    match port.receive().await.unwrap() {
        Arrival::Report { from, report } => (from, report),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn each_connection_gets_its_own() {
    let (_dir, path, mut port) = port();
    assert_eq!(*port.address(), Address::Unix(path.clone()));
    let (one, two) = (client(&path), client(&path));
    put(&one, &ping(1));
    let (first, got) = report(&mut port).await;
    assert_eq!(got, ping(1));
    put(&two, &ping(2));
    let (second, got) = report(&mut port).await;
    assert_eq!(got, ping(2));
    assert_ne!(first, second);
    port.send(&second, &ping(4)).await.unwrap();
    port.send(&first, &ping(3)).await.unwrap();
    // The port's tasks run while it is asked for more.
    let reading = tokio::task::spawn_blocking(move || (take(&one), take(&two)));
    assert_eq!(reading.await.unwrap(), (ping(3).to_vec(), ping(4).to_vec()));
}

#[tokio::test]
async fn many_packets_at_once_are_all_read_and_in_order() {
    let (_dir, path, mut port) = port();
    let client = client(&path);
    let sending = tokio::task::spawn_blocking(move || {
        (0..=255).for_each(|n| put(&client, &ping(n)));
        client
    });
    for n in 0..=255 {
        assert_eq!(report(&mut port).await.1, ping(n));
    }
    drop(sending.await.unwrap());
    assert!(matches!(port.receive().await.unwrap(), Arrival::Left { .. }));
}

#[tokio::test]
async fn text_noise_and_the_end_are_told_apart() {
    let (_dir, path, mut port) = port();
    let client = client(&path);
    put(&client, b"ctl up never");
    assert_eq!(port.receive().await.unwrap(), Arrival::Text { line: "ctl up never".to_owned() });
    put(&client, &[0; 65]);
    let Arrival::Noise { what } = port.receive().await.unwrap() else { panic!() };
    assert!(what.contains("connection 1") && what.contains("leave the report number out"), "{what}");
    put(&client, &ping(1));
    let (from, _) = report(&mut port).await;
    drop(client);
    assert_eq!(port.receive().await.unwrap(), Arrival::Left { peer: from });
    assert!(port.send(&from, &ping(1)).await.is_err());
}

#[tokio::test]
async fn a_client_that_never_reads_is_closed() {
    let (_dir, path, mut port) = port();
    let silent = client(&path);
    put(&silent, &ping(1));
    let (from, _) = report(&mut port).await;
    let mut sent = 0;
    let why = loop {
        match port.send(&from, &ping(1)).await {
            Ok(()) => sent += 1,
            Err(why) => break why.to_string(),
        }
        tokio::task::yield_now().await;
    };
    assert!(sent >= OUTGOING && why.contains("does not read"), "{sent}: {why}");
    // Its packets are lost, those of others are not.
    let other = client(&path);
    put(&other, &ping(2));
    assert_eq!(report(&mut port).await.1, ping(2));
}

#[tokio::test]
async fn the_file_goes_with_the_port() {
    let (_dir, path, port) = port();
    assert!(path.exists());
    let error = Seqpacket::listen(&path).err().unwrap().to_string();
    assert!(error.contains("in use"), "{error}");
    drop(port);
    assert!(!path.exists());
}
