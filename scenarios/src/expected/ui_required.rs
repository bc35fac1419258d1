//! "UI required": what kind of help the client says is needed, and what it hands on.

use mock_idp::{recorder::Answer, yaml::Path};
use schemars::JsonSchema;
use serde::Deserialize;

use super::ClaimsExpected;
use crate::{check::Names, world::World};
use desktop_client::UiRequired;

/// A person must act; what is left out may be anything.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct UiRequiredExpected {
    /// What kind of help, in MSAL's words.
    pub classification: Option<Classification>,
    /// The `suberror` of the answer; `none` if it must have none.
    pub suberror: Option<String>,
    /// The OAuth error, or MSAL's word for a reason of its own such as `no_tokens_found`.
    pub error: Option<String>,
    /// The AADSTS number.
    pub code: Option<u64>,
    /// The claims that came with the failure.
    pub claims: Option<ClaimsExpected>,
    /// True if the user has been asked already and it did not suffice.
    pub after_prompt: Option<bool>,
}

/// MSAL's reading of `suberror`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Classification {
    /// The user can settle it inside the sign-in page.
    BasicAction,
    /// The remedy lies outside the sign-in page.
    AdditionalAction,
    /// Cannot be settled now.
    MessageOnly,
    /// Consent is missing or was revoked.
    ConsentRequired,
    /// The password must be changed.
    UserPasswordExpired,
    /// A sign-in that was to show nothing could not do without.
    PromptNeverFailed,
    /// Nothing usable in the cache.
    AcquireTokenSilentFailed,
    /// Nothing further is known.
    None,
}

impl From<desktop_client::Classification> for Classification {
    fn from(seen: desktop_client::Classification) -> Self {
        match seen {
            desktop_client::Classification::BasicAction => Self::BasicAction,
            desktop_client::Classification::AdditionalAction => Self::AdditionalAction,
            desktop_client::Classification::MessageOnly => Self::MessageOnly,
            desktop_client::Classification::ConsentRequired => Self::ConsentRequired,
            desktop_client::Classification::UserPasswordExpired => Self::UserPasswordExpired,
            desktop_client::Classification::PromptNeverFailed => Self::PromptNeverFailed,
            desktop_client::Classification::AcquireTokenSilentFailed => Self::AcquireTokenSilentFailed,
            _ => Self::None,
        }
    }
}

impl Classification {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::BasicAction => "basic_action",
            Self::AdditionalAction => "additional_action",
            Self::MessageOnly => "message_only",
            Self::ConsentRequired => "consent_required",
            Self::UserPasswordExpired => "user_password_expired",
            Self::PromptNeverFailed => "prompt_never_failed",
            Self::AcquireTokenSilentFailed => "acquire_token_silent_failed",
            Self::None => "none",
        }
    }
}

/// A refusal, as far as it can be told apart.
pub(super) struct RefusalSeen<'a> {
    error: &'a str,
    suberror: Option<&'a str>,
    codes: Vec<u64>,
    claims: Option<&'a str>,
    /// What the client makes of it, where that can be seen.
    client: Option<&'a UiRequired>,
}

impl<'a> From<&'a UiRequired> for RefusalSeen<'a> {
    fn from(seen: &'a UiRequired) -> Self {
        Self {
            error: &seen.error,
            suberror: seen.suberror.as_deref(),
            codes: seen.error_codes.clone(),
            claims: seen.claims.as_deref(),
            client: Some(seen),
        }
    }
}

impl<'a> From<&'a Answer> for RefusalSeen<'a> {
    fn from(answer: &'a Answer) -> Self {
        Self {
            error: answer.error.as_deref().unwrap_or("none"),
            suberror: answer.suberror.as_deref(),
            codes: answer.code.into_iter().map(u64::from).collect(),
            claims: answer.claims.as_deref(),
            client: None,
        }
    }
}

impl UiRequiredExpected {
    pub(super) fn check(&self, path: &Path, names: &mut Names) {
        if let Some(claims) = &self.claims {
            claims.check(&path.key("claims"), names);
        }
    }

    pub(super) fn described(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        words.extend(self.classification.map(|classification| classification.word().to_owned()));
        words.extend(self.code.map(|code| format!("AADSTS{code}")));
        words.extend(self.error.clone());
        words.extend(self.claims.as_ref().map(ClaimsExpected::described));
        if words.is_empty() { "UI required".to_owned() } else { format!("UI required ({})", words.join(", ")) }
    }

    /// What is not as expected; what of the refusal is not known is passed over.
    pub(super) fn missed(&self, seen: &RefusalSeen<'_>, world: &World) -> Vec<String> {
        let mut missed = Vec::new();
        let mut compare = |what: &str, wanted: Option<String>, is: String| {
            if let Some(wanted) = wanted.filter(|wanted| *wanted != is) {
                missed.push(format!("expected {what} {wanted}, saw {is}"));
            }
        };
        if let Some(client) = &seen.client {
            let classification = Classification::from(client.classification).word();
            compare("classification", self.classification.map(|it| it.word().to_owned()), classification.to_owned());
            compare(
                "after_prompt",
                self.after_prompt.map(|wanted| wanted.to_string()),
                client.after_prompt.to_string(),
            );
        }
        compare("suberror", self.suberror.clone(), seen.suberror.unwrap_or("none").to_owned());
        compare("error", self.error.clone(), seen.error.to_owned());
        let codes: Vec<_> = seen.codes.iter().map(|code| format!("AADSTS{code}")).collect();
        compare("code", self.code.map(|code| format!("AADSTS{code}")), codes.join(" and "));
        if let Some(claims) = &self.claims {
            missed.extend(claims.missed(seen.claims, world));
        }
        missed
    }
}
