//! A token without showing anything: from the cache, else by refresh token
//! (escalation reference 5.1). Never opens a browser, never decides to.

use std::future::IntoFuture;

use jiff::SignedDuration;

use crate::BoxFuture;
use crate::app::PublicClientApplication;
use crate::authority::Authority;
use crate::cache::{AccessTokenEntry, Change, Owner};
use crate::claims;
use crate::error::{Classification, Error, ServiceError, UiRequired};
use crate::identity::IdToken;
use crate::redeem::{self, Expected, Redemption};
use crate::result::{AccessToken, Account, AuthenticationResult, Secret, TokenSource};
use crate::scopes::Scopes;
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
        let account = self.account()?;
        if !self.app.is_of_our_cloud(&account) {
            // The host may have names that nobody has asked for yet.
            self.app.cloud(self.app.authority()).await?;
            if !self.app.is_of_our_cloud(&account) {
                return Err(nothing_cached("the account is one of another authority"));
            }
        }
        let (authority, realm) = home_of(self.app.authority(), &account);
        let owner = Owner {
            home_account_id: &account.home_account_id,
            environments: &self.app.environments(),
            client_id: self.app.client_id(),
            realm: &realm,
        };
        let attempt =
            Attempt { request: &self, account: &account, authority: &authority, owner, claims: claims.as_deref() };
        attempt.run().await
    }

    /// A1 to A4 of the escalation reference, 2.2.
    fn account(&self) -> Result<Account, Error> {
        let local = |code, text| Err(Error::ui_required(UiRequired::local(code, text)));
        let accounts = self.app.known_accounts()?;
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

/// One run of a request, with everything resolved.
#[derive(Debug, Clone, Copy)]
struct Attempt<'a> {
    request: &'a AcquireTokenSilent,
    account: &'a Account,
    authority: &'a Authority,
    owner: Owner<'a>,
    claims: Option<&'a str>,
}

impl Attempt<'_> {
    async fn run(self) -> Result<AuthenticationResult, Error> {
        let app = &self.request.app;
        if let Some(result) = self.fresh_from_cache()? {
            return Ok(result);
        }
        // Callers that need the same refresh queue here and find the first one's token.
        let turn = app.refresh_turn(self.owner.home_account_id, &self.request.scopes);
        let _turn = turn.lock().await;
        let mut found = self.fresh_from_cache()?;
        if found.is_none() {
            // Another process may have refreshed this instant.
            app.cache().reload();
            found = self.fresh_from_cache()?;
        }
        if let Some(result) = found {
            return Ok(result);
        }
        let ending = self.cached()?;
        match self.refresh(self.reason(ending.is_some())).await {
            Err(error) if error.is_retryable() && ending.is_some() => {
                tracing::warn!(%error, "keeping the token that is about to expire");
                ending.map(|entry| self.result(&entry)).ok_or(error)
            }
            other => other,
        }
    }

    /// The cached token, unless the request passes it over.
    fn cached(self) -> Result<Option<AccessTokenEntry>, Error> {
        if self.request.skips_cache() {
            return Ok(None);
        }
        let app = &self.request.app;
        app.cache().find_access_token(self.owner, &self.request.scopes, app.now())
    }

    fn fresh_from_cache(self) -> Result<Option<AuthenticationResult>, Error> {
        let now = self.request.app.now();
        let Some(entry) = self.cached()? else {
            return Ok(None);
        };
        if entry.expires_on.0.duration_since(now) <= EXPIRY_BUFFER {
            return Ok(None);
        }
        if let Some(refresh_on) = entry.refresh_on {
            let jitter = self.request.app.randomness().jitter(REFRESH_JITTER);
            if refresh_on.0.saturating_add(jitter).is_ok_and(|due| due <= now) {
                self.refresh_in_background();
            }
        }
        Ok(Some(self.result(&entry)))
    }

    /// Past `refresh_on` the old token is served and a new one fetched meanwhile; a failure is
    /// only logged (escalation reference 2.2, A12).
    fn refresh_in_background(self) {
        let request = self.request.clone();
        let account = self.account.clone();
        tokio::spawn(async move {
            let (authority, realm) = home_of(request.app.authority(), &account);
            let attempt = Attempt {
                request: &request,
                account: &account,
                authority: &authority,
                owner: Owner {
                    home_account_id: &account.home_account_id,
                    environments: &request.app.environments(),
                    client_id: request.app.client_id(),
                    realm: &realm,
                },
                claims: None,
            };
            if let Err(error) = attempt.refresh_if_still_due().await {
                tracing::warn!(%error, "the refresh in the background failed");
            }
        });
    }

    async fn refresh_if_still_due(self) -> Result<(), Error> {
        let app = &self.request.app;
        let claims = claims::for_request(app.capabilities(), None)?;
        let turn = app.refresh_turn(self.owner.home_account_id, &self.request.scopes);
        let _turn = turn.lock().await;
        app.cache().reload();
        let due = self.cached()?.and_then(|entry| entry.refresh_on).is_some_and(|refresh_on| refresh_on.0 <= app.now());
        if due {
            let attempt = Attempt { claims: claims.as_deref(), ..self };
            attempt.refresh(CacheInfo::Proactive).await?;
        }
        Ok(())
    }

    fn reason(self, ending: bool) -> CacheInfo {
        match (self.request.skips_cache(), ending) {
            (true, _) => CacheInfo::ForceRefreshOrClaims,
            (false, true) => CacheInfo::Expired,
            (false, false) => CacheInfo::NoCachedToken,
        }
    }

    /// The cache's refresh tokens in their order, until one serves. Only one that the server calls
    /// dead is dropped, and the next one tried: any other refusal concerns this API, not the token.
    async fn refresh(self, cache_info: CacheInfo) -> Result<AuthenticationResult, Error> {
        let cache = self.request.app.cache();
        let mut stands_alone = false;
        let mut dead = None;
        for candidate in cache.refresh_tokens(self.owner)? {
            if stands_alone && candidate.client_id != self.owner.client_id {
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

    fn not_of_family(self) -> Change {
        Change::NotOfFamily {
            client_id: self.owner.client_id.to_owned(),
            environments: self.owner.environments.to_vec(),
        }
    }

    async fn redeem(self, refresh_token: &Secret, cache_info: CacheInfo) -> Result<AuthenticationResult, Error> {
        let redemption = Redemption {
            authority: self.authority,
            grant: Grant::RefreshToken(refresh_token),
            scopes: &self.request.scopes,
            account: Some(self.account),
            claims: self.claims,
            expected: Expected::Account(self.account),
            decoration: self.decoration(cache_info),
        };
        redeem::redeem(&self.request.app, redemption).await
    }

    fn decoration(self, cache_info: CacheInfo) -> Decoration {
        Decoration {
            correlation_id: self.request.app.randomness().guid(),
            api: ApiId::Silent,
            cache_info,
            anchor_mailbox: self
                .account
                .home_parts()
                .filter(|_| self.authority.is_entra())
                .map(|(oid, tid)| format!("oid:{oid}@{tid}")),
        }
    }

    fn result(self, entry: &AccessTokenEntry) -> AuthenticationResult {
        let id_token = self.request.app.cache().id_token(self.owner);
        AuthenticationResult {
            access_token: AccessToken(entry.secret.clone()),
            expires_on: entry.expires_on.0,
            scopes: entry.target.to_vec(),
            account: self.account.clone(),
            other_user_than_hinted: None,
            tenant_id: entry.realm.clone(),
            id_token_claims: id_token.and_then(|jwt| IdToken::parse(jwt.expose()).ok()).unwrap_or_default().0,
            correlation_id: self.request.app.randomness().guid(),
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

/// The authority to ask for this account, and its tenant: `common` and its like stand for the
/// account's home tenant.
fn home_of(authority: &Authority, account: &Account) -> (Authority, String) {
    if authority.is_multi_tenant() {
        let home = account.home_tenant();
        (authority.with_tenant(home), home.to_owned())
    } else if let Some(tenant) = authority.tenant_id() {
        (authority.clone(), tenant.to_owned())
    } else {
        (authority.clone(), account.tenant_id.clone())
    }
}

fn suberror(error: &Error) -> Option<&str> {
    match error {
        Error::UiRequired(error) => error.suberror.as_deref(),
        Error::Service(error) => error.suberror.as_deref(),
        Error::Client(_) => None,
    }
}
