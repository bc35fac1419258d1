//! Settings to copy for each SDK, as data: a test can run what a person is told to copy.
//!
//! Placeholders are `%name%`; `%name:quoted%` is a string of Python or JavaScript, `%name:word%` a word of a shell.

use super::output::shell_word;

/// How one SDK or program is told to use the server.
#[derive(Debug)]
pub(super) struct Snippet {
    /// The SDK's name.
    pub(super) title: &'static str,
    /// Whether it refuses an authority without TLS.
    pub(super) needs_tls: bool,
    /// The lines, with placeholders.
    pub(super) lines: &'static [&'static str],
}

/// What the placeholders stand for.
#[derive(Clone, Debug)]
pub(super) struct Values {
    pub(super) base: String,
    pub(super) authority: String,
    pub(super) client_id: String,
    pub(super) scope: String,
    pub(super) api_url: String,
    /// `None` without TLS.
    pub(super) ca: Option<String>,
}

/// Every snippet. `REQUESTS_CA_BUNDLE` and `CURL_CA_BUNDLE` would win over Python's `verify`; Node compares
/// `knownAuthorities` with the port and reads its variable before it starts.
pub(super) const ALL: &[Snippet] = &[
    Snippet {
        title: "MSAL Python   (unset REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE, which win over verify)",
        needs_tls: true,
        lines: &[
            "import msal",
            "app = msal.PublicClientApplication(%client_id:quoted%, authority=%authority:quoted%,",
            "                                   instance_discovery=False, verify=%ca:quoted%)",
            "print(app.acquire_token_interactive([%scope:quoted%]))",
        ],
    },
    Snippet {
        title: "MSAL Node   (NODE_EXTRA_CA_CERTS=%ca:word% node app.mjs)",
        needs_tls: true,
        lines: &[
            "import { PublicClientApplication } from \"@azure/msal-node\";",
            "const app = new PublicClientApplication({ auth: { clientId: %client_id:quoted%,",
            "  authority: %authority:quoted%, knownAuthorities: [%host:quoted%] } });",
            "console.log(await app.acquireTokenInteractive({ scopes: [%scope:quoted%], openBrowser: async (url) => console.log(url) }));",
        ],
    },
    Snippet {
        title: "curl",
        needs_tls: false,
        lines: &[
            "curl%ca_of_curl% %authority%/v2.0/.well-known/openid-configuration",
            "curl%ca_of_curl% %authority%/discovery/v2.0/keys",
            "curl%ca_of_curl% -i %api_url%    # 401 and the API's challenge",
        ],
    },
    Snippet {
        title: "desktop-client",
        needs_tls: false,
        lines: &[
            "desktop-client --authority %authority% \\",
            "  --client-id %client_id%%ca_of_client% \\",
            "  call %api_url% --scope %scope:word%",
        ],
    },
];

/// All of them that work with these values.
pub(super) fn render(values: &Values) -> String {
    let mut text = String::new();
    for snippet in ALL.iter().filter(|snippet| values.ca.is_some() || !snippet.needs_tls) {
        text.push_str(&format!("\n{}\n", fill(snippet.title, values)));
        for line in snippet.lines {
            text.push_str(&format!("  {}\n", fill(line, values)));
        }
    }
    if values.ca.is_none() {
        text.push_str("\nMSAL Python and MSAL Node refuse an authority without TLS: leave --no-tls out for them.\n");
    }
    text
}

fn fill(line: &str, values: &Values) -> String {
    let ca = values.ca.clone().unwrap_or_default();
    let option = |name: &str| match &values.ca {
        Some(ca) => format!(" {name} {}", shell_word(ca)),
        None => String::new(),
    };
    let host = values.base.split_once("://").map_or("", |(_, host)| host);
    let names: [(&str, &str); 6] = [
        ("authority", &values.authority),
        ("client_id", &values.client_id),
        ("scope", &values.scope),
        ("api_url", &values.api_url),
        ("host", host),
        ("ca", &ca),
    ];
    let mut line = line.replace("%ca_of_curl%", &option("--cacert")).replace("%ca_of_client%", &option("--ca"));
    for (name, value) in names {
        let quoted = serde_json::Value::from(value).to_string();
        line = line
            .replace(&format!("%{name}%"), value)
            .replace(&format!("%{name}:quoted%"), &quoted)
            .replace(&format!("%{name}:word%"), &shell_word(value));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(ca: Option<&str>) -> Values {
        Values {
            base: "https://localhost:8443".into(),
            authority: "https://localhost:8443/t".into(),
            client_id: "c".into(),
            scope: "api://calendar/Events.Read".into(),
            api_url: "https://localhost:8443/api/calendar".into(),
            ca: ca.map(str::to_owned),
        }
    }

    #[test]
    fn every_placeholder_is_known() {
        for values in [values(Some("/ca.pem")), values(None)] {
            assert!(!render(&values).contains('%'), "{}", render(&values));
        }
    }

    #[test]
    fn the_facts_that_sdks_are_particular_about_are_said() {
        let text = render(&values(Some("/my data/ca.pem")));
        for fact in [
            "instance_discovery=False, verify=\"/my data/ca.pem\"",
            "knownAuthorities: [\"localhost:8443\"]",
            "NODE_EXTRA_CA_CERTS='/my data/ca.pem' node",
            "curl --cacert '/my data/ca.pem' https://localhost:8443/t/v2.0/",
            "--client-id c --ca '/my data/ca.pem' \\",
        ] {
            assert!(text.contains(fact), "{fact} in\n{text}");
        }
    }

    #[test]
    fn without_tls_only_what_works_is_shown() {
        let text = render(&values(None));
        assert!(text.contains("curl https://") && !text.contains("msal.Public") && text.contains("leave --no-tls out"));
    }
}
