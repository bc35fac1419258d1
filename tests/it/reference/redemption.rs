//! 2.9 H: the redemption of a code.

use jiff::SignedDuration;
use mock_idp::directory::{ErrorChange, OAuthError};
use tests::{CALENDAR, MAIL};

use super::{
    Case, case,
    compare::Expected,
    stage::{Stage, ada},
};

async fn code(stage: &Stage) -> String {
    stage.client.code(&ada(), CALENDAR, &[]).await
}

pub(super) static CASES: &[Case] = &[
    case!(["H1"], "already redeemed", Expected::grant(54005), |stage| {
        let code = code(&stage).await;
        stage.redeem(&code, &[]).await;
        stage.redeem(&code, &[]).await
    }),
    case!(["H2"], "expired", Expected::grant(70008), |stage| {
        let code = code(&stage).await;
        stage.later(SignedDuration::from_mins(11)).redeem(&code, &[]).await
    }),
    case!(["H3"], "another verifier", Expected::grant(501_481), |stage| {
        let code = code(&stage).await;
        stage.redeem(&code, &[("code_verifier", &"x".repeat(43))]).await
    }),
    case!(["H3"], "no verifier that could be one", Expected::grant(501_491), |stage| {
        let code = code(&stage).await;
        stage.redeem(&code, &[("code_verifier", "short")]).await
    }),
    case!(["H3"], "the code survives", Expected::Success, |stage| {
        let code = code(&stage).await;
        stage.redeem(&code, &[("code_verifier", &"x".repeat(43))]).await;
        stage.redeem(&code, &[]).await
    }),
    case!(["H4"], "another redirect address", Expected::grant(500_112).says(&["http://localhost:1"]), |stage| {
        let code = code(&stage).await;
        stage.redeem(&code, &[("redirect_uri", "http://localhost:1")]).await
    }),
    case!(
        ["H4"],
        "another redirect address, as some report",
        Expected::token(400, "invalid_client", 500_112),
        |stage| {
            let change = ErrorChange { error: Some(OAuthError::InvalidClient), ..ErrorChange::default() };
            let stage = stage.error(500_112, change);
            let code = code(&stage).await;
            stage.redeem(&code, &[("redirect_uri", "http://localhost:1")]).await
        }
    ),
    case!(["H5"], "another tenant", Expected::grant(700_005), |stage| {
        let code = code(&stage).await;
        let form = stage.redemption(&code, &[]);
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        stage.token_at("fabrikam.test", &form).await
    }),
    case!(
        ["H6", "28000"],
        "scopes of two APIs",
        Expected::token(400, "invalid_request", 28000).says(&[CALENDAR]),
        |stage| {
            let code = code(&stage).await;
            stage.redeem(&code, &[("scope", &format!("{CALENDAR} {MAIL}"))]).await
        }
    ),
    case!(
        ["H6", "700022"],
        "scopes of two APIs, in another number",
        Expected::token(400, "invalid_request", 700_022),
        |stage| { stage.renumbered(28000, 700_022).refresh(&format!("{CALENDAR} {MAIL}")).await }
    ),
    case!(["H7"], "no code at all", Expected::grant(9_002_313).suberror("bad_token"), |stage| {
        stage.redeem("rubbish", &[]).await
    }),
    case!(["H7"], "a code that was never issued", Expected::grant(70000), |stage| {
        let mut code = code(&stage).await;
        code.push('x');
        stage.redeem(&code, &[]).await
    }),
];
