//! The sites of one server.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, PoisonError, RwLock};

use plan::Policy;
use serde::{Deserialize, Serialize};
use webauthn::Base64Url;

use super::answer::Refusal;
use super::flaws::Flaws;
use super::site::{Site, SiteSettings};

/// What `POST /api/sites` takes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewSite {
    /// The policy.
    pub policy: Policy,
    /// 32 bytes, base64url; left out: not repeatable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<Base64Url>,
    /// Trust anchors: DER certificates, base64url.
    pub anchors: Vec<Base64Url>,
    /// The origin; [`ORIGIN`] if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// The RP ID; [`RP_ID`] if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rp_id: Option<String>,
}

/// The origin of sites that are made over the API. It is nobody's: what runs on it depends on no port.
pub const ORIGIN: &str = "https://login.anykey.test";
/// The RP ID of sites that are made over the API.
pub const RP_ID: &str = "anykey.test";
/// The id of the site that is there from the start.
pub const DEFAULT: &str = "default";

/// All sites. The one called [`DEFAULT`] is always there.
#[derive(Debug)]
pub(super) struct Sites {
    flaws: Flaws,
    default: Arc<Site>,
    made: RwLock<Made>,
}

#[derive(Debug, Default)]
struct Made {
    last: u64,
    by_id: HashMap<String, Arc<Site>>,
    /// In the order of their making; ids that are gone stay until they reach the front.
    order: VecDeque<String>,
}

impl Sites {
    /// With the default site, whose flaws all others share.
    pub(super) fn new(default: SiteSettings) -> Result<Self, String> {
        let flaws = default.flaws;
        let default = Arc::new(Site::new(DEFAULT.to_owned(), default)?);
        Ok(Self { flaws, default, made: RwLock::default() })
    }

    pub(super) fn default_site(&self) -> Arc<Site> {
        self.default.clone()
    }

    pub(super) fn find(&self, id: &str) -> Result<Arc<Site>, Refusal> {
        if id == DEFAULT {
            return Ok(self.default_site());
        }
        let made = self.made.read().unwrap_or_else(PoisonError::into_inner);
        made.by_id.get(id).cloned().ok_or_else(|| no_site(id))
    }

    /// Makes a site; when there are too many, the oldest goes.
    pub(super) fn add(&self, wish: NewSite) -> Result<Arc<Site>, Refusal> {
        let seed = wish.seed.map(|seed| <[u8; 32]>::try_from(seed.as_ref())).transpose();
        let seed = seed.map_err(|_| Refusal::failed("site", "a seed has 32 bytes"))?;
        let settings = SiteSettings {
            origin: wish.origin.unwrap_or_else(|| ORIGIN.to_owned()),
            rp_id: wish.rp_id.unwrap_or_else(|| RP_ID.to_owned()),
            policy: wish.policy,
            anchors: wish.anchors.into_iter().map(|anchor| anchor.0).collect(),
            flaws: self.flaws,
            seed,
        };
        let mut made = self.made.write().unwrap_or_else(PoisonError::into_inner);
        let id = (made.last + 1).to_string();
        let site = Site::new(id.clone(), settings).map_err(|why| Refusal::failed("site", why))?;
        let site = Arc::new(site);
        made.last += 1;
        while made.order.len() >= SITE_LIMIT {
            if let Some(oldest) = made.order.pop_front() {
                made.by_id.remove(&oldest);
            }
        }
        made.order.push_back(id.clone());
        made.by_id.insert(id, site.clone());
        Ok(site)
    }

    /// Another policy for a site that was made.
    pub(super) fn set_policy(&self, id: &str, policy: Policy) -> Result<(), Refusal> {
        if id == DEFAULT {
            return Err(Refusal::conflict("site", "the default site keeps its policy"));
        }
        let mut made = self.made.write().unwrap_or_else(PoisonError::into_inner);
        let site = made.by_id.get_mut(id).ok_or_else(|| no_site(id))?;
        let changed = site.with_policy(policy).map_err(|why| Refusal::failed("policy", why))?;
        *site = Arc::new(changed);
        Ok(())
    }

    pub(super) fn remove(&self, id: &str) -> Result<(), Refusal> {
        if id == DEFAULT {
            return Err(Refusal::conflict("site", "the default site stays"));
        }
        let mut made = self.made.write().unwrap_or_else(PoisonError::into_inner);
        made.by_id.remove(id).map(|_| ()).ok_or_else(|| no_site(id))
    }
}

fn no_site(id: &str) -> Refusal {
    Refusal::missing("site", format!("there is no site `{id}`"))
}

const SITE_LIMIT: usize = 20_000;
