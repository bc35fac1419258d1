//! What may be read in a transcript, and what is hashed. Parameters of the authority are allowed one by one, by name: one
//! that nobody here knows may hold anything. Nobody here knows any API's, so that no value of an API's address is allowed.

use aws_lc_rs::hmac;

/// Parameters of the authority whose values say what was asked or answered, not who asked.
const KEPT: &[&str] = &[
    "admin_consent",
    "api-version",
    "claims",
    "client-request-id",
    "client_assertion_type",
    "client_id",
    "code_challenge_method",
    "domain_hint",
    "error",
    "error_codes",
    "error_subcode",
    "error_uri",
    "grant_type",
    "haschrome",
    "instance_aware",
    "max_age",
    "prompt",
    "redirect_uri",
    "requested_token_use",
    "resource",
    "response_mode",
    "response_type",
    "return-client-request-id",
    "scope",
    "suberror",
    "x-client-cpu",
    "x-client-os",
    "x-client-sku",
    "x-client-ver",
];

/// Parameters that name a user; all are hashed as `user`, so that one person is one hash.
const USER_NAMES: &[&str] = &["login_hint", "preferred_username", "upn", "username"];

/// Values that must be fresh each time, and grants: worth comparing without being seen. The mock server's list.
const COMPARED: &[&str] = &["state", "nonce", "code_challenge", "code_verifier", "code", "refresh_token"];

/// Hashes with a key of its own.
pub(super) struct Redactor(hmac::Key);

impl Redactor {
    pub(super) fn new(key: &str) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()))
    }

    /// Every value as it may be shown.
    pub(super) fn parameters(&self, parameters: &[(String, String)]) -> Vec<(String, String)> {
        parameters.iter().map(|(name, value)| (name.clone(), self.parameter(name, value))).collect()
    }

    /// Hashes of the values worth comparing.
    pub(super) fn fingerprints(&self, parameters: &[(String, String)]) -> Vec<(String, String)> {
        parameters
            .iter()
            .filter(|(name, _)| COMPARED.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), self.hash(value)))
            .collect()
    }

    pub(super) fn user(&self, name: &str) -> String {
        format!("[user {}]", self.hash(&name.to_lowercase()))
    }

    /// The path, without the user names that some addresses have in it.
    pub(super) fn path(&self, path: &str) -> String {
        let mut before = "";
        let segments: Vec<String> = path
            .split('/')
            .map(|segment| {
                let text = segment.replace("%40", "@");
                let is_user = text.contains('@') || before.eq_ignore_ascii_case("userrealm");
                before = segment;
                if is_user { self.user(&text) } else { segment.to_owned() }
            })
            .collect();
        segments.join("/")
    }

    /// The query of an API's address: names without values.
    pub(super) fn api_parameters(&self, parameters: &[(String, String)]) -> Vec<(String, String)> {
        let value = |name: &str, value: &str| match name.to_ascii_lowercase() {
            _ if value.is_empty() => String::new(),
            lower if USER_NAMES.contains(&lower.as_str()) => self.user(value),
            _ => format!("[value {}]", self.hash(value)),
        };
        // A text without a value may be the value: `?pay%20slip`.
        let name = |name: &str, value: &str| match value {
            "" => format!("[name {}]", self.hash(name)),
            _ => self.word_or_hash("name", name),
        };
        parameters.iter().map(|(own, text)| (name(own, text), value(own, text))).collect()
    }

    /// The path of an API's address: its words, and hashes in the place of what looks like a value.
    pub(super) fn api_path(&self, path: &str) -> String {
        let segments: Vec<String> = path.split('/').map(|segment| self.word_or_hash("segment", segment)).collect();
        segments.join("/")
    }

    fn word_or_hash(&self, label: &str, text: &str) -> String {
        let plain = text.replace("%40", "@");
        match text {
            _ if plain.contains('@') => self.user(&plain),
            word if is_word(word) || is_guid(word) => word.to_owned(),
            _ => format!("[{label} {}]", self.hash(text)),
        }
    }

    fn parameter(&self, name: &str, value: &str) -> String {
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            _ if value.is_empty() => String::new(),
            known if KEPT.contains(&known) => value.to_owned(),
            known if USER_NAMES.contains(&known) => self.user(value),
            "client_info" if value == "1" => value.to_owned(),
            "error_description" => match aadsts_number(value) {
                Some(number) => format!("AADSTS{number} [text {}]", self.hash(value)),
                None => format!("[text {}]", self.hash(value)),
            },
            _ => format!("[{name} {}]", self.hash(value)),
        }
    }

    /// 48 bits, as 12 hexadecimal digits.
    fn hash(&self, value: &str) -> String {
        let tag = hmac::sign(&self.0, value.as_bytes());
        tag.as_ref().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// `me`, `v1.0`, `calendarView`, `$filter`: what a programmer calls things. A number is somebody's.
fn is_word(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.$".contains(c);
    let digits = text.chars().filter(char::is_ascii_digit).count();
    text.len() <= 40 && text.chars().all(fits) && digits <= 2 && (digits < text.len() || text.is_empty())
}

/// An object's id names it to its directory alone.
fn is_guid(text: &str) -> bool {
    let parts = text.split('-').map(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(part.len()));
    parts.eq([8, 4, 4, 4, 12].map(Some))
}

/// The number at the start of Entra's sentences.
pub(super) fn aadsts_number(description: &str) -> Option<u64> {
    let rest = description.trim_start().strip_prefix("AADSTS")?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().ok()
}
