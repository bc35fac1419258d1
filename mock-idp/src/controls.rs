//! The controls of one tenant, as typed methods for Rust tests: what the control API offers over HTTP.

mod changes;
mod find;
mod judgement;
mod policies;
mod tokens;
mod told;
mod what_if;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

pub use changes::{ChangeError, Invalid};
pub(crate) use find::{api, application, scope, user};
pub use judgement::{Demanded, Judgement, PolicyName};
pub use tokens::{MintedToken, TokenOrder, TokenOrderError};
pub use what_if::{Question, WhatIf};

use crate::{
    clock::Clock as _,
    control::{TenantDescription, Verdict},
    directory::{Consent, Directory},
    expectation::{Expectations, Log},
    fault::{ArmedFault, Fault, InvalidFault},
    http::Idp,
    policy::Ledger,
    recorder::{Exchange, ExchangeFilter, Exchanges, Follower, Recorder},
    state::Tenant,
    token::issuer_v2,
    virtual_user::VirtualUser,
};

/// One tenant's controls. Cheap to clone.
#[derive(Clone, Debug)]
pub struct TenantControls {
    idp: Arc<Idp>,
    tenant: Arc<Tenant>,
}

/// A name that the tenant does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tenant has no {kind} '{name}'{}", .nearest.as_ref().map(|near| format!("; did you mean '{near}'?")).unwrap_or_default())]
pub struct Unknown {
    /// What was looked for: `user`, `application`, `API`, `scope`, `policy`.
    pub kind: &'static str,
    /// The name.
    pub name: String,
    /// The nearest name that there is.
    pub nearest: Option<String>,
}

impl TenantControls {
    pub(crate) fn new(idp: Arc<Idp>, tenant: Arc<Tenant>) -> Self {
        Self { idp, tenant }
    }

    /// Tenant id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.tenant.id
    }

    /// Verified domain.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.tenant.domain
    }

    /// Authority: origin and tenant id.
    #[must_use]
    pub fn authority(&self) -> String {
        format!("{}/{}", self.idp.base, self.tenant.id)
    }

    /// Issuer of this tenant's ID tokens.
    #[must_use]
    pub fn issuer(&self) -> String {
        issuer_v2(&self.idp.base, self.tenant.id)
    }

    /// Where the tenant is and who is in it.
    #[must_use]
    pub fn described(&self) -> TenantDescription {
        TenantDescription::of(&self.tenant.state().directory, &self.idp.base)
    }

    /// A copy of the directory as it stands.
    #[must_use]
    pub fn directory(&self) -> Directory {
        self.tenant.state().directory.clone()
    }

    /// The full user name of the user called `name`, such as `ada`.
    ///
    /// # Errors
    ///
    /// If there is no such user.
    pub fn username(&self, name: &str) -> Result<String, Unknown> {
        let directory = self.directory();
        user(&directory, name).map(|user| directory.username(user))
    }

    /// The client id of the application called `name`.
    ///
    /// # Errors
    ///
    /// If there is no such application.
    pub fn client_id(&self, name: &str) -> Result<Uuid, Unknown> {
        application(&self.directory(), name).map(|application| application.client_id)
    }

    /// Puts a consent on record: by `user`, or for the whole tenant.
    ///
    /// # Errors
    ///
    /// If a name is unknown.
    pub fn grant_consent(&self, user: Option<&str>, client: &str, api: &str, scopes: &[&str]) -> Result<(), Unknown> {
        let (who, client) = self.parties(user, client)?;
        let mut state = self.tenant.state();
        let found = self::api(&state.directory, api)?;
        let names = scopes.iter().map(|name| scope(found, name).map(|scope| scope.name.clone()));
        let names = names.collect::<Result<Vec<_>, _>>()?;
        let now = self.tenant.now();
        state.ledger.grant(client, api, who, &names, now);
        Ok(())
    }

    /// Takes a consent off the record; says whether there was one.
    ///
    /// # Errors
    ///
    /// If a name is unknown.
    pub fn revoke_consent(&self, user: Option<&str>, client: &str, api: &str) -> Result<bool, Unknown> {
        let (who, client) = self.parties(user, client)?;
        Ok(self.tenant.state().ledger.revoke(client, api, who))
    }

    /// The consents on record, by user and for the whole tenant.
    #[must_use]
    pub fn consents(&self) -> Vec<Consent> {
        let state = self.tenant.state();
        let directory = &state.directory;
        let name_of = |client: Uuid| {
            let known = directory.applications.iter().find(|application| application.client_id == client);
            known.map_or_else(|| client.to_string(), |application| application.name.clone())
        };
        let rows = state.ledger.rows().map(|(client, api, user, scopes)| Consent {
            user: user.and_then(|id| directory.user_by_id(id)).map(|user| directory.username(user)),
            client: name_of(client),
            api: api.to_owned(),
            scopes: scopes.into_iter().map(str::to_owned).collect(),
        });
        rows.collect()
    }

    /// Takes every consent off the record.
    pub fn revoke_all_consents(&self) {
        self.tenant.state().ledger = Ledger::default();
    }

    /// Ends every session and grant of a user (AADSTS50173 from then on).
    ///
    /// # Errors
    ///
    /// If there is no such user.
    pub fn revoke_sessions(&self, name: &str) -> Result<(), Unknown> {
        let now = self.tenant.now();
        let mut state = self.tenant.state();
        let id = user(&state.directory, name)?.id;
        state.revoke(id, now);
        Ok(())
    }

    /// Signs this tenant's tokens with another key from now on, and gives its `kid`.
    ///
    /// The JWKS lists the new key and the one before it, and tokens that the one before signed stay good; a further rotation
    /// ends them. The keys are published test keys, so that a rotation takes no time.
    pub fn rotate_signing_keys(&self) -> String {
        self.tenant.keys.rotate().kid().to_owned()
    }

    /// The `kid`s of the JWKS, the one that signs first.
    #[must_use]
    pub fn signing_keys(&self) -> Vec<String> {
        self.tenant.keys.listed().iter().map(|key| key.kid().to_owned()).collect()
    }

    /// Lets the next matching requests be answered otherwise; gives the id of the fault.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn inject_fault(&self, fault: Fault) -> Result<Uuid, InvalidFault> {
        let id = self.tenant.ids.guid();
        let mut state = self.tenant.state();
        let directory = state.directory.clone();
        state.faults.arm(id, fault, &directory)?;
        Ok(id)
    }

    /// The faults that wait for requests, in the order in which they were injected. One that is spent is gone.
    #[must_use]
    pub fn faults(&self) -> Vec<ArmedFault> {
        self.tenant.state().faults.list()
    }

    /// Takes one fault away; says whether there was one.
    pub fn remove_fault(&self, id: Uuid) -> bool {
        self.tenant.state().faults.remove(id)
    }

    /// Takes all faults away.
    pub fn clear_faults(&self) {
        self.tenant.state().faults.clear();
    }

    /// The tenant's time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.tenant.now()
    }

    /// Moves the tenant's time.
    pub fn advance_clock(&self, by: SignedDuration) {
        self.tenant.clock.advance(by);
    }

    /// Stops the tenant's time at `at`.
    pub fn freeze_clock(&self, at: Timestamp) {
        self.tenant.clock.freeze(at);
    }

    /// Lets the tenant's time run with the server's again.
    pub fn reset_clock(&self) {
        self.tenant.clock.reset();
    }

    /// Whether the tenant's time stands still.
    #[must_use]
    pub fn clock_is_frozen(&self) -> bool {
        self.tenant.clock.is_frozen()
    }

    /// A clock that shows the tenant's time, for a client that is to agree with it.
    pub fn clock(&self) -> impl Fn() -> Timestamp + Send + Sync + Clone + 'static {
        let tenant = self.tenant.clone();
        move || tenant.clock.now()
    }

    /// The scripted person.
    #[must_use]
    pub fn virtual_user(&self) -> VirtualUser {
        self.tenant.state().virtual_user.clone()
    }

    /// Sets the scripted person. Her visits are counted from here.
    pub fn set_virtual_user(&self, user: VirtualUser) {
        let mut state = self.tenant.state();
        state.virtual_user = user;
        state.visits = 0;
    }

    /// Counts a visit, and says what the scripted person does at it.
    #[must_use]
    pub fn next_visit(&self) -> VirtualUser {
        self.tenant.state().next_visit()
    }

    /// What the tenant was asked and answered so far, oldest first.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Arc<Exchange>> {
        self.tenant.log.exchanges()
    }

    /// Those of them that `filter` means, and how the log stands.
    #[must_use]
    pub fn exchanges_like(&self, filter: &ExchangeFilter) -> Exchanges {
        self.tenant.log.excerpt(filter)
    }

    /// Judges what is behind exchange `since`, of the application with the client id `client` or of all; what is before it is
    /// context.
    #[must_use]
    pub fn verify(&self, expectations: &Expectations, since: u64, client: Option<&str>) -> Verdict {
        let (exchanges, policies) = (self.exchanges(), self.policies());
        let log = Log::new(&exchanges).since(since).with_policies(&policies);
        let log = client.map_or(log, |client| log.of_client(client));
        expectations.check(&log).into()
    }

    /// Follows the log: from its next exchange on, or from the one after number `last`.
    pub(crate) fn follow(&self, last: Option<u64>) -> Follower {
        self.tenant.log.follow(last)
    }

    pub(crate) fn log(&self) -> &Recorder {
        &self.tenant.log
    }

    /// Paces the clients of this tenant, so that what is changed between two of their requests is changed for the second:
    /// requests for authorization, tokens and APIs wait until `looked_at` is not less than [`Exchanges::added`]. `None` lets
    /// them go on as they like, as they do from the start.
    pub fn pace(&self, looked_at: Option<u64>) {
        self.tenant.log.pace(looked_at);
    }

    /// Forgets the exchanges.
    pub fn clear_exchanges(&self) {
        self.tenant.log.clear();
    }

    /// Deletes the tenant, if it is an isolated copy.
    pub fn delete(&self) -> bool {
        self.idp.delete_tenant(self.tenant.id)
    }

    fn parties(&self, name: Option<&str>, client: &str) -> Result<(Option<Uuid>, Uuid), Unknown> {
        let directory = self.directory();
        let user = name.map(|name| user(&directory, name).map(|user| user.id)).transpose()?;
        Ok((user, application(&directory, client)?.client_id))
    }
}
