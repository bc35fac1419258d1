//! From a grant to a result: ask the token endpoint, check who the answer is about, store, hand
//! over. The same for every grant; a grant only fills in its own part.

use jiff::{SignedDuration, Timestamp};
use oauth2::TokenResponse as _;

use crate::app::PublicClientApplication;
use crate::authority::Authority;
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
}

impl<'a> Redemption<'a> {
    fn asked(&self, client_id: &'a str) -> Asked<'a> {
        Asked {
            client_id,
            authority: self.authority,
            scopes: self.scopes,
            account: self.account.map(|account| account.home_account_id.as_str()),
            refresh_token: match self.grant {
                Grant::RefreshToken(secret) => Some(secret),
                Grant::Code { .. } => None,
            },
        }
    }
}

/// Redeems the grant for tokens, or gives a failure again that is too fresh to be asked about.
pub(crate) async fn redeem(
    app: &PublicClientApplication,
    redemption: Redemption<'_>,
) -> Result<AuthenticationResult, Error> {
    let asked = redemption.asked(app.client_id());
    if let Some(error) = app.throttle().replay(asked, app.now()) {
        return Err(error);
    }
    let metadata = app.metadata(redemption.authority).await?;
    let answer = wire::request_token(
        app.network(),
        TokenRequest {
            endpoint: &metadata.token_endpoint,
            client_id: app.client_id(),
            grant: redemption.grant,
            scopes: &redemption.scopes.with_reserved(),
            claims: redemption.claims,
            decoration: &redemption.decoration,
        },
    )
    .await;
    let body = answer.inspect_err(|error| app.throttle().record(asked, error, app.now()))?;
    let id_token = body.id_token.as_deref().map(IdToken::parse).transpose()?;
    if let Some(id_token) = &id_token {
        id_token.check(app.client_id(), |tid| metadata.issuer_for(tid))?;
    }
    let mut account = account_of(&body, id_token.as_ref(), &redemption)?;
    account.environment = app.cache().environment_for(&account.home_account_id, &app.environments());
    let tokens = tokens(app, &body, account, &redemption);
    let result = AuthenticationResult {
        access_token: AccessToken(tokens.access_token.clone()),
        expires_on: tokens.expires_on,
        scopes: tokens.target.to_vec(),
        account: tokens.account.clone(),
        tenant_id: tokens.account.tenant_id.clone(),
        id_token_claims: id_token.unwrap_or_default().0,
        correlation_id: redemption.decoration.correlation_id,
        source: TokenSource::IdentityProvider,
    };
    app.cache().change(Change::Save(Box::new(tokens))).await;
    Ok(result)
}

fn account_of(body: &TokenBody, id_token: Option<&IdToken>, redemption: &Redemption<'_>) -> Result<Account, Error> {
    let authority = redemption.authority;
    let client_info = body.client_info.as_deref().and_then(ClientInfo::parse);
    let named = id_token.and_then(|id_token| {
        identity::account(client_info.as_ref(), id_token, authority.environment(), authority.tenant())
    });
    match redemption.expected {
        Expected::Nonce(nonce) => {
            let id_token = id_token.ok_or_else(|| no_identity("holds no ID token"))?;
            id_token.check_nonce(nonce)?;
            named.ok_or_else(|| no_identity("does not say who signed in"))
        }
        Expected::Account(account) => match client_info {
            Some(info) if info.home_account_id() != account.home_account_id => Err(Error::client(
                ClientErrorKind::UserMismatch,
                format!(
                    "tokens of another user than {} came back; they were thrown away, sign in again",
                    account.username
                ),
            )),
            Some(_) => Ok(named.unwrap_or_else(|| account.clone())),
            None => Ok(account.clone()),
        },
    }
}

fn tokens(app: &PublicClientApplication, body: &TokenBody, account: Account, redemption: &Redemption<'_>) -> NewTokens {
    let now = app.now();
    let after = |duration| {
        let duration = SignedDuration::try_from(duration).unwrap_or(SignedDuration::ZERO);
        now.saturating_add(duration).unwrap_or(Timestamp::MAX)
    };
    NewTokens {
        account,
        environments: app.environments(),
        client_id: app.client_id().to_owned(),
        client_info: body.client_info.clone(),
        target: body.scope().map_or_else(|| redemption.scopes.clone(), |scope| Scopes::new([scope])),
        access_token: Secret::new(body.access_token().secret()),
        now,
        expires_on: after(body.lifetime()),
        extended_expires_on: after(body.extended_lifetime()),
        refresh_on: body.refresh_in().map(after),
        refresh_token: body.refresh_token().map(|token| Secret::new(token.secret())),
        id_token: body.id_token.as_deref().map(Secret::new),
        family_id: body.foci.clone().filter(|family| !family.is_empty()),
        // An account removed while its refresh was under way stays removed (wire reference 5.2).
        unless_signed_out: matches!(redemption.expected, Expected::Account(_)),
    }
}

fn no_identity(why: &str) -> Error {
    Error::client(
        ClientErrorKind::InvalidIdToken,
        format!("the answer {why}; it was thrown away, check that the authority speaks OpenID Connect"),
    )
}
