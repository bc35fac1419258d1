//! What a scenario acts in: a tenant, a client, a person with a browser; and what has happened so far.

use std::{path::PathBuf, sync::Arc, time::Duration};

use desktop_client::{Account, AuthenticationResult, BoxFuture, Clock, Error, Randomness};
use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};
use mock_idp::{
    TenantControls, Unknown,
    directory::{Directory, Policy, Secret},
    fault::InvalidFault,
    recorder::Exchange,
    virtual_user::{BrowseError, Thinking, VirtualUser},
};

use crate::{
    actor::Actor,
    check::resolve,
    client::{Ask, ClientFactory, Origin, Seat},
    expected::Outcome,
    foreign::{Errand, Foreign},
    person::{Ended, Person},
    raw::AtHand,
    script::{Given, Person as PersonScript, Script},
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
    pub(crate) actor: Actor,
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
    /// The number of the last exchange that a step waited for.
    pub(crate) watched: u64,
    policies: Vec<Policy>,
}

/// Where scenarios are played, and with whose client.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    /// Origin of the server.
    pub(crate) base: String,
    /// Its CA, under TLS: the certificate and its file.
    pub(crate) ca: Option<(String, PathBuf)>,
    pub(crate) client: ClientFactory,
}

impl World {
    /// Sets the tenant up as the script's `given` says, except for the sign-in.
    pub(crate) async fn new(
        script: &Arc<Script>,
        tenant: TenantControls,
        stage: &Stage,
        seed: u64,
    ) -> Result<Self, Broken> {
        let given = &script.given;
        // Somebody else's client goes by this machine's clock; so does the tenant, unless the script has a time of its own.
        if stage.client.exec().is_none() || given.clock != Given::default().clock {
            tenant.freeze_clock(given.clock);
        }
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
        let ca = stage.ca.as_ref().map(|(certificate, _)| certificate.as_str());
        let person = Person::new(VirtualUser::new(username), ca, thinking(&tenant))?;
        let seat = seat(&tenant, given, ca, &person, seed)?;
        let (client_id, http) = (seat.client_id.clone(), seat.http.clone());
        let actor = actor(script, &tenant, stage, seat, &person).await?;
        let mut policies = tenant.policies();
        policies.extend(given.define_policies.iter().cloned());
        let world = Self {
            directory: tenant.directory(),
            tenant,
            actor,
            client_id,
            http,
            person,
            script: script.clone(),
            base: stage.base.clone(),
            account: None,
            failed: None,
            tokens: IndexMap::new(),
            at_hand: AtHand::default(),
            watched: 0,
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
                ..Ask::default()
            };
            self.sign_in_before(ask).await?;
        }
        self.watched = self.place();
        for fault in &script.given.faults {
            self.tenant.inject_fault(fault.clone())?;
        }
        self.becomes(&script.given.virtual_user)?;
        Ok(())
    }

    /// Lets the person do what `person` says from now on.
    pub(crate) fn becomes(&self, person: &PersonScript) -> Result<(), Broken> {
        let name = person.signs_in_as.as_ref().unwrap_or(&self.script.given.user);
        let username = self.tenant.username(name)?;
        let user = person.named(username, |name| self.tenant.username(name))?;
        // Whether the pages are skipped is the server's to know.
        self.tenant.set_virtual_user(user.clone());
        self.person.becomes(user);
        Ok(())
    }

    /// Remembers what a request ended in.
    pub(crate) fn note(&mut self, result: &Result<AuthenticationResult, Error>) -> Outcome {
        let outcome = Outcome::of(result, &self.directory, self.tenant.now());
        match (result, &outcome) {
            (Ok(token), Outcome::Token(seen)) => {
                self.account = Some(token.account.clone());
                self.tokens.insert(seen.api.clone(), Secret::new(token.access_token.secret()));
                let refresh = match &self.actor {
                    Actor::Ours(client) if !seen.from_cache => client.refresh_token(&token.account),
                    _ => None,
                };
                if let Some(refresh) = refresh {
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
        in_full(&self.directory, scopes)
    }

    pub(crate) fn policy(&self, name: &str) -> Option<&Policy> {
        self.policies.iter().find(|policy| policy.name == name)
    }

    /// Remembers a policy as it is now.
    pub(crate) fn learn_policy(&mut self, changed: &Policy) {
        for policy in self.policies.iter_mut().filter(|policy| policy.name == changed.name) {
            policy.clone_from(changed);
        }
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

/// Who does the client's part: the client that is made for this seat, or the command, which waits for its turn.
async fn actor(
    script: &Script,
    tenant: &TenantControls,
    stage: &Stage,
    seat: Seat,
    person: &Person,
) -> Result<Actor, Broken> {
    let exec = match &stage.client.0 {
        Origin::Made(make) => {
            let made = make(seat).map_err(|error| Broken(format!("the client could not be set up: {error}")))?;
            return Ok(Actor::Ours(Arc::from(made)));
        }
        Origin::Command(exec) => exec,
    };
    let user = person.user();
    let errand = Errand {
        base: &stage.base,
        ca: stage.ca.as_ref().map(|(_, file)| file.as_path()),
        tenant_id: &tenant.id().to_string(),
        client_id: &seat.client_id,
        username: &user.username,
        password: &user.password,
        scopes: &in_full(&tenant.directory(), &script.scopes())?,
    };
    Ok(Actor::Theirs(Arc::new(Foreign::start(exec, errand, tenant, person).await?)))
}

/// The full form of scopes.
fn in_full(directory: &Directory, scopes: &[String]) -> Result<Vec<String>, Broken> {
    let full = |scope: &String| resolve(directory, scope).map(|(full, _)| full).map_err(|(message, _)| Broken(message));
    scopes.iter().map(full).collect()
}

/// A place in the tenant for the scenario's client.
fn seat(tenant: &TenantControls, given: &Given, ca: Option<&str>, person: &Person, seed: u64) -> Result<Seat, Broken> {
    let unmade = |error| Broken(format!("no HTTP client could be made: {error}"));
    let mut http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
    if let Some(ca) = ca {
        http = http.tls_certs_only(reqwest::Certificate::from_pem_bundle(ca.as_bytes()).map_err(unmade)?);
    }
    Ok(Seat {
        client_id: tenant.client_id(&given.client)?.to_string(),
        authority: tenant.authority(),
        capabilities: given.capabilities.clone(),
        http: http.build().map_err(unmade)?,
        clock: Arc::new(TenantTime(tenant.clone())),
        randomness: Randomness::seeded(seed),
        user_agent: Arc::new(person.clone()),
    })
}

/// The person's thoughts take the tenant's time, and nobody else's.
fn thinking(tenant: &TenantControls) -> Thinking {
    let tenant = tenant.clone();
    Thinking::on_a_clock(move |time| {
        tenant.advance_clock(SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX));
        std::future::ready(())
    })
}

/// The tenant's clock, shown to the client, so that both agree. While the client waits, the tenant's time passes and
/// nobody else's.
pub struct TenantTime(pub TenantControls);

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
