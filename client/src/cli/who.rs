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
    let fitting: Vec<Account> = accounts.iter().filter(|account| is_called(account, name)).cloned().collect();
    match (fitting.as_slice(), name) {
        ([_, _, ..], _) => Who::Several(fitting),
        ([one], _) => Who::Known(one.clone()),
        ([], Some(name)) => Who::Stranger(name.to_owned()),
        ([], None) => Who::Nobody,
    }
}

/// Whether this name means the account; everybody is meant if nobody is named.
pub(super) fn is_called(account: &Account, name: Option<&str>) -> bool {
    name.is_none_or(|name| account.username.eq_ignore_ascii_case(name) || account.home_account_id == name)
}

/// Who was asked for, when somebody else came: the sign-in page lets anybody in. `hinted`: what the library found out.
pub(super) fn somebody_else<'a>(came: &Account, hinted: Option<&'a Account>, name: Option<&'a str>) -> Option<&'a str> {
    // Who names nobody takes whoever comes.
    let name = name?;
    match hinted {
        Some(hinted) => Some(name_of(hinted)),
        // A provider that tells no user name leaves nothing to compare.
        None => Some(name).filter(|name| !came.username.is_empty() && !is_called(came, Some(name))),
    }
}

/// An account as a person knows it: an OpenID provider need not tell a user name.
pub(super) fn name_of(account: &Account) -> &str {
    if account.username.is_empty() { &account.home_account_id } else { &account.username }
}

/// The same where somebody of that name may be another.
pub(super) fn told_from<'a>(account: &'a Account, name: &str) -> &'a str {
    if account.username == name { &account.home_account_id } else { name_of(account) }
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

#[cfg(test)]
mod tests {
    use desktop_client::Account;
    use rstest::rstest;

    use super::{Who, find, somebody_else, which};

    /// Accounts are made by the library alone; a cache file is the way to have some.
    fn accounts(names: &[(&str, &str)]) -> Vec<Account> {
        let entries: serde_json::Map<String, serde_json::Value> = names
            .iter()
            .map(|(username, home)| {
                let entry = serde_json::json!({
                    "home_account_id": home, "environment": "localhost", "realm": "t", "local_account_id": home,
                    "username": username, "authority_type": "MSSTS",
                });
                (format!("{home}-localhost-t"), entry)
            })
            .collect();
        let text = serde_json::json!({"Account": entries}).to_string();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let app = desktop_client::PublicClientApplication::builder("app")
            .authority("http://localhost:1/t")
            .unwrap()
            .token_cache(desktop_client::storage::FileStorage::new(file.path()))
            .build()
            .unwrap();
        app.accounts().unwrap()
    }

    const BOTH: &[(&str, &str)] = &[("ada@contoso.test", "a.t"), ("bo@contoso.test", "b.t")];

    #[rstest]
    #[case::nobody(&[], None, "nobody")]
    #[case::the_only_one(&BOTH[..1], None, "a.t")]
    #[case::by_name(BOTH, Some("ADA@contoso.test"), "a.t")]
    #[case::by_id(BOTH, Some("b.t"), "b.t")]
    #[case::stranger(BOTH, Some("zoe"), "stranger zoe")]
    #[case::stranger_among_none(&[], Some("zoe"), "stranger zoe")]
    #[case::a3_several(BOTH, None, "several")]
    fn whose(#[case] known: &[(&str, &str)], #[case] name: Option<&str>, #[case] expected: &str) {
        let told = match find(&accounts(known), name) {
            Who::Nobody => "nobody".to_owned(),
            Who::Known(account) => account.home_account_id,
            Who::Stranger(name) => format!("stranger {name}"),
            Who::Several(_) => "several".to_owned(),
        };
        assert_eq!(told, expected);
    }

    #[rstest]
    #[case::nobody_was_named(BOTH[0], None, None, None)]
    #[case::nobody_was_named_and_one_is_known(BOTH[0], Some(BOTH[1]), None, None)]
    #[case::the_one(BOTH[0], None, Some("ADA@contoso.test"), None)]
    #[case::the_one_by_id(BOTH[0], None, Some("a.t"), None)]
    #[case::known(BOTH[0], Some(BOTH[1]), Some("b.t"), Some("bo@contoso.test"))]
    #[case::a_namesake(("ada@contoso.test", "c.t"), Some(BOTH[0]), Some("ada@contoso.test"), Some("ada@contoso.test"))]
    #[case::stranger(BOTH[0], None, Some("zoe"), Some("zoe"))]
    #[case::nobody_can_say(("", "s"), None, Some("zoe"), None)]
    fn who_came_instead(
        #[case] came: (&str, &str),
        #[case] hinted: Option<(&str, &str)>,
        #[case] name: Option<&str>,
        #[case] expected: Option<&str>,
    ) {
        let came = accounts(&[came]).remove(0);
        let hinted = hinted.map(|hinted| accounts(&[hinted]).remove(0));
        assert_eq!(somebody_else(&came, hinted.as_ref(), name), expected);
    }

    #[test]
    fn a_choice_names_what_tells_them_apart() {
        let told = which(&accounts(BOTH));
        assert!(told.contains("ada@contoso.test, bo@contoso.test"), "{told}");
        let twins = which(&accounts(&[("ada@contoso.test", "a.t"), ("ada@contoso.test", "b.u")]));
        assert!(twins.contains("a.t") && twins.contains("b.u"), "{twins}");
    }
}
