//! What an API makes of a token: the decision of `policy`, seen from the other side (escalation reference 4.3, 2.7 F).
//!
//! Pure, like the rest of this module: a verified token and a route go in, data comes out; `http::challenge` writes the 401.

mod evaluation;

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use uuid::Uuid;

pub use evaluation::{Event, Issued, PolicyChange, Watched};

use crate::{
    claims_request::{context_challenge, location_challenge, revocation_challenge},
    directory::{Api, ChallengeDialect, ProtectedRoute},
};

/// The claims of a token that an API looks at. Its signature has been checked.
#[derive(Clone, Debug, Deserialize)]
pub struct Presented {
    /// Audience.
    pub aud: String,
    /// Issuer.
    pub iss: String,
    /// Expiry, unix seconds.
    pub exp: i64,
    /// Not before, unix seconds.
    pub nbf: i64,
    /// Tenant.
    pub tid: Uuid,
    /// User (or, for an application, its service principal).
    pub oid: Uuid,
    /// Delegated scopes.
    #[serde(default)]
    pub scp: String,
    /// Application permissions.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Authentication contexts that are met.
    #[serde(default)]
    pub acrs: Vec<String>,
    /// Methods of the sign-in; version 1 tokens only.
    #[serde(default)]
    pub amr: Vec<String>,
    /// When the user signed in, unix seconds; only in tokens for APIs that speak RFC 9470.
    pub auth_time: Option<i64>,
    /// Capabilities of the client, if the API opted in.
    #[serde(default)]
    pub xms_cc: Vec<String>,
    /// Issued at, backdated, unix seconds.
    #[serde(default)]
    pub iat: i64,
    /// The sealed proof of how and when the token was got.
    #[serde(default)]
    pub aio: String,
    /// The browser session.
    pub sid: Option<Uuid>,
    /// Client id in version 1 tokens.
    pub appid: Option<Uuid>,
    /// Client id in version 2 tokens.
    pub azp: Option<Uuid>,
}

/// What the API answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Come in.
    Allowed,
    /// 401 `invalid_token`: expired, or for somebody else.
    InvalidToken(&'static str),
    /// 403 `insufficient_scope`.
    InsufficientScope,
    /// 401: get a better token.
    Challenge {
        /// What would be better.
        wanted: Wanted,
        /// The rule behind it.
        because: String,
    },
    /// 403 without claims: the API challenges only clients that said that they can answer, and this one did not (F7).
    ClientNotCapable(String),
    /// 403: the API behind this one could not be called for the user, and no claims would help.
    Downstream(String),
}

/// What a challenged client should get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A stronger or a younger sign-in, for a route that asks for it.
    StepUp {
        /// The authentication context.
        context: Option<String>,
        /// How old the sign-in may be. Only RFC 9470 has a word for it.
        max_age: Option<SignedDuration>,
    },
    /// Another token, because something happened since this one was issued (continuous access evaluation).
    NewToken {
        /// Issued at this time or later, unix seconds.
        not_before: i64,
        /// The address at which the API sees the user, if that is what happened.
        address: Option<IpAddr>,
    },
    /// What the policies of the API behind this one demand.
    Downstream {
        /// Their claims, as JSON text.
        claims: String,
    },
}

impl Wanted {
    /// The claims that say so, as JSON text; `None` if there are none for it.
    #[must_use]
    pub fn claims(&self) -> Option<String> {
        match self {
            Self::StepUp { context, .. } => context.as_deref().map(context_challenge),
            Self::NewToken { not_before, address: None } => Some(revocation_challenge(*not_before)),
            Self::NewToken { not_before, address: Some(address) } => Some(location_challenge(*not_before, *address)),
            Self::Downstream { claims } => Some(claims.clone()),
        }
    }
}

/// What an API knows when a token arrives.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// The API.
    pub api: &'a Api,
    /// The issuers it trusts.
    pub issuers: &'a [String],
    /// The entry for the route, if it asks for more than a good token.
    pub route: Option<&'a ProtectedRoute>,
    /// The time, unix seconds.
    pub now: i64,
    /// The user, as continuous access evaluation sees her.
    pub watched: Watched<'a>,
}

impl Presented {
    /// Whether the token was made for `api`, by its id or by its App ID URI.
    #[must_use]
    pub fn is_for(&self, api: &Api) -> bool {
        let ours = [api.id.to_string(), api.app_id_uri.trim_end_matches('/').to_owned()];
        ours.iter().any(|aud| self.aud.trim_end_matches('/').eq_ignore_ascii_case(aud))
    }

    /// Whether the client said that it can answer claims challenges (`cp1`).
    #[must_use]
    pub fn is_capable(&self) -> bool {
        self.xms_cc.iter().any(|capability| capability.eq_ignore_ascii_case("cp1"))
    }
}

/// Judges a token.
#[must_use]
pub fn judge(token: &Presented, arrival: &Arrival<'_>) -> Verdict {
    let Arrival { api, issuers, now, .. } = *arrival;
    if !issuers.contains(&token.iss) {
        return Verdict::InvalidToken("the token is of another issuer");
    }
    if !token.is_for(api) {
        return Verdict::InvalidToken("the token is for another audience");
    }
    if token.exp <= now {
        return Verdict::InvalidToken("the token has expired");
    }
    if token.nbf > now {
        return Verdict::InvalidToken("the token is not valid yet");
    }
    // Any other token stays good until it expires (escalation reference 4.5 and 4.6).
    if token.is_capable()
        && api.continuous_access_evaluation
        && let Some(event) = arrival.watched.event()
    {
        let address = event.address();
        return Verdict::Challenge { wanted: Wanted::NewToken { not_before: now, address }, because: event.told() };
    }
    let scoped = token.scp.split(' ').any(|scope| api.scope(scope).is_some());
    if !scoped && token.roles.is_empty() {
        return Verdict::InsufficientScope;
    }
    let verdict = arrival.route.and_then(|route| step_up(token, api, route, now)).unwrap_or(Verdict::Allowed);
    for_client(verdict, token, api)
}

/// What is told to a client that cannot answer challenges, by an API that minds (F7).
#[must_use]
pub fn for_client(verdict: Verdict, token: &Presented, api: &Api) -> Verdict {
    match verdict {
        Verdict::Challenge { because, .. } if api.challenge_capable_clients_only && !token.is_capable() => {
            Verdict::ClientNotCapable(because)
        }
        verdict => verdict,
    }
}

/// What the route asks and the token lacks.
fn step_up(token: &Presented, api: &Api, route: &ProtectedRoute, now: i64) -> Option<Verdict> {
    let context = route.authentication_context.as_ref().filter(|context| !token.acrs.contains(context));
    // Other dialects have no word for an age, and a demand that cannot be said cannot be met.
    let max_age = route.max_age.filter(|max_age| {
        api.challenge == ChallengeDialect::Rfc9470
            && token.auth_time.is_none_or(|signed_in| now.saturating_sub(signed_in) > max_age.as_secs())
    });
    let because = match (context, max_age) {
        (None, None) => return None,
        (Some(context), None) => format!("the route needs the authentication context {context}"),
        (None, Some(age)) => format!("the route needs a sign-in that is no older than {} seconds", age.as_secs()),
        (Some(context), Some(age)) => format!(
            "the route needs the authentication context {context} and a sign-in that is no older than {} seconds",
            age.as_secs()
        ),
    };
    // Where one of the two is missing, both are said: the answer must not lose the one that is met.
    let wanted = Wanted::StepUp { context: route.authentication_context.clone(), max_age: route.max_age };
    Some(Verdict::Challenge { wanted, because })
}

/// All that is known of how a token was issued if its proof cannot be read: when.
#[must_use]
pub fn issued_at(at: Timestamp) -> Issued {
    Issued { at, strength: None, address: None, reported: None, evaluated: false }
}

#[cfg(test)]
mod tests;
