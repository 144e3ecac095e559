//! What only 2FAuth knows: the word `what` of a step `perform`.

use super::session::TwofauthSession;
use super::web::unknown;
use super::wish::{Naming, Plain, Recovery, read};
use crate::target::{Deed, TargetError};

impl TwofauthSession {
    /// `keys-only`: only keys log the user in from now on. `name-key`: the key gets a name, and is listed under it. `lose-key`: the
    /// server is told that the key is lost, and writes a mail. `recover`: the link of that mail is followed.
    pub(super) async fn do_it(&mut self, deed: Deed<'_>) -> Result<(), TargetError> {
        let place = format!("`with` of `{}`", deed.what);
        match deed.what {
            "keys-only" => {
                let Plain {} = read(deed.with, &place)?;
                self.place.user(deed.who)?.webauthn_only().await
            }
            "name-key" => {
                let Naming { name } = read(deed.with, &place)?;
                let id = deed.credential.ok_or_else(|| unknown("`name-key` names no key".to_owned()))?;
                let user = self.place.user(deed.who)?;
                user.name(id, &name).await?;
                match user.label(id).await? {
                    Some(listed) if listed == name => Ok(()),
                    listed => Err(unknown(format!("the key was named {name}, and is listed as {listed:?}"))),
                }
            }
            "lose-key" => {
                let Plain {} = read(deed.with, &place)?;
                self.token = Some(self.lost(deed.who).await?);
                Ok(())
            }
            "recover" => {
                let how: Recovery = read(deed.with, &place)?;
                self.recover(deed.who, &how).await
            }
            other => Err(unknown(format!(
                "2FAuth does not know `{other}`: it has keys-only, name-key, lose-key and recover"
            ))),
        }
    }
}
