//! `/tokens`: an access token made to order.

use axum::response::Response;

use crate::controls::{TokenOrder, TokenOrderError};

use super::{
    Trouble,
    extract::{Body, Controls},
    respond,
};

pub(super) async fn mint(Controls(tenant): Controls, Body(order): Body<TokenOrder>) -> Result<Response, Trouble> {
    Ok(respond::plain_json(200, &tenant.mint_token(&order)?))
}

impl From<TokenOrderError> for Trouble {
    fn from(error: TokenOrderError) -> Self {
        let message = format!("{error}.");
        match error {
            TokenOrderError::Unknown(unknown) => Self::from(unknown),
            TokenOrderError::Contradiction { member, .. } => Self::new(400, "invalid_body", message).at(member),
            TokenOrderError::NoOtherAudience => Self::new(400, "invalid_body", message).at("wrong_audience"),
        }
    }
}
