//! U2F raw messages.

use wire::cbor::Overflow;
use wire::u2f::{self, Apdu, Authenticated, Form, Registered, Request, StatusWord};

use super::twin;

/// What is read is the same when it is written, in either form of APDU.
pub fn messages(data: &[u8]) {
    apdu(data);
    match Request::decode(data) {
        Ok(request) => {
            for form in [Form::Short, Form::Extended] {
                let mut room = [0; 400];
                match request.encode(form, &mut room) {
                    Ok(len) => assert_eq!(Request::decode(&room[..len]), Ok(request), "{form:?}"),
                    Err(Overflow) => assert_eq!(form, Form::Short, "{request:?}"),
                }
            }
        }
        Err(word) => {
            let known =
                [StatusWord::WRONG_LENGTH, StatusWord::CLA_NOT_SUPPORTED, StatusWord::INS_NOT_SUPPORTED];
            assert!(known.contains(&word), "{word}");
        }
    }
    responses(data);
}

fn apdu(data: &[u8]) {
    let Ok(apdu) = Apdu::parse(data) else { return };
    let mut room = vec![0; data.len() + 4];
    for form in [Form::Short, Form::Extended] {
        let Ok(len) = apdu.encode(form, &mut room) else {
            assert!(form == Form::Short && apdu.data.len() > 255, "{apdu:?}");
            continue;
        };
        let again = Apdu::parse(&room[..len]);
        // The short form can ask for 256 bytes at most.
        let le = apdu.le.map(|le| if form == Form::Short { le.min(256) } else { le });
        assert_eq!(again, Ok(Apdu { le, ..apdu }), "{form:?}");
        assert_eq!(apdu.encode(form, &mut room[..len - 1]), Err(Overflow));
    }
}

fn responses(data: &[u8]) {
    let mut room = vec![0; data.len() + 2];
    let whole = [data, &StatusWord::NO_ERROR.bytes()].concat();
    if let Ok(registered) = Registered::decode(data) {
        let len = registered.message(&mut room).expect("as long as before");
        assert_eq!(twin::hex(&room[..len]), twin::hex(&whole));
    }
    if let Ok(authenticated) = Authenticated::decode(data) {
        let len = authenticated.message(&mut room).expect("as long as before");
        assert_eq!(twin::hex(&room[..len]), twin::hex(&whole));
    }
    assert_eq!(u2f::split_response(&whole), Some((data, StatusWord::NO_ERROR)));
}
