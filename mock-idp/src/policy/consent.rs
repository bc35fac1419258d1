//! Rule: the user or an administrator must have consented to every scope, API by API (escalation reference 3).

use crate::{
    directory::{Api, Application},
    error::Aadsts,
    scopes::ApiScopes,
};

use super::{AdminReason, Decision, Demand, MissingConsent, Remedy, Situation, Stage, Subject};

pub(super) fn check(situation: &Situation<'_>, decision: &mut Decision) {
    let Some(subject) = situation.subject() else { return };
    let interaction = situation.interaction.unwrap_or_default();
    let forced = (interaction.force_consent || interaction.whole_tenant) && !interaction.consented;

    let is_wanted = |row: &MissingConsent| forced || !row.missing.is_empty();
    let mut wanted: Vec<MissingConsent> = asked(situation, subject).into_iter().filter(is_wanted).collect();
    if wanted.is_empty() {
        return;
    }
    if let Some(row) = wanted.iter().find(|row| is_first_party_pair(situation, row)) {
        let because =
            format!("{} is not preauthorized by {}, and both are first-party", situation.client.name, row.api);
        let demand = Demand::Remedy(Remedy::new(Aadsts::FirstPartyNotPreauthorized, Stage::Consent));
        return decision.demand(situation, "consent", because, demand);
    }
    if situation.interaction.is_some() {
        let combined = combined(situation, subject, &wanted);
        wanted.extend(combined.into_iter().filter(is_wanted));
    }
    let because: Vec<String> = wanted.iter().map(|row| explained(row, situation)).collect();
    let because = because.join("; ");
    match admin_reason(situation, &wanted).filter(|_| !subject.user.administrator) {
        Some(reason) => {
            let because = format!("{because}; {}", reason.because());
            decision.demand(situation, "consent", because, Demand::AdminConsent(wanted, reason));
        }
        None => decision.demand(situation, "consent", because, Demand::Consent(wanted)),
    }
}

fn explained(row: &MissingConsent, situation: &Situation<'_>) -> String {
    if row.missing.is_empty() {
        format!("consent is asked again: {} for {}", row.api, row.asked.join(", "))
    } else if row.client != situation.client.client_id {
        format!("combined consent covers {} of {} for the API that is asked for", row.missing.join(", "), row.api)
    } else {
        format!("no consent on record for {} of {}", row.missing.join(", "), row.api)
    }
}

/// Why an administrator has to give this consent, if so.
fn admin_reason(situation: &Situation<'_>, wanted: &[MissingConsent]) -> Option<AdminReason> {
    let new = || wanted.iter().filter(|row| !row.missing.is_empty());
    if situation.interaction.is_some_and(|interaction| interaction.whole_tenant) {
        return Some(AdminReason::WholeTenant);
    }
    if new().any(|row| row.missing.iter().any(|scope| is_admin_only(situation, &row.api, scope))) {
        return Some(AdminReason::Scope);
    }
    if situation.client.risky && new().next().is_some() {
        return Some(AdminReason::Risky);
    }
    // Where users may not consent, asking them again for what an administrator had covered blocks them (3.5).
    (!situation.directory.consent_settings.users_may_consent).then_some(AdminReason::UsersMayNot)
}

/// What is asked of each API, and what of it is not on record.
fn asked(situation: &Situation<'_>, subject: Subject<'_>) -> Vec<MissingConsent> {
    let client = situation.client;
    let mut rows: Vec<MissingConsent> = Vec::new();
    for asked in &situation.scopes.apis {
        if asks_for_everything(situation, subject, asked) {
            // `.default` without any grant lists the whole registration (SCP examples 2 and 3).
            rows.extend(client.permissions.iter().map(|(api, scopes)| row(situation, subject, client, api, scopes)));
        } else if !asked.default {
            rows.push(row(situation, subject, client, &asked.api, &asked.names));
        }
    }
    rows
}

/// `.default` of an API for which nothing is on record yet, or whose consent is asked again.
fn asks_for_everything(situation: &Situation<'_>, subject: Subject<'_>, asked: &ApiScopes) -> bool {
    let forced = situation.interaction.is_some_and(|seen| seen.force_consent || seen.whole_tenant);
    asked.default && (forced || granted(situation, subject, situation.client, &asked.api).is_empty())
}

/// Combined consent: an API that knows the client lets its page cover what the API itself asks of the APIs behind it. Only a
/// page does that: no silent request of the client is refused for what the API lacks.
fn combined(situation: &Situation<'_>, subject: Subject<'_>, wanted: &[MissingConsent]) -> Vec<MissingConsent> {
    let directory = situation.directory;
    let asked = situation.scopes.apis.iter().filter(|asked| wanted.iter().any(|row| row.api == asked.api));
    asked
        .filter_map(|asked| directory.api(&asked.api))
        .filter(|api| api.known_client_applications.contains(&situation.client.name))
        .filter_map(|api| directory.applications.iter().find(|application| application.client_id == api.id))
        .flat_map(|application| {
            application.permissions.iter().map(|(api, scopes)| row(situation, subject, application, api, scopes))
        })
        .collect()
}

fn row(
    situation: &Situation<'_>,
    subject: Subject<'_>,
    client: &Application,
    api: &str,
    scopes: &[String],
) -> MissingConsent {
    let granted = granted(situation, subject, client, api);
    let missing = scopes.iter().filter(|scope| !granted.contains(&scope.as_str())).cloned().collect();
    MissingConsent { client: client.client_id, api: api.to_owned(), asked: scopes.to_vec(), missing }
}

/// The scopes of `api` that `client` may use for the user: by the ledger, or because the API's owner says so.
pub(super) fn granted<'a>(
    situation: &Situation<'a>,
    subject: Subject<'_>,
    client: &Application,
    api: &str,
) -> Vec<&'a str> {
    let mut granted = situation.ledger.granted(client.client_id, api, subject.user.id, situation.consents_known_until);
    let preauthorized = situation.directory.api(api).into_iter().flat_map(|api| preauthorized(api, client));
    granted.extend(preauthorized);
    granted
}

fn preauthorized<'a>(api: &'a Api, client: &Application) -> impl Iterator<Item = &'a str> {
    api.preauthorized
        .iter()
        .filter(|row| row.client == client.name)
        .flat_map(|row| row.scopes.iter().map(String::as_str))
}

fn is_first_party_pair(situation: &Situation<'_>, row: &MissingConsent) -> bool {
    situation.client.first_party && situation.directory.api(&row.api).is_some_and(|api| api.first_party)
}

fn is_admin_only(situation: &Situation<'_>, api: &str, scope: &str) -> bool {
    situation.directory.api(api).and_then(|api| api.scope(scope)).is_some_and(|scope| scope.admin_only)
}
