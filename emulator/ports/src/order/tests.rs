use super::*;

#[test]
fn every_order_has_its_line() {
    for (line, order) in [
        ("ctl up auto", Order::Up(Up::Auto)),
        ("ctl up never", Order::Up(Up::Never)),
        ("ctl up once\n", Order::Up(Up::Once)),
        ("  ctl   up refuse\r\n", Order::Up(Up::Refuse)),
        ("ctl uv ok", Order::Uv(Uv::Ok)),
        ("ctl uv fail", Order::Uv(Uv::Fail)),
        ("ctl uv never", Order::Uv(Uv::Never)),
        ("ctl up ask", Order::Up(Up::Person)),
        ("ctl after 5ms", Order::After(Duration::from_millis(5))),
        ("ctl act touch", Order::Act(Gesture::Touch)),
        ("ctl act wrong-finger", Order::Act(Gesture::WrongFinger)),
        ("ctl asks", Order::Asks),
        ("ctl wait", Order::Wait),
        ("ctl where", Order::Where),
        ("ctl unplug", Order::Unplug),
        ("ctl plug", Order::Plug),
        ("ctl replug", Order::Replug),
        ("ctl reset", Order::Reset(Wish::default())),
        ("ctl reset {\"pin\": \"a  b\"} ", Order::Reset(Wish("{\"pin\": \"a  b\"}".to_owned()))),
    ] {
        assert_eq!(line.parse(), Ok(order), "{line:?}");
        assert!(is_text(line.trim_start().as_bytes()));
    }
}

#[test]
fn what_is_wrong_is_said_with_what_would_be_right() {
    for (line, said) in [
        ("", "begin with `ctl`"),
        ("up auto", "begin with `ctl`"),
        ("CTL up auto", "begin with `ctl`"),
        ("ctl", "`ctl replug`"),
        ("ctl down", "`ctl down` is unknown"),
        ("ctl replug now", "`ctl replug now` is unknown"),
        ("ctl up", "auto, never, once, refuse, ask, not ``"),
        ("ctl up maybe", "not `maybe`"),
        ("ctl up auto please", "not `auto please`"),
        ("ctl uv auto", "ok, fail, never, not `auto`"),
        ("ctl act", "touch, refuse, wrong-finger"),
        ("ctl after 5", "100ms or 2s, not `5`"),
        ("ctl after ", "not ``"),
        ("ctl after 2h", "not `2h`"),
        ("ctl after 99999s", "not `99999s`"),
    ] {
        let error = line.parse::<Order>().unwrap_err().to_string();
        assert!(error.contains(said), "{line:?}: {error}");
    }
    let long = format!("ctl {}", "x".repeat(1_000));
    assert!(long.parse::<Order>().unwrap_err().to_string().len() < 400);
}

#[test]
fn a_packet_is_never_text() {
    let mut packet = [0; 64];
    packet[..11].copy_from_slice(b"ctl up auto");
    assert!(!is_text(&packet));
    assert!(!is_text(b"ctl \xff"));
    assert!(!is_text(b"hello"));
}
