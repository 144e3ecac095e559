//! A model that has all there is, so that no command is left out.

use authenticator::profile::{
    ALGORITHMS_MAX, Attachment, Attestation, Backup, Counter, Ctap2, Features, Name, Profile, Tells, Transports,
    U2f, Usb, Versions,
};
use wire::Alg;

/// The model; `None` would mean that its name is too long.
pub fn profile() -> Option<Profile> {
    let name = Name::new("no-alloc")?;
    Some(Profile {
        name,
        product: name,
        aaguid: [1; 16],
        versions: Versions { u2f_v2: true, fido_2_0: true, fido_2_1: false, fido_2_3: false },
        ctap2: Some(Ctap2 {
            rk: true,
            uv: Some(true),
            uv_attempts: 3,
            resident_credentials: 25,
            algorithms: [Alg::ES256; ALGORITHMS_MAX],
            algorithm_count: 1,
            attestation: Attestation::Packed,
            max_credential_count_in_list: 8,
            max_credential_id_length: 0,
            tells: Tells { transports: true, algorithms: true },
            max_msg_size: 1200,
            firmware_version: 1,
            features: Features::NONE,
        }),
        u2f: Some(U2f { key_handle: 64 }),
        counter: Counter::PerCredential,
        backup: Backup::Ineligible,
        attachment: Attachment::CrossPlatform,
        transports: Transports { usb: true, nfc: false, ble: false, internal: false, hybrid: false },
        touch_timeout_ms: 30_000,
        u2f_prompt_ms: 5_000,
        reset_window_ms: 10_000,
        usb: Usb { vendor: 0, product: 0, wink: true },
    })
}
