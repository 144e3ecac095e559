//! authenticatorCredentialManagement, and its prototype.
//!
//! Steps are those of CTAP 2.1, 6.8:
//! <https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#authenticatorCredentialManagement>

mod change;
mod enumerate;

use wire::Status;
use wire::ctap2::credential_management::{Params, Request, Response, SubCommand};
use wire::ctap2::{Command, Permissions, RawMap};

use super::Context;
use crate::look::Look;
use crate::pin::client_pin;
use crate::profile::Ctap2;

/// What a subcommand is allowed to see.
struct Scope {
    /// Of this relying party only, if the token is tied to one.
    rp_id_hash: Option<[u8; 32]>,
}

impl Scope {
    /// All relying parties: a token tied to one may not ask.
    fn everything(&self) -> Result<(), Status> {
        if self.rp_id_hash.is_some() { Err(Status::PIN_AUTH_INVALID) } else { Ok(()) }
    }

    /// This relying party.
    fn includes(&self, rp_id_hash: &[u8; 32]) -> Result<(), Status> {
        match &self.rp_id_hash {
            Some(bound) if bound != rp_id_hash => Err(Status::PIN_AUTH_INVALID),
            _ => Ok(()),
        }
    }
}

/// Whether the key takes this command byte.
pub(super) fn speaks(ctap2: &Ctap2, command: Command) -> bool {
    match command {
        Command::CREDENTIAL_MANAGEMENT => ctap2.features.cred_mgmt,
        Command::PROTOTYPE_CREDENTIAL_MANAGEMENT => ctap2.features.credential_mgmt_preview,
        _ => false,
    }
}

/// Does it.
pub(super) fn handle(
    context: &mut Context<'_>,
    ctap2: &Ctap2,
    command: Command,
    request: &Request<'_>,
    reply: &mut [u8],
) -> Result<usize, Status> {
    let sub_command = request.sub_command;
    match sub_command {
        SubCommand::ENUMERATE_RPS_GET_NEXT_RP => return enumerate::next_rp(context, reply),
        SubCommand::ENUMERATE_CREDENTIALS_GET_NEXT_CREDENTIAL => {
            return enumerate::next_credential(context, reply);
        }
        _ => context.forget_enumeration(),
    }
    match sub_command {
        SubCommand::GET_CREDS_METADATA => {
            authorize(context, ctap2, request, Reads::Yes)?.everything()?;
            metadata(context, ctap2, reply)
        }
        SubCommand::ENUMERATE_RPS_BEGIN => {
            authorize(context, ctap2, request, Reads::Yes)?.everything()?;
            enumerate::first_rp(context, reply)
        }
        SubCommand::ENUMERATE_CREDENTIALS_BEGIN => {
            let params = params(request)?;
            let rp_id_hash = params.rp_id_hash.ok_or(Status::MISSING_PARAMETER)?;
            authorize(context, ctap2, request, Reads::Yes)?.includes(rp_id_hash)?;
            enumerate::first_credential(context, rp_id_hash, reply)
        }
        SubCommand::DELETE_CREDENTIAL => {
            let params = params(request)?;
            let id = params.credential_id.ok_or(Status::MISSING_PARAMETER)?.id;
            let scope = authorize(context, ctap2, request, Reads::No)?;
            change::delete(context, &scope, id, reply)
        }
        // The prototype has not this one.
        SubCommand::UPDATE_USER_INFORMATION if command == Command::CREDENTIAL_MANAGEMENT => {
            let params = params(request)?;
            let (Some(credential), Some(user)) = (params.credential_id, params.user) else {
                return Err(Status::MISSING_PARAMETER);
            };
            let scope = authorize(context, ctap2, request, Reads::No)?;
            change::update(context, &scope, credential.id, &user, reply)
        }
        _ => Err(Status::INVALID_SUBCOMMAND),
    }
}

/// The parameters. Without a pinUvAuthParam the request is refused for that first.
fn params<'a>(request: &Request<'a>) -> Result<Params<'a>, Status> {
    if request.pin_uv_auth_param.is_none() {
        return Err(Status::PUAT_REQUIRED);
    }
    let params = request.sub_command_params.ok_or(Status::MISSING_PARAMETER)?;
    Ok(Params::decode(params.bytes())?)
}

/// Whether a subcommand reads only: the persistent token is good for such.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    Yes,
    No,
}

/// The token's MAC over subCommand || subCommandParams, and its permission.
fn authorize(
    context: &mut Context<'_>,
    ctap2: &Ctap2,
    request: &Request<'_>,
    reads: Reads,
) -> Result<Scope, Status> {
    let mac = request.pin_uv_auth_param.ok_or(Status::PUAT_REQUIRED)?;
    let param = client_pin::param(&ctap2.features, mac, request.pin_uv_auth_protocol)?;
    let number = u8::try_from(request.sub_command.0).map_err(|_| Status::INVALID_SUBCOMMAND)?;
    let params = request.sub_command_params.as_ref().map_or(&[][..], RawMap::bytes);
    let message: [&[u8]; 2] = [&[number], params];
    let pin = &mut context.state.pin;
    if ctap2.features.per_cred_mgmt_ro
        && reads == Reads::Yes
        && crate::pin::persistent::verify(context.platform, param, &message)?
    {
        return Ok(Scope { rp_id_hash: None });
    }
    let mut look = Look::new(context.platform);
    let token = pin.verified(&mut look, context.now, param, &message, Permissions::CM)?;
    Ok(Scope { rp_id_hash: token.bound_to().copied() })
}

/// 6.8.2.
fn metadata(context: &mut Context<'_>, ctap2: &Ctap2, reply: &mut [u8]) -> Result<usize, Status> {
    let existing = context.state.residents;
    let response = Response {
        existing_resident_credentials_count: Some(u64::from(existing)),
        max_possible_remaining_resident_credentials_count: Some(u64::from(
            ctap2.resident_credentials.saturating_sub(existing),
        )),
        ..Response::EMPTY
    };
    Ok(response.message(reply)?)
}
