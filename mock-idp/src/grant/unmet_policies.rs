//! Which policies a refused request would have had to meet: the `claims` of errors that policy itself did not speak.
//!
//! `claims` says that a policy covers the request, not that the error is about one (escalation reference, finding 2 and
//! 2.14): a wrong client secret and an unknown scope carry it, too. A client then settles everything in one sign-in. Dead
//! grants carry none, nor does a request whose user or API is not known.

use crate::{
    claims_request::ClaimsRequest,
    directory::{Application, Directory},
    error::Refusal,
    policy::{self, Circumstances, Situation, Subject, Who},
    scopes::Scopes,
};

use super::{TokenCall, UserGrant, device_code};

/// The request of `client` that is refused, and what its grant says of the user: redeemed, or only looked at.
pub(super) struct Refused<'a> {
    pub(super) call: &'a TokenCall<'a>,
    pub(super) directory: &'a Directory,
    pub(super) client: &'a Application,
    pub(super) grant: Option<&'a UserGrant>,
}

impl Refused<'_> {
    /// The refusal with the unmet policies named.
    pub(super) fn by(&self, refusal: Refusal) -> Refusal {
        let claims = self.challenge();
        refusal.with_claims(claims)
    }

    fn challenge(&self) -> Option<String> {
        let Self { call, directory, client, grant } = *self;
        let grant = grant?;
        let user = directory.user_by_id(grant.user)?;
        let scopes = match call.dialect.scope(call.params) {
            Some(text) => Scopes::of_one_api(&text, directory)?,
            None => call.dialect.scope_authorized(grant.scopes.as_ref()).ok()?.of_first_api(),
        };
        let claims = match call.params.get("claims") {
            Some(claims) => ClaimsRequest::parse(claims).ok()?,
            None => grant.claims.clone(),
        };
        let now = call.tenant.now();
        let state = call.tenant.state();
        let decision = policy::decide(&Situation {
            directory,
            policies: &state.policies,
            ledger: &state.ledger,
            client,
            scopes: &scopes,
            claims: &claims,
            who: Who::User(Subject { user, strength: grant.strength }),
            circumstances: Circumstances {
                device_code: device_code::is_poll(call.params),
                platform: call.platform,
                claims_alone_bring_policies: grant.knows_fresh_consents() && directory.switches.policies_by_claims_only,
            },
            now,
            interaction: None,
            consents_known_until: now,
        });
        decision.challenge(&directory.switches)
    }
}
