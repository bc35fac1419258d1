//! What a tenant remembers: directory, policies, consents, browser sessions, sign-ins in progress, codes.
//!
//! Each tenant has its own lock, clock, randomness and log, so tenants never wait for one another. Nothing here decides;
//! `policy` does, on borrowed state. The lock is a plain mutex that is never held across an `.await`.

mod bounded;
mod code;
mod device_code;
mod documents;
mod policy_changes;
mod refresh_token;
mod registry;
mod repetitions;
mod session;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use uuid::Uuid;

pub use bounded::Bounded;
pub use code::{Code, CodeGrant};
pub use device_code::{Approval, DeviceCode, Polls, Progress, UserCodes};
pub use documents::Documents;
pub use policy_changes::PolicyChanges;
pub use refresh_token::{Families, Lineage, RefreshToken};
pub use registry::{Authority, Registry};
pub use repetitions::Repetitions;
pub use session::{Session, Sessions};

use crate::{
    clock::{Clock, TenantClock},
    control::Dropped,
    directory::{Directory, Document, Policy, Tenant as TenantDocument},
    fault::Faults,
    flow::Flow,
    ids::Ids,
    keys::{KeyRing, SigningKey},
    limits::Limits,
    policy::Ledger,
    recorder::Recorder,
    virtual_user::VirtualUser,
};

/// A tenant at work.
#[derive(Debug)]
pub struct Tenant {
    /// Tenant id (`tid`).
    pub id: Uuid,
    /// Short name.
    pub name: String,
    /// Verified domain.
    pub domain: String,
    /// Id of the configured tenant that it was made like; its own if it is of the configuration itself.
    pub origin: Uuid,
    /// The tenant's time.
    pub clock: TenantClock,
    /// The tenant's randomness.
    pub ids: Ids,
    /// What the tenant's tokens are signed with.
    pub keys: KeyRing,
    /// The tenant's exchange log.
    pub log: Recorder,
    /// Its public documents.
    pub documents: Documents,
    /// Drawn when the tenant was made: grants from before a reset are not good any more.
    pub epoch: u64,
    pristine: Directory,
    limits: Limits,
    state: Mutex<State>,
}

/// What changes.
pub struct State {
    /// Users, applications and APIs as this tenant sees them.
    pub directory: Directory,
    /// Conditional Access policies.
    pub policies: Vec<Policy>,
    /// Consents.
    pub ledger: Ledger,
    /// Browser sessions.
    pub sessions: Sessions,
    /// Sign-ins in progress, by the `ctx` of their pages.
    pub flows: Bounded<Flow>,
    /// Authorization codes.
    pub codes: Bounded<Code>,
    /// Device codes.
    pub device_codes: Bounded<DeviceCode>,
    /// Families of refresh tokens of which something has to be remembered.
    pub families: Families,
    /// Per user: grants issued before this time are revoked.
    pub tokens_valid_from: HashMap<Uuid, Timestamp>,
    /// Per user: when the risk was last found to be high.
    pub at_risk_since: HashMap<Uuid, Timestamp>,
    /// When policies changed.
    pub policy_changes: PolicyChanges,
    /// The scripted person in front of the pages.
    pub virtual_user: VirtualUser,
    /// How many visits she has made.
    pub visits: usize,
    /// Answers made to order for requests to come.
    pub faults: Faults,
    /// When equal token requests came, for the loop detector.
    pub repetitions: Repetitions,
}

impl State {
    /// Counts a visit, and says what the scripted person does at it.
    pub fn next_visit(&mut self) -> VirtualUser {
        let visits = self.visits;
        self.visits += 1;
        self.virtual_user.at_visit(visits)
    }

    /// Ends every grant and browser session of `user` at `now` (AADSTS50173 from then on): an administrator revokes them, or
    /// the password changes (escalation reference 6.3). That a password expires ends none.
    pub fn revoke(&mut self, user: Uuid, now: Timestamp) {
        self.tokens_valid_from.insert(user, now);
        self.sessions.sign_out_everywhere(user);
    }
}

/// Codes, cookies and passwords are in there: nothing of it is printed.
impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").finish_non_exhaustive()
    }
}

impl Tenant {
    /// A tenant as the configuration describes it, which signs with `key`.
    #[must_use]
    pub fn new(
        tenant: &TenantDocument,
        document: &Document,
        key: Arc<SigningKey>,
        clock: Arc<dyn Clock>,
        ids: Ids,
        limits: Limits,
    ) -> Self {
        let directory = Directory::of(tenant, document);
        Self::at_work(tenant, tenant.name.clone(), directory, KeyRing::new(key), clock, ids, limits)
    }

    /// A tenant of its own that starts like this one was configured: the same users, policies and consents under another
    /// id and domain, and nothing of what has happened since.
    #[must_use]
    pub fn isolated_copy(&self, origin: &TenantDocument, clock: Arc<dyn Clock>) -> Self {
        let ids = self.ids.fork();
        let id = ids.guid();
        let name = format!("{}-{}", origin.name, &id.simple().to_string()[..12]);
        let directory = self.pristine.isolated_copy(id, format!("{name}.test"));
        Self::at_work(origin, name, directory, self.keys.pristine(), clock, ids, self.limits)
    }

    /// What changes, locked. Copy out what you need; never hold it across an `.await`.
    pub fn state(&self) -> MutexGuard<'_, State> {
        // A panic while the lock was held was answered with 90033; the state is whole, every change is a single step.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How much was forgotten because there was too much.
    #[must_use]
    pub fn dropped(&self) -> Dropped {
        let exchanges = self.log.dropped();
        let state = self.state();
        Dropped {
            exchanges,
            browsers: state.sessions.dropped(),
            sign_ins: state.flows.dropped(),
            codes: state.codes.dropped(),
            device_codes: state.device_codes.dropped(),
            refresh_token_families: state.families.dropped(),
        }
    }

    /// The tenant's current time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn at_work(
        origin: &TenantDocument,
        name: String,
        directory: Directory,
        keys: KeyRing,
        clock: Arc<dyn Clock>,
        ids: Ids,
        limits: Limits,
    ) -> Self {
        let ledger = standing_consents(origin, &directory, Timestamp::MIN);
        let virtual_user = directory.users.first().map(|user| VirtualUser::new(directory.username(user)));
        Self {
            id: directory.id,
            name,
            domain: directory.domain.clone(),
            origin: origin.id,
            clock: TenantClock::new(clock),
            epoch: u64::from_be_bytes(ids.bytes()),
            ids,
            keys,
            pristine: directory.clone(),
            limits,
            log: Recorder::default(),
            documents: Documents::default(),
            state: Mutex::new(State {
                directory,
                policies: origin.policies.clone(),
                ledger,
                sessions: Sessions::new(limits.entries),
                flows: Bounded::new(limits.entries),
                codes: Bounded::new(limits.entries),
                device_codes: Bounded::new(limits.entries),
                families: Families::new(limits.entries),
                tokens_valid_from: HashMap::new(),
                at_risk_since: HashMap::new(),
                policy_changes: PolicyChanges::default(),
                virtual_user: virtual_user.unwrap_or_default(),
                visits: 0,
                faults: Faults::default(),
                repetitions: Repetitions::new(limits.entries),
            }),
        }
    }
}

/// The consents that the configuration puts on record. References were checked when it was loaded.
fn standing_consents(tenant: &TenantDocument, directory: &Directory, since: Timestamp) -> Ledger {
    let mut ledger = Ledger::default();
    for consent in &tenant.consents {
        let user = consent.user.as_deref().map(|name| directory.user(name).map(|user| user.id));
        if let (Some(client), Some(user)) =
            (directory.application(&consent.client), user.map_or(Some(None), |id| id.map(Some)))
        {
            ledger.grant(client.client_id, &consent.api, user, &consent.scopes, since);
        }
    }
    ledger
}
