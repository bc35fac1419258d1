//! What a scenario acts in: a tenant, a client, a person with a browser; and what has happened so far.

use std::sync::Arc;

use desktop_client::{Account, AuthenticationResult, Clock as _, Error, Randomness};
use indexmap::IndexMap;
use mock_idp::{
    control_client::{ControlError, TenantClient},
    directory::{Directory, Policy, Secret},
    recorder::Exchange,
    virtual_user::{BrowseError, Thinking, VirtualUser},
};

use crate::{
    actor::Actor,
    check::resolve,
    client::{Ask, Origin, Seat},
    clock::TenantClock,
    expected::Outcome,
    foreign::{Errand, Foreign},
    log::LogReader,
    person::{Ended, Person},
    raw::AtHand,
    script::{Given, Person as PersonScript, Script},
    stage::Stage,
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
    pub(crate) tenant: TenantClient,
    pub(crate) clock: TenantClock,
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
    log: LogReader,
}

impl World {
    /// Sets the tenant up as the script's `given` says, except for the sign-in.
    pub(crate) async fn new(
        script: &Arc<Script>,
        tenant: TenantClient,
        stage: &Stage,
        seed: u64,
    ) -> Result<Self, Broken> {
        let given = &script.given;
        // Somebody else's client goes by this machine's clock; so does the tenant, unless the script has a time of its own.
        let clock = if stage.client.exec().is_none() || given.clock != Given::default().clock {
            TenantClock::frozen(&tenant, given.clock).await?
        } else {
            TenantClock::running(&tenant).await?
        };
        let directory = arrange(&tenant, given).await?;
        let username = username(&directory, given.virtual_user.signs_in_as.as_ref().unwrap_or(&given.user))?;
        let person = Person::new(VirtualUser::new(username), stage.ca_pem(), thinking(&clock))?;
        let seat = Seat {
            client_id: client_id(&directory, &given.client)?,
            authority: tenant.authority(),
            capabilities: given.capabilities.clone(),
            http: stage.http.clone(),
            clock: Arc::new(clock.clone()),
            randomness: Randomness::seeded(seed),
            user_agent: Arc::new(person.clone()),
        };
        let client_id = seat.client_id.clone();
        let actor = actor(script, &tenant, &directory, stage, seat, &person).await?;
        let mut policies = tenant.policies().await?;
        policies.extend(given.define_policies.iter().cloned());
        let world = Self {
            directory,
            log: LogReader::new(&tenant),
            tenant,
            clock,
            actor,
            client_id,
            http: stage.http.clone(),
            person,
            script: script.clone(),
            base: stage.base().to_owned(),
            account: None,
            failed: None,
            tokens: IndexMap::new(),
            at_hand: AtHand::default(),
            watched: 0,
            policies,
        };
        world.set_policies(&given.policies).await?;
        world.grant(Some(&given.user), &given.consents).await?;
        world.grant(None, &given.tenant_consents).await?;
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
        self.watched = self.place().await?;
        for fault in &script.given.faults {
            self.tenant.inject_fault(fault).await?;
        }
        self.becomes(&script.given.virtual_user).await?;
        Ok(())
    }

    /// Lets the person do what `person` says from now on.
    pub(crate) async fn becomes(&self, person: &PersonScript) -> Result<(), Broken> {
        let name = person.signs_in_as.as_ref().unwrap_or(&self.script.given.user);
        let user = person.named(self.username(name)?, |name| self.username(name))?;
        // Whether the pages are skipped is the server's to know.
        self.tenant.set_virtual_user(&user).await?;
        self.person.becomes(user);
        Ok(())
    }

    /// Remembers what a request ended in.
    pub(crate) fn note(&mut self, result: &Result<AuthenticationResult, Error>) -> Outcome {
        let outcome = Outcome::of(result, &self.directory, self.clock.now());
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
    pub(crate) async fn changed(&mut self) -> Result<Taken, Broken> {
        self.directory = self.tenant.directory().await?;
        Ok(Taken::done("done"))
    }

    /// The full form of scopes.
    pub(crate) fn full(&self, scopes: &[String]) -> Result<Vec<String>, Broken> {
        in_full(&self.directory, scopes)
    }

    /// The full user name of the user called `name`.
    pub(crate) fn username(&self, name: &str) -> Result<String, Broken> {
        username(&self.directory, name)
    }

    /// The client id of the application called `name`.
    pub(crate) fn client_id_of(&self, name: &str) -> Result<String, Broken> {
        client_id(&self.directory, name)
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

    /// Whether the policy called `name` is in force.
    pub(crate) async fn is_in_force(&self, name: &str) -> Result<bool, Broken> {
        Ok(self.tenant.policies().await?.iter().any(|policy| policy.name == name))
    }

    /// Puts these in force and no others.
    pub(crate) async fn set_policies(&self, names: &[String]) -> Result<(), Broken> {
        let named = self.policies.iter().filter(|policy| names.contains(&policy.name));
        Ok(self.tenant.set_policies(&named.cloned().collect::<Vec<_>>()).await?)
    }

    /// Puts a consent on record: by `user`, or for the whole tenant.
    pub(crate) async fn grant(&self, user: Option<&str>, scopes: &[String]) -> Result<(), Broken> {
        for scope in scopes {
            let (full, api) = resolve(&self.directory, scope).map_err(|(message, _)| Broken(message))?;
            let (Some(api), Some((_, name))) = (api, full.rsplit_once('/').or(Some(("", &full)))) else { continue };
            self.tenant.grant_consent(user, &self.script.given.client, &api, &[name]).await?;
        }
        Ok(())
    }

    /// What was logged behind exchange `before`.
    pub(crate) async fn since(&mut self, before: u64) -> Result<Vec<Arc<Exchange>>, Broken> {
        let exchanges = self.log.read().await?;
        Ok(exchanges.iter().filter(|exchange| exchange.number > before).cloned().collect())
    }

    /// Where the server answers the pages in the person's stead, it lets the time pass that she thinks.
    pub(crate) async fn looks_at_the_clock(&self) -> Result<(), Broken> {
        if self.person.user().skips_pages {
            self.clock.read().await?;
        }
        Ok(())
    }

    /// Empties the log.
    pub(crate) async fn forget_log(&mut self) -> Result<(), Broken> {
        Ok(self.log.clear().await?)
    }

    /// The log, and the number of its last exchange.
    pub(crate) async fn log(&mut self) -> Result<(Vec<Arc<Exchange>>, u64), Broken> {
        let exchanges = self.log.read().await?;
        let last = exchanges.iter().map(|exchange| exchange.number).max().unwrap_or_default();
        Ok((exchanges.to_vec(), last))
    }
}

/// Who does the client's part: the client that is made for this seat, or the command, which waits for its turn.
async fn actor(
    script: &Script,
    tenant: &TenantClient,
    directory: &Directory,
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
        base: stage.base(),
        ca: stage.ca.as_ref().map(|(_, file)| file.as_path()),
        tenant_id: &tenant.id().to_string(),
        client_id: &seat.client_id,
        username: &user.username,
        password: &user.password,
        scopes: &in_full(directory, &script.scopes())?,
    };
    Ok(Actor::Theirs(Arc::new(Foreign::start(exec, errand, tenant, person).await?)))
}

/// Changes what is otherwise in a fresh tenant, and gives the directory as it stands then.
async fn arrange(tenant: &TenantClient, given: &Given) -> Result<Directory, ControlError> {
    let fresh = tenant.directory().await?;
    if *fresh.switches != given.switches {
        tenant.change_switches(|switches| switches.clone_from(&given.switches)).await?;
    }
    for (name, patch) in &given.users {
        tenant.patch_user(name, patch.members()).await?;
    }
    for (name, patch) in &given.applications {
        tenant.patch_application(name, patch.members()).await?;
    }
    for (name, patch) in &given.apis {
        tenant.patch_api(name, patch.members()).await?;
    }
    if fresh.consent_settings != given.consent_settings {
        tenant.set_consent_settings(given.consent_settings).await?;
    }
    if *fresh.named_locations != given.named_locations {
        tenant.set_named_locations(&given.named_locations).await?;
    }
    tenant.directory().await
}

fn username(directory: &Directory, name: &str) -> Result<String, Broken> {
    let user = directory.user(name).map(|user| directory.username(user));
    user.ok_or_else(|| Broken(format!("the tenant has no user '{name}'")))
}

fn client_id(directory: &Directory, name: &str) -> Result<String, Broken> {
    let application = directory.application(name).map(|application| application.client_id.to_string());
    application.ok_or_else(|| Broken(format!("the tenant has no application '{name}'")))
}

/// The full form of scopes.
fn in_full(directory: &Directory, scopes: &[String]) -> Result<Vec<String>, Broken> {
    let full = |scope: &String| resolve(directory, scope).map(|(full, _)| full).map_err(|(message, _)| Broken(message));
    scopes.iter().map(full).collect()
}

/// The person's thoughts take the tenant's time, and nobody else's.
fn thinking(clock: &TenantClock) -> Thinking {
    let clock = clock.clone();
    Thinking::on_a_clock(move |time| {
        let clock = clock.clone();
        async move { clock.sleep(time).await }
    })
}

impl From<ControlError> for Broken {
    fn from(error: ControlError) -> Self {
        Self(error.to_string())
    }
}

impl From<BrowseError> for Broken {
    fn from(error: BrowseError) -> Self {
        Self(error.to_string())
    }
}
