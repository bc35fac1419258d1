//! `/tokens`: an access token made to order.

use crate::controls::{MintedToken, TokenOrder};

use super::{
    Json, Trouble,
    extract::{Body, Controls},
};

pub(super) async fn mint(
    Controls(tenant): Controls,
    Body(order): Body<TokenOrder>,
) -> Result<Json<MintedToken>, Trouble> {
    Ok(Json(tenant.mint_token(&order)?))
}
