//! Servers that do not do what a server should.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// A server that answers everything with the same bytes.
pub fn answering(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            thread::spawn(move || {
                if !request(&mut stream).is_empty() {
                    stream.write_all(answer.as_bytes()).unwrap();
                    let _ = stream.shutdown(Shutdown::Write);
                    // Until the client has gone: closing with unread bytes would cut the answer off.
                    let _ = stream.read_to_end(&mut Vec::new());
                }
            });
        }
    });
    url
}

/// What a proxy does with a request that it is on the watch for.
#[derive(Clone, Copy)]
pub enum Then {
    /// It and everything after it gets no answer; connections are closed.
    Die,
    /// It gets no answer; the connection stays open.
    Stall,
}

/// A proxy in front of `upstream` that passes requests on until one contains `mark`. The receiver tells when that was.
pub fn until(upstream: &str, mark: &'static str, then: Then) -> (String, Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (reached, seen) = channel();
    let upstream = upstream.to_owned();
    let dead = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (stream, upstream, reached, dead) =
                (stream.unwrap(), upstream.clone(), reached.clone(), dead.clone());
            thread::spawn(move || pass(stream, &upstream, mark, then, &reached, &dead));
        }
    });
    (url, seen)
}

fn pass(
    mut near: TcpStream,
    upstream: &str,
    mark: &str,
    then: Then,
    reached: &Sender<()>,
    dead: &std::sync::atomic::AtomicBool,
) {
    use std::sync::atomic::Ordering;
    let mut far = TcpStream::connect(upstream).unwrap();
    let (mut back, mut home) = (far.try_clone().unwrap(), near.try_clone().unwrap());
    thread::spawn(move || std::io::copy(&mut back, &mut home));
    loop {
        let request = request(&mut near);
        if request.is_empty() || dead.load(Ordering::SeqCst) {
            let _ = near.shutdown(Shutdown::Both);
            let _ = far.shutdown(Shutdown::Both);
            return;
        }
        if String::from_utf8_lossy(&request).contains(mark) {
            // The test may have seen enough.
            let _ = reached.send(());
            match then {
                Then::Die => dead.store(true, Ordering::SeqCst),
                Then::Stall => drop(near.read_to_end(&mut Vec::new())),
            }
            let _ = near.shutdown(Shutdown::Both);
            let _ = far.shutdown(Shutdown::Both);
            return;
        }
        far.write_all(&request).unwrap();
    }
}

/// One HTTP request with its body; empty at the end of the stream.
fn request(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.map_or(0, |l| l.trim().parse().unwrap());
            if bytes.len() >= end + 4 + length {
                return bytes;
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return Vec::new(),
            Ok(n) => bytes.extend_from_slice(&buffer[..n]),
        }
    }
}
