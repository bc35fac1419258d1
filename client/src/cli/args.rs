//! The command line's words.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use desktop_client::Prompt;
use url::Url;

/// So that a command's own options stand together.
const EVERYWHERE: &str = "With every command";

/// Get tokens of Microsoft Entra, or of a mock of it, and call APIs with them: silently where
/// possible, else with at most one sign-in in the browser.
#[derive(Debug, Parser)]
#[command(
    name = "desktop-client",
    version,
    after_help = "Options can be given in the environment, too: --client-id as DESKTOP_CLIENT_CLIENT_ID.\n\
Tokens are kept for the next command, for their owner only: see `desktop-client cache path`.\n\
Exit status: 0 token or API answer obtained, 1 refused, 2 wrong usage or configuration, 3 a person is needed but no interaction is allowed."
)]
pub(crate) struct Args {
    /// Print results and errors as JSON
    #[arg(long, global = true, help_heading = EVERYWHERE, env = "DESKTOP_CLIENT_JSON", hide_env = true,
          value_parser = FalseyValueParser::new())]
    pub(crate) json: bool,
    /// Write down what is sent and received, without secrets and names
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "FILE", env = "DESKTOP_CLIENT_RECORD",
          hide_env = true)]
    pub(crate) record: Option<PathBuf>,
    /// Where tokens are kept, or `memory` [default: see `cache path`]
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "FILE|memory", env = "DESKTOP_CLIENT_CACHE",
          hide_env = true)]
    pub(crate) cache: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) profile: ProfileArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Which authority to ask, and as which app.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Which authority, as which app")]
pub(crate) struct ProfileArgs {
    /// A cloud (public, usgov, china …), or a JSON file; options win over it
    #[arg(long, global = true, value_name = "NAME|FILE", env = "DESKTOP_CLIENT_PROFILE", hide_env = true)]
    pub(crate) profile: Option<PathBuf>,
    /// At a cloud: common (default), organizations, consumers or a tenant
    #[arg(
        long,
        global = true,
        value_name = "TENANT",
        conflicts_with_all = ["authority", "oidc_authority"],
        env = "DESKTOP_CLIENT_TENANT",
        hide_env = true
    )]
    pub(crate) tenant: Option<String>,
    /// https://HOST/TENANT instead of a cloud; else MOCK_IDP_AUTHORITY
    #[arg(long, global = true, value_name = "URL", env = "DESKTOP_CLIENT_AUTHORITY", hide_env = true)]
    pub(crate) authority: Option<String>,
    /// Instead: the issuer of an OpenID provider that is not Entra
    #[arg(
        long,
        global = true,
        value_name = "URL",
        conflicts_with = "authority",
        env = "DESKTOP_CLIENT_OIDC_AUTHORITY",
        hide_env = true
    )]
    pub(crate) oidc_authority: Option<String>,
    /// Application id of the registration; else MOCK_IDP_CLIENT_ID
    #[arg(long, global = true, value_name = "ID", env = "DESKTOP_CLIENT_CLIENT_ID", hide_env = true)]
    pub(crate) client_id: Option<String>,
    /// Loopback address of the registration [default: http://localhost]
    #[arg(long, global = true, value_name = "URL", env = "DESKTOP_CLIENT_REDIRECT_URI", hide_env = true)]
    pub(crate) redirect_uri: Option<String>,
    /// PEM file of a further authority to trust; else MOCK_IDP_CA
    #[arg(long, global = true, value_name = "FILE", env = "DESKTOP_CLIENT_CA", hide_env = true)]
    pub(crate) ca: Option<PathBuf>,
    /// What the client can handle, e.g. cp1; may be repeated
    #[arg(
        long = "capability",
        global = true,
        value_name = "NAME",
        env = "DESKTOP_CLIENT_CAPABILITIES",
        hide_env = true,
        value_delimiter = ','
    )]
    pub(crate) capabilities: Vec<String>,
    /// How long a sign-in may take
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 300, env = "DESKTOP_CLIENT_TIMEOUT",
          hide_env = true, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) timeout: u64,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Sign in with the browser, or with a code on another device
    Login {
        /// Scopes to sign in for
        #[arg(value_name = "SCOPE", default_value = "User.Read")]
        scopes: Vec<String>,
        #[command(flatten)]
        who: WhoArgs,
        /// What the page is to show [default: what is missing]
        #[arg(long, value_name = "WHAT", env = "DESKTOP_CLIENT_PROMPT", hide_env = true)]
        prompt: Option<PromptArg>,
        /// Show a code for another device, as where there is no browser
        #[arg(long, conflicts_with = "prompt", env = "DESKTOP_CLIENT_DEVICE_CODE", hide_env = true,
              value_parser = FalseyValueParser::new())]
        device_code: bool,
    },
    /// Get a token: silently if possible, else with one sign-in
    Token(TokenArgs),
    /// GET an API's address with a token, handling its challenges
    Call {
        /// Address of the API
        url: Url,
        /// Scope of the API; may be repeated
        #[arg(
            long = "scope",
            value_name = "SCOPE",
            required = true,
            env = "DESKTOP_CLIENT_SCOPE",
            hide_env = true,
            value_delimiter = ' '
        )]
        scopes: Vec<String>,
        #[command(flatten)]
        who: WhoArgs,
        /// Never open the browser
        #[arg(long, env = "DESKTOP_CLIENT_SILENT", hide_env = true, value_parser = FalseyValueParser::new())]
        silent: bool,
    },
    /// List who is signed in
    Accounts,
    /// Forget an account, or all
    Logout {
        /// User name or home account id
        account: Option<String>,
    },
    /// The place where tokens are kept
    Cache {
        #[command(subcommand)]
        action: CacheAction,
    },
    /// Check what a sign-in depends on, and say what to do about it; signs nobody in
    Doctor,
    /// Print a completion script for a shell, to be put where the shell looks for it
    #[command(
        after_help = "  bash:       desktop-client completions bash > ~/.local/share/bash-completion/completions/desktop-client\n  \
zsh:        desktop-client completions zsh > ~/.zfunc/_desktop-client\n  \
fish:       desktop-client completions fish > ~/.config/fish/completions/desktop-client.fish\n  \
PowerShell: desktop-client completions powershell >> $PROFILE"
    )]
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// What to do with the token cache.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum CacheAction {
    /// Print where it is
    Path,
    /// Forget every account and token in it, of whatever app and cloud
    Clear,
}

/// Options of `token`.
#[derive(Debug, ClapArgs)]
pub(crate) struct TokenArgs {
    /// Scopes of one API
    #[arg(value_name = "SCOPE", required = true)]
    pub(crate) scopes: Vec<String>,
    #[command(flatten)]
    pub(crate) who: WhoArgs,
    /// Show the sign-in page without trying silently first
    #[arg(long, conflicts_with = "silent", env = "DESKTOP_CLIENT_INTERACTIVE", hide_env = true,
          value_parser = FalseyValueParser::new())]
    pub(crate) interactive: bool,
    /// Never open the browser
    #[arg(long, env = "DESKTOP_CLIENT_SILENT", hide_env = true, value_parser = FalseyValueParser::new())]
    pub(crate) silent: bool,
    /// Show a code for another device without trying silently first
    #[arg(long, conflicts_with_all = ["silent", "interactive", "prompt"], env = "DESKTOP_CLIENT_DEVICE_CODE",
          hide_env = true, value_parser = FalseyValueParser::new())]
    pub(crate) device_code: bool,
    /// Claims of a challenge, as JSON
    #[arg(long, value_name = "JSON", env = "DESKTOP_CLIENT_CLAIMS", hide_env = true)]
    pub(crate) claims: Option<String>,
    /// What the page is to show; implies --interactive
    #[arg(long, value_name = "WHAT", conflicts_with = "silent", env = "DESKTOP_CLIENT_PROMPT", hide_env = true)]
    pub(crate) prompt: Option<PromptArg>,
}

/// Whose token.
#[derive(Debug, ClapArgs)]
pub(crate) struct WhoArgs {
    /// A user name, or the home account id of somebody signed in
    #[arg(long, alias = "login-hint", value_name = "USER", env = "DESKTOP_CLIENT_ACCOUNT", hide_env = true)]
    pub(crate) account: Option<String>,
}

/// The library's [`Prompt`] at the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum PromptArg {
    SelectAccount,
    Login,
    Consent,
    None,
    Create,
}

impl From<PromptArg> for Prompt {
    fn from(prompt: PromptArg) -> Self {
        match prompt {
            PromptArg::SelectAccount => Self::SelectAccount,
            PromptArg::Login => Self::Login,
            PromptArg::Consent => Self::Consent,
            PromptArg::None => Self::None,
            PromptArg::Create => Self::Create,
        }
    }
}
