//! A plugged key, and what is said to it.

use std::io::{BufRead, BufReader, Write};
use std::ops::ControlFlow;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use client::link::{Link, LinkError, Patient, Protocol, Waiting, Watch};
use links::Remote;
use ports::Address;
use tempfile::TempDir;
use wire::ctap2::{
    self, Descriptor, List, Options, Parameter, get_assertion, make_credential, split_response,
};
use wire::u2f::{self, StatusWord};
use wire::{Alg, Status};

use crate::command::{anykey, signal};

/// The kinds of ports.
pub const PORTS: [&str; 3] = ["unix", "unix-dgram", "udp"];

/// A key in the background, in a directory of its own; gone when dropped.
pub struct Plugged {
    pub child: Child,
    pub out: BufReader<ChildStdout>,
    pub address: Address,
    pub dir: TempDir,
}

impl Plugged {
    /// A key on that kind of port.
    pub fn start(key: &str, port: &str, words: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self::spawn(anykey().arg("plug").arg(key).args(words), port, dir)
    }

    /// What `command` starts, with its port added.
    pub fn spawn(command: &mut Command, port: &str, dir: TempDir) -> Self {
        let place = match port {
            "udp" => "udp:127.0.0.1:0".to_owned(),
            kind => format!("{kind}:{}", dir.path().join("key").display()),
        };
        let mut child = command.args(["--port", &place]).stdout(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("ready ").unwrap().parse().unwrap();
        Self { child, out, address, dir }
    }

    /// Where the port's socket is.
    pub fn path(&self) -> PathBuf {
        self.dir.path().join("key")
    }

    pub async fn connect(&self) -> Talk {
        Talk(Remote::connect(&self.address).await.unwrap())
    }

    /// Ends it by a signal; its exit code.
    pub fn end(&mut self, name: &str) -> Option<i32> {
        signal(&self.child, name);
        self.child.wait().unwrap().code()
    }
}

impl Drop for Plugged {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Says a line to a control socket; its answer.
pub fn control(path: &Path, line: &str) -> String {
    let mut script = UnixStream::connect(path).unwrap();
    script.write_all(format!("{line}\n").as_bytes()).unwrap();
    let mut answer = String::new();
    BufReader::new(script).read_line(&mut answer).unwrap();
    answer.trim_end().to_owned()
}

/// A client on a channel of its own.
pub struct Talk(pub Remote);

impl Talk {
    pub async fn ctap2(&mut self, request: &[u8]) -> Result<Vec<u8>, LinkError> {
        self.0.call(Protocol::Ctap2, request, &mut Patient).await
    }

    /// The status of a request.
    pub async fn status(&mut self, request: &[u8]) -> Status {
        Status(self.ctap2(request).await.unwrap()[0])
    }

    /// Registers; the credential's id.
    pub async fn register(&mut self) -> Vec<u8> {
        self.registered(&make()).await
    }

    /// Registers by that authenticatorMakeCredential; the credential's id.
    pub async fn registered(&mut self, request: &[u8]) -> Vec<u8> {
        let response = self.ctap2(request).await.unwrap();
        let (status, members) = split_response(&response).unwrap();
        assert_eq!(status, Status::OK);
        let made = make_credential::Response::decode(members).unwrap();
        let data = wire::authdata::AuthData::parse_exact(made.auth_data).unwrap();
        data.attested.unwrap().credential_id.to_vec()
    }

    /// Logs in with a credential; the status, and the id that answered.
    pub async fn log_in(&mut self, id: &[u8]) -> (Status, Vec<u8>) {
        let response = self.ctap2(&get(id)).await.unwrap();
        let (status, members) = split_response(&response).unwrap();
        if status != Status::OK {
            return (status, Vec::new());
        }
        let got = get_assertion::Response::decode(members).unwrap();
        (status, got.credential.unwrap().id.to_vec())
    }

    /// A U2F request, polled as clients do until the user has touched the key.
    pub async fn u2f(&mut self, request: &u2f::Request<'_>) -> (Vec<u8>, StatusWord) {
        let mut out = vec![0; 500];
        let len = request.message(&mut out).unwrap();
        loop {
            let response = self.0.call(Protocol::Ctap1, &out[..len], &mut Patient).await.unwrap();
            let (data, word) = u2f::split_response(&response).unwrap();
            if word != StatusWord::CONDITIONS_NOT_SATISFIED {
                return (data.to_vec(), word);
            }
        }
    }
}

/// authenticatorMakeCredential.
pub fn make() -> Vec<u8> {
    request("example.org", None)
}

/// authenticatorMakeCredential for that relying party with those options.
pub fn request(rp_id: &str, options: Option<Options<'_>>) -> Vec<u8> {
    let mut out = vec![0; 1_000];
    let len = make_credential::Request {
        client_data_hash: &[1; 32],
        rp: ctap2::RpEntity { id: rp_id, ..Default::default() },
        user: ctap2::UserEntity { id: &[9], name: Some("ann"), ..Default::default() },
        pub_key_cred_params: List::from(&[Parameter::public_key(Alg::ES256)]),
        options,
        ..Default::default()
    }
    .message(&mut out)
    .unwrap();
    out.truncate(len);
    out
}

/// authenticatorGetAssertion.
pub fn get(id: &[u8]) -> Vec<u8> {
    let mut out = vec![0; 1_000];
    let list = [Descriptor::public_key(id)];
    let request = get_assertion::Request {
        rp_id: "example.org",
        client_data_hash: &[2; 32],
        allow_list: Some(List::from(&list)),
        ..Default::default()
    };
    let len = request.message(&mut out).unwrap();
    out.truncate(len);
    out
}

/// authenticatorGetInfo.
pub const GET_INFO: &[u8] = &[ctap2::Command::GET_INFO.0];

/// Does something each time that the key says that it waits for the user; cancels if it is told to.
pub struct AtWait<F>(pub F);

impl<F: FnMut() -> ControlFlow<()> + Send> Watch for AtWait<F> {
    fn waiting(&mut self, why: Waiting) -> ControlFlow<()> {
        match why {
            Waiting::User => (self.0)(),
            Waiting::Processing => ControlFlow::Continue(()),
        }
    }
}
