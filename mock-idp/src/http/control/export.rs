//! `/exchanges/export`: what is on screen as a file, to be run again or to be shown to somebody.

use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::control::{ExportForm, ExportOrder};

use super::{
    extract::{Controls, Query},
    operation::{Answers, Operation},
    respond,
    trouble::Trouble,
};

pub(super) async fn write(Controls(tenant): Controls, Query(order): Query<ExportOrder>) -> Result<File, Trouble> {
    let text = match order.form {
        ExportForm::Report => tenant.report(&(&order).into()),
        ExportForm::Scenario => tenant
            .scenario(&(&order).into())
            .map_err(|error| Trouble::new(409, "nothing_to_export", sentence(&error.to_string())))?,
    };
    Ok(File { form: order.form, text })
}

/// A file to be kept.
pub(super) struct File {
    form: ExportForm,
    text: String,
}

impl IntoResponse for File {
    fn into_response(self) -> Response {
        let (media_type, name) = match self.form {
            ExportForm::Scenario => ("application/yaml; charset=utf-8", "scenario.yaml"),
            ExportForm::Report => ("text/html; charset=utf-8", "report.html"),
        };
        let mut response = self.text.into_response();
        respond::set(&mut response, "content-type", media_type);
        respond::set_text(&mut response, "content-disposition", &format!("attachment; filename=\"{name}\""));
        respond::set(&mut response, "x-content-type-options", "nosniff");
        // Should a browser show it all the same.
        respond::set(
            &mut response,
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        );
        response
    }
}

impl Answers for File {
    fn describe(operation: &mut Operation<'_>) {
        let text = json!({ "schema": { "type": "string" } });
        operation.answers_with(200, json!({ "application/yaml": text, "text/html": text }));
        operation.refuses(409, "nothing_to_export");
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
