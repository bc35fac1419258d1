//! `/_mock/directory`: the configuration document of the server; and what one tenant knows of it, as it stands.

use std::sync::Arc;

use axum::extract::{FromRequest, Request, State};

use crate::{
    config,
    control::{Imported, TenantDescription, TenantDirectory},
    directory::Document,
    yaml::{self, Path, Problem},
};

use super::{
    Idp, Json, Trouble,
    extract::{Controls, whole},
    operation::{Operation, Takes},
};

/// A document may hold thousands of users.
const LIMIT: usize = 8 * 1024 * 1024;

pub(super) async fn export(State(idp): State<Arc<Idp>>) -> Json<Arc<Document>> {
    Json(idp.registry.document())
}

/// Everything is as if the server had been started with the document: tenants that were made are gone.
pub(super) async fn import(
    State(idp): State<Arc<Idp>>,
    Configuration(document): Configuration,
) -> Result<Json<Imported>, Trouble> {
    idp.import(&document);
    let tenants = document.tenants.iter().filter_map(|tenant| idp.registry.find(&tenant.id.to_string()));
    let described = tenants.map(|tenant| TenantDescription::of(&tenant.state().directory, &idp.base));
    Ok(Json(Imported { tenants: described.collect() }))
}

pub(super) async fn show(Controls(tenant): Controls) -> Json<TenantDirectory> {
    Json(TenantDirectory::from(&tenant.directory()))
}

/// A configuration document, checked as `mock-idp config check` does.
pub(super) struct Configuration(Arc<Document>);

impl FromRequest<Arc<Idp>> for Configuration {
    type Rejection = Trouble;

    async fn from_request(request: Request, idp: &Arc<Idp>) -> Result<Self, Trouble> {
        let bytes = whole(request, LIMIT, idp).await?;
        let no_text = |_| Trouble::new(400, "invalid_body", "The body is no text in UTF-8.");
        let text = String::from_utf8(bytes.into()).map_err(no_text)?;
        let document = read(&text)?;
        match config::check(&document).as_slice() {
            [] => Ok(Self(Arc::new(document))),
            problems => Err(placed(Trouble::unacceptable(problems), &text, problems.first())),
        }
    }
}

/// Reads JSON as every other body, and YAML as the file that it is.
fn read(text: &str) -> Result<Document, Trouble> {
    match serde_json::from_str(text) {
        Ok(json) => yaml::from_value(&json, &Path::root())
            .map_err(|problem| placed(Trouble::misshapen(&problem), text, Some(&problem))),
        Err(_) => yaml::parse("body", text).map_err(|mistake| Trouble::from(&*mistake)),
    }
}

/// JSON is YAML, so a place in it is found alike.
fn placed(trouble: Trouble, text: &str, problem: Option<&Problem>) -> Trouble {
    match problem.and_then(|problem| yaml::locate(text, &problem.path)) {
        Some(place) => trouble.in_text(place.line, place.column),
        None => trouble,
    }
}

impl Takes for Configuration {
    fn describe(operation: &mut Operation<'_>) {
        operation.body::<Document>(&["application/json", "application/yaml"]);
    }
}
