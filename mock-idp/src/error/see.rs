//! How to see an error here, made of a row's settings: lines for a configuration file, calls of the control API, a scenario.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Aadsts, Ask, Place, Setting, client};
use crate::yaml;

/// A call of the control API, below `/_mock/tenants/{t}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// HTTP method.
    pub method: &'static str,
    /// Path, such as `/policies`.
    pub path: String,
    /// JSON body.
    pub body: Option<Value>,
    /// Whether it belongs after the sign-in whose grant is then refreshed.
    pub after_sign_in: bool,
}

/// The id of the policy that the snippets make: the number is its end.
#[must_use]
pub fn policy_id(code: Aadsts) -> Uuid {
    let number = code.row().number;
    // Digits are hexadecimal digits, too, and a number has eight at most.
    format!("f0000000-0000-4000-8000-{number:012}").parse().unwrap_or_default()
}

fn policy_name(code: Aadsts) -> String {
    format!("see-{}", code.row().number)
}

/// Lines to add to a copy of `mock-idp config default`; `None` if nothing has to be configured, or no file can.
#[must_use]
pub fn config(code: Aadsts) -> Option<String> {
    let mut blocks = [const { String::new() }; 4];
    for setting in code.row().set {
        let [switches, tenants, applications, apis] = &mut blocks;
        match *setting {
            Setting::Switches(keys) => {
                switches.push_str("switches:\n");
                put(switches, 2, keys);
            }
            Setting::Tenant(keys) => {
                open_tenant(tenants);
                put(tenants, 4, keys);
            }
            Setting::Policy(keys) => {
                open_tenant(tenants);
                let _ = write!(
                    tenants,
                    "    policies:\n      - name: {}\n        id: {}\n",
                    policy_name(code),
                    policy_id(code)
                );
                put(tenants, 8, keys);
            }
            Setting::User(name, keys) => {
                open_tenant(tenants);
                let _ = write!(tenants, "    users:\n      - username: {name}@contoso.test\n");
                put(tenants, 8, keys);
            }
            Setting::Application(name, keys) => {
                let _ = write!(applications, "applications:\n  - name: {name}\n");
                put(applications, 4, keys);
            }
            Setting::Api(name, keys) => {
                let _ = write!(apis, "apis:\n  - name: {name}\n");
                put(apis, 4, keys);
            }
            Setting::Clock(_) | Setting::Revoke(_) | Setting::As(_) | Setting::Person(_) | Setting::Fault(_) => {}
        }
    }
    let text = blocks.concat();
    (!text.is_empty()).then_some(text)
}

fn open_tenant(tenants: &mut String) {
    if tenants.is_empty() {
        tenants.push_str("tenants:\n  - name: contoso\n");
    }
}

/// Each key on a line of its own.
fn put(text: &mut String, indent: usize, keys: &str) {
    for key in split(keys) {
        let _ = writeln!(text, "{:indent$}{key}", "");
    }
}

/// The keys of a flow mapping without its braces: split at the commas outside of brackets.
fn split(keys: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    let pieces = keys.split(|c| {
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0
    });
    pieces.map(str::trim).collect()
}

/// The same as [`config`] over the control API, with what no file can say: time that passes, a revocation, a fault. `None` if
/// there is nothing to call, or the control API cannot do it.
#[must_use]
pub fn calls(code: Aadsts) -> Option<Vec<Call>> {
    let call = |method, path: String, body, after_sign_in| Call { method, path, body, after_sign_in };
    let mut calls = Vec::new();
    for setting in code.row().set {
        calls.push(match *setting {
            Setting::Policy(keys) => {
                let mut policy = read(keys);
                policy.insert("id".to_owned(), json!(policy_id(code)));
                policy.insert("name".to_owned(), policy_name(code).into());
                call("POST", "/policies".to_owned(), Some(policy.into()), false)
            }
            Setting::User(name, keys) => call("PATCH", format!("/users/{name}"), Some(read(keys).into()), true),
            Setting::Clock(by) => call("POST", "/clock".to_owned(), Some(json!({ "advance": by })), true),
            Setting::Revoke(name) => call("POST", format!("/users/{name}/revoke_sessions"), None, true),
            Setting::Person(keys) => call("PUT", "/virtual_user".to_owned(), Some(read(keys).into()), false),
            Setting::Fault(endpoint) => {
                let fault = json!({ "endpoint": endpoint, "code": code.row().number });
                call("POST", "/faults".to_owned(), Some(fault), false)
            }
            Setting::As(_) => continue,
            Setting::Switches(_) | Setting::Tenant(_) | Setting::Application(..) | Setting::Api(..) => return None,
        });
    }
    calls.sort_by_key(|call| call.after_sign_in);
    (!calls.is_empty()).then_some(calls)
}

/// The question to `/what_if` that is answered with the error, for errors of the decision; the rest depends on a grant or a
/// request, which a question does not have.
#[must_use]
pub fn what_if(code: Aadsts) -> Option<Value> {
    let row = code.row();
    let scope = match row.ask {
        Ask::Silent(scope) | Ask::Unconsented(scope) if row.claims => scope,
        _ => return None,
    };
    Some(json!({ "user": who(row.set), "client": "desktop", "scope": format!("api://{scope}") }))
}

/// A whole scenario file; `None` if a scenario cannot set what is needed, or the client never sends such a request.
#[must_use]
pub fn scenario(code: Aadsts) -> Option<String> {
    let row = code.row();
    let (scope, step) = match row.ask {
        Ask::Silent(scope) | Ask::Unconsented(scope) => (scope, "acquire_silent"),
        Ask::SignIn(scope) => (scope, "acquire_interactive"),
        Ask::Raw => return None,
    };
    let mut given = String::new();
    let mut policies = Vec::new();
    let mut steps = String::new();
    for setting in row.set {
        let _ = match *setting {
            Setting::As(name) => writeln!(given, "  user: {name}"),
            Setting::Policy(keys) => {
                policies.push(policy_name(code));
                let _ = write!(
                    given,
                    "  define_policies:\n    - name: {}\n      id: {}\n",
                    policy_name(code),
                    policy_id(code)
                );
                put(&mut given, 6, keys);
                Ok(())
            }
            Setting::Switches(keys) => writeln!(given, "  switches: {{ {keys} }}"),
            Setting::Person(keys) => writeln!(given, "  virtual_user: {{ {keys} }}"),
            Setting::User(name, keys) => writeln!(steps, "  - change_user: {{ user: {name}, set: {{ {keys} }} }}"),
            Setting::Clock(by) => writeln!(steps, "  - advance_clock: {by}"),
            Setting::Revoke(name) => writeln!(steps, "  - revoke_sessions: {name}"),
            Setting::Tenant(_) | Setting::Application(..) | Setting::Api(..) | Setting::Fault(_) => return None,
        };
    }
    // Payroll is guarded in the built-in directory, and a scenario names the policies that come into play.
    if scope.starts_with("payroll/") {
        policies.push("mfa-for-payroll".to_owned());
    }
    let mut text = format!("version: 1\ntitle: AADSTS{} on demand\n\ngiven:\n{given}", row.number);
    text.push_str("  signed_in: { scopes: [calendar/Events.Read] }\n");
    if matches!(row.ask, Ask::Silent(_)) {
        let _ = writeln!(text, "  consents: [{scope}]");
    }
    if !policies.is_empty() {
        let _ = writeln!(text, "  policies: [{}]", policies.join(", "));
    }
    let _ =
        write!(text, "\nsteps:\n{steps}  - {step}:\n      scopes: [{scope}]\n      expect: {{ {} }}\n", expected(code));
    Some(text)
}

/// What the reference client, which reads answers as MSAL.NET does, makes of the error.
fn expected(code: Aadsts) -> String {
    let row = code.row();
    let answer = client::Answer::of(row);
    if client::is_ui_required(&answer) {
        return format!("ui_required: {{ code: {} }}", row.number);
    }
    match row.seen.first() {
        // The way back from such a page is the answer of one who cancels.
        Some(Place::Page) => "error: authentication_canceled".to_owned(),
        Some(Place::Redirect) if row.error == "access_denied" => "error: authentication_canceled".to_owned(),
        _ => format!("error: {}, code: {}", row.error, row.number),
    }
}

fn who(set: &[Setting]) -> &'static str {
    set.iter().find_map(|setting| if let Setting::As(name) = setting { Some(*name) } else { None }).unwrap_or("ada")
}

/// The keys as JSON; a test sees to it that they can be read.
fn read(keys: &str) -> Map<String, Value> {
    yaml::parse(&format!("setting {keys}"), &format!("{{ {keys} }}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config, directory::Document};

    /// Merges `addition` into `base`: mappings by key, lists of named things by name, and everything else replaced.
    fn merge(base: &mut Value, addition: Value) {
        match (base, addition) {
            (Value::Object(base), Value::Object(addition)) => {
                for (key, value) in addition {
                    merge(base.entry(key).or_insert(Value::Null), value);
                }
            }
            (Value::Array(base), Value::Array(addition)) => {
                for item in addition {
                    let name = |value: &Value| value.get("name").or(value.get("username")).cloned();
                    match base.iter_mut().find(|known| {
                        name(known).is_some()
                            && known.get("username").or(known.get("name")) == item.get("username").or(item.get("name"))
                    }) {
                        Some(known) => merge(known, item),
                        None => base.push(item),
                    }
                }
            }
            (base, addition) => *base = addition,
        }
    }

    #[test]
    fn every_snippet_is_a_good_configuration() {
        for code in Aadsts::ALL {
            let Some(text) = super::config(*code) else { continue };
            let addition: Value = yaml::parse("snippet", &text).unwrap_or_else(|mistake| panic!("{mistake}\n{text}"));
            let mut document = serde_json::to_value(&*config::built_in()).expect("JSON");
            merge(&mut document, addition);
            let document: Document =
                serde_json::from_value(document).unwrap_or_else(|mistake| panic!("{mistake}\n{text}"));
            let problems = config::check(&document);
            assert!(problems.is_empty(), "{problems:?}\n{text}");
        }
    }

    #[test]
    fn what_is_set_in_a_file_is_set_by_calls_too_where_there_is_one() {
        let policy = &calls(Aadsts::Blocked).expect("calls")[0];
        assert_eq!((policy.method, policy.path.as_str()), ("POST", "/policies"));
        let expected = json!({
            "id": "f0000000-0000-4000-8000-000000053003", "name": "see-53003",
            "targets": { "apis": ["mail"] }, "grant": { "all_of": ["block"] },
        });
        assert_eq!(policy.body, Some(expected));
        let fault = &calls(Aadsts::BlockedByRisk).expect("calls")[0];
        assert_eq!(fault.body, Some(json!({ "endpoint": "token", "code": 53011 })));
        assert_eq!(calls(Aadsts::RiskyApplication), None);
        assert_eq!(calls(Aadsts::MfaRequired), None);
    }

    #[test]
    fn flow_mappings_are_split_outside_of_brackets_only() {
        assert_eq!(split("a: [b, c], d: { e: f, g: h }"), ["a: [b, c]", "d: { e: f, g: h }"]);
    }
}
