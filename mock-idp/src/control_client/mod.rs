//! The control API as a typed client: for a server in another process, what [`MockIdp`](crate::MockIdp) and
//! [`TenantControls`](crate::TenantControls) are for one in this process. Methods have the same names and the same
//! documents ([`crate::control`]); they are async, and can fail.
//!
//! Knows the wire and no state of the server.
//!
//! ```
//! # async fn example() -> Result<(), mock_idp::control_client::ControlError> {
//! use mock_idp::control_client::ControlClient;
//! let server = ControlClient::new("https://localhost:8443", Some(&std::fs::read_to_string("ca.pem").unwrap_or_default()))?;
//! let tenant = server.new_tenant("contoso").await?;
//! tenant.grant_consent(Some("ada"), "desktop", "calendar", &["Events.Read"]).await?;
//! // … a client signs in at tenant.authority() …
//! assert_eq!(tenant.exchanges_since(0).await?.exchanges.len(), 0);
//! tenant.delete().await
//! # }
//! ```

mod difference;
mod error;
mod stream;
mod tenant;
mod told;

use reqwest::{Certificate, Client, Method, RequestBuilder, Response, StatusCode};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

pub use error::{ControlError, Refused};
pub use stream::ExchangeStream;
pub use tenant::TenantClient;

use crate::{
    control::{CreateTenant, ErrorDocument, Imported, Status, TenantDescription, TenantListed, Tenants},
    directory::Document,
};

/// A server, as its control API is reached. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ControlClient {
    base: String,
    http: Client,
}

impl ControlClient {
    /// The server at `base`, such as `https://localhost:8443`. `ca_pem` is the certificate to trust
    /// ([`MockIdp::ca_pem`](crate::MockIdp::ca_pem), `MOCK_IDP_CA`); nothing else is.
    ///
    /// # Errors
    ///
    /// If the certificate cannot be used.
    pub fn new(base: &str, ca_pem: Option<&str>) -> Result<Self, ControlError> {
        let setup = |source| ControlError::Unreachable { what: "the control client".to_owned(), source };
        let roots = ca_pem.map(|pem| Certificate::from_pem_bundle(pem.as_bytes())).transpose().map_err(setup)?;
        // The server is on this machine: no proxy leads to it.
        let http = Client::builder().no_proxy().tls_certs_only(roots.unwrap_or_default()).build().map_err(setup)?;
        Ok(Self::with_http_client(base, http))
    }

    /// The same over an HTTP client of one's own.
    #[must_use]
    pub fn with_http_client(base: &str, http: Client) -> Self {
        Self { base: base.trim_end_matches('/').to_owned(), http }
    }

    /// Origin of the server.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Asks whether the server is up.
    ///
    /// # Errors
    ///
    /// See [`ControlError`].
    pub async fn health(&self) -> Result<(), ControlError> {
        self.get::<Status>("/health").await.map(|_| ())
    }

    /// Everything as at the start; isolated tenants are gone.
    ///
    /// # Errors
    ///
    /// See [`ControlError`].
    pub async fn reset(&self) -> Result<(), ControlError> {
        self.answer::<Status>(self.request(Method::POST, "/reset")).await.map(|_| ())
    }

    /// The configuration document.
    ///
    /// # Errors
    ///
    /// See [`ControlError`].
    pub async fn document(&self) -> Result<Document, ControlError> {
        self.get("/directory").await
    }

    /// Starts anew with the configuration `text`, YAML or JSON; isolated tenants are gone.
    ///
    /// # Errors
    ///
    /// See [`ControlError`]; a mistake in the document bears its line and column.
    pub async fn import(&self, text: impl Into<String>) -> Result<Imported, ControlError> {
        self.answer(self.request(Method::PUT, "/directory").body(text.into())).await
    }

    /// A new isolated tenant that starts like the configured tenant `like`.
    ///
    /// # Errors
    ///
    /// See [`ControlError`].
    pub async fn new_tenant(&self, like: &str) -> Result<TenantClient, ControlError> {
        let asked = CreateTenant { like: like.to_owned() };
        let told = self.send::<TenantDescription>(Method::POST, "/tenants", &asked).await?;
        Ok(TenantClient::new(self.clone(), told))
    }

    /// All tenants, those of the configuration first.
    ///
    /// # Errors
    ///
    /// See [`ControlError`].
    pub async fn tenants(&self) -> Result<Vec<TenantListed>, ControlError> {
        self.get::<Tenants>("/tenants").await.map(|told| told.tenants)
    }

    /// The tenant called `name` (id, domain or short name).
    ///
    /// # Errors
    ///
    /// See [`ControlError`].
    pub async fn tenant_named(&self, name: &str) -> Result<TenantClient, ControlError> {
        let told = self.get::<TenantDescription>(&format!("/tenants/{}", segment(name))).await?;
        Ok(TenantClient::new(self.clone(), told))
    }

    /// The OpenAPI document of the control API.
    ///
    /// # Errors
    ///
    /// See [`ControlError`].
    pub async fn open_api(&self) -> Result<Map<String, Value>, ControlError> {
        self.get("/openapi.json").await
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ControlError> {
        self.answer(self.request(Method::GET, path)).await
    }

    async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, ControlError> {
        self.answer(self.request(method, path).json(body)).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}/_mock{path}", self.base))
    }

    async fn answer<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, ControlError> {
        let response = self.accepted(request).await?;
        let status = response.status();
        let text = response.text().await.map_err(|source| self.unreachable(source))?;
        let text = if status == StatusCode::NO_CONTENT { "null" } else { &text };
        serde_json::from_str(text).map_err(|source| ControlError::Unreadable { status: status.as_u16(), source })
    }

    async fn text(&self, request: RequestBuilder) -> Result<String, ControlError> {
        self.accepted(request).await?.text().await.map_err(|source| self.unreachable(source))
    }

    /// The response, if it is no refusal.
    async fn accepted(&self, request: RequestBuilder) -> Result<Response, ControlError> {
        let response = request.send().await.map_err(|source| self.unreachable(source))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let text = response.text().await.map_err(|source| self.unreachable(source))?;
        let unreadable = |source| ControlError::Unreadable { status: status.as_u16(), source };
        let told: ErrorDocument = serde_json::from_str(&text).map_err(unreadable)?;
        Err(ControlError::Refused(Refused { status: status.as_u16(), detail: told.error }))
    }

    fn unreachable(&self, source: reqwest::Error) -> ControlError {
        ControlError::Unreachable { what: self.base.clone(), source }
    }
}

/// A name as a segment of a path.
fn segment(name: &str) -> String {
    percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// A list under its name, as the control API writes it.
fn listed(name: &str, list: &impl Serialize) -> Value {
    json!({ name: list })
}
