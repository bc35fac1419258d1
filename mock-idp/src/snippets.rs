//! Settings to copy for each SDK. The lines are those that the SDK's own suite under `tests` runs, between its snippet marks;
//! what the suite takes from its environment is replaced by this server's values.
//!
//! One source for what `serve` prints and the dashboard shows. Placeholders are `%name%`; `%name:quoted%` is a string of Python or JavaScript, `%name:word%` a word of a shell.

mod sample;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use sample::Sample;

use crate::directory::Directory;

/// How one SDK or program is told to use the server.
#[derive(Debug)]
struct Snippet {
    /// The SDK's name, and what has to be known around the lines.
    title: &'static str,
    /// Whether it refuses an authority without TLS.
    needs_tls: bool,
    lines: Lines,
}

/// Where the lines come from.
#[derive(Debug)]
enum Lines {
    /// From a suite.
    Suite {
        /// The text of the suite's file.
        file: &'static str,
        /// The name after its snippet mark.
        mark: &'static str,
        /// Lines from elsewhere in the file that are shown first.
        before: &'static [&'static str],
        /// What is written there, and the placeholder that is shown for it.
        shown_as: &'static [(&'static str, &'static str)],
    },
    /// Written here: the program is this project's own.
    Own(&'static [&'static str]),
}

/// What the placeholders stand for.
#[derive(Clone, Debug)]
pub struct Values {
    /// Origin of the server.
    pub base: String,
    /// Authority of the tenant.
    pub authority: String,
    /// Client id of the application that is shown.
    pub client_id: String,
    /// Client id of a single-page application; empty without one.
    pub single_page: String,
    /// A scope of the API that is shown.
    pub scope: String,
    /// That API's address.
    pub api_url: String,
    /// Path of the certificate to trust; `None` without TLS.
    pub ca: Option<String>,
}

impl Values {
    /// What is shown of the tenant of `directory` at the server `base`.
    #[must_use]
    pub fn of(directory: &Directory, base: &str, ca: Option<String>) -> Self {
        let sample = Sample::of(directory);
        Self {
            base: base.to_owned(),
            authority: format!("{base}/{}", directory.id),
            client_id: sample.client_id(),
            single_page: sample.single_page(),
            scope: sample.scope(),
            api_url: sample.api_url(base),
            ca,
        }
    }
}

/// Settings of one SDK or program, ready to be copied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Filled {
    /// The SDK's name, and what has to be known around the lines.
    pub title: String,
    /// The lines.
    pub text: String,
}

/// Every snippet. A suite that gets snippet marks gets its entry here; a test says so.
///
/// `REQUESTS_CA_BUNDLE` wins over Python's `verify`, so that is what is shown; Node compares `knownAuthorities` with the port
/// and reads its variable before it starts.
const ALL: &[Snippet] = &[
    Snippet {
        title: "MSAL Python   (REQUESTS_CA_BUNDLE=%ca:word% python app.py)",
        needs_tls: true,
        lines: Lines::Suite {
            file: include_str!("../../tests/msal-python/conftest.py"),
            mark: "msal-python",
            before: &["import msal"],
            shown_as: &[
                ("os.environ[\"MOCK_IDP_CLIENT_ID\"]", "%client_id:quoted%"),
                ("tenant.authority,  # or os.environ[\"MOCK_IDP_AUTHORITY\"]", "%authority:quoted%,"),
            ],
        },
    },
    Snippet {
        title: "MSAL Node   (NODE_EXTRA_CA_CERTS=%ca:word% node app.mjs)",
        needs_tls: true,
        lines: Lines::Suite {
            file: include_str!("../../tests/msal-node/support.js"),
            mark: "msal-node",
            before: &["import { PublicClientApplication } from \"@azure/msal-node\";"],
            shown_as: &[
                ("clientId,", "clientId: %client_id:quoted%,"),
                ("this.authority, // or process.env.MOCK_IDP_AUTHORITY", "%authority:quoted%,"),
                ("new URL(base).host", "%host:quoted%"),
                ("    ...options,\n", ""),
            ],
        },
    },
    Snippet {
        title: "azure-identity for Python   (REQUESTS_CA_BUNDLE=%ca:word% python app.py)",
        needs_tls: true,
        lines: Lines::Suite {
            file: include_str!("../../tests/azure-identity-python/conftest.py"),
            mark: "azure-identity-python",
            before: &[],
            shown_as: &[
                (
                    "there = dict(\n",
                    "from azure.identity import InteractiveBrowserCredential\n\ncredential = InteractiveBrowserCredential(\n    client_id=%client_id:quoted%,\n",
                ),
                ("BASE,  # os.environ[\"MOCK_IDP_URL\"]", "%base:quoted%,"),
                ("tenant.id,  # os.environ[\"MOCK_IDP_TENANT_ID\"]", "%tenant:quoted%,"),
            ],
        },
    },
    Snippet {
        title: "azure-identity for JavaScript   (NODE_EXTRA_CA_CERTS=%ca:word% node app.mjs)",
        needs_tls: true,
        lines: Lines::Suite {
            file: include_str!("../../tests/azure-identity-node/support.js"),
            mark: "azure-identity-node",
            before: &["import { InteractiveBrowserCredential } from \"@azure/identity\";"],
            shown_as: &[
                ("clientId,", "clientId: %client_id:quoted%,"),
                ("this.tenant_id, // or process.env.MOCK_IDP_TENANT_ID", "%tenant:quoted%,"),
                ("base, // or process.env.MOCK_IDP_URL", "%base:quoted%,"),
                ("  ...options,\n", ""),
            ],
        },
    },
    Snippet {
        title: "Authlib   (%ca_of_requests%python app.py)",
        needs_tls: false,
        lines: Lines::Suite {
            file: include_str!("../../tests/authlib-python/conftest.py"),
            mark: "authlib-python",
            before: &["from authlib.integrations.flask_client import OAuth"],
            shown_as: &[
                (
                    "f\"{authority}/v2.0/.well-known/openid-configuration\",  # or os.environ[\"MOCK_IDP_AUTHORITY\"]",
                    "%metadata:quoted%,",
                ),
                ("client_id=client_id", "client_id=%client_id:quoted%"),
                ("    client_secret=client_secret,\n", ""),
                ("\"scope\": scope", "\"scope\": \"openid profile email\""),
            ],
        },
    },
    Snippet {
        title: "openid-client   (NODE_EXTRA_CA_CERTS=%ca:word% node app.mjs)",
        needs_tls: true,
        lines: Lines::Suite {
            file: include_str!("../../tests/openid-client-node/oidc.test.js"),
            mark: "openid-client-node",
            before: &["import * as client from \"openid-client\";"],
            shown_as: &[
                ("`${tenant.authority}/v2.0`); // or `${process.env.MOCK_IDP_AUTHORITY}/v2.0`", "%issuer:quoted%);"),
                ("clientId, metadata, authentication", "%client_id:quoted%, undefined, client.None()"),
            ],
        },
    },
    Snippet {
        title: "MSAL Browser   (in a page; the browser has to trust %ca:word%)",
        needs_tls: true,
        lines: Lines::Suite {
            file: include_str!("../../tests/msal-browser/support.js"),
            mark: "msal-browser",
            before: &[],
            shown_as: &[
                ("SPA,", "%spa:quoted%,"),
                (
                    "this.authority, // or the tenant's, such as https://localhost:8443/contoso.test",
                    "%authority:quoted%,",
                ),
                ("new URL(base).host", "%host:quoted%"),
                ("`${site.origin}/`", "location.origin"),
                ("  ...auth,\n", ""),
            ],
        },
    },
    Snippet {
        title: "curl",
        needs_tls: false,
        lines: Lines::Suite {
            file: include_str!("../../tests/curl/main-line.sh"),
            mark: "curl",
            before: &[],
            shown_as: &[
                (" --cacert \"$MOCK_IDP_CA\"", "%ca_of_curl%"),
                ("\"$MOCK_IDP_AUTHORITY/v2.0/.well-known/openid-configuration\"", "%metadata:word%"),
                ("\"$MOCK_IDP_AUTHORITY/discovery/v2.0/keys\"", "%keys:word%"),
                ("\"$MOCK_IDP_API_URL/calendar\"", "%api_url:word%"),
            ],
        },
    },
    Snippet {
        title: "desktop-client",
        needs_tls: false,
        lines: Lines::Own(&[
            "desktop-client --authority %authority% \\",
            "  --client-id %client_id%%ca_of_client% \\",
            "  call %api_url% --scope %scope:word%",
        ]),
    },
];

impl Snippet {
    /// The lines, with placeholders.
    fn lines(&self) -> Vec<String> {
        match &self.lines {
            Lines::Own(lines) => lines.iter().map(|line| (*line).to_owned()).collect(),
            Lines::Suite { file, mark, before, shown_as } => {
                let mut text = marked(file, mark).unwrap_or_default();
                for (written, shown) in *shown_as {
                    text = text.replace(written, shown);
                }
                before.iter().map(|line| (*line).to_owned()).chain(text.lines().map(str::to_owned)).collect()
            }
        }
    }
}

/// The lines between the marks called `mark`, without what all of them are indented by.
fn marked(file: &str, mark: &str) -> Option<String> {
    let is_mark =
        |line: &&str| line.trim_start_matches([' ', '#', '/', '<', '!', '-']).trim_end() == format!("snippet: {mark}");
    let mut lines = file.lines().skip_while(|line| !is_mark(line));
    lines.next()?;
    let lines: Vec<&str> = lines.take_while(|line| !line.contains("end of snippet")).collect();
    let indent =
        lines.iter().filter(|line| !line.trim().is_empty()).map(|line| line.len() - line.trim_start().len()).min()?;
    Some(lines.iter().map(|line| format!("{}\n", line.get(indent..).unwrap_or_default())).collect())
}

/// All of them that work with these values.
#[must_use]
pub fn filled(values: &Values) -> Vec<Filled> {
    let works = |snippet: &&Snippet| values.ca.is_some() || !snippet.needs_tls;
    let fill_in = |snippet: &Snippet| Filled {
        title: fill(snippet.title, values),
        text: snippet.lines().iter().map(|line| format!("{}\n", fill(line, values))).collect(),
    };
    ALL.iter().filter(works).map(fill_in).collect()
}

/// The same for a terminal.
#[must_use]
pub fn render(values: &Values) -> String {
    let mut text = String::new();
    for snippet in filled(values) {
        text.push_str(&format!("\n{}\n", snippet.title));
        for line in snippet.text.lines() {
            text.push_str(&format!("  {line}\n"));
        }
    }
    if values.ca.is_none() {
        text.push_str("\nMSAL Python and MSAL Node refuse an authority without TLS: leave --no-tls out for them.\n");
    }
    text
}

/// A word as a POSIX shell reads it back.
#[must_use]
pub fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:=@%,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

fn fill(line: &str, values: &Values) -> String {
    let ca = values.ca.clone().unwrap_or_default();
    let option = |name: &str| match &values.ca {
        Some(ca) => format!(" {name} {}", shell_word(ca)),
        None => String::new(),
    };
    // Without TLS there is nothing to trust.
    let of_requests = match &values.ca {
        Some(ca) => format!("REQUESTS_CA_BUNDLE={} ", shell_word(ca)),
        None => String::new(),
    };
    let host = values.base.split_once("://").map_or("", |(_, host)| host);
    let metadata = format!("{}/v2.0/.well-known/openid-configuration", values.authority);
    let keys = format!("{}/discovery/v2.0/keys", values.authority);
    let issuer = format!("{}/v2.0", values.authority);
    let tenant = values.authority.rsplit('/').next().unwrap_or_default();
    let names: [(&str, &str); 12] = [
        ("base", &values.base),
        ("authority", &values.authority),
        ("tenant", tenant),
        ("issuer", &issuer),
        ("metadata", &metadata),
        ("keys", &keys),
        ("client_id", &values.client_id),
        ("spa", &values.single_page),
        ("scope", &values.scope),
        ("api_url", &values.api_url),
        ("host", host),
        ("ca", &ca),
    ];
    let mut line = line
        .replace("%ca_of_curl%", &option("--cacert"))
        .replace("%ca_of_client%", &option("--ca"))
        .replace("%ca_of_requests%", &of_requests);
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
            single_page: "s".into(),
            scope: "api://calendar/Events.Read".into(),
            api_url: "https://localhost:8443/api/calendar".into(),
            ca: ca.map(str::to_owned),
        }
    }

    #[test]
    fn words_are_read_back_as_they_were() {
        assert_eq!(shell_word("/a/ca.pem"), "/a/ca.pem");
        assert_eq!(shell_word("/it's a/ca.pem"), r"'/it'\''s a/ca.pem'");
    }

    #[test]
    fn every_placeholder_is_known() {
        for values in [values(Some("/ca.pem")), values(None)] {
            assert!(!render(&values).contains('%'), "{}", render(&values));
        }
    }

    #[test]
    fn without_tls_nothing_is_told_to_trust() {
        let text = render(&values(None));
        assert!(text.contains("\nAuthlib   (python app.py)\n"), "{text}");
        assert!(!text.contains("''") && !text.contains("CA_"), "{text}");
    }

    #[test]
    fn the_facts_that_sdks_are_particular_about_are_said() {
        let text = render(&values(Some("/my data/ca.pem")));
        for fact in [
            "REQUESTS_CA_BUNDLE='/my data/ca.pem' python",
            "\nAuthlib   (REQUESTS_CA_BUNDLE='/my data/ca.pem' python app.py)\n",
            "  import msal\n  app = msal.PublicClientApplication(\n      \"c\",\n      authority=\"https://localhost:8443/t\",",
            "      instance_discovery=False,\n",
            "    clientId: \"c\",\n",
            "knownAuthorities: [\"localhost:8443\"]",
            "NODE_EXTRA_CA_CERTS='/my data/ca.pem' node",
            "    tenantId: \"t\",\n    authorityHost: \"https://localhost:8443\",\n    disableInstanceDiscovery: true,\n  });",
            "new URL(\"https://localhost:8443/t/v2.0\");\n",
            "client.discovery(issuer, \"c\", undefined, client.None());",
            "curl --cacert '/my data/ca.pem' https://localhost:8443/t/v2.0/",
            "--client-id c --ca '/my data/ca.pem' \\",
        ] {
            assert!(text.contains(fact), "{fact} in\n{text}");
        }
    }

    #[test]
    fn the_suites_hold_what_is_shown_and_nothing_of_theirs_is_left() {
        for snippet in ALL {
            let Lines::Suite { file, mark, before, shown_as } = &snippet.lines else { continue };
            let text = marked(file, mark).unwrap_or_default();
            assert!(!text.is_empty(), "the suite has no lines marked `snippet: {mark}`");
            for (written, _) in *shown_as {
                assert!(text.contains(written), "`{written}` is not among the lines marked {mark}:\n{text}");
            }
            for line in *before {
                assert!(file.lines().any(|known| known == *line), "`{line}` is not in the suite of {mark}");
            }
        }
        let text = render(&values(Some("/ca.pem")));
        for theirs in ["environ", "process.env", "tenant.", "this.", "MOCK_IDP_"] {
            assert!(!text.contains(theirs), "{theirs} in\n{text}");
        }
    }

    #[test]
    fn every_suite_with_marks_is_shown() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests");
        for suite in std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
            for file in std::fs::read_dir(suite).unwrap().map(|entry| entry.unwrap().path()) {
                // Those in Rust are for programs that start the server themselves.
                let is_rust = file.extension().is_some_and(|extension| extension == "rs");
                let Ok(text) = std::fs::read_to_string(&file) else { continue };
                for (_, rest) in
                    text.match_indices("snippet: ").filter(|_| !is_rust).map(|(at, _)| text.split_at(at + 9))
                {
                    let name = rest.split_whitespace().next().unwrap_or_default();
                    let known = |snippet: &Snippet| matches!(snippet.lines, Lines::Suite { mark, .. } if mark == name);
                    assert!(ALL.iter().any(known), "{}: give `{name}` its entry in `ALL`", file.display());
                }
            }
        }
    }

    #[test]
    fn without_tls_only_what_works_is_shown() {
        let text = render(&values(None));
        assert!(text.contains("curl https://") && !text.contains("msal.Public") && text.contains("leave --no-tls out"));
    }
}
