//! One tenant's controls over HTTP: [`TenantControls`](crate::TenantControls), method by method.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    control::{
        Clock, ClockSetting, ConsentKey, Consents, Exchanges, Faults, Judged, Judgement, MintedToken, NamedLocations,
        Pace, Policies, Question, SigningKeys, StreamStart, TenantDescription, TenantDirectory, TokenOrder, Verdict,
    },
    directory::{Api, Application, Consent, ConsentSettings, Directory, NamedLocation, Policy, Switches, User},
    expectation::Expectations,
    fault::{ArmedFault, Fault},
    recorder::ExchangeFilter,
    virtual_user::VirtualUser,
};

use super::{ControlClient, ControlError, ExchangeStream, difference::difference, listed, segment};

/// One tenant's controls over HTTP. Cheap to clone.
///
/// Every method fails as [`ControlError`] says: the server refuses (an unknown name, something that cannot be), or is not
/// there.
#[derive(Clone, Debug)]
pub struct TenantClient {
    pub(super) server: ControlClient,
    told: Arc<TenantDescription>,
}

type Answer<T> = Result<T, ControlError>;

#[expect(clippy::missing_errors_doc, reason = "all fail alike; the type says how")]
impl TenantClient {
    pub(super) fn new(server: ControlClient, told: TenantDescription) -> Self {
        Self { server, told: Arc::new(told) }
    }

    /// Tenant id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.told.tenant_id
    }

    /// Verified domain.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.told.domain
    }

    /// Authority: origin and tenant id.
    #[must_use]
    pub fn authority(&self) -> String {
        self.told.authority.clone()
    }

    /// Issuer of this tenant's ID tokens.
    #[must_use]
    pub fn issuer(&self) -> String {
        self.told.issuer.clone()
    }

    /// Where the tenant is and who was in it when this was made.
    #[must_use]
    pub fn described(&self) -> &TenantDescription {
        &self.told
    }

    /// The directory as it stands, for look-ups; secrets are not there.
    pub async fn directory(&self) -> Answer<Directory> {
        self.get::<TenantDirectory>("/directory").await.map(Directory::from)
    }

    /// The full user name of the user called `name`, such as `ada`.
    pub async fn username(&self, name: &str) -> Answer<String> {
        self.user(name).await.map(|user| user.username)
    }

    /// The client id of the application called `name`.
    pub async fn client_id(&self, name: &str) -> Answer<Uuid> {
        self.application(name).await.map(|application| application.client_id)
    }

    /// A user, without secrets.
    pub async fn user(&self, name: &str) -> Answer<User> {
        self.get(&user(name)).await
    }

    /// An application as this tenant sees it, without secrets.
    pub async fn application(&self, name: &str) -> Answer<Application> {
        self.get(&application(name)).await
    }

    /// An API as this tenant sees it.
    pub async fn api(&self, name: &str) -> Answer<Api> {
        self.get(&api(name)).await
    }

    /// The switches.
    pub async fn switches(&self) -> Answer<Switches> {
        self.get(SWITCHES).await
    }

    /// Changes a user. What the change leaves alone is not sent, so secrets stay.
    pub async fn change_user(&self, name: &str, change: impl FnOnce(&mut User)) -> Answer<()> {
        self.change(&user(name), change).await
    }

    /// Changes an application as this tenant sees it.
    pub async fn change_application(&self, name: &str, change: impl FnOnce(&mut Application)) -> Answer<()> {
        self.change(&application(name), change).await
    }

    /// Changes an API as this tenant sees it.
    pub async fn change_api(&self, name: &str, change: impl FnOnce(&mut Api)) -> Answer<()> {
        self.change(&api(name), change).await
    }

    /// Changes the switches of this tenant.
    pub async fn change_switches(&self, change: impl FnOnce(&mut Switches)) -> Answer<()> {
        self.change(SWITCHES, change).await
    }

    /// Merges `patch` into a user (RFC 7396).
    pub async fn patch_user(&self, name: &str, patch: &Map<String, Value>) -> Answer<()> {
        self.patch::<User>(&user(name), patch).await
    }

    /// Merges `patch` into an application as this tenant sees it.
    pub async fn patch_application(&self, name: &str, patch: &Map<String, Value>) -> Answer<()> {
        self.patch::<Application>(&application(name), patch).await
    }

    /// Merges `patch` into an API as this tenant sees it.
    pub async fn patch_api(&self, name: &str, patch: &Map<String, Value>) -> Answer<()> {
        self.patch::<Api>(&api(name), patch).await
    }

    /// Merges `patch` into the switches of this tenant.
    pub async fn patch_switches(&self, patch: &Map<String, Value>) -> Answer<()> {
        self.patch::<Switches>(SWITCHES, patch).await
    }

    /// Who may consent in this tenant.
    pub async fn consent_settings(&self) -> Answer<ConsentSettings> {
        self.get(CONSENT_SETTINGS).await
    }

    /// Says who may consent in this tenant.
    pub async fn set_consent_settings(&self, settings: ConsentSettings) -> Answer<()> {
        self.send::<ConsentSettings>(Method::PUT, CONSENT_SETTINGS, &settings).await.map(drop)
    }

    /// The places that policies know.
    pub async fn named_locations(&self) -> Answer<Vec<NamedLocation>> {
        self.get::<NamedLocations>(NAMED_LOCATIONS).await.map(|told| told.named_locations)
    }

    /// Names the places that policies know.
    pub async fn set_named_locations(&self, locations: &[NamedLocation]) -> Answer<()> {
        let body = listed("named_locations", &locations);
        self.send::<NamedLocations>(Method::PUT, NAMED_LOCATIONS, &body).await.map(drop)
    }

    /// Puts a consent on record: by `user`, or for the whole tenant.
    pub async fn grant_consent(&self, user: Option<&str>, client: &str, api: &str, scopes: &[&str]) -> Answer<()> {
        let consent = Consent {
            user: user.map(str::to_owned),
            client: client.to_owned(),
            api: api.to_owned(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        };
        self.send::<Consent>(Method::POST, CONSENTS, &consent).await.map(drop)
    }

    /// Takes a consent off the record; says whether there was one.
    pub async fn revoke_consent(&self, user: Option<&str>, client: &str, api: &str) -> Answer<bool> {
        let key =
            ConsentKey { user: user.map(str::to_owned), client: Some(client.to_owned()), api: Some(api.to_owned()) };
        let request = self.server.request(Method::DELETE, &self.path(CONSENTS)).query(&key);
        unless(self.server.answer(request).await, "no_consent")
    }

    /// The consents on record, by user and for the whole tenant.
    pub async fn consents(&self) -> Answer<Vec<Consent>> {
        self.get::<Consents>(CONSENTS).await.map(|told| told.consents)
    }

    /// Takes every consent off the record.
    pub async fn revoke_all_consents(&self) -> Answer<()> {
        self.delete_at(CONSENTS).await
    }

    /// The Conditional Access policies.
    pub async fn policies(&self) -> Answer<Vec<Policy>> {
        self.get::<Policies>(POLICIES).await.map(|told| told.policies)
    }

    /// Replaces the Conditional Access policies.
    pub async fn set_policies(&self, policies: &[Policy]) -> Answer<()> {
        self.send::<Policies>(Method::PUT, POLICIES, &listed("policies", &policies)).await.map(drop)
    }

    /// Puts one more policy in force.
    pub async fn add_policy(&self, policy: &Policy) -> Answer<()> {
        self.send::<Policy>(Method::POST, POLICIES, policy).await.map(drop)
    }

    /// Replaces the policy called `name`, an id or a name.
    pub async fn replace_policy(&self, name: &str, policy: &Policy) -> Answer<()> {
        self.send::<Policy>(Method::PUT, &format!("{POLICIES}/{}", segment(name)), policy).await.map(drop)
    }

    /// Takes the policy called `name` out of force.
    pub async fn remove_policy(&self, name: &str) -> Answer<()> {
        self.delete_at(&format!("{POLICIES}/{}", segment(name))).await
    }

    /// Ends every session and grant of a user (AADSTS50173 from then on).
    pub async fn revoke_sessions(&self, name: &str) -> Answer<()> {
        self.post(&format!("{}/revoke_sessions", user(name))).await
    }

    /// Signs this tenant's tokens with another key from now on, and gives its `kid`.
    pub async fn rotate_signing_keys(&self) -> Answer<String> {
        self.post::<SigningKeys>("/signing_keys/rotate").await.map(|keys| keys.current.unwrap_or_default())
    }

    /// The `kid`s of the JWKS, the one that signs first.
    pub async fn signing_keys(&self) -> Answer<Vec<String>> {
        self.get::<SigningKeys>("/signing_keys").await.map(|keys| keys.listed)
    }

    /// Lets the next matching requests be answered otherwise; gives the id of the fault.
    pub async fn inject_fault(&self, fault: &Fault) -> Answer<Uuid> {
        self.send::<ArmedFault>(Method::POST, FAULTS, fault).await.map(|armed| armed.id)
    }

    /// The faults that wait for requests, in the order in which they were injected.
    pub async fn faults(&self) -> Answer<Vec<ArmedFault>> {
        self.get::<Faults>(FAULTS).await.map(|told| told.faults)
    }

    /// Takes one fault away; says whether there was one.
    pub async fn remove_fault(&self, id: Uuid) -> Answer<bool> {
        unless(self.delete_at(&format!("{FAULTS}/{id}")).await, "unknown_fault")
    }

    /// Takes all faults away.
    pub async fn clear_faults(&self) -> Answer<()> {
        self.delete_at(FAULTS).await
    }

    /// The tenant's time.
    pub async fn now(&self) -> Answer<Timestamp> {
        self.get::<Clock>(CLOCK).await.map(|clock| clock.now)
    }

    /// Moves the tenant's time, and gives what it shows then.
    pub async fn advance_clock(&self, by: SignedDuration) -> Answer<Timestamp> {
        self.send::<Clock>(Method::POST, CLOCK, &ClockSetting::Advance(by)).await.map(|clock| clock.now)
    }

    /// Stops the tenant's time at `at`, and gives what it shows then.
    pub async fn freeze_clock(&self, at: Timestamp) -> Answer<Timestamp> {
        self.send::<Clock>(Method::POST, CLOCK, &ClockSetting::Freeze(at)).await.map(|clock| clock.now)
    }

    /// Lets the tenant's time run with the server's again.
    pub async fn reset_clock(&self) -> Answer<()> {
        self.server.answer::<Clock>(self.server.request(Method::DELETE, &self.path(CLOCK))).await.map(drop)
    }

    /// Whether the tenant's time stands still.
    pub async fn clock_is_frozen(&self) -> Answer<bool> {
        self.get::<Clock>(CLOCK).await.map(|clock| clock.frozen)
    }

    /// The scripted person; her secrets are the built-in ones, whatever she was set to.
    pub async fn virtual_user(&self) -> Answer<VirtualUser> {
        self.get(VIRTUAL_USER).await
    }

    /// Sets the scripted person.
    pub async fn set_virtual_user(&self, user: &VirtualUser) -> Answer<()> {
        self.send::<VirtualUser>(Method::PUT, VIRTUAL_USER, user).await.map(drop)
    }

    /// What the tenant was asked and answered so far, and how many exchanges are gone.
    pub async fn exchanges(&self) -> Answer<Exchanges> {
        self.exchanges_like(&ExchangeFilter::default()).await
    }

    /// Those of them with a higher number than `since`.
    pub async fn exchanges_since(&self, since: u64) -> Answer<Exchanges> {
        self.exchanges_like(&ExchangeFilter::since(since)).await
    }

    /// Those of them that `filter` means.
    pub async fn exchanges_like(&self, filter: &ExchangeFilter) -> Answer<Exchanges> {
        self.server.answer(self.server.request(Method::GET, &self.path(EXCHANGES)).query(filter)).await
    }

    /// Follows the log: from its next exchange on, or from the one after number `last`.
    pub async fn follow(&self, last: Option<u64>) -> Answer<ExchangeStream> {
        let request = self.server.request(Method::GET, &self.path("/exchanges/stream"));
        let response =
            self.server.accepted(request.query(&StreamStart { since: last, ..StreamStart::default() })).await?;
        Ok(ExchangeStream::new(self.server.base(), response))
    }

    /// Paces the clients of this tenant, so that what is changed between two of their requests is changed for the second:
    /// requests for authorization, tokens and APIs wait until `looked_at` is not less than [`Exchanges::added`]. `None` lets
    /// them go on as they like, as they do from the start.
    pub async fn pace(&self, looked_at: Option<u64>) -> Answer<()> {
        match looked_at {
            Some(looked_at) => self.send::<Pace>(Method::PUT, PACE, &Pace { looked_at }).await.map(drop),
            None => self.delete_at(PACE).await,
        }
    }

    /// Forgets the exchanges.
    pub async fn clear_exchanges(&self) -> Answer<()> {
        self.delete_at(EXCHANGES).await
    }

    /// Judges what is behind exchange `since`, of the application with the client id `client` or of all.
    pub async fn verify(&self, expectations: &Expectations, since: u64, client: Option<&str>) -> Answer<Verdict> {
        let judged = Judged { since: Some(since), client_id: client.map(str::to_owned) };
        let request = self.server.request(Method::POST, &self.path("/expectations/verify"));
        self.server.answer(request.query(&judged).json(expectations)).await
    }

    /// Makes an access token to order.
    pub async fn mint_token(&self, order: &TokenOrder) -> Answer<MintedToken> {
        self.send(Method::POST, "/tokens", order).await
    }

    /// What would be decided for a request, without doing it.
    pub async fn judge(&self, question: &Question) -> Answer<Judgement> {
        self.send(Method::POST, "/what_if", question).await
    }

    /// Deletes the tenant, if it is an isolated copy.
    pub async fn delete(&self) -> Answer<()> {
        self.delete_at("").await
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Answer<T> {
        self.server.get(&self.path(path)).await
    }

    async fn post<T: DeserializeOwned>(&self, path: &str) -> Answer<T> {
        self.server.answer(self.server.request(Method::POST, &self.path(path))).await
    }

    async fn send<T: DeserializeOwned>(&self, method: Method, path: &str, body: &impl Serialize) -> Answer<T> {
        self.server.send(method, &self.path(path), body).await
    }

    async fn delete_at(&self, path: &str) -> Answer<()> {
        self.server.answer(self.server.request(Method::DELETE, &self.path(path))).await
    }

    async fn patch<T: DeserializeOwned>(&self, path: &str, patch: &Map<String, Value>) -> Answer<()> {
        self.send::<T>(Method::PATCH, path, patch).await.map(drop)
    }

    async fn change<T: Clone + Serialize + DeserializeOwned>(
        &self,
        path: &str,
        change: impl FnOnce(&mut T),
    ) -> Answer<()> {
        let before: T = self.get(path).await?;
        let mut after = before.clone();
        change(&mut after);
        let patch = difference(&before, &after);
        let patch = patch.map_err(|source| ControlError::Unreadable { status: 200, source })?;
        self.patch::<T>(path, &patch).await
    }

    pub(super) fn path(&self, below: &str) -> String {
        format!("/tenants/{}{below}", self.told.tenant_id)
    }
}

const SWITCHES: &str = "/switches";
const CONSENT_SETTINGS: &str = "/consent_settings";
const NAMED_LOCATIONS: &str = "/named_locations";
const CONSENTS: &str = "/consents";
const POLICIES: &str = "/policies";
const FAULTS: &str = "/faults";
const CLOCK: &str = "/clock";
const VIRTUAL_USER: &str = "/virtual_user";
const EXCHANGES: &str = "/exchanges";
const PACE: &str = "/exchanges/pace";

fn user(name: &str) -> String {
    format!("/users/{}", segment(name))
}

fn application(name: &str) -> String {
    format!("/applications/{}", segment(name))
}

fn api(name: &str) -> String {
    format!("/apis/{}", segment(name))
}

/// Whether something was there: no, if the server says `code`.
fn unless(done: Answer<()>, code: &str) -> Answer<bool> {
    match done {
        Ok(()) => Ok(true),
        Err(ControlError::Refused(refused)) if refused.detail.code == code => Ok(false),
        Err(error) => Err(error),
    }
}
