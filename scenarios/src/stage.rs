//! Where scenarios are played: a server, this run's own or one that is there already, how it is reached, and with whose client.

use std::{fs, io, path::PathBuf};

use mock_idp::{
    MockIdp, StartError,
    control_client::{ControlClient, ControlError},
};

use crate::{ClientFactory, Options};

/// A server that is there already.
#[derive(Clone, Debug)]
pub struct Server {
    /// Its origin, such as `https://localhost:8443`.
    pub url: String,
    /// The certificate to trust, as a PEM file; nothing else is. None for a server without TLS.
    pub ca: Option<PathBuf>,
}

/// Why nothing can be played.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// No server can be started.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The server that is there cannot be used.
    #[error(transparent)]
    Server(#[from] ControlError),
    /// Its certificate cannot be read.
    #[error("the CA certificate {} cannot be read: {source}; `mock-idp ca` says where the server's is", file.display())]
    Ca {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// No HTTP client can be made.
    #[error("no HTTP client could be made: {0}; is the CA certificate one?")]
    Http(#[from] reqwest::Error),
}

/// The server, and with whose client scenarios are played there.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) control: ControlClient,
    /// Its CA, under TLS: the certificate and its file.
    pub(crate) ca: Option<(String, PathBuf)>,
    /// Reaches it, and follows no redirects. One for all, so that connections are kept.
    pub(crate) http: reqwest::Client,
    pub(crate) client: ClientFactory,
    /// Lives as long as it is played in.
    _own: Option<MockIdp>,
}

impl Stage {
    /// Finds the server, or starts one if none is named.
    pub(crate) async fn set(options: Options) -> Result<Self, StageError> {
        let Options { client, server, .. } = options;
        let (url, ca, own) = match server {
            Some(Server { url, ca }) => {
                let read = |file: PathBuf| match fs::read_to_string(&file) {
                    Ok(pem) => Ok((pem, file)),
                    Err(source) => Err(StageError::Ca { file, source }),
                };
                (url, ca.map(read).transpose()?, None)
            }
            None => {
                let own = start(&client).await?;
                let ca = own.ca_pem().map(str::to_owned).zip(own.ca_path().map(ToOwned::to_owned));
                (own.base().to_owned(), ca, Some(own))
            }
        };
        let roots = match &ca {
            Some((pem, _)) => reqwest::Certificate::from_pem_bundle(pem.as_bytes())?,
            None => Vec::new(),
        };
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        let http = http.tls_certs_only(roots).build()?;
        let control = ControlClient::with_http_client(&url, http.clone());
        control.health().await?;
        Ok(Self { control, ca, http, client, _own: own })
    }

    /// Origin of the server, where the mock APIs are too.
    pub(crate) fn base(&self) -> &str {
        self.control.base()
    }

    /// The certificate to trust, as PEM.
    pub(crate) fn ca_pem(&self) -> Option<&str> {
        self.ca.as_ref().map(|(pem, _)| pem.as_str())
    }
}

async fn start(client: &ClientFactory) -> Result<MockIdp, StartError> {
    let builder = MockIdp::builder().seed(SEED);
    // SDKs talk to nothing but TLS.
    let builder = match client.exec() {
        Some(exec) => builder.tls_from(&exec.cert_dir),
        None => builder,
    };
    builder.start().await
}

/// Ids come out the same in every run of a server of its own.
pub(crate) const SEED: u64 = 20_260_105;
