//! Rule: the user or an administrator must have consented to every scope, API by API (escalation reference 3).

use crate::scopes::ApiScopes;

use super::{Decision, Demand, MissingConsent, Situation, Subject};

pub(super) fn check(situation: &Situation<'_>, decision: &mut Decision) {
    let Some(subject) = situation.subject() else { return };
    let interaction = situation.interaction.unwrap_or_default();
    let forced = interaction.force_consent && !interaction.consented;

    let wanted: Vec<MissingConsent> =
        asked(situation, subject).into_iter().filter(|row| forced || !row.missing.is_empty()).collect();
    if wanted.is_empty() {
        return;
    }
    for row in &wanted {
        let because = if row.missing.is_empty() {
            format!("prompt=consent: {} is asked again for {}", row.api, row.asked.join(", "))
        } else {
            format!("no consent on record for {} of {}", row.missing.join(", "), row.api)
        };
        decision.note("consent", because);
    }
    let admin_only = wanted.iter().any(|row| row.missing.iter().any(|scope| is_admin_only(situation, &row.api, scope)));
    if admin_only && !subject.user.administrator {
        decision.note("consent", "only an administrator can consent to some of these");
        decision.demands.push(Demand::AdminConsent(wanted));
    } else {
        decision.demands.push(Demand::Consent(wanted));
    }
}

/// What is asked of each API, and what of it is not on record.
fn asked(situation: &Situation<'_>, subject: Subject<'_>) -> Vec<MissingConsent> {
    let client = situation.client;
    let mut rows: Vec<MissingConsent> = Vec::new();
    for asked in &situation.scopes.apis {
        if asks_for_everything(situation, subject, asked) {
            // `.default` without any grant lists the whole registration (SCP examples 2 and 3).
            rows.extend(client.permissions.iter().map(|(api, scopes)| row(situation, subject, api, scopes)));
        } else if !asked.default {
            rows.push(row(situation, subject, &asked.api, &asked.names));
        }
    }
    rows
}

/// `.default` of an API for which nothing is on record yet, or whose consent is asked again.
fn asks_for_everything(situation: &Situation<'_>, subject: Subject<'_>, asked: &ApiScopes) -> bool {
    let forced = situation.interaction.is_some_and(|interaction| interaction.force_consent);
    asked.default && (forced || granted(situation, subject, &asked.api).is_empty())
}

fn row(situation: &Situation<'_>, subject: Subject<'_>, api: &str, scopes: &[String]) -> MissingConsent {
    let granted = granted(situation, subject, api);
    let missing = scopes.iter().filter(|scope| !granted.contains(&scope.as_str())).cloned().collect();
    MissingConsent { api: api.to_owned(), asked: scopes.to_vec(), missing }
}

fn granted<'a>(situation: &Situation<'a>, subject: Subject<'_>, api: &str) -> Vec<&'a str> {
    situation.ledger.granted(situation.client.client_id, api, subject.user.id, situation.consents_known_until)
}

fn is_admin_only(situation: &Situation<'_>, api: &str, scope: &str) -> bool {
    situation.directory.api(api).and_then(|api| api.scope(scope)).is_some_and(|scope| scope.admin_only)
}
