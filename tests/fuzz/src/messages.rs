//! Every CTAP2 message and what it is made of.

use wire::cbor::{self, CborError, Overflow, Writer};
use wire::ctap2::{
    self, AttestationObject, Descriptor, Options, Parameter, RawMap, RpEntity, Statement, UserEntity, Value,
    client_pin, config, credential_management, extensions, get_assertion, get_info, make_credential,
};
use wire::{Alg, DecodeError, Status, Why};

use super::twin;

/// Calls `$check` for each type that has `decode`, `write` and `unknown`: a new message is one line here.
macro_rules! each {
    ($check:ident: $($type:ty),+ $(,)?) => {
        $($check!($type);)+
    };
}

/// What is decoded can be written, is the same when it is read again, and the twin reads it too.
pub fn decode(data: &[u8]) {
    let canonical = cbor::check_exact(data).is_ok();
    macro_rules! round {
        ($type:ty) => {
            match <$type>::decode(data) {
                Ok(decoded) => {
                    let written = write(data, canonical, |writer| decoded.write(writer));
                    let again = <$type>::decode(&written).expect("what was written can be read");
                    assert!(again.unknown.is_empty(), "{}", twin::hex(&written));
                    // What was unknown at any level is gone after the first time, and only that.
                    let twice = write(&written, canonical, |writer| again.write(writer));
                    assert_eq!(twin::hex(&twice), twin::hex(&written));
                    for (key, value) in decoded.unknown.iter() {
                        let _ = format!("{key:?} {value:?}");
                    }
                }
                Err(error) => refused(error, data),
            }
        };
    }
    each!(round:
        make_credential::Request<'_>,
        make_credential::Response<'_>,
        get_assertion::Request<'_>,
        get_assertion::Response<'_>,
        get_info::Response<'_>,
        get_info::Options<'_>,
        client_pin::Request<'_>,
        client_pin::Response<'_>,
        config::Request<'_>,
        config::SetMinPinLength<'_>,
        credential_management::Request<'_>,
        credential_management::Params<'_>,
        credential_management::Response<'_>,
        extensions::MakeInputs<'_>,
        extensions::MakeOutputs<'_>,
        extensions::GetInputs<'_>,
        extensions::GetOutputs<'_>,
        extensions::HmacSecret<'_>,
        RpEntity<'_>,
        UserEntity<'_>,
        Descriptor<'_>,
        Parameter<'_>,
        Options<'_>,
        AttestationObject<'_>,
    );
    if let Ok(response) = make_credential::Response::decode(data) {
        statement(response.att_stmt);
    }
    if let Ok(map) = RawMap::new(data) {
        assert_eq!(map.bytes(), data);
        let _ = (map.find("alg"), map.find(1), map.is_empty(), format!("{map:?}"));
        for fmt in ["none", "packed", "fido-u2f", "tpm"] {
            statement(Statement::Raw { fmt, att_stmt: map });
        }
    }
    let split = ctap2::split_request(data).map(|(command, rest)| (command.0, rest));
    assert_eq!(split, data.split_first().map(|(first, rest)| (*first, rest)));
    let _ = Alg::read(&mut cbor::Reader::new(data), "alg");
}

/// A statement that is taken apart means the same when it is written.
fn statement(raw: Statement<'_>) {
    let Ok(parsed) = raw.parse() else { return };
    assert_eq!(parsed.fmt(), raw.fmt());
    let Statement::Raw { att_stmt, .. } = raw else { return };
    let written = write(att_stmt.bytes(), false, |writer| parsed.write(writer));
    let map = RawMap::new(&written).expect("a statement is a map");
    assert_eq!(Statement::Raw { fmt: raw.fmt(), att_stmt: map }.parse(), Ok(parsed));
}

/// Writes what was decoded from `data`; the twin must be able to read it.
fn write(data: &[u8], canonical: bool, put: impl Fn(&mut Writer<'_>) -> Result<(), Overflow>) -> Vec<u8> {
    // A missing statement of format `none` is written.
    let mut room = vec![0; data.len() + 2];
    let mut writer = Writer::new(&mut room);
    put(&mut writer).expect("what was read is not longer when it is written");
    let written = writer.finish().to_vec();
    let mut short = vec![0; written.len() - 1];
    assert_eq!(put(&mut Writer::new(&mut short)), Err(Overflow));
    if canonical {
        assert_eq!(cbor::check_exact(&written), Ok(()), "{}", twin::hex(&written));
        // An unknown member can be as long as the statement that is written in its stead.
        if written.len() == data.len() && members(&written) == members(data) {
            assert_eq!(twin::hex(&written), twin::hex(data), "nothing was unknown");
        }
        if !has_simple(data) {
            twin::whole(&written);
        }
    }
    written
}

/// The names of a message's members, as the twin reads them.
fn members(data: &[u8]) -> Option<Vec<ciborium::Value>> {
    let (map, _) = twin::first(data)?;
    Some(map.into_map().ok()?.into_iter().map(|(name, _)| name).collect())
}

/// Whether there may be a simple value, for which the twin has none.
fn has_simple(data: &[u8]) -> bool {
    data.iter().any(|byte| matches!(byte, 0xe0..=0xf3 | 0xf8))
}

/// Errors point into the message and have a status.
fn refused(error: DecodeError, data: &[u8]) {
    if let Why::Cbor(CborError { at, .. }) = error.why {
        assert!(at <= data.len(), "{error}");
    }
    assert!(!error.member.is_empty(), "{error:?}");
    let known = [
        Status::MISSING_PARAMETER,
        Status::INVALID_LENGTH,
        Status::CBOR_UNEXPECTED_TYPE,
        Status::INVALID_CBOR,
    ];
    assert!(known.contains(&error.status()));
    assert!(!error.to_string().is_empty());
}
