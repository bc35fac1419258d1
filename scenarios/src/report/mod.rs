//! What people see of a run: one self-contained HTML page, a listing for the
//! terminal, and JUnit XML for CI servers. Verdicts in, text out; nothing is
//! judged here. Secrets are not in the log, so none can get here.

mod junit;
mod page;
mod text;
mod timeline;

pub use junit::junit;
pub(crate) use mock_idp::timeline::{answer, question};
pub use page::html;
pub use text::listing;
