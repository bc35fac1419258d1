//! The decision for a request that nobody makes, as it is told: with the whole error and what would satisfy it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    directory::Trailer,
    error::{ErrorBody, Refusal, Trace},
    policy::Reason,
};

use super::{Question, TenantControls, Unknown, WhatIf};

/// What would be asked, and by which rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Judgement {
    /// Whether a token would be issued.
    pub granted: bool,
    /// What a silent request would be refused with, in the order of evaluation; the first is the one it would get.
    pub demands: Vec<Demanded>,
    /// The ids of the unmet policies.
    pub unmet_policies: Vec<Uuid>,
    /// The same with their names.
    pub policies: Vec<PolicyName>,
    /// Why, rule by rule.
    pub reasons: Vec<Reason>,
    /// The pages that the user would see, in their order, if the question is `interactive`. `blocked` is the last where no
    /// page helps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<Vec<String>>,
}

/// Something that is demanded before a token is issued.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Demanded {
    /// OAuth error.
    pub error: String,
    /// AADSTS number.
    pub code: u32,
    /// `suberror`.
    pub suberror: Option<String>,
    /// The claims challenge, as JSON text.
    pub claims: Option<String>,
    /// The sentence of the error.
    pub description: String,
    /// HTTP status.
    pub status: u16,
    /// The whole error.
    pub body: Map<String, Value>,
    /// What would satisfy it.
    pub satisfied_by: String,
    /// Where more is said.
    pub see: String,
}

/// A policy by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyName {
    /// Policy id.
    pub id: Uuid,
    /// Name.
    pub name: String,
}

impl TenantControls {
    /// [`what_if`](Self::what_if) as the control API tells it.
    ///
    /// # Errors
    ///
    /// If a name is unknown.
    pub fn judge(&self, question: &Question) -> Result<Judgement, Unknown> {
        let (now, trailer) = (self.now(), self.tenant.state().directory.switches.trailer);
        let demanded = |refusal: &Refusal| Demanded::of(refusal, now, trailer);
        Ok(match self.what_if(question)? {
            Ok(WhatIf { refusals, pages, policies, decision }) => Judgement {
                granted: refusals.is_empty(),
                demands: refusals.iter().map(demanded).collect(),
                unmet_policies: decision.unmet_policies,
                policies: policies.into_iter().map(|(id, name)| PolicyName { id, name }).collect(),
                reasons: decision.reasons,
                pages: question.interactive.then(|| pages.into_iter().map(str::to_owned).collect()),
            },
            Err(refusal) => Judgement {
                granted: false,
                demands: vec![demanded(&refusal)],
                unmet_policies: Vec::new(),
                policies: Vec::new(),
                reasons: Vec::new(),
                pages: None,
            },
        })
    }
}

impl Demanded {
    fn of(refusal: &Refusal, now: Timestamp, trailer: Trailer) -> Self {
        let row = refusal.code.row();
        // Nothing is answered, so there is nothing to trace.
        let trace = Trace { trace_id: Uuid::nil(), correlation_id: Uuid::nil(), at: now };
        let body = serde_json::to_value(ErrorBody::new(refusal, &trace, trailer)).unwrap_or_default();
        Self {
            error: refusal.error().to_owned(),
            code: refusal.number(),
            suberror: refusal.suberror().map(str::to_owned),
            claims: refusal.claims.clone(),
            description: refusal.sentence(),
            status: refusal.status(),
            body: body.as_object().cloned().unwrap_or_default(),
            satisfied_by: row.cure.to_owned(),
            see: format!("mock-idp errors {}", row.number),
        }
    }
}
