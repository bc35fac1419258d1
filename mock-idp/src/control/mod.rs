//! The documents of the control API (contract §7): what its requests hold and what its answers say.
//!
//! One place for three users: the handlers under `http/control`, the OpenAPI document that is made of them, and
//! [`control_client`](crate::control_client). So they cannot differ. Owns shapes only; knows no HTTP and no store.

mod document;
mod error;
mod patch;
mod tenant;
mod told;

pub use document::{
    Clock, ClockSetting, ConsentKey, Consents, Faults, Imported, Judged, NamedLocations, Pace, Policies, SigningKeys,
    Status, UnmetExpectation, Verdict,
};
pub use error::{ErrorDetail, ErrorDocument};
pub(crate) use patch::object;
pub use patch::{Patch, PolicyDraft};
pub use tenant::{ApiName, ApplicationName, CreateTenant, TenantDescription, TenantDirectory, UserName};
pub(crate) use tenant::{told_application, told_user};
pub use told::{
    ClaimTold, Credentials, CredentialsOfUser, Dropped, ErrorTold, ExchangeTold, ExportForm, ExportOrder, Snippets,
    StreamForm, StreamStart, TenantListed, Tenants, Timeline, TimelineRow, TokenTold,
};

pub use crate::{
    controls::{Demanded, Judgement, MintedToken, PolicyName, Question, TokenOrder},
    directory::{Api, Application, Consent, ConsentSettings, Document, NamedLocation, Policy, Switches, User},
    expectation::Expectations,
    fault::{ArmedFault, Fault},
    recorder::{Exchange, ExchangeFilter, Exchanges},
    virtual_user::VirtualUser,
};
