//! The command line's words.

use std::{ffi::OsString, net::IpAddr, path::PathBuf};

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum, builder::FalseyValueParser};
use mock_idp::virtual_user::PageKind;

/// A mock Microsoft Entra authorization server that demands consent and multifactor authentication on cue
///
/// It answers MSAL and other OAuth clients as Entra does, shows real sign-in pages, and guards mock APIs. The built-in
/// directory has the users ada, bo, cy, di and eve of contoso.test, password Passw0rd!, one-time code 123456.
#[derive(Debug, Parser)]
#[command(name = "mock-idp", version, arg_required_else_help = true, after_help = GENERAL_HELP)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Command,
}

const GENERAL_HELP: &str = "\
Examples:
  mock-idp serve           until Ctrl-C; prints settings to copy for MSAL and curl
  mock-idp run -- pytest   a server for one command, told by its environment
  mock-idp errors 50076    what it means, how to see it, what a client should do

Tests drive a server by its control API, JSON under /_mock; the server describes
it at /_mock/openapi.json.
Options can be given in the environment, too: see each command's --help.
MOCK_IDP_LOG=debug logs to stderr.
Exit status: 0 done, 1 an expectation or check failed, 2 wrong usage or
configuration.";

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Serve until interrupted
    #[command(after_help = SERVE_HELP)]
    Serve(ServeOptions),
    /// Serve on a free port while COMMAND runs, and end with its status
    #[command(after_help = RUN_HELP)]
    Run(RunOptions),
    /// Sign in at URL as a scripted person, through the pages, and deliver the answer to the client
    #[command(after_help = BROWSE_HELP)]
    Browse(BrowseOptions),
    /// Print the built-in directory, check one's own, or print the JSON Schema
    #[command(subcommand, after_help = CONFIG_HELP)]
    Config(ConfigCommand),
    /// Print the path of the CA certificate, made on first use, and how to trust it
    #[command(after_help = CA_HELP)]
    Ca(CaOptions),
    /// List the errors that the server can answer with, find them by words, or explain one
    #[command(after_help = ERRORS_HELP)]
    Errors(ErrorsOptions),
}

const SERVE_HELP: &str = "\
Examples:
  mock-idp serve
  mock-idp serve --port 0 --no-tls
  mock-idp config default > mock-idp.yaml && mock-idp serve --config mock-idp.yaml
  mock-idp serve --port 443 --also-as login.microsoftonline.com
  mock-idp serve --host 0.0.0.0 --signing-key signing-key.pem

Ready when stdout's first line is there: mock-idp listening on https://localhost:PORT
The control API for tests is described at https://localhost:PORT/_mock/openapi.json";

/// How to serve.
#[derive(Debug, ClapArgs)]
pub(super) struct ServeOptions {
    /// Address to listen on; other than loopback it lets the network in [default: 127.0.0.1]
    #[arg(long, value_name = "ADDRESS", env = "MOCK_IDP_HOST", value_parser = host)]
    pub(super) host: Option<IpAddr>,
    /// Port to listen on; 0 takes a free one [default: 8443; with `run` 0]
    #[arg(long, env = "MOCK_IDP_PORT")]
    pub(super) port: Option<u16>,
    /// Serve http instead of https. MSAL refuses http authorities
    #[arg(long, env = "MOCK_IDP_NO_TLS", value_parser = FalseyValueParser::new())]
    pub(super) no_tls: bool,
    /// YAML file with tenants, users, applications and APIs, or - for stdin [default: the built-in directory]
    #[arg(long, value_name = "FILE", env = "MOCK_IDP_CONFIG")]
    pub(super) config: Option<PathBuf>,
    /// Host name to answer to besides, such as login.microsoftonline.com, for programs whose authority cannot be set; may
    /// be repeated. A proxy, or you, lead the name here: see the guide in mock-idp/README.md. The CA is then one of its
    /// own, in the directory `also-as` below the usual one unless --cert-dir is given
    #[arg(long, value_name = "NAME", env = "MOCK_IDP_ALSO_AS", value_delimiter = ',', value_parser = host_name)]
    pub(super) also_as: Vec<String>,
    #[command(flatten)]
    pub(super) certificates: CertificateOptions,
    /// PEM file with the RSA key (PKCS#8) that signs tokens [default: a published test key]
    #[arg(long, value_name = "FILE", env = "MOCK_IDP_SIGNING_KEY")]
    pub(super) signing_key: Option<PathBuf>,
    /// Sign with a published test key even where --host lets the network in: for a network of test containers alone
    #[arg(long, env = "MOCK_IDP_ALLOW_PUBLISHED_KEY", value_parser = FalseyValueParser::new())]
    pub(super) allow_published_key: bool,
}

/// Where the CA is.
#[derive(Debug, ClapArgs)]
pub(super) struct CertificateOptions {
    /// Directory of the CA, made on first use and kept [default: mock-idp in the user's data directory]
    #[arg(long, value_name = "DIR", env = "MOCK_IDP_CERT_DIR")]
    pub(super) cert_dir: Option<PathBuf>,
}

const RUN_HELP: &str = "\
Examples:
  mock-idp run -- pytest -q
  mock-idp run --also-as login.microsoftonline.com -- python app.py
  mock-idp run -- sh -c 'curl --cacert \"$MOCK_IDP_CA\" \"$MOCK_IDP_API_URL/calendar\"'

COMMAND finds in its environment:
  MOCK_IDP_URL, MOCK_IDP_AUTHORITY, MOCK_IDP_TENANT_ID, MOCK_IDP_CLIENT_ID,
  MOCK_IDP_API_URL (the calendar API is at $MOCK_IDP_API_URL/calendar)
  BROWSER, the tenant's virtual user; MOCK_IDP_USER is another one
  MOCK_IDP_CA, NODE_EXTRA_CA_CERTS, REQUESTS_CA_BUNDLE, SSL_CERT_FILE, unless
  --no-tls
  HTTPS_PROXY, which leads the names of --also-as to the server";

/// What to run.
#[derive(Debug, ClapArgs)]
pub(super) struct RunOptions {
    #[command(flatten)]
    pub(super) serve: ServeOptions,
    /// The command and its arguments, after --
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(super) command: Vec<OsString>,
}

const BROWSE_HELP: &str = "\
Examples:
  mock-idp browse 'https://localhost:8443/…/authorize?…'
  mock-idp browse --as eve@contoso.test --deny-consent 'https://…'
  BROWSER='mock-idp browse' xdg-open 'https://…'

Exit status 0 when the client got an answer (a refusal is one, too), 1 otherwise.";

/// Where to sign in, and how.
#[derive(Debug, ClapArgs)]
pub(super) struct BrowseOptions {
    /// Address of an authorization request
    pub(super) url: String,
    /// User name to sign in with [default: who the tenant's virtual user is, ada@contoso.test at first]
    #[arg(long = "as", value_name = "USER", env = "MOCK_IDP_USER")]
    pub(super) user: Option<String>,
    /// Password to type [default: the built-in users' one]
    #[arg(long, env = "MOCK_IDP_PASSWORD", hide_env_values = true)]
    pub(super) password: Option<String>,
    /// One-time code to type [default: the built-in users' one]
    #[arg(long, env = "MOCK_IDP_CODE", hide_env_values = true)]
    pub(super) code: Option<String>,
    /// Press Cancel on the consent page
    #[arg(long, env = "MOCK_IDP_DENY_CONSENT", value_parser = FalseyValueParser::new())]
    pub(super) deny_consent: bool,
    /// Type wrong one-time codes, then give up
    #[arg(long, env = "MOCK_IDP_FAIL_MFA", value_parser = FalseyValueParser::new())]
    pub(super) fail_mfa: bool,
    /// Press Cancel on PAGE, the password page if left out; where there is none to press, close the window
    #[arg(long, value_name = "PAGE", env = "MOCK_IDP_CANCEL", value_enum, num_args = 0..=1, require_equals = true,
          default_missing_value = "password", hide_possible_values = false)]
    pub(super) cancel: Option<CancelAt>,
    /// CA certificate to trust [default: that of `mock-idp ca`]
    #[arg(long, value_name = "FILE", env = "MOCK_IDP_CA")]
    pub(super) ca: Option<PathBuf>,
    /// Proxy in front of a server that answers to other names, as `serve --also-as` prints it. Others are passed by
    #[arg(long, value_name = "URL", env = "MOCK_IDP_PROXY")]
    pub(super) proxy: Option<String>,
    /// Say nothing unless it fails
    #[arg(long, short, env = "MOCK_IDP_QUIET", value_parser = FalseyValueParser::new())]
    pub(super) quiet: bool,
}

/// A page to leave.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum CancelAt {
    Username,
    Password,
    OneTimeCode,
    RegisterMethod,
    StaySignedIn,
    Consent,
    DeviceCode,
}

impl From<CancelAt> for PageKind {
    fn from(page: CancelAt) -> Self {
        match page {
            CancelAt::Username => Self::Username,
            CancelAt::Password => Self::Password,
            CancelAt::OneTimeCode => Self::OneTimeCode,
            CancelAt::RegisterMethod => Self::RegisterMethod,
            CancelAt::StaySignedIn => Self::StaySignedIn,
            CancelAt::Consent => Self::Consent,
            CancelAt::DeviceCode => Self::DeviceCode,
        }
    }
}

const CONFIG_HELP: &str = "\
Examples:
  mock-idp config default > mock-idp.yaml
  mock-idp config check mock-idp.yaml
  mock-idp config schema > mock-idp.schema.json";

/// What to do with configurations.
#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Print the built-in directory as commented YAML
    Default,
    /// Check a file; mistakes are told as FILE:LINE:COLUMN with the nearest valid name
    Check {
        /// The file, or - for stdin
        file: PathBuf,
    },
    /// Print the JSON Schema, for editors
    Schema,
}

const CA_HELP: &str = "\
Examples:
  mock-idp ca
  mock-idp ca --export ./mock-idp-ca.pem
  curl --cacert \"$(mock-idp ca)\" https://localhost:8443/common/discovery/instance

The path alone goes to stdout, the advice to stderr.";

/// Which CA, and where to.
#[derive(Debug, ClapArgs)]
pub(super) struct CaOptions {
    /// Write a copy to FILE. A file that says something else is left alone
    #[arg(long, value_name = "FILE", env = "MOCK_IDP_CA_EXPORT")]
    pub(super) export: Option<PathBuf>,
    #[command(flatten)]
    pub(super) certificates: CertificateOptions,
}

const ERRORS_HELP: &str = "\
Examples:
  mock-idp errors
  mock-idp errors 50076
  mock-idp errors device compliant
  mock-idp errors --json | jq '.[] | select(.suberror == \"bad_token\") | .number'";

/// Which errors, and for whom.
#[derive(Debug, ClapArgs)]
pub(super) struct ErrorsOptions {
    /// Number of an error, such as 50076 or AADSTS50076; or words that its name or text contains
    #[arg(value_name = "CODE")]
    pub(super) words: Vec<String>,
    /// Print JSON, for machines
    #[arg(long, env = "MOCK_IDP_JSON", value_parser = FalseyValueParser::new())]
    pub(super) json: bool,
}

fn host(text: &str) -> Result<IpAddr, String> {
    let text = text.trim_start_matches('[').trim_end_matches(']');
    let text = if text.eq_ignore_ascii_case("localhost") { "127.0.0.1" } else { text };
    text.parse().map_err(|_| "it is no IP address; write 127.0.0.1, ::1, or 0.0.0.0 for all addresses".to_owned())
}

fn host_name(text: &str) -> Result<String, String> {
    match rustls::pki_types::DnsName::try_from(text) {
        Ok(name) if text.parse::<IpAddr>().is_err() => Ok(name.as_ref().to_ascii_lowercase()),
        _ => Err("it is no host name; write one like login.microsoftonline.com, without https:// and port".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_words_do_not_contradict_each_other() {
        Args::command().debug_assert();
    }

    #[test]
    fn every_option_has_an_environment_form() {
        fn check(command: &clap::Command) {
            let options = command.get_arguments().filter(|arg| arg.get_long().is_some());
            for option in options.filter(|arg| !["help", "version"].contains(&arg.get_id().as_str())) {
                assert!(option.get_env().is_some(), "{} --{}", command.get_name(), option.get_id());
            }
            command.get_subcommands().for_each(check);
        }
        check(&Args::command());
    }

    #[test]
    fn other_names_are_host_names_alone() {
        assert_eq!(host_name("Login.MicrosoftOnline.com").as_deref(), Ok("login.microsoftonline.com"));
        for wrong in ["https://login.microsoftonline.com", "login.microsoftonline.com:443", "10.0.0.1", "", "a b"] {
            assert!(host_name(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn hosts_are_addresses_of_this_machine() {
        assert!(host("localhost").is_ok_and(|host| host.is_loopback()));
        assert!(host("[::1]").is_ok_and(|host| host.is_loopback()));
        assert!(host("example.test").is_err());
    }
}
