//! `ca`: where the CA certificate is, a copy of it, and how each platform and SDK is told to trust it.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, absolute},
};

use mock_idp::{
    clock::{Clock as _, SystemClock},
    snippets::shell_word,
    tls::Ca,
};

use super::{args::CaOptions, failure::Failure, output};

/// Prints the path alone to stdout, for scripts, and the advice to stderr, for people.
pub(super) fn ca(options: &CaOptions) -> Result<i32, Failure> {
    let directory = options.certificates.directory()?;
    let ca = Ca::load_or_create(&directory, &[], SystemClock.now())?;
    let path = match &options.export {
        Some(file) => {
            export(&ca, file)?;
            file.clone()
        }
        None => ca.path().map(Path::to_owned).unwrap_or_default(),
    };
    let path = absolute(&path).unwrap_or(path);
    output::print(&format!("{}\n", path.display()))?;
    output::say(&ADVICE.replace("CA.PEM", &shell_word(&path.display().to_string())));
    Ok(0)
}

/// Writes a copy, unless something else is there: it may be another CA that somebody trusts.
fn export(ca: &Ca, file: &Path) -> Result<(), Failure> {
    let pem = ca.certificate_pem();
    let failed = |error: io::Error| Failure::usage(format!("{} cannot be written: {error}", file.display()));
    match OpenOptions::new().write(true).create_new(true).open(file) {
        Ok(mut created) => created.write_all(pem.as_bytes()).map_err(failed),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            // A copy that was killed halfway is finished.
            if fs::read_to_string(file).is_ok_and(|there| pem.starts_with(&there)) {
                return fs::write(file, pem).map_err(failed);
            }
            let what = if file.is_dir() { "is a directory" } else { "is there already and is not this certificate" };
            Err(Failure::usage(format!("{} {what}", file.display())).hint("give another file name, or remove it first"))
        }
        Err(error) => Err(failed(error)),
    }
}

const ADVICE: &str = "\
Nothing has to be installed: `mock-idp run -- COMMAND` sets the variables below for COMMAND. The CA can vouch for this
machine's own names only.

With CA=CA.PEM:
  curl               curl --cacert \"$CA\" …
  MSAL Python        PublicClientApplication(…, verify=\"…\"), with REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE unset
  Python requests    REQUESTS_CA_BUNDLE=\"$CA\" (in place of the public roots)
  Python ssl, httpx  SSL_CERT_FILE=\"$CA\" (in place of the public roots)
  Node               NODE_EXTRA_CA_CERTS=\"$CA\", set before node starts
  .NET, Go, OpenSSL  SSL_CERT_FILE=\"$CA\" on Linux; elsewhere the platform's store
  Java               keytool -importcert -noprompt -alias mock-idp -file \"$CA\" -keystore mock-idp.p12 -storepass changeit
                     java -Djavax.net.ssl.trustStore=mock-idp.p12 -Djavax.net.ssl.trustStorePassword=changeit …
  desktop-client     --ca \"$CA\"

The platform's store, where no variable helps:
  Debian, Ubuntu     sudo cp \"$CA\" /usr/local/share/ca-certificates/mock-idp.crt && sudo update-ca-certificates
  Fedora, RHEL       sudo cp \"$CA\" /etc/pki/ca-trust/source/anchors/mock-idp.pem && sudo update-ca-trust
  macOS              security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db \"$CA\"
  Windows            certutil -user -addstore Root CA.PEM
  Chrome on Linux    certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n mock-idp -i \"$CA\"
  Firefox            Settings, Privacy & Security, View Certificates, Authorities, Import";
