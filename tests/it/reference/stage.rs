//! Where a case plays: a server with a frozen clock, a raw client, and ada, who signed in to the calendar by password.

use std::{future::Future, pin::Pin};

use jiff::{SignedDuration, Timestamp};
use mock_idp::{
    MockIdp, TenantControls,
    directory::{Application, ErrorChange, GrantControl, GrantControls, Policy, Switches, Targets, User},
    virtual_user::{Browser, VirtualUser, Visit},
};
use reqwest::Method;
use serde_json::Value;
use tests::{Answer, CALENDAR, RawClient};
use uuid::Uuid;

/// What a case ends in.
#[derive(Debug)]
pub(super) enum Seen {
    /// An answer over HTTP.
    Answer(Box<Answer>),
    /// A visit of the pages.
    Visit(Box<Visit>),
}

impl From<Answer> for Seen {
    fn from(answer: Answer) -> Self {
        Self::Answer(Box::new(answer))
    }
}

impl From<Visit> for Seen {
    fn from(visit: Visit) -> Self {
        Self::Visit(Box::new(visit))
    }
}

#[expect(clippy::panic, reason = "a case that ends in another kind of answer has failed")]
impl Seen {
    /// The answer over HTTP.
    pub(super) fn answer(self) -> Answer {
        match self {
            Self::Answer(answer) => *answer,
            Self::Visit(visit) => panic!("a visit, and no answer: {visit:#?}"),
        }
    }

    /// The visit of the pages.
    pub(super) fn visit(self) -> Visit {
        match self {
            Self::Visit(visit) => *visit,
            Self::Answer(answer) => panic!("an answer, and no visit: {answer:#?}"),
        }
    }
}

/// The future of a case.
pub(super) type Provoked = Pin<Box<dyn Future<Output = Seen> + Send>>;

/// 2026-01-05 09:00:00Z.
pub(super) const NOW: Timestamp = Timestamp::constant(1_767_603_600, 0);
/// The policy that [`Stage::guard`] puts in front of payroll.
pub(super) const GUARD: Uuid = Uuid::from_u128(0xf000_0000_0000_4000_8000_0000_0000_0009);
/// The correlation id of every request of a case.
pub(super) const CORRELATION: &str = "c0ffee00-0000-4000-8000-000000000001";

/// The server and who is in front of it.
pub(super) struct Stage {
    pub(super) idp: MockIdp,
    pub(super) client: RawClient,
    pub(super) refresh_token: String,
    pub(super) access_token: String,
}

impl Stage {
    pub(super) async fn new() -> Self {
        let idp = MockIdp::builder().seed(7).start().await.unwrap();
        idp.tenant().freeze_clock(NOW);
        idp.tenant().set_policies(Vec::new());
        let client = RawClient::new(&idp).await;
        let first = client.sign_in(&ada(), CALENDAR).await;
        let refresh_token = first.text_of("refresh_token").to_owned();
        let access_token = first.text_of("access_token").to_owned();
        Self { idp, client, refresh_token, access_token }
    }

    pub(super) fn tenant(&self) -> TenantControls {
        self.idp.tenant()
    }

    /// Puts `control` in front of payroll, to which everybody consented.
    pub(super) fn guard(self, control: GrantControl) -> Self {
        self.policy(guard(control))
    }

    pub(super) fn policy(self, policy: Policy) -> Self {
        self.tenant().set_policies(vec![policy]);
        self.consent("payroll", "Salary.Read")
    }

    pub(super) fn consent(self, api: &str, scope: &str) -> Self {
        self.tenant().grant_consent(None, "desktop", api, &[scope]).unwrap();
        self
    }

    pub(super) fn user(self, change: impl FnOnce(&mut User)) -> Self {
        self.tenant().change_user("ada", change).unwrap();
        self
    }

    pub(super) fn application(self, change: impl FnOnce(&mut Application)) -> Self {
        self.tenant().change_application("desktop", change).unwrap();
        self
    }

    pub(super) fn switches(self, change: impl FnOnce(&mut Switches)) -> Self {
        self.tenant().change_switches(change);
        self
    }

    /// The next request gets what `fault` says, told over the control API.
    pub(super) async fn fault(self, fault: Value) -> Self {
        let path = format!("/_mock/tenants/{}/faults", self.tenant().id());
        let answer = self.client.send(self.client.request(Method::POST, &path).json(&fault)).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        self
    }

    /// What the error `number` says differs from now on.
    pub(super) fn error(self, number: u32, change: ErrorChange) -> Self {
        self.switches(|switches| {
            switches.errors.insert(number.to_string(), change);
        })
    }

    /// The error `number` has another number from now on.
    pub(super) fn renumbered(self, number: u32, other: u32) -> Self {
        self.error(number, ErrorChange { number: Some(other), ..ErrorChange::default() })
    }

    pub(super) fn later(self, by: SignedDuration) -> Self {
        self.tenant().advance_clock(by);
        self
    }

    /// The silent request for `scope`.
    pub(super) async fn refresh(&self, scope: &str) -> Seen {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", &self.refresh_token), ("scope", scope)]).await
    }

    /// A request to the token endpoint by the client `desktop`; an empty client id leaves it out.
    pub(super) async fn token(&self, form: &[(&str, &str)]) -> Seen {
        self.token_at(&self.tenant().id().to_string(), form).await
    }

    pub(super) async fn token_at(&self, segment: &str, form: &[(&str, &str)]) -> Seen {
        let mut form = form.to_vec();
        if !form.iter().any(|(name, _)| *name == "client_id") {
            form.push(("client_id", &self.client.client_id));
        }
        form.retain(|(_, value)| !value.is_empty());
        let request = self.client.request(Method::POST, &format!("/{segment}/oauth2/v2.0/token"));
        let request = self.client.from_page(request);
        self.client.send(request.header("client-request-id", CORRELATION).form(&form)).await.into()
    }

    /// The window for `scope`.
    pub(super) async fn window(&self, scope: &str, extra: &[(&str, &str)]) -> Seen {
        self.visit(&ada(), scope, extra).await
    }

    pub(super) async fn visit(&self, user: &VirtualUser, scope: &str, extra: &[(&str, &str)]) -> Seen {
        let mut extra = extra.to_vec();
        extra.push(("client-request-id", CORRELATION));
        self.client.visit(user, scope, &extra).await.into()
    }

    /// The page that /authorize shows at once.
    pub(super) async fn page(&self, path_and_query: &str) -> Seen {
        self.client.send(self.client.request(Method::GET, path_and_query)).await.into()
    }

    /// The path and query of an authorization request.
    pub(super) fn authorize(&self, scope: &str, extra: &[(&str, &str)]) -> String {
        let url = self.client.authorize_url(scope, extra);
        format!("{}?{}", url.path(), url.query().unwrap_or_default())
    }

    /// The redemption of a code of [`ada`]'s sign-in.
    pub(super) async fn redeem(&self, code: &str, extra: &[(&str, &str)]) -> Seen {
        let form = self.redemption(code, extra);
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.token(&form).await
    }

    pub(super) fn redemption<'a>(&self, code: &str, extra: &[(&'a str, &str)]) -> Vec<(&'a str, String)> {
        let mut form = vec![
            ("grant_type", "authorization_code".to_owned()),
            ("code", code.to_owned()),
            ("redirect_uri", self.client.redirect_uri.clone()),
            ("code_verifier", tests::VERIFIER.to_owned()),
        ];
        for (name, value) in extra {
            form.retain(|(known, _)| known != name);
            form.push((name, (*value).to_owned()));
        }
        form
    }

    /// The tenant lets users ask administrators.
    pub(super) fn with_requests(self) -> Self {
        let mut settings = self.tenant().directory().consent_settings;
        settings.request_workflow = true;
        self.tenant().set_consent_settings(settings);
        self
    }

    /// The same in front of a browser that nobody has used.
    pub(super) fn fresh_browser(mut self) -> Self {
        self.client.browser = Browser::new(None).unwrap();
        self
    }

    /// eve has signed in in the same browser.
    pub(super) async fn two_sessions(self) -> Self {
        let eve = VirtualUser::new("eve@contoso.test");
        self.client.code(&eve, CALENDAR, &[("prompt", "login"), ("login_hint", "eve@contoso.test")]).await;
        self
    }

    /// A proxy in front of the browser allows another tenant only.
    pub(super) async fn restricted(self) -> Seen {
        let request = self.client.request(Method::GET, &self.authorize(CALENDAR, &[]));
        self.client.send(request.header("Restrict-Access-To-Tenants", "fabrikam.test")).await.into()
    }

    /// The refresh token of a single-page application, `later`.
    pub(super) async fn single_page(mut self, later: SignedDuration) -> Seen {
        let spa = "d0000000-0000-4000-8000-000000000002";
        self.client.client_id = spa.to_owned();
        self.client.origin = Some("http://localhost:3000".to_owned());
        // Nobody listens there; the browser is told to stop at the redirect.
        let address = self.client.redirect_uri.clone();
        self.tenant().change_application("spa", |spa| spa.redirect_uris = vec![address]).unwrap();
        let first = self.client.sign_in(&ada(), CALENDAR).await;
        let refresh_token = first.text_of("refresh_token").to_owned();
        Self { refresh_token, ..self }.later(later).refresh(CALENDAR).await
    }

    /// The refresh token of a family, sent by an application that does not belong to it.
    pub(super) async fn family_of_others(self) -> Seen {
        let stage = self.application(|desktop| desktop.family = true);
        let first = stage.client.sign_in(&ada(), CALENDAR).await;
        let refresh_token = first.text_of("refresh_token");
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token), ("scope", CALENDAR)];
        stage.token(&[&form[..], &[("client_id", "d0000000-0000-4000-8000-000000000002")]].concat()).await
    }

    /// Asks for a device code.
    pub(super) async fn start_device_code(&self, scope: &str) -> Seen {
        let path = format!("/{}/oauth2/v2.0/devicecode", self.tenant().id());
        let form = [("client_id", self.client.client_id.as_str()), ("scope", scope)];
        let request = self.client.request(Method::POST, &path).header("client-request-id", CORRELATION);
        self.client.send(request.form(&form)).await.into()
    }

    pub(super) async fn device_code(&self, scope: &str) -> Started {
        let answer = self.start_device_code(scope).await.answer();
        Started { code: answer.text_of("device_code").to_owned(), user_code: answer.text_of("user_code").to_owned() }
    }

    /// `user` types the code and signs in.
    pub(super) async fn enter(&self, started: &Started, user: &VirtualUser) {
        let url = format!("{}/deviceauth?otc={}", self.idp.base(), started.user_code);
        self.client.browser.visit(&url.parse().unwrap(), user).await.unwrap();
    }

    pub(super) async fn poll(&self, code: &str) -> Seen {
        self.token(&[("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", code)]).await
    }

    /// A call of an API with ada's token for the calendar, or another one.
    pub(super) async fn call(&self, path: &str, token: &str) -> Seen {
        self.client.call(path, token).await.into()
    }
}

/// A device code that was started.
pub(super) struct Started {
    pub(super) code: String,
    pub(super) user_code: String,
}

pub(super) fn ada() -> VirtualUser {
    VirtualUser::new("ada@contoso.test")
}

/// A policy that asks `control` of everybody for payroll.
pub(super) fn guard(control: GrantControl) -> Policy {
    Policy {
        id: GUARD,
        name: "guard".to_owned(),
        targets: Targets { apis: vec!["payroll".to_owned()], ..Targets::default() },
        grant: GrantControls { all_of: vec![control], ..GrantControls::default() },
        ..Policy::default()
    }
}
