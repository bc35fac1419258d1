//! From options to a running server: what `serve` and `run` have in common.

use std::{
    fs,
    io::{self, Read as _},
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
    thread,
};

use mock_idp::{MockIdp, config, directory::Document, keys::SigningKey, tls::default_cert_dir};
use tokio::runtime::{Builder, Runtime};

use super::{
    args::{CertificateOptions, ServeOptions},
    failure::Failure,
    output,
};

/// Reads what the options name, and starts. Nothing is bound if any of it is wrong.
pub(super) async fn start(options: &ServeOptions, default_port: u16) -> Result<MockIdp, Failure> {
    let host = options.host.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let mut builder = MockIdp::builder().host(host).port(options.port.unwrap_or(default_port));
    if let Some(path) = &options.config {
        builder = builder.document(document(path)?);
    }
    if let Some(path) = &options.signing_key {
        let key = SigningKey::load(&text(path)?);
        builder = builder.signing_key(key.map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?);
    }
    if options.allow_published_key {
        builder = builder.allow_published_key();
    }
    if !options.no_tls {
        builder = builder.tls_from(options.certificate_directory()?);
    }
    for name in &options.also_as {
        builder = builder.also_as(name);
    }
    let server = builder.start().await?;
    if !host.is_loopback() {
        output::say(&format!(
            "warning: listening on {host}: whoever reaches this machine can sign in as anybody and change the \
             directory; keep it to test networks"
        ));
    }
    Ok(server)
}

/// Reads and checks a configuration.
pub(super) fn document(path: &Path) -> Result<Document, Failure> {
    Ok(config::load(&name(path), &text(path)?)?)
}

/// The name of a file in messages.
pub(super) fn name(path: &Path) -> String {
    if is_stdin(path) { "stdin".to_owned() } else { path.display().to_string() }
}

/// The few threads of a server; one suffices for most work, and each costs time at the start.
pub(super) fn runtime() -> Result<Runtime, Failure> {
    let workers = thread::available_parallelism().map_or(1, usize::from).min(MOST_WORKERS);
    let runtime = Builder::new_multi_thread().worker_threads(workers).enable_all().build();
    runtime.map_err(|error| Failure::failed(format!("no threads could be started: {error}")))
}

impl ServeOptions {
    /// Where the CA is. One that may vouch for other names than this machine's is kept apart from the one that people trust.
    pub(super) fn certificate_directory(&self) -> Result<PathBuf, Failure> {
        let usual = self.certificates.directory()?;
        let is_named = self.certificates.cert_dir.is_some();
        Ok(if self.also_as.is_empty() || is_named { usual } else { usual.join("also-as") })
    }
}

impl CertificateOptions {
    /// The directory named, or the platform's.
    pub(super) fn directory(&self) -> Result<PathBuf, Failure> {
        match &self.cert_dir {
            Some(directory) => Ok(directory.clone()),
            None => Ok(default_cert_dir()?),
        }
    }
}

fn text(path: &Path) -> Result<String, Failure> {
    let read = if is_stdin(path) {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(path)
    };
    read.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::usage(format!("there is no file {}", path.display())),
        io::ErrorKind::InvalidData => Failure::usage(format!("{} is not UTF-8 text", path.display())),
        _ => Failure::usage(format!("{} cannot be read: {error}", path.display())),
    })
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

const MOST_WORKERS: usize = 4;
