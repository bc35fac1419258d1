//! Redirect addresses against the plainest model: made of parts, equal part by part, or as the very text. Whatever is taken,
//! the answer goes to the host that was registered.

use proptest::{prelude::*, sample::select};

use super::*;
use crate::config;

#[derive(Clone, Debug, PartialEq)]
struct Parts {
    scheme: &'static str,
    user: &'static str,
    host: &'static str,
    port: Option<u16>,
    path: &'static str,
    query: &'static str,
    fragment: &'static str,
}

impl Parts {
    fn text(&self) -> String {
        let Self { scheme, user, host, path, query, fragment, .. } = self;
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{scheme}://{user}{host}{port}{path}{query}{fragment}")
    }

    /// The model of a loopback address whose port is nobody's business (RFC 8252, 7.3).
    fn is_loopback(&self) -> bool {
        self.scheme == "http"
            && ["localhost", "127.0.0.1", "127.0.0.2"].contains(&self.host)
            && self.user.is_empty()
            && self.fragment.is_empty()
    }

    fn is_registered_by(&self, registered: &Self) -> bool {
        let path = |parts: &Self| if parts.path.is_empty() { "/" } else { parts.path };
        self.text() == registered.text()
            || self.is_loopback()
                && registered.is_loopback()
                && (self.host, path(self), self.query) == (registered.host, path(registered), registered.query)
    }
}

fn parts() -> impl Strategy<Value = Parts> {
    let hosts = vec!["localhost", "localhost", "127.0.0.1", "127.0.0.2", "[::1]", "app.test", "localhost.app.test"];
    (
        select(vec!["http", "http", "http", "https"]),
        select(vec!["", "", "", "", "localhost@", "user:password@"]),
        select(hosts),
        prop::option::of(select(vec![80, 443, 3000, 50001])),
        select(vec!["", "/", "/callback", "/Callback", "/callback/", "/%63allback", "/./callback", "/x/../callback"]),
        select(vec!["", "", "?x=1", "?x=2"]),
        select(vec!["", "", "", "#x"]),
    )
        .prop_map(|(scheme, user, host, port, path, query, fragment)| Parts {
            scheme,
            user,
            host,
            port,
            path,
            query,
            fragment,
        })
}

/// Two addresses that differ in a part or two, so that many match.
fn pairs() -> impl Strategy<Value = (Parts, Parts)> {
    (parts(), parts(), prop::array::uniform7(prop::bool::weighted(0.2))).prop_map(|(one, other, differs)| {
        let given = Parts {
            scheme: if differs[0] { other.scheme } else { one.scheme },
            user: if differs[1] { other.user } else { one.user },
            host: if differs[2] { other.host } else { one.host },
            port: if differs[3] { other.port } else { one.port },
            path: if differs[4] { other.path } else { one.path },
            query: if differs[5] { other.query } else { one.query },
            fragment: if differs[6] { other.fragment } else { one.fragment },
        };
        (one, given)
    })
}

fn application(registered: &str) -> Application {
    let document = config::built_in();
    let desktop = document.applications.iter().find(|application| application.name == "desktop").unwrap();
    Application { redirect_uris: vec![registered.to_owned()], ..desktop.clone() }
}

fn host(address: &str) -> Option<String> {
    Url::parse(address).ok()?.host_str().map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn an_address_is_registered_as_the_model_says((registered, given) in pairs()) {
        let taken = is_registered(&application(&registered.text()), &given.text());
        prop_assert_eq!(taken, given.is_registered_by(&registered), "{} for {}", given.text(), registered.text());
    }

    /// Whatever is written behind a registered address, its answers go nowhere else.
    #[test]
    fn what_is_taken_leads_to_the_registered_host(behind in r"[@:/\\?#.%0-9a-z\t ]{0,20}") {
        for registered in ["http://localhost", "http://127.0.0.1:3000/callback", "https://app.test/"] {
            let given = format!("{registered}{behind}");
            if is_registered(&application(registered), &given) {
                prop_assert_eq!(host(&given), host(registered), "{}", given);
                let mode = ResponseMode::Query;
                prop_assert_eq!(host(&location(&given, mode, &[("code", "c".to_owned())])), host(registered));
            }
        }
    }

    /// What is answered arrives as it was, whatever is in it, in every mode.
    #[test]
    fn what_is_answered_arrives(code in any::<String>(), state in any::<String>(), registered in parts()) {
        let address = registered.text();
        let parameters = [("code", code.clone()), ("state", state.clone())];
        for mode in [ResponseMode::Query, ResponseMode::Fragment] {
            let location = location(&address, mode, &parameters);
            let url = Url::parse(&location).unwrap();
            let carried = if mode == ResponseMode::Query { url.query() } else { url.fragment() }.unwrap_or_default();
            let pairs: Vec<(String, String)> = form_urlencoded::parse(carried.as_bytes()).into_owned().collect();
            prop_assert!(pairs.ends_with(&parameters.clone().map(|(name, value)| (name.to_owned(), value))), "{location}");
            prop_assert_eq!(url.host_str().map(str::to_owned), host(&address));
        }
    }
}
