use std::os::unix::net as unix;

use frames::{Channel, Command, Packet};

use super::*;

fn ping() -> Report {
    Packet::init(Channel(1), Command::PING, 3, &[1, 2, 3])
}

async fn noise(port: &mut Datagrams) -> String {
    match port.receive().await.unwrap() {
        Arrival::Noise { what } => what,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn packets_texts_and_noise_are_told_apart() {
    let mut port = Datagrams::udp("127.0.0.1:0".parse().unwrap()).unwrap();
    let Address::Udp(address) = *port.address() else { panic!() };
    assert_ne!(address.port(), 0);
    let client = net::UdpSocket::bind("127.0.0.1:0").unwrap();
    client.connect(address).unwrap();
    client.send(&ping()).unwrap();
    let Arrival::Report { from, report } = port.receive().await.unwrap() else { panic!() };
    assert_eq!((&from, report), (&Sender::Udp(client.local_addr().unwrap()), ping()));
    client.send(b"ctl up auto").unwrap();
    assert_eq!(port.receive().await.unwrap(), Arrival::Text { line: "ctl up auto".to_owned() });
    for (len, said) in
        [(0, " 0 bytes"), (63, " 63 bytes"), (65, "leave the report number out"), (600, "512 or more")]
    {
        client.send(&vec![0; len]).unwrap();
        let what = noise(&mut port).await;
        assert!(what.contains(said), "{what}");
    }
    port.send(&from, &ping()).await.unwrap();
    let mut got = [0; 100];
    assert_eq!(client.recv(&mut got).unwrap(), 64);
    assert_eq!(got[..64], ping());
}

#[tokio::test]
async fn clients_of_a_unix_socket_have_paths_or_names_or_cannot_be_answered() {
    use std::os::linux::net::SocketAddrExt;

    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    let mut port = Datagrams::unix(&path).unwrap();
    assert_eq!(*port.address(), Address::UnixDgram(path.clone()));
    let named = unix::UnixDatagram::bind(dir.path().join("client")).unwrap();
    let name = unix::SocketAddr::from_abstract_name(path.as_os_str().as_encoded_bytes()).unwrap();
    let abstractly = unix::UnixDatagram::bind_addr(&name).unwrap();
    for client in [named, abstractly] {
        client.send_to(&ping(), &path).unwrap();
        let Arrival::Report { from, .. } = port.receive().await.unwrap() else { panic!() };
        assert!(from.to_string().contains(dir.path().to_str().unwrap()), "{from}");
        port.send(&from, &ping()).await.unwrap();
        assert_eq!(client.recv(&mut [0; 64]).unwrap(), 64);
        drop(client);
        let _ = std::fs::remove_file(dir.path().join("client"));
        assert!(port.send(&from, &ping()).await.is_err(), "it is gone");
    }
    let nameless = unix::UnixDatagram::unbound().unwrap();
    nameless.send_to(&ping(), &path).unwrap();
    assert!(noise(&mut port).await.contains("without a name"));
    nameless.send_to(b"ctl replug", &path).unwrap();
    assert!(matches!(port.receive().await.unwrap(), Arrival::Text { .. }), "text needs no answer");
    drop(port);
    assert!(!path.exists());
}

#[tokio::test]
async fn a_client_that_reads_late_gets_all_and_one_that_never_reads_is_given_up() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    let mut port = Datagrams::unix(&path).unwrap();
    let client = unix::UnixDatagram::bind(dir.path().join("client")).unwrap();
    client.send_to(&ping(), &path).unwrap();
    let Arrival::Report { from, .. } = port.receive().await.unwrap() else { panic!() };
    // Far more than the queue of a datagram socket holds.
    let late = std::thread::spawn(move || {
        for _ in 0..1_000 {
            assert_eq!(client.recv(&mut [0; 64]).unwrap(), 64);
        }
        client
    });
    for _ in 0..1_000 {
        port.send(&from, &ping()).await.unwrap();
    }
    let _client = late.join().unwrap();
    let mut sent = 0;
    while port.send(&from, &ping()).await.is_ok() {
        sent += 1;
    }
    assert!(sent < 100_000, "it has no end");
}

#[tokio::test]
async fn a_taken_address_is_said() {
    let first = Datagrams::udp("127.0.0.1:0".parse().unwrap()).unwrap();
    let Address::Udp(address) = *first.address() else { panic!() };
    let error = Datagrams::udp(address).err().unwrap().to_string();
    assert!(error.contains(&address.to_string()) && error.contains("in use"), "{error}");
}
