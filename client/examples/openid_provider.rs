//! Any OpenID provider instead of Entra: sign in, call the userinfo endpoint, get the token again
//! silently; or see what a sign-in says that may show nothing.
//!
//! ```text
//! cargo run -p desktop-client --example openid_provider -- ISSUER CLIENT-ID [REDIRECT-URI [none]]
//! ```
//!
//! The provider must know the client as a public one with that redirect address, `http://localhost`
//! by default, at any port.
//! Prints one JSON object; no token is among its members.
use std::error::Error;

use desktop_client::{AccessToken, AuthenticationResult, Prompt, PublicClientApplication};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(issuer), Some(client_id)) = (arguments.next(), arguments.next()) else {
        return Err("usage: openid_provider ISSUER CLIENT-ID [REDIRECT-URI [none]]".into());
    };
    let redirect_uri = arguments.next().unwrap_or_else(|| "http://localhost".to_owned());
    let app =
        PublicClientApplication::builder(client_id).oidc_authority(&issuer)?.redirect_uri(redirect_uri).build()?;
    let report =
        if arguments.next().as_deref() == Some("none") { unseen(&app).await } else { tour(&app, &issuer).await? };
    println!("{report}");
    Ok(())
}

/// For no API: the token is for the provider's own userinfo endpoint.
const SCOPES: [&str; 2] = ["openid", "email"];

async fn tour(app: &PublicClientApplication, issuer: &str) -> Result<Value, Box<dyn Error>> {
    let first = app.acquire_token_interactive(SCOPES).await?;
    let silent = app.acquire_token_silent(SCOPES).with_account(&first.account);
    let again = silent.clone().await?;
    let refreshed = silent.with_force_refresh(true).await?;

    let metadata: Value =
        app.http_client().get(format!("{issuer}/.well-known/openid-configuration")).send().await?.json().await?;
    let userinfo = metadata["userinfo_endpoint"].as_str().ok_or("the provider has no userinfo endpoint")?;
    let call = app.call_api(app.http_client().get(userinfo), SCOPES).with_account(&first.account);
    let userinfo: Value = call.ui_allowed(false).await?.json().await?;

    Ok(json!({
        "signed_in": told(&first, &first.access_token),
        "again": told(&again, &first.access_token),
        "refreshed": told(&refreshed, &first.access_token),
        "userinfo": userinfo,
    }))
}

/// `prompt=none`: succeeds only where the browser has a session.
async fn unseen(app: &PublicClientApplication) -> Value {
    match app.acquire_token_interactive(SCOPES).with_prompt(Prompt::None).await {
        Ok(result) => json!({"home_account_id": result.account.home_account_id}),
        Err(error) => json!({"code": error.code(), "needs_a_person": error.as_ui_required().is_some()}),
    }
}

fn told(result: &AuthenticationResult, first: &AccessToken) -> Value {
    json!({
        "home_account_id": result.account.home_account_id,
        "environment": result.account.environment,
        "source": format!("{:?}", result.source),
        "is_the_first_token": result.access_token == *first,
    })
}
