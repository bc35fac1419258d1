//! The rules, one a file: what must hold, and the sentence for when it does not.

pub(super) mod api_retries;
pub(super) mod cached;
pub(super) mod capabilities;
pub(super) mod claims_absent;
pub(super) mod claims_forwarded;
pub(super) mod concurrent;
pub(super) mod foreign_state;
pub(super) mod fresh;
pub(super) mod in_vain;
pub(super) mod pages;
pub(super) mod policies;
pub(super) mod prompts;
pub(super) mod repeated;
pub(super) mod retry_after;
pub(super) mod same_account;
pub(super) mod same_scopes;
pub(super) mod silent_first;
pub(super) mod token_requests;

pub use pages::SeenPage;
pub use repeated::Repetition;
pub use token_requests::Grant;
