//! The environment for somebody else's client (contract §6): where the server is, whom to trust, and the virtual
//! user as its browser.
//!
//! It owns the variables and the files they point to. It must not know processes or the server: it is told what to
//! say and what the inherited environment holds.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::tls::{Access, replace_file};

/// What a child process is to be told.
#[derive(Debug, Clone, Copy)]
pub struct Child<'a> {
    /// The server, such as `https://localhost:8443`.
    pub base_url: &'a str,
    /// The tenant it is to use.
    pub tenant_id: &'a str,
    /// The application it is.
    pub client_id: &'a str,
    /// Where the protected APIs are: each at its name below this, such as `https://localhost:8443/api`.
    pub api_url: &'a str,
    /// The CA certificate's file; `None` without TLS.
    pub ca: Option<&'a Path>,
    /// The proxy that leads other names to the server, if it answers to any.
    pub proxy: Option<&'a str>,
    /// The `mock-idp` program.
    pub executable: &'a Path,
    /// Where the files are written: the certificate directory.
    pub directory: &'a Path,
}

/// Writes the files and names the variables to set. `inherited` looks a variable up in the environment that the
/// child would have anyway; what is trusted there stays trusted.
pub fn prepare(
    child: &Child<'_>,
    inherited: &dyn Fn(&str) -> Option<OsString>,
) -> Result<Vec<(&'static str, OsString)>, EnvironmentError> {
    let files = Files::write(child, inherited)?;
    Ok(variables(child, &files, inherited))
}

/// A file for the child could not be written.
#[derive(Debug, thiserror::Error)]
#[error("could not {action} {}, which the command needs: {source}; check the permissions or give another --cert-dir", path.display())]
pub struct EnvironmentError {
    action: &'static str,
    path: PathBuf,
    source: std::io::Error,
}

/// The files that the variables point to.
#[derive(Debug)]
struct Files {
    browser: OsString,
    trust: Option<Trust>,
}

#[derive(Debug)]
struct Trust {
    ca: PathBuf,
    /// All roots and the CA, for programs that take one bundle instead of their own.
    bundle: PathBuf,
    /// The CA and what was extra before, for Node, which adds it to its own.
    extra: PathBuf,
}

fn variables(
    child: &Child<'_>,
    files: &Files,
    inherited: &dyn Fn(&str) -> Option<OsString>,
) -> Vec<(&'static str, OsString)> {
    let base = child.base_url.trim_end_matches('/');
    let mut variables: Vec<(_, OsString)> = vec![
        ("MOCK_IDP_URL", base.into()),
        ("MOCK_IDP_AUTHORITY", format!("{base}/{}", child.tenant_id).into()),
        ("MOCK_IDP_TENANT_ID", child.tenant_id.into()),
        ("MOCK_IDP_CLIENT_ID", child.client_id.into()),
        ("MOCK_IDP_API_URL", child.api_url.into()),
        ("BROWSER", files.browser.clone()),
    ];
    if let Some(trust) = &files.trust {
        variables.extend([
            ("MOCK_IDP_CA", trust.ca.clone().into()),
            ("SSL_CERT_FILE", trust.bundle.clone().into()),
            ("REQUESTS_CA_BUNDLE", trust.bundle.clone().into()),
            ("NODE_EXTRA_CA_CERTS", trust.extra.clone().into()),
        ]);
        if inherited("CURL_CA_BUNDLE").is_some() {
            // curl reads it before SSL_CERT_FILE, and many CI images set it.
            variables.push(("CURL_CA_BUNDLE", trust.bundle.clone().into()));
        }
    }
    if let Some(proxy) = child.proxy {
        variables.extend([("https_proxy", proxy.into()), ("HTTPS_PROXY", proxy.into())]);
        // The virtual user passes all proxies by but this one.
        variables.push(("MOCK_IDP_PROXY", proxy.into()));
        // Node reads them only if it is told to.
        variables.push(("NODE_USE_ENV_PROXY", "1".into()));
    }
    if child.proxy.is_some() || PROXIES.iter().any(|name| inherited(name).is_some()) {
        // Behind a proxy many stacks would ask it even for this machine.
        let mut around = inherited("no_proxy")
            .or_else(|| inherited("NO_PROXY"))
            .filter(|list| !list.is_empty())
            .map_or_else(OsString::new, |mut list| {
                list.push(",");
                list
            });
        around.push("localhost,127.0.0.1,::1");
        variables.extend([("no_proxy", around.clone()), ("NO_PROXY", around)]);
    }
    variables
}

impl Files {
    fn write(child: &Child<'_>, inherited: &dyn Fn(&str) -> Option<OsString>) -> Result<Self, EnvironmentError> {
        let directory = absolute(child.directory)?;
        fs::create_dir_all(&directory).map_err(failed("create", &directory))?;
        Ok(Self {
            browser: browser(&absolute(child.executable)?, &directory)?,
            trust: match child.ca {
                Some(ca) => Some(Trust::write(&absolute(ca)?, &directory, inherited)?),
                None => None,
            },
        })
    }
}

impl Trust {
    fn write(
        ca: &Path,
        directory: &Path,
        inherited: &dyn Fn(&str) -> Option<OsString>,
    ) -> Result<Self, EnvironmentError> {
        let ca_text = fs::read_to_string(ca).map_err(failed("read", ca))?;
        let before = |name: &str| fs::read_to_string(inherited(name)?).ok();
        let system = || SYSTEM_ROOTS.iter().find_map(|path| fs::read_to_string(path).ok());
        let roots = before("SSL_CERT_FILE").or_else(system);

        let bundle = directory.join("bundle.pem");
        let parts = [roots, before("REQUESTS_CA_BUNDLE"), Some(ca_text.clone())];
        update(&bundle, &join(parts), Access::Everyone)?;
        let extra = match before("NODE_EXTRA_CA_CERTS") {
            None => ca.to_owned(),
            before => {
                let extra = directory.join("node-extra.pem");
                update(&extra, &join([before, Some(ca_text)]), Access::Everyone)?;
                extra
            }
        };
        Ok(Self { ca: ca.to_owned(), bundle, extra })
    }
}

/// A value for `BROWSER` that every reader of it understands: one program, no arguments.
///
/// `mock-idp browse` itself would do for xdg-open alone. Python takes words without `%s` for one file name; with
/// `%s` it waits for the command to end, while MSAL Python answers the redirect only once the browser was opened, so
/// both would wait; Python's ` &` against that is an argument to everybody else; and nobody but Python reads quotes.
#[cfg(unix)]
fn browser(executable: &Path, directory: &Path) -> Result<OsString, EnvironmentError> {
    let script = directory.join("mock-idp-browser");
    let executable = executable.to_string_lossy().replace('\'', r"'\''");
    let text = format!(
        "#!/bin/sh\n\
         # Made by mock-idp: the virtual user as a browser. Like a desktop's browser it returns at once.\n\
         '{executable}' browse \"$1\" >/dev/null &\n"
    );
    update(&script, &text, Access::Program)?;
    Ok(script.into())
}

/// Elsewhere only Python reads `BROWSER`, by the rules of a POSIX shell: no backslashes outside quotes, `&` to not
/// wait for the end.
#[cfg(not(unix))]
fn browser(executable: &Path, _directory: &Path) -> Result<OsString, EnvironmentError> {
    Ok(format!("'{}' browse %s &", executable.display()).into())
}

/// Writes the file unless it says that already: another run may be using it.
fn update(path: &Path, text: &str, access: Access) -> Result<(), EnvironmentError> {
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    replace_file(path, text, access).map_err(failed("write", path))
}

/// The parts one after another, without those that an earlier one holds: a run inside a run adds nothing.
fn join(parts: impl IntoIterator<Item = Option<String>>) -> String {
    let mut joined = String::new();
    for part in parts.into_iter().flatten() {
        let part = part.trim();
        if !joined.contains(part) {
            joined.push_str(part);
            joined.push('\n');
        }
    }
    joined
}

/// The child may work in another directory.
fn absolute(path: &Path) -> Result<PathBuf, EnvironmentError> {
    std::path::absolute(path).map_err(failed("find", path))
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> EnvironmentError {
    move |source| EnvironmentError { action, path: path.to_owned(), source }
}

/// Debian and Alpine; Fedora and RHEL; macOS and the BSDs; SUSE.
const SYSTEM_ROOTS: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
];

const PROXIES: &[&str] = &["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];

#[cfg(test)]
mod tests;
