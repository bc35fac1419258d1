//! TLS for a server that people run on their own machine: a certification authority of their own, made once and
//! kept, and a fresh server certificate at each start.
//!
//! The CA may vouch only for this machine's names and those asked for, so its key is of no use against the rest of
//! the world if it leaks. This module knows nothing of the server behind the TLS, and takes the time from outside:
//! give it the real time, for clients check certificates against theirs and not against a mock clock.

mod files;
mod name;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

use files::{CaFiles, Found};
use name::Name;

pub(crate) use files::{Access, replace_file};

/// A certification authority for this machine's own names.
#[derive(Debug)]
pub struct Ca {
    issuer: Issuer<'static, KeyPair>,
    der: CertificateDer<'static>,
    pem: String,
    /// `None` if it lives in memory only.
    path: Option<PathBuf>,
    expires: Timestamp,
}

impl Ca {
    /// The CA kept in `dir`, made on first use. A new one is constrained to this machine's names and `names`; one
    /// that is there is reused as it is, and refused if it is damaged, expired or not good for all of `names`.
    pub fn load_or_create(dir: &Path, names: &[String], now: Timestamp) -> Result<Self, TlsError> {
        let names = name::with_own(names)?;
        let files = CaFiles::in_dir(dir);
        if let Some((key, pem)) = files.read_complete()? {
            return Self::from_files(&files, &key, pem, &names, now);
        }
        // Perhaps another process is making it this moment: whoever comes second finds it under the lock.
        let _lock = files.lock()?;
        let key = match files.read()? {
            Found::Both { key, certificate } => return Self::from_files(&files, &key, certificate, &names, now),
            // With the same name and key, so whoever trusted a certificate that is gone goes on to be right.
            Found::Key(key) => read_key(&files, &key)?,
            Found::Nothing => {
                let key = KeyPair::generate().map_err(TlsError::Make)?;
                files.write_key(&key.serialize_pem())?;
                key
            }
        };
        let certificate = certify(&key, &names, now)?;
        files.write_certificate(&certificate.pem())?;
        Self::new(key, certificate.pem(), Some(files.certificate))
    }

    /// A CA for this machine's names and `names` that lives in memory and leaves no trace.
    pub fn ephemeral(names: &[String], now: Timestamp) -> Result<Self, TlsError> {
        let key = KeyPair::generate().map_err(TlsError::Make)?;
        let certificate = certify(&key, &name::with_own(names)?, now)?;
        Self::new(key, certificate.pem(), None)
    }

    /// The certificate to trust.
    #[must_use]
    pub fn certificate_pem(&self) -> &str {
        &self.pem
    }

    /// The file with the certificate to trust; `None` for one in memory.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// When the certificate expires.
    #[must_use]
    pub fn expires(&self) -> Timestamp {
        self.expires
    }

    /// A TLS configuration with a new server certificate for this machine's names and `names`.
    pub fn server_config(&self, names: &[String], now: Timestamp) -> Result<Arc<ServerConfig>, TlsError> {
        let names = name::with_own(names)?;
        self.check_names(&names)?;
        let key = KeyPair::generate().map_err(TlsError::Make)?;
        let certificate = self.leaf(&names, now)?.signed_by(&key, &self.issuer).map_err(TlsError::Make)?;
        let key = PrivateKeyDer::try_from(key.serialize_der())
            .map_err(|error| TlsError::Rustls(rustls::Error::General(error.to_owned())))?;
        // Named here because no process-wide provider may be assumed or set by a library.
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key))
            .map_err(TlsError::Rustls)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    fn leaf(&self, names: &[Name], now: Timestamp) -> Result<CertificateParams, TlsError> {
        let texts: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(texts).map_err(TlsError::Make)?;
        params.distinguished_name = Default::default();
        params.distinguished_name.push(DnType::CommonName, "mock-idp server");
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        set_validity(&mut params, now, (now + LEAF_LIFE).min(self.expires));
        Ok(params)
    }

    /// A CA read from its files: whole, of one piece, still valid, and good for the names.
    fn from_files(files: &CaFiles, key: &str, pem: String, names: &[Name], now: Timestamp) -> Result<Self, TlsError> {
        let key = read_key(files, key)?;
        let ca = Self::new(key, pem, Some(files.certificate.clone()))?;
        let expired = TlsError::Expired { path: files.certificate.clone(), key: files.key.clone(), at: ca.expires };
        if ca.expires <= now {
            return Err(expired);
        }
        ca.check_names(names)?;
        Ok(ca)
    }

    fn new(key: KeyPair, pem: String, path: Option<PathBuf>) -> Result<Self, TlsError> {
        let shown = path.clone().unwrap_or_default();
        let damaged = |why: String| TlsError::damaged(&shown, why);
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|error| damaged(error.to_string()))?;
        let certificate = parse(&der).map_err(&damaged)?;
        if !certificate.is_ca() {
            return Err(damaged("it is not a CA certificate".to_owned()));
        }
        if certificate.public_key().raw != rcgen::PublicKeyData::subject_public_key_info(&key) {
            return Err(damaged("the key beside it is not its key".to_owned()));
        }
        let expires = Timestamp::from_second(certificate.validity().not_after.timestamp())
            .map_err(|error| damaged(error.to_string()))?;
        let issuer = Issuer::from_ca_cert_der(&der, key).map_err(|error| damaged(error.to_string()))?;
        Ok(Self { issuer, pem, path, expires, der })
    }

    /// Refuses a name that the CA's constraints leave out: clients would refuse the certificate, and say less.
    fn check_names(&self, names: &[Name]) -> Result<(), TlsError> {
        let path = self.path.clone().unwrap_or_default();
        let certificate = parse(&self.der).map_err(|why| TlsError::damaged(&path, why))?;
        let constraints =
            certificate.name_constraints().map_err(|error| TlsError::damaged(&path, error.to_string()))?;
        let Some(constraints) = constraints else {
            return Ok(());
        };
        match names.iter().find(|name| !name.is_permitted(constraints.value)) {
            None => Ok(()),
            Some(name) => Err(TlsError::NotConstrainedTo {
                name: name.to_string(),
                ca: match self.path {
                    Some(_) => path.display().to_string(),
                    None => "in memory".to_owned(),
                },
            }),
        }
    }
}

/// The platform's place for the CA, unless `--cert-dir` names another.
pub fn default_cert_dir() -> Result<PathBuf, TlsError> {
    use etcetera::BaseStrategy;
    let strategy = etcetera::base_strategy::choose_native_strategy().map_err(|_| TlsError::NoHome)?;
    Ok(strategy.data_dir().join("mock-idp"))
}

/// Why there is no TLS: each a sentence that says which file and what to do.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The platform names no home directory.
    #[error("no home directory is known to keep the CA in; set HOME or give --cert-dir")]
    NoHome,
    /// A file or directory could not be used.
    #[error("could not {action} {}: {source}; check its permissions or give another --cert-dir", path.display())]
    File {
        /// What was to be done.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The certificate is there without its key.
    #[error("{} is there but {} is missing; restore it, or delete {} to have a new CA made (which then must be trusted anew)", present.display(), missing.display(), present.display())]
    Half {
        /// The file that is there.
        present: PathBuf,
        /// The file that is not.
        missing: PathBuf,
    },
    /// A file is not what it should be.
    #[error("{} cannot be used: {why}; restore it, or delete ca.pem and ca-key.pem beside it to have a new CA made", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The CA's time is over.
    #[error("the CA {} expired on {at}; delete it and {} to have a new one made, and trust that", path.display(), key.display())]
    Expired {
        /// The certificate.
        path: PathBuf,
        /// Its key.
        key: PathBuf,
        /// When.
        at: Timestamp,
    },
    /// The CA was made for other names.
    #[error(
        "the CA {ca} was not made for {name:?}, so no client would accept it there; use another --cert-dir, or delete ca.pem and ca-key.pem to have a new CA made with that name"
    )]
    NotConstrainedTo {
        /// The name asked for.
        name: String,
        /// The CA's certificate file.
        ca: String,
    },
    /// No name that a certificate can carry.
    #[error(
        "{name:?} is no host name or IP address that a certificate can carry; write it like idp.example or 192.0.2.7"
    )]
    BadName {
        /// The name.
        name: String,
    },
    /// A certificate could not be made.
    #[error("no certificate could be made: {0}")]
    Make(#[source] rcgen::Error),
    /// The TLS library refused the certificate.
    #[error("the TLS library refused the new certificate: {0}")]
    Rustls(#[source] rustls::Error),
}

impl TlsError {
    fn damaged(path: &Path, why: String) -> Self {
        Self::Damaged { path: path.to_owned(), why }
    }
}

fn read_key(files: &CaFiles, key: &str) -> Result<KeyPair, TlsError> {
    KeyPair::from_pem(key).map_err(|error| TlsError::damaged(&files.key, error.to_string()))
}

/// The certificate of a CA with this key, good for `names`.
fn certify(key: &KeyPair, names: &[Name], now: Timestamp) -> Result<rcgen::Certificate, TlsError> {
    let mut params = CertificateParams::default();
    // Trust stores find issuers by name: two CAs of different keys must not share one.
    let id: String = params.key_identifier(key).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    params.distinguished_name = Default::default();
    params.distinguished_name.push(DnType::CommonName, format!("mock-idp local CA {id}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: names.iter().map(Name::subtree).collect(),
        excluded_subtrees: Vec::new(),
    });
    set_validity(&mut params, now, now + CA_LIFE);
    params.self_signed(key).map_err(TlsError::Make)
}

/// rcgen's dates are of a crate we do not name, so they are reached by counting from 1970.
fn set_validity(params: &mut CertificateParams, now: Timestamp, end: Timestamp) {
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let since_epoch = |at: Timestamp| Duration::from_secs(at.as_second().max(0).unsigned_abs());
    params.not_before = epoch + since_epoch(now - CLOCK_SKEW);
    params.not_after = epoch + since_epoch(end);
}

fn parse<'a>(der: &'a CertificateDer<'_>) -> Result<X509Certificate<'a>, String> {
    X509Certificate::from_der(der).map(|(_, certificate)| certificate).map_err(|error| error.to_string())
}

const CA_LIFE: SignedDuration = SignedDuration::from_hours(24 * 3650);
const LEAF_LIFE: SignedDuration = SignedDuration::from_hours(24 * 30);
/// A client whose clock is a little behind should still accept a certificate made just now.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_hours(24);

#[cfg(test)]
mod tests;
