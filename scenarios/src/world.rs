//! What a scenario acts in: a tenant, a client, a person with a browser; and what has happened so far.

use std::{sync::Arc, time::Duration};

use desktop_client::{Account, AuthenticationResult, BoxFuture, Clock, Error, Randomness};
use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};
use mock_idp::{
    TenantControls, Unknown,
    directory::{Directory, Policy, Secret},
    fault::InvalidFault,
    recorder::Exchange,
    virtual_user::{BrowseError, VirtualUser},
};

use crate::{
    check::resolve,
    client::{Ask, ClientFactory, ClientUnderTest, How, Seat},
    expected::{Expect, Outcome},
    person::{Ended, Person},
    raw::AtHand,
    script::{Person as PersonScript, Script},
    step::Taken,
};

/// Why a scenario cannot go on; no fault of the client.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Broken(pub(crate) String);

/// Why somebody was not served.
#[derive(Debug)]
pub(crate) struct Failed {
    /// The claims that came with it.
    pub(crate) claims: Option<String>,
    /// Whether a person could help, so that a window can follow.
    pub(crate) for_a_person: bool,
}

/// A scenario at work.
pub(crate) struct World {
    pub(crate) tenant: TenantControls,
    pub(crate) directory: Directory,
    pub(crate) client: Arc<dyn ClientUnderTest>,
    /// The client's id.
    pub(crate) client_id: String,
    /// For requests that are not the client's. Follows no redirects.
    pub(crate) http: reqwest::Client,
    pub(crate) person: Person,
    pub(crate) script: Arc<Script>,
    /// Origin of the server, where the mock APIs are too.
    pub(crate) base: String,
    /// Who is signed in to the client.
    pub(crate) account: Option<Account>,
    /// The last failure of a request for a token, or the last challenge.
    pub(crate) failed: Option<Failed>,
    /// The last token for each API, by short name.
    pub(crate) tokens: IndexMap<String, Secret>,
    /// What raw requests have got so far.
    pub(crate) at_hand: AtHand,
    policies: Vec<Policy>,
}

impl World {
    /// Sets the tenant up as the script's `given` says, except for the sign-in.
    pub(crate) fn new(
        script: &Arc<Script>,
        tenant: TenantControls,
        base: &str,
        client: &ClientFactory,
        seed: u64,
    ) -> Result<Self, Broken> {
        let given = &script.given;
        tenant.freeze_clock(given.clock);
        tenant.change_switches(|switches| switches.clone_from(&given.switches));
        let mut changed = Ok(());
        for (name, patch) in &given.users {
            tenant.change_user(name, |user| changed = changed.clone().and(patch.make(user)))?;
        }
        for (name, patch) in &given.applications {
            tenant.change_application(name, |application| changed = changed.clone().and(patch.make(application)))?;
        }
        for (name, patch) in &given.apis {
            tenant.change_api(name, |api| changed = changed.clone().and(patch.make(api)))?;
        }
        changed.map_err(Broken)?;
        tenant.set_consent_settings(given.consent_settings);
        tenant.set_named_locations(given.named_locations.clone());
        let username = tenant.username(given.virtual_user.signs_in_as.as_deref().unwrap_or(&given.user))?;
        let person = Person::new(VirtualUser::new(username))?;
        let seat = seat(&tenant, &given.client, &given.capabilities, &person, seed)?;
        let (client_id, http) = (seat.client_id.clone(), seat.http.clone());
        let client = client.make(seat).map_err(|error| Broken(format!("the client could not be set up: {error}")))?;
        let mut policies = tenant.policies();
        policies.extend(given.define_policies.iter().cloned());
        let world = Self {
            directory: tenant.directory(),
            tenant,
            client,
            client_id,
            http,
            person,
            script: script.clone(),
            base: base.to_owned(),
            account: None,
            failed: None,
            tokens: IndexMap::new(),
            at_hand: AtHand::default(),
            policies,
        };
        world.set_policies(&given.policies);
        world.grant(Some(&given.user), &given.consents)?;
        world.grant(None, &given.tenant_consents)?;
        Ok(world)
    }

    /// What is over when the scenario starts, with everybody at their best: the sign-in. From then on the person does what
    /// the script says.
    pub(crate) async fn begin(&mut self) -> Result<(), Broken> {
        let script = self.script.clone();
        if let Some(signed_in) = &script.given.signed_in {
            let ask = Ask {
                scopes: self.full(&signed_in.scopes)?,
                extra_scopes: self.full(&signed_in.extra_scopes)?,
                cancellation: self.person.gets_ready(),
                ..Ask::default()
            };
            let result = How::Interactive.get(&*self.client, &ask).await;
            let outcome = self.note(&result);
            if !matches!(outcome, Outcome::Token(_)) {
                let trouble = self.person.trouble().map(|trouble| format!("; {trouble}")).unwrap_or_default();
                return Err(Broken(format!(
                    "the sign-in before the scenario ended in {}{trouble}",
                    outcome.described()
                )));
            }
        }
        for fault in &script.given.faults {
            self.tenant.inject_fault(fault.clone())?;
        }
        self.becomes(&script.given.virtual_user)?;
        Ok(())
    }

    /// Lets the person do what `person` says from now on.
    pub(crate) fn becomes(&self, person: &PersonScript) -> Result<(), Broken> {
        let name = person.signs_in_as.as_ref().unwrap_or(&self.script.given.user);
        self.person.becomes(person.named(self.tenant.username(name)?));
        Ok(())
    }

    /// Lets the client ask for a token, and compares what came of it with what was expected.
    pub(crate) async fn ask(&mut self, how: How, mut ask: Ask, expect: &Expect) -> Result<Taken, Broken> {
        let (_, before) = self.log();
        ask.cancellation = self.person.gets_ready();
        let result = how.get(&*self.client, &ask).await;
        let outcome = self.note(&result);
        let exchanges = self.since(before);
        let missed = expect.missed(&outcome, &exchanges, self).map(|missed| match self.person.trouble() {
            Some(trouble) => format!("{missed}; {trouble}"),
            None => missed,
        });
        Ok(Taken { expected: Some(expect.described()), seen: outcome.described(), missed })
    }

    /// Remembers what a request ended in.
    pub(crate) fn note(&mut self, result: &Result<AuthenticationResult, Error>) -> Outcome {
        let outcome = Outcome::of(result, &self.directory, self.tenant.now());
        match (result, &outcome) {
            (Ok(token), Outcome::Token(seen)) => {
                self.account = Some(token.account.clone());
                self.tokens.insert(seen.api.clone(), Secret::new(token.access_token.secret()));
                if let Some(refresh) = self.client.refresh_token(&token.account).filter(|_| !seen.from_cache) {
                    self.at_hand.keep_refresh_token(&refresh);
                }
            }
            (Err(Error::UiRequired(needed)), _) => {
                self.failed = Some(Failed { claims: needed.claims.clone(), for_a_person: true });
            }
            (Err(_), _) => self.failed = Some(Failed { claims: None, for_a_person: false }),
            _ => {}
        }
        outcome
    }

    /// Remembers an error that came to the redirect address of a raw request.
    pub(crate) fn learn_redirect(&mut self, ended: &Ended) {
        if ended.parameter("error").is_some() {
            let claims = ended.parameter("claims").map(str::to_owned);
            self.failed = Some(Failed { claims, for_a_person: true });
        }
    }

    /// After a change in the directory.
    pub(crate) fn changed(&mut self, outcome: Result<(), String>) -> Result<Taken, Broken> {
        outcome.map_err(Broken)?;
        self.directory = self.tenant.directory();
        Ok(Taken::done("done"))
    }

    /// The full form of scopes.
    pub(crate) fn full(&self, scopes: &[String]) -> Result<Vec<String>, Broken> {
        scopes
            .iter()
            .map(|scope| resolve(&self.directory, scope).map(|(full, _)| full).map_err(|(message, _)| Broken(message)))
            .collect()
    }

    pub(crate) fn policy(&self, name: &str) -> Option<&Policy> {
        self.policies.iter().find(|policy| policy.name == name)
    }

    /// All policies that the script can name.
    pub(crate) fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// Puts these in force and no others.
    pub(crate) fn set_policies(&self, names: &[String]) {
        self.tenant.set_policies(self.policies.iter().filter(|policy| names.contains(&policy.name)).cloned().collect());
    }

    /// Puts a consent on record: by `user`, or for the whole tenant.
    pub(crate) fn grant(&self, user: Option<&str>, scopes: &[String]) -> Result<(), Broken> {
        for scope in scopes {
            let (full, api) = resolve(&self.directory, scope).map_err(|(message, _)| Broken(message))?;
            let (Some(api), Some((_, name))) = (api, full.rsplit_once('/').or(Some(("", &full)))) else { continue };
            self.tenant.grant_consent(user, &self.script.given.client, &api, &[name])?;
        }
        Ok(())
    }

    /// What was logged behind exchange `before`.
    pub(crate) fn since(&self, before: u64) -> Vec<Arc<Exchange>> {
        self.log().0.into_iter().filter(|exchange| exchange.number > before).collect()
    }

    /// The log, and the number of its last exchange.
    pub(crate) fn log(&self) -> (Vec<Arc<Exchange>>, u64) {
        let exchanges = self.tenant.exchanges();
        let last = exchanges.iter().map(|exchange| exchange.number).max().unwrap_or_default();
        (exchanges, last)
    }
}

/// A place in the tenant for the application called `name`.
fn seat(
    tenant: &TenantControls,
    name: &str,
    capabilities: &[String],
    person: &Person,
    seed: u64,
) -> Result<Seat, Broken> {
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build();
    Ok(Seat {
        client_id: tenant.client_id(name)?.to_string(),
        authority: tenant.authority(),
        capabilities: capabilities.to_vec(),
        http: http.map_err(|error| Broken(format!("no HTTP client could be made: {error}")))?,
        clock: Arc::new(TenantTime(tenant.clone())),
        randomness: Randomness::seeded(seed),
        user_agent: Arc::new(person.clone()),
    })
}

/// The tenant's clock, shown to the client, so that both agree. While the client waits, the tenant's time passes and
/// nobody else's.
struct TenantTime(TenantControls);

impl Clock for TenantTime {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.0.advance_clock(SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX));
        Box::pin(std::future::ready(()))
    }
}

impl std::fmt::Debug for TenantTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TenantTime")
    }
}

impl From<Unknown> for Broken {
    fn from(unknown: Unknown) -> Self {
        Self(unknown.to_string())
    }
}

impl From<InvalidFault> for Broken {
    fn from(error: InvalidFault) -> Self {
        Self(format!("the fault cannot be injected: {error}"))
    }
}

impl From<BrowseError> for Broken {
    fn from(error: BrowseError) -> Self {
        Self(error.to_string())
    }
}
