//! A token without showing anything: from the cache, else by refresh token
//! (escalation reference 5.1). Never opens a browser, never decides to.

use std::future::IntoFuture;
use std::sync::Arc;

use jiff::SignedDuration;

use crate::BoxFuture;
use crate::app::PublicClientApplication;
use crate::authority::Authority;
use crate::cache::{AccessTokenEntry, Change, Document, Owner};
use crate::claims;
use crate::error::{Classification, Error, ServiceError, UiRequired};
use crate::identity::IdToken;
use crate::redeem::{self, Expected, Redemption};
use crate::result::{AccessToken, Account, AuthenticationResult, Secret, TokenSource};
use crate::scopes::Scopes;
use crate::unmet::Feature;
use crate::wire::{ApiId, CacheInfo, Decoration, Grant};

/// A token with less life left than this counts as expired.
const EXPIRY_BUFFER: SignedDuration = SignedDuration::from_mins(5);

/// So much earlier or later than it is due a token is renewed, so that many clients do not all come at once.
const REFRESH_JITTER: SignedDuration = SignedDuration::from_mins(5);

/// A silent request; await it or call [`send`](Self::send).
#[derive(Debug, Clone)]
#[must_use = "nothing is asked until the request is awaited"]
pub struct AcquireTokenSilent {
    app: PublicClientApplication,
    scopes: Scopes,
    account: Option<Account>,
    login_hint: Option<String>,
    claims: Option<String>,
    force_refresh: bool,
}

impl AcquireTokenSilent {
    pub(crate) fn new(app: PublicClientApplication, scopes: Scopes) -> Self {
        Self { app, scopes, account: None, login_hint: None, claims: None, force_refresh: false }
    }

    /// Whose token.
    pub fn with_account(mut self, account: &Account) -> Self {
        self.account = Some(account.clone());
        self
    }

    /// Whose token, by user name; counts only when no account is given.
    pub fn with_login_hint(mut self, user_name: impl Into<String>) -> Self {
        self.login_hint = Some(user_name.into());
        self
    }

    /// The claims of a challenge. The cached access token is passed over, the refresh token is not.
    pub fn with_claims(mut self, claims: impl Into<String>) -> Self {
        self.claims = Some(claims.into()).filter(|claims: &String| !claims.is_empty());
        self
    }

    /// Passes the cached access token over.
    pub fn with_force_refresh(mut self, force: bool) -> Self {
        self.force_refresh = force;
        self
    }

    /// Looks into the cache and asks the server if need be.
    ///
    /// # Errors
    /// [`Error::UiRequired`] when only a person can help; see [`Error`] for the rest.
    pub async fn send(self) -> Result<AuthenticationResult, Error> {
        self.app.check_scopes(&self.scopes)?;
        let claims = claims::for_request(self.app.capabilities(), self.claims.as_deref())?;
        let document = self.app.cache().current()?;
        let account = self.account(&document)?;
        if !self.app.is_of_our_cloud(&account) {
            // The host may have names that nobody has asked for yet.
            self.app.cloud(self.app.authority()).await?;
            if !self.app.is_of_our_cloud(&account) {
                return Err(nothing_cached("the account is one of another authority"));
            }
        }
        let (authority, realm) = home_of(&self.app, &account).await?;
        let environments = self.app.environments();
        Attempt { request: self, account, authority, realm, environments, claims }.run(document).await
    }

    /// A1 to A4 of the escalation reference, 2.2.
    fn account(&self, document: &Document) -> Result<Account, Error> {
        let local = |code, text| Err(Error::ui_required(UiRequired::local(code, text)));
        if let Some(account) = &self.account {
            if account.is_operating_system() {
                return local(
                    "current_broker_account",
                    "only a broker knows the operating system's account, and there is none",
                );
            }
            return Ok(account.clone());
        }
        let Some(hint) = &self.login_hint else {
            return local("user_null", "no account was given");
        };
        let accounts = document.accounts(&self.app.environments(), self.app.authority().tenant());
        let mut fitting = accounts.into_iter().filter(|account| account.username.eq_ignore_ascii_case(hint));
        match (fitting.next(), fitting.next()) {
            (Some(account), None) => Ok(account),
            (Some(_), Some(_)) => local(
                "multiple_accounts_for_login_hint",
                "several signed-in accounts have this user name; choose one and ask silently again",
            ),
            (None, _) => local("no_account_for_login_hint", "no signed-in account has this user name"),
        }
    }

    fn skips_cache(&self) -> bool {
        self.force_refresh || self.claims.is_some()
    }
}

impl IntoFuture for AcquireTokenSilent {
    type Output = Result<AuthenticationResult, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// A request with everything resolved.
#[derive(Debug, Clone)]
struct Attempt {
    request: AcquireTokenSilent,
    account: Account,
    authority: Authority,
    realm: String,
    environments: Vec<String>,
    claims: Option<String>,
}

impl Attempt {
    async fn run(&self, mut document: Arc<Document>) -> Result<AuthenticationResult, Error> {
        if let Some(result) = self.fresh(&document)? {
            return Ok(result);
        }
        // Callers that need the same refresh queue here; who waited for one takes what came of it.
        let turn = self.app().refreshing().turn(self.feature()).await;
        let outcome = if let Some(shared) = turn.waited_for(self.claims.as_deref()) {
            shared
        } else {
            // Another process, or another caller, may have refreshed this instant.
            document = self.app().cache().read()?;
            if let Some(result) = self.fresh(&document)? {
                return Ok(result);
            }
            let ending = self.cached(&document)?.is_some();
            let outcome = self.refresh(&document, self.reason(ending)).await;
            turn.ends(self.claims.as_deref(), outcome.clone());
            outcome
        };
        match outcome {
            Err(error) if error.is_retryable() => self.ending(&document, error),
            other => other,
        }
    }

    fn app(&self) -> &PublicClientApplication {
        &self.request.app
    }

    fn owner(&self) -> Owner<'_> {
        Owner {
            home_account_id: &self.account.home_account_id,
            environments: &self.environments,
            client_id: self.app().client_id(),
            realm: &self.realm,
        }
    }

    fn feature(&self) -> Feature {
        (self.account.home_account_id.clone(), self.request.scopes.key())
    }

    /// The cached token, unless the request passes it over.
    fn cached(&self, document: &Document) -> Result<Option<AccessTokenEntry>, Error> {
        if self.request.skips_cache() {
            return Ok(None);
        }
        document.find_access_token(self.owner(), &self.request.scopes, self.app().now())
    }

    /// The same, unless it is about to expire.
    fn fresh(&self, document: &Document) -> Result<Option<AuthenticationResult>, Error> {
        let now = self.app().now();
        let cached = self.cached(document)?;
        let Some(entry) = cached.filter(|entry| entry.expires_on.0.duration_since(now) > EXPIRY_BUFFER) else {
            return Ok(None);
        };
        if let Some(refresh_on) = entry.refresh_on {
            let jitter = self.app().randomness().jitter(REFRESH_JITTER);
            if refresh_on.0.saturating_add(jitter).is_ok_and(|due| due <= now) {
                self.renew_in_background(entry.secret.clone());
            }
        }
        Ok(Some(self.result(&entry, document)))
    }

    /// Where nobody could be asked, the token that is about to expire.
    fn ending(&self, document: &Document, error: Error) -> Result<AuthenticationResult, Error> {
        let Some(entry) = self.cached(document)? else {
            return Err(error);
        };
        tracing::warn!(%error, "keeping the token that is about to expire");
        Ok(self.result(&entry, document))
    }

    /// Around `refresh_on` the old token is served and a new one fetched meanwhile; a failure is
    /// only logged (escalation reference 2.2, A12).
    fn renew_in_background(&self, old: Secret) {
        let Some(renewal) = self.app().refreshing().renewal(self.feature(), self.app().now()) else {
            return;
        };
        let attempt = self.clone();
        tokio::spawn(async move {
            if let Err(error) = attempt.renew(&old).await {
                tracing::warn!(%error, "the refresh in the background failed");
                renewal.failed(attempt.app().now());
            }
        });
    }

    /// Unless somebody else has done so meanwhile.
    async fn renew(&self, old: &Secret) -> Result<(), Error> {
        let turn = self.app().refreshing().turn(self.feature()).await;
        let document = self.app().cache().read()?;
        if self.cached(&document)?.is_none_or(|entry| entry.secret != *old) {
            return Ok(());
        }
        let outcome = self.refresh(&document, CacheInfo::Proactive).await;
        turn.ends(self.claims.as_deref(), outcome.clone());
        outcome.map(drop)
    }

    fn reason(&self, ending: bool) -> CacheInfo {
        match (self.request.skips_cache(), ending) {
            (true, _) => CacheInfo::ForceRefreshOrClaims,
            (false, true) => CacheInfo::Expired,
            (false, false) => CacheInfo::NoCachedToken,
        }
    }

    /// The cache's refresh tokens in their order, until one serves. Only one that the server calls
    /// dead is dropped, and the next one tried: any other refusal concerns this API, not the token.
    async fn refresh(&self, document: &Document, cache_info: CacheInfo) -> Result<AuthenticationResult, Error> {
        let cache = self.app().cache();
        let mut stands_alone = false;
        let mut dead = None;
        for candidate in document.refresh_tokens(self.owner()) {
            if stands_alone && candidate.client_id != self.app().client_id() {
                continue;
            }
            match self.redeem(&candidate.secret, cache_info).await {
                Err(Error::Service(error)) if error.error == "invalid_scope" && !self.authority.is_entra() => {
                    return Err(more_than_granted(*error));
                }
                Err(error) if suberror(&error) == Some("client_mismatch") => {
                    stands_alone = true;
                    cache.change(self.not_of_family()).await;
                }
                Err(error) if suberror(&error) == Some("bad_token") => {
                    cache.change(Change::DropRefreshToken(candidate.secret)).await;
                    dead = Some(error);
                }
                other => return other,
            }
        }
        Err(dead.unwrap_or_else(|| {
            nothing_cached("the cache holds no token that fits and no refresh token for this account")
        }))
    }

    fn not_of_family(&self) -> Change {
        Change::NotOfFamily { client_id: self.app().client_id().to_owned(), environments: self.environments.clone() }
    }

    async fn redeem(&self, refresh_token: &Secret, cache_info: CacheInfo) -> Result<AuthenticationResult, Error> {
        let redemption = Redemption {
            authority: &self.authority,
            grant: Grant::RefreshToken(refresh_token),
            scopes: &self.request.scopes,
            account: Some(&self.account),
            claims: self.claims.as_deref(),
            expected: Expected::Account(&self.account),
            decoration: self.decoration(cache_info),
        };
        redeem::redeem(self.app(), redemption).await
    }

    fn decoration(&self, cache_info: CacheInfo) -> Decoration {
        Decoration {
            correlation_id: self.app().randomness().guid(),
            api: ApiId::Silent,
            cache_info,
            anchor_mailbox: self
                .account
                .home_parts()
                .filter(|_| self.authority.is_entra())
                .map(|(oid, tid)| format!("oid:{oid}@{tid}")),
        }
    }

    fn result(&self, entry: &AccessTokenEntry, document: &Document) -> AuthenticationResult {
        let id_token = document.id_token(self.owner());
        AuthenticationResult {
            access_token: AccessToken(entry.secret.clone()),
            expires_on: entry.expires_on.0,
            scopes: entry.target.to_vec(),
            account: self.account.clone(),
            other_user_than_hinted: None,
            tenant_id: entry.realm.clone(),
            id_token_claims: id_token.and_then(|jwt| IdToken::parse(jwt.expose()).ok()).unwrap_or_default().0,
            correlation_id: self.app().randomness().guid(),
            source: TokenSource::Cache,
        }
    }
}

fn nothing_cached(why: &str) -> Error {
    Error::ui_required(UiRequired::local("no_tokens_found", why))
}

/// An OpenID provider widens no grant silently (RFC 6749, 6): the user has to agree to more.
fn more_than_granted(error: ServiceError) -> Error {
    Error::ui_required(UiRequired {
        classification: Classification::ConsentRequired,
        error: error.error,
        error_description: error.error_description,
        correlation_id: error.correlation_id,
        status: error.status,
        ..UiRequired::default()
    })
}

/// The authority to ask for this account, and the id of its tenant: only that tenant's tokens serve (wire
/// reference 5.3). `common` and its like stand for the account's home tenant.
async fn home_of(app: &PublicClientApplication, account: &Account) -> Result<(Authority, String), Error> {
    let authority = app.authority();
    if authority.is_multi_tenant() {
        let home = account.home_tenant();
        return Ok((authority.with_tenant(home), home.to_owned()));
    }
    let realm = match authority.tenant_id() {
        Some(tenant) => tenant.to_owned(),
        None if authority.is_entra() => tenant_of_domain(app, account).await?,
        None => account.tenant_id.clone(),
    };
    Ok((authority.clone(), realm))
}

/// The id of the tenant that the authority names by a domain, as its metadata says. That is asked for
/// once; not for a user whose name at home ends in the domain, which no other tenant can have: offline,
/// too, a cached token serves.
async fn tenant_of_domain(app: &PublicClientApplication, account: &Account) -> Result<String, Error> {
    let authority = app.authority();
    let metadata = match app.base().known_metadata(authority) {
        Some(known) => known,
        None if is_domain_of_home(authority.tenant(), account) => return Ok(account.tenant_id.clone()),
        None => app.metadata(authority).await?,
    };
    Ok(metadata.tenant_id().unwrap_or_else(|| account.tenant_id.clone()))
}

fn is_domain_of_home(domain: &str, account: &Account) -> bool {
    let at_home = account.home_parts().is_some_and(|(_, home)| home.eq_ignore_ascii_case(&account.tenant_id));
    at_home && account.username.rsplit_once('@').is_some_and(|(_, of)| of.eq_ignore_ascii_case(domain))
}

fn suberror(error: &Error) -> Option<&str> {
    match error {
        Error::UiRequired(error) => error.suberror.as_deref(),
        Error::Service(error) => error.suberror.as_deref(),
        Error::Client(_) => None,
    }
}
