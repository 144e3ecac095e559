//! `anykey keys`.

mod attached;

use std::io::{self, Write};

use anstyle::Style;
use authenticator::profile::Issuer;
use profiles::{Shown, ShownCtap2, ShownFeatures, Transport, Word};
use report::text::wrap;

use crate::args::{KeysArgs, KeysCommand};
use crate::failure::Failure;
use crate::keys;
use crate::screen::Screen;
use crate::table::Table;

/// Lists the keys or shows one.
///
/// # Errors
/// There is no such key, or standard output could not be written.
pub fn perform(args: &KeysArgs, screen: Screen, out: &mut dyn Write) -> Result<(), Failure> {
    match &args.command {
        None if args.attached => attached::list(args.json, screen, out),
        None => list(args.json, screen, out),
        Some(KeysCommand::Show(show)) => {
            let key = Shown::from(&keys::find(&show.name)?);
            if show.json {
                return super::json(&key, out);
            }
            Ok(card(&key, screen, out)?)
        }
    }
}

fn list(json: bool, screen: Screen, out: &mut dyn Write) -> Result<(), Failure> {
    let keys: Vec<Shown> = profiles::all().iter().map(Shown::from).collect();
    if json {
        return super::json(&keys, out);
    }
    let mut table = Table::new(["KEY", "SPEAKS", "RESIDENT", "USER VERIFICATION", "SUMMARY"]);
    for key in keys {
        let resident = key.ctap2.as_ref().is_some_and(|ctap2| ctap2.rk);
        let uv = key.ctap2.as_ref().map_or_else(|| "absent".to_owned(), |ctap2| ctap2.uv.to_string());
        table.row([key.name, join(&key.versions), yes(resident).to_owned(), uv, key.summary]);
    }
    Ok(table.print(screen, out)?)
}

/// One key, member by member.
fn card(key: &Shown, screen: Screen, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = vec![
        ("product", key.product.clone()),
        ("summary", key.summary.clone()),
        ("AAGUID", key.aaguid.to_string()),
        ("speaks", join(&key.versions)),
        ("attachment", key.attachment.to_string()),
        ("transports", join(&key.transports)),
        ("counter", key.counter.to_string()),
        ("backup", key.backup.to_string()),
        ("touch time-out", format!("{} ms", key.touch_timeout_ms)),
        ("reset window", format!("{} ms after power-on", key.reset_window_ms)),
    ];
    if key.transports.contains(&Word(Transport::Usb)) {
        let wink = if key.usb.wink { "winks" } else { "does not wink" };
        let usb = &key.usb;
        lines.push(("USB", format!("{}:{}, release {}, {wink}", usb.vendor, usb.product, usb.release)));
        let texts = [usb.manufacturer.as_ref(), Some(&usb.name), usb.serial.as_ref()];
        lines.push(("calls itself", texts.into_iter().flatten().cloned().collect::<Vec<_>>().join(", ")));
    }
    match &key.ctap2 {
        Some(ctap2) => lines.extend(ctap2_lines(ctap2)),
        None => lines.push(("CTAP2", "not spoken: CTAPHID_CBOR is refused".to_owned())),
    }
    match &key.u2f {
        Some(u2f) => lines.push(("U2F key handle", format!("{} bytes", u2f.key_handle))),
        None => lines.push(("U2F", "not spoken".to_owned())),
    }
    lines.push(("source", key.source.kind.to_string()));
    lines.push(("", key.source.note.clone()));
    lines.extend(key.source.links.iter().map(|link| ("", link.clone())));
    let look = screen.out;
    writeln!(out, "{}", look.paint(Style::new().bold(), &look.clean(&key.name)))?;
    for (name, value) in lines {
        let value = look.clean(&value);
        let room = look.columns().saturating_sub(LABEL + 2);
        for (at, part) in wrap(&value, room).iter().enumerate() {
            let label = if at == 0 { name } else { "" };
            writeln!(out, "  {label:<LABEL$}{part}")?;
        }
    }
    Ok(())
}

fn ctap2_lines(ctap2: &ShownCtap2) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        (
            "resident keys",
            if ctap2.rk { format!("up to {}", ctap2.resident_credentials) } else { "no".to_owned() },
        ),
        ("verifies user", ctap2.uv.to_string()),
        ("algorithms", join(&ctap2.algorithms)),
        (
            "attestation",
            match ctap2.attestation_issuer.0 {
                Issuer::Root => ctap2.attestation.to_string(),
                Issuer::Intermediate => format!("{}, with an intermediate certificate", ctap2.attestation),
            },
        ),
        ("longest list", format!("{} credentials", ctap2.max_credential_count_in_list)),
        ("longest message", format!("{} bytes", ctap2.max_msg_size)),
        ("firmware", ctap2.firmware_version.to_string()),
    ];
    lines.extend(feature_lines(&ctap2.features));
    lines
}

/// PIN, token, management, extensions; nothing is said of what the key has not, but that it takes no PIN.
fn feature_lines(features: &ShownFeatures) -> Vec<(&'static str, String)> {
    let pin = if features.client_pin {
        let (least, attempts) = (features.min_pin_length, features.pin_retries);
        format!("not set; {least} characters at least, {attempts} attempts")
    } else {
        "not taken".to_owned()
    };
    let mut lines = vec![("PIN", pin)];
    if !features.pin_uv_auth_protocols.is_empty() {
        let token = if features.pin_uv_auth_token { "; tokens have permissions" } else { "" };
        lines.push(("PIN protocols", format!("{}{token}", join(&features.pin_uv_auth_protocols))));
    }
    let listed = |options: &[(bool, &'static str)]| {
        options.iter().filter(|(has, _)| *has).map(|(_, name)| *name).collect::<Vec<_>>()
    };
    let options = listed(&[
        (features.make_cred_uv_not_rqd, "makeCredUvNotRqd"),
        (features.no_mc_ga_permissions_with_client_pin, "noMcGaPermissionsWithClientPin"),
        (features.always_uv == Some(true), "alwaysUv (on)"),
        (features.always_uv == Some(false), "alwaysUv (off)"),
        (features.cred_mgmt, "credMgmt"),
        (features.credential_mgmt_preview, "credentialMgmtPreview"),
        (features.per_cred_mgmt_ro, "perCredMgmtRO"),
        (features.authnr_cfg, "authnrCfg"),
        (features.uv_acfg, "uvAcfg"),
        (features.set_min_pin_length, "setMinPINLength"),
    ]);
    if !options.is_empty() {
        lines.push(("further options", options.join(", ")));
    }
    if !features.extensions.is_empty() {
        lines.push(("extensions", join(&features.extensions)));
    }
    lines
}

fn join(words: &[impl ToString]) -> String {
    words.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

/// Columns of the names.
const LABEL: usize = 17;
