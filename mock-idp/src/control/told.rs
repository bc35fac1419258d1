//! What the dashboard reads: the log as a sequence, one exchange explained, and what there is to choose from.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    error::Aadsts,
    recorder::{Endpoint, Exchange, ExchangeFilter, TokenRole, TokenSeen},
    snippets::Filled,
    timeline::{self, Message},
    token,
};

/// All tenants of a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tenants {
    /// In the order in which they were made; those of the configuration first.
    pub tenants: Vec<TenantListed>,
    /// How many isolated ones are gone because there were too many.
    pub dropped: u64,
}

/// A tenant in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TenantListed {
    /// Tenant id.
    pub tenant_id: Uuid,
    /// Short name.
    pub name: String,
    /// Verified domain.
    pub domain: String,
    /// Name shown on pages.
    pub display_name: String,
    /// Whether it is an isolated copy.
    pub isolated: bool,
    /// How many exchanges it has seen.
    pub exchanges: u64,
    /// How much it has forgotten because there was too much.
    pub dropped: Dropped,
}

/// How many of each kind a tenant has forgotten, the oldest first, because there were too many. What ended or expired does
/// not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dropped {
    /// Exchanges of the log.
    pub exchanges: u64,
    /// Browsers with their sessions.
    pub browsers: u64,
    /// Sign-ins in progress.
    pub sign_ins: u64,
    /// Authorization codes.
    pub codes: u64,
    /// Device codes.
    pub device_codes: u64,
    /// Families of refresh tokens of which something was remembered: that they were used up, or have come to an end.
    pub refresh_token_families: u64,
}

/// A part of the log as a sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Timeline {
    /// Oldest first.
    pub rows: Vec<TimelineRow>,
    /// How many more are kept that meet the filter and came before the first row.
    pub earlier: u64,
    /// How many exchanges are gone because there were too many.
    pub dropped: u64,
    /// The number of the last exchange of the log, whether it meets the filter or not: where a stream goes on.
    pub last: u64,
}

/// An exchange in the sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TimelineRow {
    /// Its number in the log.
    pub number: u64,
    /// When it was answered, on the tenant's clock.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub at: Timestamp,
    /// Where the request went.
    pub endpoint: Endpoint,
    /// Client id as it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// User name, once known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Which sign-in a page belongs to: the number of the `/authorize` exchange.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interaction: Option<u64>,
    /// Whether the answer refuses.
    pub refused: bool,
    /// The lines: on each, messages that travel together.
    pub lines: Vec<Vec<Message>>,
}

/// In which form exchanges come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StreamForm {
    /// As the log has them.
    #[default]
    Exchange,
    /// As rows of the timeline.
    Timeline,
}

/// Where the stream of exchanges begins, and which of them it has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StreamStart {
    /// Behind the exchange with this number; from now on if absent. The header `Last-Event-ID` wins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
    /// In which form they come.
    #[serde(default, rename = "as")]
    pub form: StreamForm,
    /// Only those that were sent under this client id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Only those in the name of this user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Only those that have this text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Only those that went there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<Endpoint>,
}

/// As what exchanges are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportForm {
    /// A scenario file that repeats what the client did.
    Scenario,
    /// An HTML page with the sequence and each exchange; it opens without a network.
    Report,
}

/// Which exchanges are exported, and as what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportOrder {
    /// As what.
    #[serde(rename = "as")]
    pub form: ExportForm,
    /// Only those with a higher number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
    /// Only those that were sent under this client id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Only those in the name of this user. Those that name nobody, such as the beginning of a sign-in, stay in a scenario.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Only those that have this text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// One exchange, explained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExchangeTold {
    /// As the log has it.
    pub exchange: Exchange,
    /// What was asked, in a few words.
    pub question: String,
    /// What was answered, in a few words.
    pub answer: String,
    /// Whether the answer refuses.
    pub refused: bool,
    /// What the number of the refusal means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorTold>,
    /// The tokens that went with it.
    pub tokens: Vec<TokenTold>,
}

/// What an AADSTS number means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorTold {
    /// The number.
    pub code: u32,
    /// What it means.
    pub meaning: String,
    /// What satisfies the demand or mends the fault.
    pub cure: String,
    /// How to see it here.
    pub provoke: String,
}

/// A token with its claims explained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TokenTold {
    /// What it was in the exchange.
    pub role: TokenRole,
    /// The header.
    pub header: Map<String, Value>,
    /// The claims, in the order in which they stand.
    pub claims: Vec<ClaimTold>,
}

/// A claim, explained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClaimTold {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// What it says; absent for a claim that no token of this server has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meaning: Option<String>,
    /// The same as a date, if it is a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub time: Option<Timestamp>,
}

/// What each user types to sign in: fake by design.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Credentials {
    /// In the order of the directory.
    pub users: Vec<CredentialsOfUser>,
}

/// What a user types to sign in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CredentialsOfUser {
    /// User name in this tenant.
    pub username: String,
    /// Password; a guest's is that of the home tenant.
    pub password: Option<String>,
    /// One-time code; absent without a registered method.
    pub one_time_code: Option<String>,
}

/// Settings to copy for each SDK.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Snippets {
    /// Those that work with this server.
    pub snippets: Vec<Filled>,
}

impl std::fmt::Debug for CredentialsOfUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CredentialsOfUser").field("username", &self.username).finish_non_exhaustive()
    }
}

impl From<StreamStart> for ExchangeFilter {
    fn from(start: StreamStart) -> Self {
        let StreamStart { client_id, user, text, endpoint, .. } = start;
        Self { client_id, user, text, endpoint, ..Self::default() }
    }
}

impl From<&ExportOrder> for ExchangeFilter {
    fn from(order: &ExportOrder) -> Self {
        let ExportOrder { since, client_id, user, text, .. } = order.clone();
        Self { since, client_id, user, text, ..Self::default() }
    }
}

impl TimelineRow {
    /// `exchange` as a row. Long texts are cut; the exchange has them whole.
    #[must_use]
    pub fn of(exchange: &Exchange) -> Self {
        let short = |message: Message| Message { text: cut(&message.text), ..message };
        let lines = timeline::messages(exchange).into_iter();
        Self {
            number: exchange.number,
            at: exchange.at,
            endpoint: exchange.endpoint,
            client_id: exchange.client_id.as_deref().map(cut),
            user: exchange.user.as_deref().map(cut),
            interaction: exchange.interaction,
            refused: timeline::is_refused(exchange),
            lines: lines.map(|line| line.into_iter().map(short).collect()).collect(),
        }
    }
}

impl ExchangeTold {
    /// `exchange`, explained.
    #[must_use]
    pub fn of(exchange: &Exchange) -> Self {
        let code = exchange.answer.code.and_then(|code| Aadsts::ALL.iter().find(|known| known.row().number == code));
        let error = code.map(|code| ErrorTold {
            code: code.row().number,
            meaning: code.meaning().to_owned(),
            cure: code.row().cure.to_owned(),
            provoke: code.row().provoke.to_owned(),
        });
        Self {
            question: timeline::question(exchange),
            answer: timeline::answer(exchange),
            refused: timeline::is_refused(exchange),
            error,
            tokens: exchange.tokens.iter().map(TokenTold::of).collect(),
            exchange: exchange.clone(),
        }
    }
}

impl TokenTold {
    fn of(token: &TokenSeen) -> Self {
        let claim = |(name, value): (&String, &Value)| ClaimTold {
            name: name.clone(),
            value: value.clone(),
            meaning: token::meaning(name).map(str::to_owned),
            time: TIMES.contains(&name.as_str()).then(|| Timestamp::from_second(value.as_i64()?).ok()).flatten(),
        };
        Self { role: token.role, header: token.header(), claims: token.claims().iter().map(claim).collect() }
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Claims that are seconds since 1970.
const TIMES: &[&str] = &["exp", "iat", "nbf", "auth_time", "xms_st"];

/// More characters than a line of the sequence shows.
const LONGEST: usize = 160;
