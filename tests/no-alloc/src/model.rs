//! A model that has all there is, so that no command is left out.

use authenticator::profile::{
    ALGORITHMS_MAX, Attachment, Attestation, Backup, Counter, Ctap2, Extensions, Features, Issuer, Name,
    Profile, Tells, Transports, U2f, Usb, Versions,
};
use wire::Alg;

/// The model; `None` would mean that its name is too long.
pub fn profile() -> Option<Profile> {
    let name = Name::new("no-alloc")?;
    Some(Profile {
        name,
        product: name,
        aaguid: [1; 16],
        versions: Versions { u2f_v2: true, fido_2_0: true, fido_2_1: true, ..Versions::default() },
        ctap2: Some(Ctap2 {
            rk: true,
            uv: Some(true),
            uv_attempts: 3,
            resident_credentials: 25,
            algorithms: [Alg::ES256; ALGORITHMS_MAX],
            algorithm_count: 1,
            attestation: Attestation::Packed,
            attestation_issuer: Issuer::Root,
            max_credential_count_in_list: 8,
            max_credential_id_length: 0,
            tells: Tells { transports: true, algorithms: true, min_pin_length: true, ..Tells::default() },
            max_msg_size: 1200,
            firmware_version: 1,
            uv_modality: 0,
            features: features(),
        }),
        u2f: Some(U2f { key_handle: 64 }),
        counter: Counter::PerCredential,
        backup: Backup::Ineligible,
        attachment: Attachment::CrossPlatform,
        transports: Transports { usb: true, nfc: false, ble: false, internal: false, hybrid: false },
        touch_timeout_ms: 30_000,
        u2f_prompt_ms: 5_000,
        reset_window_ms: 10_000,
        usb: Usb { wink: true, ..Usb::NONE },
    })
}

/// All features.
fn features() -> Features {
    Features {
        client_pin: true,
        pin_uv_auth_protocols: [2, 1],
        pin_uv_auth_token: true,
        pin_retries: 8,
        uv_retries: 5,
        min_pin_length: 4,
        make_cred_uv_not_rqd: true,
        no_mc_ga_permissions_with_client_pin: false,
        always_uv: Some(false),
        cred_mgmt: true,
        credential_mgmt_preview: true,
        per_cred_mgmt_ro: true,
        authnr_cfg: true,
        uv_acfg: true,
        set_min_pin_length: true,
        max_rpids_for_set_min_pin_length: 4,
        preferred_platform_uv_attempts: 1,
        extensions: Extensions {
            cred_blob: true,
            cred_protect: true,
            hmac_secret: true,
            min_pin_length: true,
        },
        max_cred_blob_length: 32,
    }
}
