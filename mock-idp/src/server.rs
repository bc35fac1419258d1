//! The handle: start is one line, every knob a builder method, stop is drop.

mod builder;
mod connections;

pub use builder::Builder;

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use crate::{
    controls::TenantControls,
    expectation::{Expectation, Failure, Log},
    http::Idp,
    recorder::Exchange,
    tls::{Ca, TlsError},
    tunnel::Tunnel,
};

use connections::Connections;

/// A mock authorization server that runs as long as this handle lives.
///
/// ```
/// # tokio_test_free(async {
/// let idp = mock_idp::MockIdp::start().await;
/// let metadata = format!("{}/v2.0/.well-known/openid-configuration", idp.authority());
/// assert!(reqwest::get(metadata).await.is_ok_and(|answer| answer.status() == 200));
/// # });
/// # fn tokio_test_free(test: impl Future<Output = ()>) {
/// #     tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
/// # }
/// ```
#[derive(Debug)]
pub struct MockIdp {
    idp: Arc<Idp>,
    address: SocketAddr,
    ca: Option<Ca>,
    tunnel: Option<Tunnel>,
    connections: Connections,
    /// The one that the server started with.
    first_tenant: TenantControls,
    expectations: std::sync::Mutex<Vec<Expectation>>,
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken.
    #[error("port {port} on {host} is in use; choose another with --port, or --port 0 for a free one")]
    PortInUse {
        /// The address.
        host: IpAddr,
        /// The port.
        port: u16,
    },
    /// The address cannot be bound for another reason.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// What was tried.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// Whoever has the source has the key that signs, and more than this machine is let in.
    #[error(
        "the signing key is a published test key, and on {host} others can reach this server: whoever trusts it there trusts everybody; give it a key of its own with --signing-key FILE, or insist with --allow-published-key"
    )]
    PublishedKey {
        /// The address.
        host: IpAddr,
    },
    /// No certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The configuration has no tenant.
    #[error("the configuration has no tenant; add one, or start from `mock-idp config default`")]
    NoTenant,
    /// The cryptographic library gives no key.
    #[error("no encryption key could be made; the cryptographic library is not usable on this machine")]
    Crypto,
}

impl MockIdp {
    /// Starts a server with the built-in directory on a free loopback port, without TLS.
    ///
    /// # Panics
    ///
    /// If the machine has no free loopback port. [`Builder::start`] returns the error instead.
    #[expect(clippy::panic, reason = "the one-line start of tests; nothing can be done without a port")]
    pub async fn start() -> Self {
        match Self::builder().start().await {
            Ok(server) => server,
            Err(error) => panic!("mock-idp did not start: {error}"),
        }
    }

    /// A server to be set up before it starts.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Origin, such as `http://localhost:50001`.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.idp.base
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Authority of the first tenant: origin and tenant id.
    #[must_use]
    pub fn authority(&self) -> String {
        self.tenant().authority()
    }

    /// Issuer of the first tenant's ID tokens.
    #[must_use]
    pub fn issuer(&self) -> String {
        self.tenant().issuer()
    }

    /// Address of the mock API called `name`.
    #[must_use]
    pub fn api_url(&self, name: &str) -> String {
        format!("{}/api/{name}", self.idp.base)
    }

    /// The certificate that a client has to trust, as PEM; `None` without TLS.
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca.as_ref().map(Ca::certificate_pem)
    }

    /// Where that certificate is kept; `None` if it lives in memory.
    #[must_use]
    pub fn ca_path(&self) -> Option<&std::path::Path> {
        self.ca.as_ref().and_then(Ca::path)
    }

    /// A proxy that leads the names of [`Builder::also_as`] to this server, whatever their port, and all else where it
    /// belongs: a value for `HTTPS_PROXY`. `None` without such names.
    #[must_use]
    pub fn proxy_url(&self) -> Option<String> {
        self.tunnel.as_ref().map(Tunnel::url)
    }

    /// The controls of the first tenant, as the directory has it now: after a [`reset`](Self::reset) or an import it is
    /// another.
    #[must_use]
    pub fn tenant(&self) -> TenantControls {
        let now = self.idp.registry.first().map(|tenant| TenantControls::new(self.idp.clone(), tenant));
        now.unwrap_or_else(|| self.first_tenant.clone())
    }

    /// The controls of the tenant called `name` (id, domain or short name).
    #[must_use]
    pub fn tenant_named(&self, name: &str) -> Option<TenantControls> {
        self.idp.registry.find(name).map(|tenant| TenantControls::new(self.idp.clone(), tenant))
    }

    /// A new isolated tenant that starts like the configured tenant `like`.
    #[must_use]
    pub fn new_tenant(&self, like: &str) -> Option<TenantControls> {
        self.idp.create_tenant(like).map(|tenant| TenantControls::new(self.idp.clone(), tenant))
    }

    /// How many tenants there are, and under how many names they are found: what is left of those that were deleted.
    #[must_use]
    pub fn tenant_counts(&self) -> (usize, usize) {
        self.idp.registry.counts()
    }

    /// Everything as at the start.
    pub fn reset(&self) {
        self.idp.reset();
    }

    /// What the first tenant was asked and answered so far.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Arc<Exchange>> {
        self.tenant().exchanges()
    }

    /// Registers an expectation on the first tenant's log; it is checked by [`verify`](Self::verify) and on drop.
    pub fn expect(&self, expectation: Expectation) {
        self.expectations.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(expectation);
    }

    /// Checks the registered expectations now, and forgets them.
    ///
    /// # Errors
    ///
    /// Each that does not hold, with what was seen.
    pub fn verify(&self) -> Result<(), Vec<Failure>> {
        let expectations =
            std::mem::take(&mut *self.expectations.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        let (exchanges, policies) = (self.exchanges(), self.tenant().policies());
        let log = Log::new(&exchanges).with_policies(&policies);
        let failures: Vec<Failure> =
            expectations.iter().filter_map(|expectation| expectation.check_in(&log).err()).collect();
        if failures.is_empty() { Ok(()) } else { Err(failures) }
    }

    /// Stops, and waits until requests in flight are answered (at most a second).
    pub async fn stop(mut self) {
        // Who follows a log would be waited for.
        self.idp.registry.close_logs();
        self.connections.stop().await;
    }
}

impl Drop for MockIdp {
    #[expect(clippy::panic, reason = "expectations that do not hold must fail the test, as in wiremock")]
    fn drop(&mut self) {
        // Never panic while panicking.
        if !std::thread::panicking()
            && let Err(failures) = self.verify()
        {
            let failures: Vec<String> = failures.iter().map(ToString::to_string).collect();
            panic!("mock-idp: expectations do not hold:\n{}", failures.join("\n"));
        }
    }
}
