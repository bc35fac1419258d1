//! What each claim says, for people who look at a decoded token.

/// What a claim of one of our tokens says, in a sentence; `None` for a claim that they do not have.
#[must_use]
pub fn meaning(claim: &str) -> Option<&'static str> {
    MEANINGS.iter().find(|(name, _)| *name == claim).map(|(_, meaning)| *meaning)
}

/// In alphabetical order.
const MEANINGS: &[(&str, &str)] = &[
    ("acct", "Whether the user belongs to the tenant (0) or is a guest (1)."),
    (
        "acr",
        "0: the sign-in is weaker than ISO/IEC 29115 asks for, 1: it is not. By RFC 9470 the context that was reached.",
    ),
    ("acrs", "The authentication contexts that the sign-in has met."),
    ("aio", "For the identity provider alone; opaque to everybody else."),
    ("amr", "How the user proved who she is: pwd is a password, mfa more than one factor."),
    ("app_displayname", "Name of the client, for people."),
    ("appid", "Client id of the application that asked for the token."),
    ("appidacr", "How the client proved itself: 0 not at all (public), 1 by a secret, 2 by a certificate."),
    ("aud", "For whom the token is. An API refuses a token for another one; an ID token is for the client."),
    ("auth_time", "When the user last typed credentials."),
    ("azp", "Client id of the application that asked for the token."),
    ("azpacr", "How the client proved itself: 0 not at all (public), 1 by a secret, 2 by a certificate."),
    ("deviceid", "The device that the user signed in from."),
    ("email", "Mail address; not verified, so never a key."),
    ("exp", "The token is no good from then on."),
    ("family_name", "Family name."),
    ("given_name", "Given name."),
    ("iat", "When it was issued; five minutes early, as Entra's are."),
    ("idp", "Who signed the user in, where it was not this tenant: the home of a guest."),
    ("idtyp", "app: an application asked for itself, and no user is involved."),
    ("ipaddr", "The address that the user signed in from."),
    ("iss", "Who issued the token, with the tenant. A client or API compares the whole text."),
    ("login_hint", "What to send as login_hint or logout_hint to mean this user."),
    ("name", "Name of the user, for people. Not unique."),
    ("nbf", "The token is no good before then."),
    ("nonce", "What the client sent with its request, so that it knows the ID token for its own."),
    ("oid", "Object id of the user or application in this tenant: the key to store, with tid."),
    ("preferred_username", "User name, for people. It changes, so never a key."),
    ("rh", "For the identity provider alone; opaque to everybody else."),
    ("roles", "What the application may do by itself, without a user."),
    ("scp", "What the client may do in the user's name: the scopes that were granted on this API."),
    ("sid", "The browser session."),
    ("sub", "The user, by another name for each client or API."),
    ("tid", "The tenant."),
    ("unique_name", "User name, for people. Version 1 alone."),
    ("upn", "User name, for people. It changes, so never a key."),
    ("uti", "Id of this one token."),
    ("ver", "1.0 or 2.0: which version of tokens the API accepts."),
    ("xms_cc", "What the client says it is capable of: cp1 means that it can answer claims challenges."),
    (
        "xms_ssm",
        "1: a long-lived token, which the API sends back when something happens (continuous access evaluation).",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_each_meaning_a_sentence() {
        assert!(MEANINGS.is_sorted_by(|(one, _), (next, _)| one < next));
        assert!(MEANINGS.iter().all(|(_, meaning)| meaning.ends_with('.')));
    }
}
