//! Messages in the report.

use client::link::Protocol;
use links::Call;
use plan::event::Node;
use wire::ctap2::client_pin::{Request, Response, SubCommand};
use wire::ctap2::{Permissions, RawMap, Value};

use crate::describe;

fn encoded<E: std::fmt::Debug>(write: impl FnOnce(&mut [u8]) -> Result<usize, E>) -> Vec<u8> {
    let mut out = vec![0; wire::MAX_MESSAGE];
    let length = write(&mut out).unwrap();
    out.truncate(length);
    out
}

fn value<'n>(nodes: &'n [Node], name: &str) -> &'n str {
    nodes.iter().find(|node| node.name == name).and_then(|node| node.value.as_deref()).unwrap_or_default()
}

#[test]
fn a_question_for_a_token_is_told_by_name() {
    let sub_command = SubCommand::GET_PIN_UV_AUTH_TOKEN_USING_PIN_WITH_PERMISSIONS;
    let request = Request {
        pin_uv_auth_protocol: Some(2),
        sub_command,
        key_agreement: Some(RawMap::EMPTY),
        pin_hash_enc: Some(&[7; 32]),
        permissions: Some(Permissions::GA),
        rp_id: Some("anykey.test"),
        ..Request::EMPTY
    };
    let answer = Response { pin_uv_auth_token: Some(&[8; 48]), ..Response::EMPTY };
    let told = describe::call(&Call {
        protocol: Protocol::Ctap2,
        request: encoded(|out| request.message(out)),
        answer: Ok(encoded(|out| answer.message(out))),
    });
    assert_eq!(told.name, "authenticatorClientPIN");
    let asked = &told.request.decoded;
    assert_eq!(value(asked, "subCommand"), sub_command.to_string());
    assert_eq!(value(asked, "pinUvAuthProtocol"), "2");
    assert!(value(asked, "pinHashEnc").contains(&"07".repeat(32)));
    assert!(value(asked, "rpId").contains("anykey.test"));
    assert!(value(&told.response.decoded, "pinUvAuthToken").contains(&"08".repeat(48)));
}
