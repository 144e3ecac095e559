//! What a browser's settings do with the credentials that a key keeps: authenticatorCredentialManagement
//! ([CTAP, section 6.8](https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#authenticatorCredentialManagement)).

use wire::ctap2::credential_management::{Params, Request, SubCommand};
use wire::ctap2::{Command, Descriptor, Permissions, RawMap};
use wire::{MAX_MESSAGE, Status};

use crate::ceremony::Ceremony;
use crate::client::Client;
use crate::error::{ClientError, DomError};
use crate::link::Link;
use crate::pin::{Proof, Purpose, Way};
use crate::settings::encoded;
use crate::twist::Twist;

impl Client {
    /// Has the key forget credentials that it keeps, and gives what it said to each, in their order: OK, NO_CREDENTIALS where it
    /// keeps none of that id, or why it does not. The person is asked for the PIN once; where none is set, the key verifies its
    /// user by itself.
    ///
    /// # Errors
    /// The key deletes no single credentials, it or the person refuses all, or it cannot be reached.
    pub async fn delete_credentials(
        &mut self,
        link: &mut dyn Link,
        ids: &[Vec<u8>],
    ) -> Result<Vec<Status>, ClientError> {
        let (facts, twist) = (self.facts(link).await?, Twist::default());
        let ctap2 = facts.ctap2.as_ref();
        let refuse = |why: &str| ClientError::refuse(DomError::NotAllowedError, why);
        let command = ctap2.and_then(|facts| facts.credential_management());
        let command = command.ok_or_else(|| refuse("the key has no credential management"))?;
        let way = ctap2.and_then(Way::for_settings);
        let way = way.ok_or_else(|| refuse("credentials are managed with a PIN, and the key has none"))?;
        let mut ceremony = self.ceremony(link, &facts, None, &twist);
        let said = delete_all(&mut ceremony, command, way, ids).await;
        let stale = ceremony.stale;
        self.forget_if(stale);
        said
    }
}

async fn delete_all(
    ceremony: &mut Ceremony<'_>,
    command: Command,
    way: Way,
    ids: &[Vec<u8>],
) -> Result<Vec<Status>, ClientError> {
    let proof = ceremony.prove(way, Purpose { permissions: Permissions::CM, rp_id: None }).await?;
    let mut said = Vec::new();
    for id in ids {
        said.push(delete(ceremony, command, &proof, id).await?);
    }
    Ok(said)
}

/// deleteCredential.
async fn delete(
    ceremony: &mut Ceremony<'_>,
    command: Command,
    proof: &Proof,
    id: &[u8],
) -> Result<Status, ClientError> {
    let sub_command = SubCommand::DELETE_CREDENTIAL;
    let parameters = encoded(&Params { credential_id: Some(Descriptor::public_key(id)), ..Params::EMPTY })?;
    let number = [u8::try_from(sub_command.0).unwrap_or(u8::MAX)];
    let param = proof.authenticate(&[&number, &parameters]);
    let request = Request {
        sub_command,
        sub_command_params: RawMap::new(&parameters).ok(),
        pin_uv_auth_protocol: param.as_ref().map(|(_, protocol)| *protocol),
        pin_uv_auth_param: param.as_ref().map(|(mac, _)| mac.as_slice()),
        ..Request::EMPTY
    };
    let what = format!("authenticatorCredentialManagement {}", sub_command.name().unwrap_or_default());
    let answer = ceremony.exchange.ctap2(&what, MAX_MESSAGE, |out| request.message(command, out)).await?;
    Ok(answer.status)
}
