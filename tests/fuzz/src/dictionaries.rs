//! The JSON dictionaries of WebAuthn.

use webauthn::{AuthenticationResponse, CreationOptions, RegistrationResponse, RequestOptions};

/// A dictionary that is read is the same when it is written and read again.
pub fn read(data: &[u8]) {
    macro_rules! round {
        ($($type:ty),*) => {$(
            match <$type>::from_slice(data) {
                Ok(read) => {
                    let value = read.to_value();
                    assert!(value.is_object(), "{value}");
                    assert_eq!(<$type>::from_value(value.clone()).as_ref(), Ok(&read));
                    let text = serde_json::to_vec(&value).expect("JSON is text");
                    let again: $type = serde_json::from_slice(&text).expect("what was written can be read");
                    // Numbers of no member here may lose a digit as text.
                    assert_eq!(again.to_value().as_object().map(|o| o.len()), value.as_object().map(|o| o.len()));
                }
                Err(error) => assert!(!error.to_string().is_empty() && !error.problem.is_empty()),
            }
        )*};
    }
    round!(CreationOptions, RequestOptions, RegistrationResponse, AuthenticationResponse);
    if let Ok(options) = CreationOptions::from_slice(data) {
        let _ = (options.conveyance(), options.verification(), options.resident_key(), options.attachment());
    }
    if let Ok(options) = RequestOptions::from_slice(data) {
        let _ = options.verification();
    }
}
