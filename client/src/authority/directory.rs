//! What has been learned about authorities: each one's cloud and metadata, fetched once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Authority;
use super::cloud::Cloud;
use super::instance::{self, Question};
use super::metadata::Metadata;
use crate::error::{ClientErrorKind, Error};
use crate::wire::{self, Network};

/// Instance discovery may take no longer, as in MSAL.NET; then the authority stands for itself.
const DISCOVERY_LIMIT: Duration = Duration::from_secs(10);

/// Authorities and what is known about them.
#[derive(Debug)]
pub(crate) struct Directory {
    instance_discovery: bool,
    learned: Mutex<Learned>,
}

#[derive(Debug, Default)]
struct Learned {
    metadata: BTreeMap<Authority, Arc<Metadata>>,
    /// By the authority's own environment.
    clouds: BTreeMap<String, Arc<Cloud>>,
}

impl Directory {
    pub(crate) fn new(instance_discovery: bool) -> Self {
        Self { instance_discovery, learned: Mutex::default() }
    }

    /// The authority's metadata, asked for at the network host of its cloud.
    pub(crate) async fn metadata(&self, network: Network<'_>, authority: &Authority) -> Result<Arc<Metadata>, Error> {
        let authority = authority.at_host(self.cloud(network, authority).await?.network_host());
        if let Some(known) = self.lock().metadata.get(&authority) {
            return Ok(Arc::clone(known));
        }
        let metadata: Metadata = wire::get_metadata(network, authority.metadata_url()?).await?;
        let metadata = Arc::new(metadata.check(&authority)?);
        self.lock().metadata.insert(authority, Arc::clone(&metadata));
        Ok(metadata)
    }

    /// The authority's metadata, if that is known without asking.
    pub(crate) fn known_metadata(&self, authority: &Authority) -> Option<Arc<Metadata>> {
        let cloud = self.known_cloud(authority);
        let authority = cloud.map_or_else(|| authority.clone(), |cloud| authority.at_host(cloud.network_host()));
        self.lock().metadata.get(&authority).cloned()
    }

    /// The cloud of an authority.
    ///
    /// # Errors
    /// `invalid_instance`, and answers that nobody should believe. Any other failure is none: the
    /// authority stands for itself, as in MSAL.NET.
    pub(crate) async fn cloud(&self, network: Network<'_>, authority: &Authority) -> Result<Arc<Cloud>, Error> {
        if let Some(known) = self.known_cloud(authority) {
            return Ok(known);
        }
        let (cloud, lasting) = match instance::question(authority, self.instance_discovery) {
            Question::Settled(cloud) => (cloud, true),
            Question::Ask(url) => match ask(network, url).await {
                Ok(answer) => (answer.cloud_of(authority)?, true),
                Err(Error::Service(error)) if error.error == "invalid_instance" => {
                    return Err(instance::unknown_instance(authority, &error.error_description));
                }
                Err(error) => {
                    tracing::debug!(%error, %authority, "instance discovery failed; going on without aliases");
                    // Whoever cannot be reached now may be asked again.
                    (Cloud::single(authority.environment()), !error.is_retryable())
                }
            },
        };
        let cloud = Arc::new(cloud);
        if lasting {
            self.lock().clouds.insert(authority.environment(), Arc::clone(&cloud));
        }
        Ok(cloud)
    }

    /// The cloud of an authority, if that is known without asking.
    pub(crate) fn known_cloud(&self, authority: &Authority) -> Option<Arc<Cloud>> {
        if let Some(learned) = self.lock().clouds.get(&authority.environment()) {
            return Some(Arc::clone(learned));
        }
        match instance::question(authority, self.instance_discovery) {
            Question::Settled(cloud) => Some(Arc::new(cloud)),
            Question::Ask(_) => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Learned> {
        self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn ask(network: Network<'_>, url: url::Url) -> Result<instance::Answer, Error> {
    tokio::time::timeout(DISCOVERY_LIMIT, wire::get_instance(network, url)).await.unwrap_or_else(|_| {
        Err(Error::client(
            ClientErrorKind::RequestTimeout,
            "instance discovery did not answer in time; try again later",
        ))
    })
}
