//! From a grant to a result: ask the token endpoint, check who the answer is about, store, hand
//! over. The same for every grant; a grant only fills in its own part.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::app::PublicClientApplication;
use crate::authority::{Authority, Metadata};
use crate::base::Base;
use crate::cache::{Change, NewTokens};
use crate::error::{ClientErrorKind, Error};
use crate::identity::{self, ClientInfo, IdToken};
use crate::result::{AccessToken, Account, AuthenticationResult, Secret, TokenSource};
use crate::scopes::Scopes;
use crate::throttle::Asked;
use crate::wire::{self, Decoration, Grant, TokenBody, TokenRequest};

/// What is asked for, and of whom the answer must speak.
#[derive(Debug)]
pub(crate) struct Redemption<'a> {
    pub(crate) authority: &'a Authority,
    pub(crate) grant: Grant<'a>,
    pub(crate) scopes: &'a Scopes,
    /// Whom the request names, if anybody.
    pub(crate) account: Option<&'a Account>,
    pub(crate) claims: Option<&'a str>,
    pub(crate) expected: Expected<'a>,
    pub(crate) decoration: Decoration,
}

/// Who the answer must be about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Expected<'a> {
    /// Silent: this account and no other.
    Account(&'a Account),
    /// Interactive: whoever signed in, in answer to this nonce.
    Nonce(&'a str),
    /// Device code, password: whoever it is.
    Anybody,
    /// On behalf of: the user of the assertion with this hash.
    UserOf(&'a str),
    /// The app itself: nobody.
    Nobody,
}

impl<'a> Redemption<'a> {
    fn asked(&self, base: &'a Base) -> Asked<'a> {
        Asked {
            client_id: &base.client_id,
            confidential: base.credential.is_some(),
            authority: self.authority,
            home_tenant: self.account.map(Account::home_tenant),
            scopes: self.scopes,
            account: match self.expected {
                Expected::UserOf(hash) => Some(hash),
                _ => self.account.map(|account| account.home_account_id.as_str()),
            },
            refresh_token: match self.grant {
                Grant::RefreshToken(secret) => Some(secret),
                _ => None,
            },
        }
    }
}

/// Redeems the grant for tokens, or gives a failure again that is too fresh to be asked about, and stores them.
pub(crate) async fn redeem(
    app: &PublicClientApplication,
    redemption: Redemption<'_>,
) -> Result<AuthenticationResult, Error> {
    let (body, metadata) = ask(app.base(), &redemption).await?;
    keep(app, &redemption, &body, &metadata).await
}

/// Stores what the answer brought.
pub(crate) async fn keep(
    app: &PublicClientApplication,
    redemption: &Redemption<'_>,
    body: &TokenBody,
    metadata: &Metadata,
) -> Result<AuthenticationResult, Error> {
    let (mut result, mut tokens) = understand(app.base(), redemption, body, metadata)?;
    let environment = app.cache().environment_for(&result.account.home_account_id, &tokens.environments);
    result.account.environment.clone_from(&environment);
    tokens.account.environment = environment;
    app.cache().change(Change::Save(Box::new(tokens))).await;
    let feature = (result.account.home_account_id.clone(), redemption.scopes.key());
    app.lock_unmet().obtained(feature, redemption.claims);
    Ok(result)
}

/// Asks the token endpoint, unless the answer would be a failure that is remembered.
pub(crate) async fn ask(base: &Base, redemption: &Redemption<'_>) -> Result<(TokenBody, Arc<Metadata>), Error> {
    let asked = redemption.asked(base);
    if let Some(error) = base.throttle.replay(asked, base.now()) {
        return Err(error);
    }
    let answer = ask_always(base, redemption).await;
    answer.inspect_err(|error| base.throttle.record(asked, error, base.now()))
}

/// The same without memory, for one who waits between questions anyway.
pub(crate) async fn ask_always(base: &Base, redemption: &Redemption<'_>) -> Result<(TokenBody, Arc<Metadata>), Error> {
    let metadata = base.metadata(redemption.authority).await?;
    let authentication = match &base.credential {
        Some(credential) => credential.authenticate(base, &metadata.token_endpoint)?,
        None => Vec::new(),
    };
    let scopes = match redemption.expected {
        Expected::Nobody => redemption.scopes.clone(),
        _ => metadata.scopes_to_send(redemption.scopes),
    };
    let body = wire::request_token(
        base.network(),
        TokenRequest {
            endpoint: &metadata.token_endpoint,
            client_id: &base.client_id,
            authentication: &authentication,
            grant: redemption.grant,
            scopes: &scopes,
            claims: redemption.claims,
            decoration: &redemption.decoration,
        },
    )
    .await?;
    Ok((body, metadata))
}

/// Checks who the answer is about, and what it brings.
pub(crate) fn understand(
    base: &Base,
    redemption: &Redemption<'_>,
    body: &TokenBody,
    metadata: &Metadata,
) -> Result<(AuthenticationResult, NewTokens), Error> {
    let id_token = body.id_token.as_deref().map(IdToken::parse).transpose()?;
    if let Some(id_token) = &id_token {
        id_token.check(&base.client_id, base.now(), |tid| metadata.issuer_for(tid))?;
    }
    let environments = base.environments();
    let environment = environments.first().cloned().unwrap_or_default();
    let account = account_of(body, id_token.as_ref(), redemption, (environment, metadata.tenant_id()))?;
    let hinted = redemption.account.filter(|hinted| !hinted.is_operating_system());
    let other_user_than_hinted = hinted.filter(|hinted| hinted.home_account_id != account.home_account_id).cloned();
    let tokens = tokens(base, body, account, redemption, environments);
    let result = AuthenticationResult {
        access_token: AccessToken(tokens.access_token.clone()),
        expires_on: tokens.expires_on,
        scopes: tokens.target.to_vec(),
        account: tokens.account.clone(),
        other_user_than_hinted,
        tenant_id: tokens.account.tenant_id.clone(),
        id_token_claims: id_token.unwrap_or_default().0,
        correlation_id: redemption.decoration.correlation_id.clone(),
        source: TokenSource::IdentityProvider,
    };
    Ok((result, tokens))
}

fn account_of(
    body: &TokenBody,
    id_token: Option<&IdToken>,
    redemption: &Redemption<'_>,
    (environment, tenant): (String, Option<String>),
) -> Result<Account, Error> {
    let authority = redemption.authority;
    let client_info = body.client_info.as_deref().and_then(ClientInfo::parse);
    let named = id_token
        .and_then(|id_token| identity::account(client_info.as_ref(), id_token, environment, authority.tenant()));
    match redemption.expected {
        Expected::Anybody | Expected::UserOf(_) | Expected::Nobody => {
            named.ok_or_else(|| no_identity("does not say who signed in"))
        }
        Expected::Nonce(nonce) => {
            let id_token = id_token.ok_or_else(|| no_identity("holds no ID token"))?;
            id_token.check_nonce(nonce)?;
            named.ok_or_else(|| no_identity("does not say who signed in"))
        }
        Expected::Account(account) => {
            let other = match (&client_info, &named) {
                (Some(info), _) => info.home_account_id() != account.home_account_id,
                // Nothing but the ID token tells (OpenID Connect Core, 12.2).
                (None, Some(named)) if !authority.is_entra() => {
                    named.home_account_id != account.home_account_id
                        && named.local_account_id != account.local_account_id
                }
                (None, _) => id_token.is_some_and(|id_token| id_token.is_of_another_than(account)),
            };
            if other {
                return Err(Error::client(
                    ClientErrorKind::UserMismatch,
                    format!(
                        "tokens of another user than {} came back; they were thrown away, sign in again",
                        account.username
                    ),
                ));
            }
            let tenant = tenant.as_deref().unwrap_or(&account.tenant_id);
            Ok(named.filter(|_| client_info.is_some()).unwrap_or_else(|| identity::in_tenant(account, tenant)))
        }
    }
}

fn tokens(
    base: &Base,
    body: &TokenBody,
    account: Account,
    redemption: &Redemption<'_>,
    environments: Vec<String>,
) -> NewTokens {
    let now = base.now();
    let after = |duration| after(now, duration);
    NewTokens {
        account,
        environments,
        client_id: base.client_id.clone(),
        client_info: body.client_info.clone(),
        target: body.scope().map_or_else(|| redemption.scopes.clone(), |scope| Scopes::new([scope])),
        access_token: body.access_token.clone(),
        now,
        expires_on: after(body.lifetime()),
        extended_expires_on: after(body.extended_lifetime()),
        refresh_on: body.refresh_in().map(after),
        refresh_token: body.refresh_token.clone(),
        id_token: body.id_token.as_deref().map(Secret::new),
        family_id: body.foci.clone().filter(|family| !family.is_empty()),
        // An account removed while its refresh was under way stays removed (wire reference 5.2).
        unless_signed_out: matches!(redemption.expected, Expected::Account(_)),
    }
}

/// The moment `duration` after `now`.
pub(crate) fn after(now: Timestamp, duration: Duration) -> Timestamp {
    let duration = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
    now.saturating_add(duration).unwrap_or(Timestamp::MAX)
}

fn no_identity(why: &str) -> Error {
    Error::client(
        ClientErrorKind::InvalidIdToken,
        format!("the answer {why}; it was thrown away, check that the authority speaks OpenID Connect"),
    )
}
