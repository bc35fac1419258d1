//! Whose token a command is about. Pure: accounts and a name in, a decision out.

use desktop_client::Account;

/// What `--account` comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Who {
    /// Nobody was named, and nobody or one is signed in.
    Nobody,
    /// Somebody signed in.
    Known(Account),
    /// A name that nobody signed in has; a hint for the sign-in page.
    Stranger(String),
    /// The person has to say which (escalation reference A3).
    Several(Vec<Account>),
}

/// `name`: a user name in any case, or a home account id.
pub(super) fn find(accounts: &[Account], name: Option<&str>) -> Who {
    let fits = |account: &&Account| match name {
        None => true,
        Some(name) => account.username.eq_ignore_ascii_case(name) || account.home_account_id == name,
    };
    let fitting: Vec<Account> = accounts.iter().filter(fits).cloned().collect();
    match (fitting.as_slice(), name) {
        ([_, _, ..], _) => Who::Several(fitting),
        ([one], _) => Who::Known(one.clone()),
        ([], Some(name)) => Who::Stranger(name.to_owned()),
        ([], None) => Who::Nobody,
    }
}

/// What to type instead.
pub(super) fn which(accounts: &[Account]) -> String {
    let same_name = |account: &Account| accounts.iter().filter(|one| one.username == account.username).count() > 1;
    let names: Vec<&str> = accounts
        .iter()
        .map(|account| if same_name(account) { account.home_account_id.as_str() } else { account.username.as_str() })
        .collect();
    format!("several accounts are signed in; say which with --account: {}", names.join(", "))
}
