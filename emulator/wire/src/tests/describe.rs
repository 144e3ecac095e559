use std::format;
use std::string::{String, ToString};

use proptest::prelude::*;

use crate::Protocol;
use crate::authdata::{AuthData, Flags};
use crate::ctap2::{Descriptor, List, get_assertion};
use crate::describe::{Diagnostic, request, response};
use crate::u2f::{self, StatusWord};

fn notation(hex: &str) -> String {
    Diagnostic(&hex::decode(hex).unwrap()).to_string()
}

/// Examples of RFC 8949 appendix A.
#[test]
fn diagnostic_notation() {
    let cases = [
        ("00", "0"),
        ("1903e8", "1000"),
        ("1bffffffffffffffff", "18446744073709551615"),
        ("3bffffffffffffffff", "-18446744073709551616"),
        ("20", "-1"),
        ("f90000", "0.0"),
        ("f98000", "-0.0"),
        ("f93e00", "1.5"),
        ("f97bff", "65504.0"),
        ("f90400", "6.103515625e-5"),
        ("f9c400", "-4.0"),
        ("fa47c35000", "100000.0"),
        ("fb3ff199999999999a", "1.1"),
        ("f97c00", "inf"),
        ("f97e00", "NaN"),
        ("f4", "false"),
        ("f5", "true"),
        ("f6", "null"),
        ("f7", "undefined"),
        ("f0", "simple(16)"),
        ("f8ff", "simple(255)"),
        ("c11a514b67b0", "1(1363896240)"),
        ("40", "h''"),
        ("4401020304", "h'01020304'"),
        ("6161", "\"a\""),
        ("62225c", "\"\\\"\\\\\""),
        ("80", "[]"),
        ("8301820203820405", "[1, [2, 3], [4, 5]]"),
        ("a201020304", "{1: 2, 3: 4}"),
        ("a26161016162820203", "{\"a\": 1, \"b\": [2, 3]}"),
        ("5f42010243030405ff", "(_ h'0102', h'030405')"),
        ("9f018202039f0405ffff", "[_1, [2, 3], [_4, 5]]"),
        ("bf61610161629f0203ffff", "{_\"a\": 1, \"b\": [_2, 3]}"),
        ("a1416101", "{h'61': 1}"),
        ("0102", "1 <trailing> 2"),
        ("8201", "[1, <input ends inside an item at byte 2: h''>"),
        ("82014261", "[1, <input ends inside an item at byte 2: h'4261'>"),
        ("a161611c", "{\"a\": <malformed item at byte 3: h'1c'>"),
    ];
    for (hex, expected) in cases {
        assert_eq!(notation(hex), expected, "{hex}");
    }
    assert_eq!(format!("{:#}", Diagnostic(&[0xa1, 1, 0x82, 2, 0xa0])), "{\n  1: [\n    2,\n    {}\n  ]\n}");
}

#[test]
fn members_are_named() {
    let ids = [Descriptor::public_key(&[9])];
    let asked = get_assertion::Request {
        rp_id: "a.example",
        client_data_hash: &[0; 32],
        allow_list: Some(List::from(&ids)),
        ..Default::default()
    };
    let mut out = [0; 200];
    let len = asked.message(&mut out).unwrap();
    let zeros = "00".repeat(32);
    assert_eq!(
        request(Protocol::Ctap2, &out[..len]).to_string(),
        format!(
            "authenticatorGetAssertion (0x02) {{rpId: \"a.example\", clientDataHash: h'{zeros}', \
             allowList: [{{\"id\": h'09', \"type\": \"public-key\"}}]}}"
        )
    );

    let data =
        AuthData { rp_id_hash: &[0; 32], flags: Flags::UP, sign_count: 5, attested: None, extensions: None };
    let mut encoded = [0; 37];
    data.encode(&mut encoded).unwrap();
    let answer = get_assertion::Response { auth_data: &encoded, signature: &[1, 2], ..Default::default() };
    let mut reply = [0; 200];
    let reply_len = answer.message(&mut reply).unwrap();
    assert_eq!(
        response(Protocol::Ctap2, &out[..len], &reply[..reply_len]).to_string(),
        format!(
            "CTAP2_OK (0x00) {{authData: {{rpIdHash: h'{zeros}', flags: 0x01 UP, signCount: 5}}, signature: h'0102'}}"
        )
    );
    assert_eq!(
        response(Protocol::Ctap2, &out[..len], &[0x2e]).to_string(),
        "CTAP2_ERR_NO_CREDENTIALS (0x2e)"
    );
    assert_eq!(request(Protocol::Ctap2, &[]).to_string(), "<empty>");
    assert_eq!(request(Protocol::Ctap2, &[0x99, 0x01]).to_string(), "0x99 1");
}

#[test]
fn u2f_messages_are_named() {
    let asked = u2f::Request::Register { challenge: &[0; 32], application: &[1; 32] };
    let mut out = [0; 200];
    let len = asked.message(&mut out).unwrap();
    assert_eq!(
        request(Protocol::Ctap1, &out[..len]).to_string(),
        format!("U2F_REGISTER {{challenge: h'{}', application: h'{}'}}", "00".repeat(32), "01".repeat(32))
    );
    assert_eq!(
        response(Protocol::Ctap1, &out[..len], &StatusWord::CONDITIONS_NOT_SATISFIED.bytes()).to_string(),
        "SW_CONDITIONS_NOT_SATISFIED (0x6985)"
    );
    let version = [0, 3, 0, 0];
    let mut reply = [0; 8];
    u2f::version_message(&mut reply).unwrap();
    assert_eq!(response(Protocol::Ctap1, &version, &reply).to_string(), "SW_NO_ERROR (0x9000) \"U2F_V2\"");
    assert_eq!(request(Protocol::Ctap1, &[1]).to_string(), "APDU h'01' <SW_WRONG_LENGTH (0x6700)>");
}

proptest! {
    #[test]
    fn anything_can_be_described(
        asked in proptest::collection::vec(any::<u8>(), 0..120),
        answer in proptest::collection::vec(any::<u8>(), 0..120),
    ) {
        for protocol in [Protocol::Ctap1, Protocol::Ctap2] {
            let _ = format!("{} {:#}", request(protocol, &asked), request(protocol, &asked));
            let _ = format!("{0} {0:#}", response(protocol, &asked, &answer));
        }
        let _ = format!("{0} {0:#}", Diagnostic(&asked));
    }

    #[test]
    fn a_known_command_with_any_map_can_be_described(
        command in 0_u8..16,
        map in super::twin::canonical(3),
    ) {
        let mut bytes = std::vec![command];
        bytes.extend(super::twin::encode(&map));
        let mut answer = std::vec![0];
        answer.extend(super::twin::encode(&map));
        let _ = format!("{}", request(Protocol::Ctap2, &bytes));
        let _ = format!("{}", response(Protocol::Ctap2, &bytes, &answer));
    }
}
