//! Several keys at once, over USB/IP, and what belongs to each.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use super::key::control;
use crate::command::{anykey, run, signal};

/// Keys on a server of their own; the lines in which they are said to be ready.
fn plugged(keys: &[&str], words: &[&str]) -> (Child, Vec<String>) {
    let mut command = anykey();
    command.arg("plug").args(keys).args(words).args(["--port", "usbip:127.0.0.1:0"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let lines = out.lines().take(keys.len()).map(Result::unwrap).collect();
    (child, lines)
}

fn end(mut child: Child) {
    signal(&child, "TERM");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// Vendor and product of what the server lists.
fn listed(ready: &str) -> Vec<[u8; 4]> {
    let address = ready.split(' ').nth(2).unwrap();
    let mut server = TcpStream::connect(address).unwrap();
    server.write_all(&[0x01, 0x11, 0x80, 0x05, 0, 0, 0, 0]).unwrap();
    let mut list = Vec::new();
    server.read_to_end(&mut list).unwrap();
    list[12..].chunks(316).map(|device| device[300..304].try_into().unwrap()).collect()
}

#[test]
fn each_key_has_a_place_a_name_a_directory_and_a_socket() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("keys");
    let orders = dir.path().join("ctl");
    let place = format!("unix:{}", orders.display());
    let words = ["--state", state.to_str().unwrap(), "--control", &place, "--pin", "1234", "--seed", "1"];
    let (child, lines) = plugged(&["passkey", "yubikey-4", "yubikey-4"], &words);
    for (line, end) in lines.iter().zip([" 1-1 passkey", " 1-2 yubikey-4", " 1-3 yubikey-4-2"]) {
        assert!(line.starts_with("ready usbip 127.0.0.1:") && line.ends_with(end), "{line}");
    }
    assert_eq!(listed(&lines[0]), [[0x12, 0x09, 0, 1], [0x10, 0x50, 4, 7], [0x10, 0x50, 4, 7]]);
    for name in ["passkey", "yubikey-4", "yubikey-4-2"] {
        assert!(state.join(name).join("journal").exists(), "{name}");
    }
    let second = dir.path().join("ctl.yubikey-4-2");
    assert!(control(&second, "ctl where").ends_with(" 1-3"));
    assert_eq!(control(&second, "ctl unplug"), "ok");
    assert_eq!(listed(&lines[0]).len(), 2, "it is gone");
    assert!(control(&second, "ctl reset").contains("authenticatorReset"));
    end(child);
    assert!(!second.exists());
    // The directory of one of them is not one for several.
    let one = state.join("passkey");
    let refused =
        run(["plug", "passkey", "no-uv", "--port=usbip:127.0.0.1:0", "--state", one.to_str().unwrap()]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("the directory of one key"), "{}", refused.err);
}

#[test]
fn numbers_on_usb_may_be_others() {
    let (child, lines) = plugged(&["yubikey-4"], &["--vid-pid", "1209:beef"]);
    assert_eq!(listed(&lines[0]), [[0x12, 0x09, 0xbe, 0xef]]);
    end(child);
}

#[test]
fn what_does_not_fit_several_keys_is_said() {
    for (words, said) in [
        (&["passkey", "no-uv", "--port=unix:k"][..], "room for one key"),
        (&["no-uv", "yubikey-4", "--pin=1234", "--port=usbip:127.0.0.1:0"], "none of these keys takes a PIN"),
        (&["no-uv", "--port=usbip:0.0.0.0"], "--listen 0.0.0.0:3240"),
        (&["no-uv", "--listen=127.0.0.1", "--port=uhid"], "cannot be used with"),
        (&["no-uv", "--vid-pid=1050"], "1050:0407"),
        (&["--port=uhid"], "NAME|FILE.toml"),
    ] {
        let refused = run(["plug"].iter().chain(words));
        assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""), "{words:?}");
        assert!(refused.err.contains(said), "{words:?}: {}", refused.err);
    }
}

#[test]
fn the_rules_for_udev_are_shown_and_nothing_is_installed() {
    let shown = run(["plug", "--install-udev", "--group", "keys"]);
    assert_eq!((shown.code, shown.err.as_str()), (Some(0), ""));
    for part in
        ["/etc/udev/rules.d/70-anykey.rules", "GROUP=\"keys\"", "TAG+=\"uaccess\"", "usermod -aG keys"]
    {
        assert!(shown.out.contains(part), "{part}: {}", shown.out);
    }
    let refused = run(["plug", "--install-udev", "--yes", "--group", "no-such-group"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("groupadd"), "{}", refused.err);
}
