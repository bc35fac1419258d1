//! Every knob of a server before it starts, and the start.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    path::PathBuf,
    sync::Arc,
};

use rustls::ServerConfig;

use crate::{
    clock::{Clock, SystemClock},
    config,
    controls::TenantControls,
    directory::Document,
    http::{Front, Idp, Origins},
    ids::Ids,
    in_process::InProcess,
    keys::SigningKey,
    limits::Limits,
    tls::Ca,
    tunnel::Tunnel,
};

use super::{MockIdp, StartError, connections::Connections};

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
        let connections = Connections::start(listener, tls, Front::new(idp.clone()), self.limits)
            .map_err(|source| StartError::Bind { address, source })?;
        Ok(MockIdp {
            first_tenant: TenantControls::new(idp.clone(), first),
            idp,
            address,
            ca,
            tunnel,
            connections,
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
    fn certificates(&self) -> Result<(Option<Ca>, Option<Arc<ServerConfig>>), StartError> {
        let now = SystemClock.now();
        let mut names = if self.host.is_loopback() { Vec::new() } else { vec![self.name()] };
        names.extend(self.also_as.iter().cloned());
        let ca = match &self.tls {
            Tls::Off => return Ok((None, None)),
            Tls::Ephemeral => Ca::ephemeral(&names, now)?,
            Tls::Kept(directory) => Ca::load_or_create(directory, &names, now)?,
        };
        let config = ca.server_config(&names, now)?;
        Ok((Some(ca), Some(config)))
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
