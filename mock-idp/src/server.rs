//! The handle: start is one line, every knob a builder method, stop is drop.

mod connections;

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use axum_server::{Handle, tls_rustls::RustlsConfig};
use tokio::task::JoinHandle;

use crate::{
    clock::{Clock, SystemClock},
    config,
    controls::TenantControls,
    directory::Document,
    expectation::{Expectation, Failure, Log},
    http::{Idp, Origins, router},
    ids::Ids,
    in_process::InProcess,
    keys::SigningKey,
    limits::Limits,
    recorder::Exchange,
    tls::{Ca, TlsError},
    tunnel::Tunnel,
};

/// How long requests in flight may take when the server stops.
const GRACE: Duration = Duration::from_secs(1);

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
    handle: Handle<SocketAddr>,
    serving: Option<JoinHandle<io::Result<()>>>,
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
        self.handle.graceful_shutdown(Some(GRACE));
        if let Some(serving) = self.serving.take() {
            // It ends as it was told to; how, is nobody's concern any more.
            let _ = serving.await;
        }
    }
}

impl Drop for MockIdp {
    #[expect(clippy::panic, reason = "expectations that do not hold must fail the test, as in wiremock")]
    fn drop(&mut self) {
        self.handle.shutdown();
        // Never panic while panicking.
        if !std::thread::panicking()
            && let Err(failures) = self.verify()
        {
            let failures: Vec<String> = failures.iter().map(ToString::to_string).collect();
            panic!("mock-idp: expectations do not hold:\n{}", failures.join("\n"));
        }
    }
}

/// Sets a server up.
pub struct Builder {
    document: Arc<Document>,
    host: IpAddr,
    port: u16,
    tls: Tls,
    also_as: Vec<String>,
    key: Arc<SigningKey>,
    allows_published_key: bool,
    clock: Arc<dyn Clock>,
    seed: Option<u64>,
    limits: Limits,
}

enum Tls {
    Off,
    Ephemeral,
    Kept(PathBuf),
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            document: config::built_in(),
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            tls: Tls::Off,
            also_as: Vec::new(),
            key: SigningKey::published(),
            allows_published_key: false,
            clock: Arc::new(SystemClock),
            seed: None,
            limits: Limits::default(),
        }
    }
}

impl Builder {
    /// Another directory than the built-in one.
    #[must_use]
    pub fn document(mut self, document: Document) -> Self {
        self.document = Arc::new(document);
        self
    }

    /// The address to listen on; loopback by default.
    #[must_use]
    pub fn host(mut self, host: IpAddr) -> Self {
        self.host = host;
        self
    }

    /// The port; 0, the default, takes a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// TLS with a certificate authority that lives as long as the server.
    #[must_use]
    pub fn tls(mut self) -> Self {
        self.tls = Tls::Ephemeral;
        self
    }

    /// TLS with the certificate authority in `directory`, made on first use.
    #[must_use]
    pub fn tls_from(mut self, directory: impl Into<PathBuf>) -> Self {
        self.tls = Tls::Kept(directory.into());
        self
    }

    /// A host name to answer to besides, such as `login.microsoftonline.com` for a program whose authority cannot be set:
    /// the certificate is for it, too, instance discovery knows it, and requests with it as their `Host` get addresses and
    /// issuers of that name. That the name leads here is the caller's business. The control API is not reached by it.
    #[must_use]
    pub fn also_as(mut self, name: impl Into<String>) -> Self {
        self.also_as.push(name.into());
        self
    }

    /// Another signing key than the published one.
    #[must_use]
    pub fn signing_key(mut self, key: Arc<SigningKey>) -> Self {
        self.key = key;
        self
    }

    /// Signs with a published key even where others than this machine are let in: for a network that nobody else is in, such
    /// as that of a few containers. Without it [`StartError::PublishedKey`] is the answer.
    #[must_use]
    pub fn allow_published_key(mut self) -> Self {
        self.allows_published_key = true;
        self
    }

    /// Another clock than the machine's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Codes, ids and lifetimes come out the same for the same seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// How patient the server is, and how much it holds.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Binds, and serves from then on.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub async fn start(self) -> Result<MockIdp, StartError> {
        if !self.host.is_loopback() && self.key.is_published() && !self.allows_published_key {
            return Err(StartError::PublishedKey { host: self.host });
        }
        let listener = self.bind()?;
        let address = listener.local_addr().map_err(|source| self.unbound(source))?;
        let (ca, tls) = self.certificates()?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let base = format!("{scheme}://{}:{}", self.name(), address.port());

        let idp = self.idp(base, ca.as_ref())?;
        let first = idp.registry.first().ok_or(StartError::NoTenant)?;
        let tunnel = self.tunnel(address).await?;
        let handle = Handle::new();
        let serving = connections::serve(listener, tls, router(idp.clone()), &self.limits, &handle)
            .map_err(|source| StartError::Bind { address, source })?;
        Ok(MockIdp {
            first_tenant: TenantControls::new(idp.clone(), first),
            idp,
            address,
            ca,
            tunnel,
            handle,
            serving: Some(serving),
            expectations: std::sync::Mutex::default(),
        })
    }

    /// The server without a socket, at `http://localhost:PORT` by name. TLS is for who listens, and left out.
    ///
    /// # Errors
    ///
    /// [`StartError::NoTenant`] and [`StartError::Crypto`]; nothing is bound.
    pub fn in_process(self) -> Result<InProcess, StartError> {
        let idp = self.idp(format!("http://{}:{}", self.name(), self.port), None)?;
        idp.registry.first().ok_or(StartError::NoTenant)?;
        Ok(InProcess::new(idp))
    }

    /// What is served at `base`.
    fn idp(&self, base: String, ca: Option<&Ca>) -> Result<Arc<Idp>, StartError> {
        let ids = self.seed.map_or_else(Ids::from_os, Ids::seeded);
        let mut idp = Idp::new(base, &self.document, self.key.clone(), self.clock.clone(), ids, self.limits)
            .ok_or(StartError::Crypto)?;
        idp.control_hosts.push(self.name());
        idp.ca_path = ca.and_then(Ca::path).map(|path| path.display().to_string());
        idp.origins = Origins::new(&idp.base, &self.also_as);
        Ok(Arc::new(idp))
    }

    async fn tunnel(&self, server: SocketAddr) -> Result<Option<Tunnel>, StartError> {
        if self.also_as.is_empty() {
            return Ok(None);
        }
        // From this machine, a server that listens everywhere is reached on the loopback.
        let reached = match server.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        let started = Tunnel::start(&self.also_as, SocketAddr::new(reached, server.port()), self.limits.head).await;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        started.map(Some).map_err(|source| StartError::Bind { address, source })
    }

    fn bind(&self) -> Result<TcpListener, StartError> {
        let listener = TcpListener::bind((self.host, self.port)).map_err(|source| self.unbound(source))?;
        listener.set_nonblocking(true).map_err(|source| self.unbound(source))?;
        Ok(listener)
    }

    fn unbound(&self, source: io::Error) -> StartError {
        match source.kind() {
            io::ErrorKind::AddrInUse => StartError::PortInUse { host: self.host, port: self.port },
            _ => StartError::Bind { address: SocketAddr::new(self.host, self.port), source },
        }
    }

    /// Certificates are valid in the machine's time, whatever the tenants' clocks say: it is the client's TLS that checks.
    fn certificates(&self) -> Result<(Option<Ca>, Option<RustlsConfig>), StartError> {
        let now = SystemClock.now();
        let mut names = if self.host.is_loopback() { Vec::new() } else { vec![self.name()] };
        names.extend(self.also_as.iter().cloned());
        let ca = match &self.tls {
            Tls::Off => return Ok((None, None)),
            Tls::Ephemeral => Ca::ephemeral(&names, now)?,
            Tls::Kept(directory) => Ca::load_or_create(directory, &names, now)?,
        };
        let config = ca.server_config(&names, now)?;
        Ok((Some(ca), Some(RustlsConfig::from_config(config))))
    }

    /// The name in the server's own address.
    fn name(&self) -> String {
        match self.host {
            host if host.is_loopback() || host.is_unspecified() => "localhost".to_owned(),
            IpAddr::V6(host) => format!("[{host}]"),
            IpAddr::V4(host) => host.to_string(),
        }
    }
}
