//! The command line's words.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};
use url::Url;

/// Get tokens of Microsoft Entra, or of a mock of it, and call APIs with them: silently where
/// possible, else with at most one sign-in in the browser.
#[derive(Debug, Parser)]
#[command(
    name = "desktop-client",
    version,
    after_help = "Without --cache tokens are kept in memory: each command starts signed out, and `accounts` of a new process is empty.\n\
Exit status: 0 token or API answer obtained, 1 refused, 2 wrong usage or configuration, 3 a person is needed but no interaction is allowed."
)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) profile: ProfileArgs,
    /// Print results as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Which authority to ask, and as which app.
#[derive(Debug, ClapArgs)]
pub(crate) struct ProfileArgs {
    /// JSON file with `authority` or `oidc_authority`, `client_id`, `redirect_uri`, `ca`, `capabilities`; options below
    /// win over it
    #[arg(long, global = true, value_name = "FILE", env = "DESKTOP_CLIENT_PROFILE")]
    pub(crate) profile: Option<PathBuf>,
    /// https://HOST/TENANT; falls back to MOCK_IDP_AUTHORITY
    #[arg(long, global = true, value_name = "URL", env = "DESKTOP_CLIENT_AUTHORITY")]
    pub(crate) authority: Option<String>,
    /// Issuer of an OpenID provider that is not Entra, instead of --authority
    #[arg(
        long,
        global = true,
        value_name = "URL",
        conflicts_with = "authority",
        env = "DESKTOP_CLIENT_OIDC_AUTHORITY"
    )]
    pub(crate) oidc_authority: Option<String>,
    /// Application id of the registration; falls back to MOCK_IDP_CLIENT_ID
    #[arg(long, global = true, value_name = "ID", env = "DESKTOP_CLIENT_CLIENT_ID")]
    pub(crate) client_id: Option<String>,
    /// Loopback address of the registration [default: http://localhost]
    #[arg(long, global = true, value_name = "URL", env = "DESKTOP_CLIENT_REDIRECT_URI")]
    pub(crate) redirect_uri: Option<String>,
    /// PEM file of a certificate authority to trust as well; falls back to MOCK_IDP_CA
    #[arg(long, global = true, value_name = "FILE", env = "DESKTOP_CLIENT_CA")]
    pub(crate) ca: Option<PathBuf>,
    /// File to keep tokens in, MSAL Python's and MSAL Node's too; without it they are kept in memory
    #[arg(long, global = true, value_name = "FILE", env = "DESKTOP_CLIENT_CACHE")]
    pub(crate) cache: Option<PathBuf>,
    /// What the client says it can handle, e.g. cp1
    #[arg(
        long = "capability",
        global = true,
        value_name = "NAME",
        env = "DESKTOP_CLIENT_CAPABILITIES",
        value_delimiter = ','
    )]
    pub(crate) capabilities: Vec<String>,
    /// How long a sign-in may take
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 300, env = "DESKTOP_CLIENT_TIMEOUT",
          value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) timeout: u64,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Sign in with the browser
    Login {
        /// Scopes to sign in for
        #[arg(value_name = "SCOPE", default_value = "User.Read")]
        scopes: Vec<String>,
    },
    /// Get a token: silently if possible, else with one sign-in
    Token(TokenArgs),
    /// GET an API's address with a token, handling its challenges
    Call {
        /// Address of the API
        url: Url,
        /// Scope of the API; may be repeated
        #[arg(long = "scope", value_name = "SCOPE", required = true)]
        scopes: Vec<String>,
        /// Never open the browser
        #[arg(long)]
        silent: bool,
    },
    /// List who is signed in
    Accounts,
    /// Forget an account, or all
    Logout {
        /// User name or home account id
        account: Option<String>,
    },
}

/// Options of `token`.
#[derive(Debug, ClapArgs)]
pub(crate) struct TokenArgs {
    /// Scopes of one API
    #[arg(value_name = "SCOPE", required = true)]
    pub(crate) scopes: Vec<String>,
    /// Show the sign-in page without trying silently first
    #[arg(long, conflicts_with = "silent")]
    pub(crate) interactive: bool,
    /// Never open the browser
    #[arg(long)]
    pub(crate) silent: bool,
    /// Claims of a challenge, as JSON
    #[arg(long, value_name = "JSON")]
    pub(crate) claims: Option<String>,
}
