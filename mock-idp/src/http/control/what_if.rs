//! `/what_if`: the decision for a request that nobody makes.

use crate::controls::{Judgement, Question};

use super::{
    Json, Trouble,
    extract::{Body, Controls},
};

pub(super) async fn decide(
    Controls(tenant): Controls,
    Body(question): Body<Question>,
) -> Result<Json<Judgement>, Trouble> {
    Ok(Json(tenant.judge(&question)?))
}
