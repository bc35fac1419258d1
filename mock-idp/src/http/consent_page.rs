//! What the consent page lists: per API and scope, what is new and what is on record already.

use jiff::Timestamp;

use crate::{
    directory::{Application, User},
    flow::Flow,
    pages::{self, ApiGroup, Form, Frame, PublisherLine, Reach, ScopeLine},
    policy::MissingConsent,
    state::State,
};

/// What is asked of whom.
pub(super) struct Asked<'a> {
    pub(super) state: &'a State,
    pub(super) flow: &'a Flow,
    /// The application that asks.
    pub(super) client: Option<&'a Application>,
    pub(super) account: Option<&'a User>,
    pub(super) missing: &'a [MissingConsent],
    pub(super) now: Timestamp,
}

impl Asked<'_> {
    pub(super) fn draw(&self, frame: &Frame<'_>, form: &Form<'_>, username: &str) -> String {
        let maintain_access = self.flow.request.scopes.oidc.offline_access;
        let publisher = self.client.and_then(|client| client.publisher.as_ref());
        let publisher =
            publisher.map(|publisher| PublisherLine { name: &publisher.name, verified: publisher.verified });
        let groups: Vec<ApiGroup<'_>> = self.missing.iter().map(|row| self.group(row)).collect();
        pages::consent(frame, form, username, publisher, &groups, maintain_access, self.reach())
    }

    fn reach(&self) -> Reach {
        match self.account {
            _ if self.flow.interaction.whole_tenant => Reach::Tenant,
            Some(user) if user.administrator => Reach::Chosen,
            _ => Reach::Person,
        }
    }

    fn group<'a>(&'a self, row: &'a MissingConsent) -> ApiGroup<'a> {
        let directory = &self.state.directory;
        let api = directory.api(&row.api);
        // Under combined consent, the API that is asked for calls others in its turn.
        let caller = directory.applications.iter().find(|application| application.client_id == row.client);
        let scopes = row.asked.iter().map(|name| ScopeLine {
            name,
            description: api.and_then(|api| api.scope(name)).map_or("", |scope| scope.description.as_str()),
            new: row.missing.contains(name),
        });
        let granted = self.account.map(|user| self.state.ledger.granted(row.client, &row.api, user.id, self.now));
        let mut granted_before = granted.unwrap_or_default();
        granted_before.retain(|name| !row.asked.iter().any(|asked| asked == name));
        granted_before.sort_unstable();
        granted_before.dedup();
        ApiGroup {
            api: api.map_or(row.api.as_str(), |api| api.display_name()),
            called_by: caller
                .filter(|caller| caller.client_id != self.flow.request.client)
                .map(|caller| caller.display_name()),
            scopes: scopes.collect(),
            granted_before,
        }
    }
}
