//! Scope strings: what a client asks for, sorted by the API it belongs to. Knows the directory, nothing of consent.
//!
//! Rules: escalation reference 3.3 and 3.4. The part up to the last `/` names the resource; a bare name belongs to Graph;
//! `openid profile email offline_access` go with anything; `.default` stands alone for its API.

use crate::{
    directory::{Api, Application, Availability, Directory},
    error::{Aadsts, Refusal},
};

/// The scopes of one request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scopes {
    /// OpenID Connect's own.
    pub oidc: OidcScopes,
    /// The APIs asked for, in the order of their first scope.
    pub apis: Vec<ApiScopes>,
}

/// OpenID Connect's own scopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four independent words of one parameter")]
pub struct OidcScopes {
    /// `openid`: an ID token.
    pub openid: bool,
    /// `profile`: names in the ID token.
    pub profile: bool,
    /// `email`.
    pub email: bool,
    /// `offline_access`: a refresh token.
    pub offline_access: bool,
}

/// The scopes of one API in a request.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiScopes {
    /// Short name of the API.
    pub api: String,
    /// Names as the API defines them, without the resource part. For `.default`: the registered list.
    pub names: Vec<String>,
    /// Each scope in the form in which it was asked, to be echoed in the answer.
    pub asked: Vec<String>,
    /// The resource part as it was asked; absent for a bare Graph scope.
    pub resource: Option<String>,
    /// Whether `.default` was asked.
    pub default: bool,
}

impl Scopes {
    /// Reads a `scope` parameter that `client` sent.
    ///
    /// # Errors
    ///
    /// 70011 for a malformed list or `.default` beside names of the same API, 500011 for an unknown resource, 650057 for an
    /// API that is not on the client's registered list, 650053 for a scope that the API does not define, 50001, 650052 or
    /// 650054 for an API that the tenant does not have any more.
    pub fn parse(text: &str, client: &Application, directory: &Directory) -> Result<Self, Refusal> {
        let mut scopes = Self::default();
        for word in text.split_ascii_whitespace() {
            if !scopes.oidc.take(word) {
                scopes.take(word, client, directory)?;
            }
        }
        if scopes.apis.iter().any(|asked| asked.default && asked.asked.len() > 1) {
            return Err(Refusal::new(Aadsts::InvalidScope).with("scope", text));
        }
        for asked in scopes.apis.iter_mut().filter(|asked| asked.default) {
            asked.names = client.permissions.get(&asked.api).cloned().unwrap_or_default();
        }
        Ok(scopes)
    }

    /// The scopes of `api` that a token holds, as a request for just these.
    #[must_use]
    pub fn held(api: &Api, scp: &str) -> Self {
        let names: Vec<String> = scp.split_ascii_whitespace().map(str::to_owned).collect();
        let asked = ApiScopes { api: api.name.clone(), asked: names.clone(), names, resource: None, default: false };
        Self { apis: vec![asked], ..Self::default() }
    }

    /// Reads the `scope` parameter of an application that asks for itself: `{api}/.default`, once. Any API of the tenant can
    /// be asked for; what the token is good for is what the application was granted.
    ///
    /// # Errors
    ///
    /// 70011 for anything else, 500011 for an unknown resource.
    pub fn of_an_application(text: &str, directory: &Directory) -> Result<Self, Refusal> {
        let invalid = || Refusal::new(Aadsts::InvalidScope).with("scope", text);
        let word = text.trim();
        let resource = word.strip_suffix("/.default").ok_or_else(invalid)?;
        if word.contains(|c: char| c.is_ascii_whitespace()) {
            return Err(invalid());
        }
        let api = directory.api_by_resource(resource).ok_or_else(|| {
            Refusal::new(Aadsts::ResourceNotFound).with("resource", resource).with("tenant", directory.id)
        })?;
        is_available(api)?;
        let mut scopes = Self::default();
        let asked = scopes.entry(api, Some(resource));
        asked.default = true;
        asked.asked.push(word.to_owned());
        Ok(scopes)
    }

    /// Everything on the registered list of `client`.
    #[must_use]
    pub fn registered(client: &Application, directory: &Directory) -> Self {
        let apis = client.permissions.iter().filter_map(|(name, scopes)| {
            let api = directory.api(name)?;
            let asked = scopes.iter().map(|scope| format!("{}/{scope}", api.app_id_uri)).collect();
            let resource = Some(api.app_id_uri.clone());
            Some(ApiScopes { api: name.clone(), names: scopes.clone(), asked, resource, default: false })
        });
        Self { apis: apis.collect(), ..Self::default() }
    }

    /// The one API that a `scope` parameter is about, whatever else may be wrong with it: of names that the API does not
    /// define nothing is kept. `None` if it names an unknown resource, or several.
    #[must_use]
    pub fn of_one_api(text: &str, directory: &Directory) -> Option<Self> {
        let mut scopes = Self::default();
        for word in text.split_ascii_whitespace() {
            if scopes.oidc.take(word) {
                continue;
            }
            let (resource, name) =
                word.rsplit_once('/').map_or((None, word), |(resource, name)| (Some(resource), name));
            let api = match resource {
                Some(resource) => directory.api_by_resource(resource)?,
                None => directory.graph()?,
            };
            let asked = scopes.entry(api, resource);
            asked.names.extend(api.scope(name).map(|scope| scope.name.clone()));
        }
        (scopes.apis.len() <= 1).then_some(scopes)
    }

    /// All of them as they were asked, in one text that [`parse`](Self::parse) reads.
    #[must_use]
    pub fn as_asked(&self) -> String {
        let asked = self.apis.iter().flat_map(|api| &api.asked);
        let words: Vec<String> = asked.cloned().chain(self.oidc.words().map(str::to_owned)).collect();
        words.join(" ")
    }

    /// The same without all APIs but the first: the one that an authorization request is about where the token request names
    /// none (escalation reference 3.4).
    #[must_use]
    pub fn of_first_api(&self) -> Self {
        Self { oidc: self.oidc, apis: self.apis.iter().take(1).cloned().collect() }
    }

    fn take(&mut self, word: &str, client: &Application, directory: &Directory) -> Result<(), Refusal> {
        let (resource, name) = match word.rsplit_once('/') {
            Some((resource, name)) => (Some(resource), name),
            None => (None, word),
        };
        let api = match resource {
            Some(resource) => directory.api_by_resource(resource).ok_or_else(|| {
                Refusal::new(Aadsts::ResourceNotFound).with("resource", resource).with("tenant", directory.id)
            })?,
            None => directory.graph().ok_or_else(|| Refusal::new(Aadsts::InvalidScope).with("scope", word))?,
        };
        if name.is_empty() {
            return Err(Refusal::new(Aadsts::InvalidScope).with("scope", word));
        }
        is_available(api)?;
        let is_listed = client.permissions.contains_key(&api.name) || client.client_id == api.id;
        if !is_listed && !directory.switches.unregistered_apis {
            return Err(unregistered(resource, api, client, directory));
        }
        let default = name == ".default";
        let defined = match api.scope(name) {
            Some(scope) => Some(scope.name.clone()),
            None if default => None,
            None => {
                return Err(Refusal::new(Aadsts::UnknownScope)
                    .with("client_name", client.display_name())
                    .with("scope", name)
                    .with("resource", api.id));
            }
        };
        let asked = self.entry(api, resource);
        asked.default |= default;
        asked.asked.push(word.to_owned());
        if let Some(name) = defined
            && !asked.names.contains(&name)
        {
            asked.names.push(name);
        }
        Ok(())
    }

    fn entry(&mut self, api: &Api, resource: Option<&str>) -> &mut ApiScopes {
        let at = self.apis.iter().position(|asked| asked.api == api.name).unwrap_or_else(|| {
            self.apis.push(ApiScopes {
                api: api.name.clone(),
                names: Vec::new(),
                asked: Vec::new(),
                resource: resource.map(str::to_owned),
                default: false,
            });
            self.apis.len() - 1
        });
        &mut self.apis[at]
    }
}

/// Whether `word` is one of OpenID Connect's own scopes, in any case.
#[must_use]
pub fn is_oidc(word: &str) -> bool {
    OidcScopes::default().take(word)
}

impl OidcScopes {
    fn words(self) -> impl Iterator<Item = &'static str> {
        let all = [
            ("openid", self.openid),
            ("profile", self.profile),
            ("email", self.email),
            ("offline_access", self.offline_access),
        ];
        all.into_iter().filter_map(|(word, asked)| asked.then_some(word))
    }

    /// Notes `word` if it is one of these; they are compared in any case, as Entra does.
    fn take(&mut self, word: &str) -> bool {
        let flag = match word.to_ascii_lowercase().as_str() {
            "openid" => &mut self.openid,
            "profile" => &mut self.profile,
            "email" => &mut self.email,
            "offline_access" => &mut self.offline_access,
            _ => return false,
        };
        *flag = true;
        true
    }
}

/// Whether the tenant has the API (escalation reference 2.11).
fn is_available(api: &Api) -> Result<(), Refusal> {
    let code = match api.availability {
        Availability::Available => return Ok(()),
        Availability::Disabled => Aadsts::ResourceDisabled,
        Availability::NotSubscribed => Aadsts::ResourceNotSubscribed,
        Availability::Removed => Aadsts::ResourceRemoved,
    };
    Err(Refusal::new(code).with("resource", &api.app_id_uri))
}

/// The refusal for an API that is not on the client's registered list (public record of 2026-02-19).
fn unregistered(resource: Option<&str>, api: &Api, client: &Application, directory: &Directory) -> Refusal {
    let valid = client
        .permissions
        .keys()
        .filter_map(|name| directory.api(name))
        .map(|api| api.id.to_string())
        .collect::<Vec<_>>()
        .join(", ");
    Refusal::new(Aadsts::UnregisteredResource)
        .with("client", client.client_id)
        .with("client_name", client.display_name())
        .with("resource", resource.unwrap_or(&api.app_id_uri))
        .with("resource_id", api.id)
        .with("valid", valid)
}

#[cfg(test)]
mod properties;
