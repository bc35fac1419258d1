// An unmodified MSAL Browser in Chromium, over TLS, in front of the real pages. A name is the flow, then what is proven.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Application, Tenant } from "./support.js";

const CALENDAR = ["api://calendar/Events.Read"];
const MAIL = ["api://mail/Mail.Read"];
const PAYROLL = ["api://payroll/Salary.Read"];
const VAULT = ["api://vault/Secrets.Read"];
const NEWS = ["api://news/Articles.Read"];
const COMMON = `${process.env.MOCK_IDP_URL}/common`;
const FABRIKAM = "22222222-2222-4222-8222-222222222222";
const MFA_FOR_PAYROLL = "f0000000-0000-4000-8000-000000000001";

// In a tenant and a browser of its own.
function inBrowser(name, body, auth, others) {
  test(name, { timeout: 60_000 }, async () => {
    const tenant = await Tenant.create();
    const application = await Application.open(tenant, auth, others);
    try {
      await body(application, tenant);
    } finally {
      await application.close();
    }
  });
}

async function signedIn(application, scopes = CALENDAR, person = {}) {
  const { result, error } = await application.popup(scopes, {}, person);
  assert.equal(error, undefined);
  return result;
}

const claimsOf = (challenge) => atob(/claims="([^"]+)"/.exec(challenge)[1]);

inBrowser("interactive: a popup signs in by user name, password and consent", async (application, tenant) => {
  const { result, seen } = await application.popup(CALENDAR);
  assert.deepEqual(seen.pages.filter((page) => page !== "kmsi"), ["username", "password", "consent"]);
  assert.ok(seen.scopes.includes("Events.Read"), seen.scopes);
  assert.equal(result.account.username, tenant.user("ada"));
  const answer = await application.call("calendar", result.accessToken);
  assert.equal(answer.status, 200);
  assert.equal(answer.body.user.username, tenant.user("ada"));
});

inBrowser("interactive: a redirect comes back to the page it left", async (application, tenant) => {
  const { result } = await application.redirect(CALENDAR, { state: "my state" });
  assert.equal(result.account.username, tenant.user("ada"));
  assert.equal(result.state, "my state");
  assert.equal((await application.call("calendar", result.accessToken)).status, 200);
});

inBrowser("interactive: a person who declines is an access_denied", async (application) => {
  const { error } = await application.popup(CALENDAR, {}, { declines: true });
  assert.equal(error.code, "access_denied");
});

inBrowser("silent_hit: a token of the cache costs no request", async (application, tenant) => {
  const { account } = await signedIn(application);
  const before = (await tenant.grants()).length;
  const again = await application.result("acquireTokenSilent", { scopes: CALENDAR, account });
  assert.equal(again.fromCache, true);
  assert.equal((await tenant.grants()).length, before);
});

inBrowser("silent_refresh: the page refreshes across origins", async (application, tenant) => {
  const { account, accessToken } = await signedIn(application);
  const again = await application.result("acquireTokenSilent", { scopes: CALENDAR, account, forceRefresh: true });
  assert.equal(again.fromCache, false);
  assert.notEqual(again.accessToken, accessToken);
  assert.deepEqual(await tenant.grants(), ["authorization_code", "refresh_token"]);
});

inBrowser("widening: one refresh token serves an API that is consented to", async (application, tenant) => {
  const { account } = await signedIn(application);
  await tenant.control("POST", "/consents", { client: "spa", api: "mail", scopes: ["Mail.Read"] });
  const mail = await application.result("acquireTokenSilent", { scopes: MAIL, account });
  assert.equal((await application.call("mail", mail.accessToken)).status, 200);
  await tenant.verify({ prompts: 1 });
});

inBrowser("consent: a missing one asks for a popup, which asks for it alone", async (application) => {
  const { account } = await signedIn(application);
  const error = await application.failure("acquireTokenSilent", { scopes: MAIL, account });
  assert.equal(error.interactionRequired, true);
  assert.equal(error.subError, "consent_required");
  const { result, seen } = await application.popup(MAIL, { account });
  assert.deepEqual(seen.pages, ["consent"]);
  assert.ok(seen.scopes.includes("Mail.Read") && !seen.scopes.includes("Events.Read"), seen.scopes);
  assert.equal((await application.call("mail", result.accessToken)).status, 200);
});

inBrowser("mfa_claims: the claims of the error bring the one-time code", async (application, tenant) => {
  const { account } = await signedIn(application);
  await tenant.control("POST", "/consents", { client: "spa", api: "payroll", scopes: ["Salary.Read"] });
  const error = await application.failure("acquireTokenSilent", { scopes: PAYROLL, account });
  assert.equal(error.interactionRequired, true);
  assert.equal(error.subError, "basic_action");
  assert.deepEqual(JSON.parse(error.claims), { access_token: { capolids: { essential: true, values: [MFA_FOR_PAYROLL] } } });
  const { result, seen } = await application.popup(PAYROLL, { account, claims: error.claims });
  assert.deepEqual(seen.pages, ["otc"]);
  const answer = await application.call("payroll", result.accessToken);
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.body.strength.amr, ["pwd", "mfa"]);
  await tenant.verify({ prompts: 2, claims_forwarded_unmodified: true, same_account_hinted: true });
});

inBrowser("api_challenge: the page reads the challenge and answers it by one prompt", async (application) => {
  const vault = await signedIn(application, VAULT);
  const refused = await application.call("vault/secrets", vault.accessToken);
  assert.equal(refused.status, 401);
  const request = { scopes: VAULT, account: vault.account, claims: claimsOf(refused.challenge) };
  const error = await application.failure("acquireTokenSilent", request);
  assert.equal(error.subError, "basic_action");
  const { result, seen } = await application.popup(VAULT, request);
  assert.deepEqual(seen.pages, ["otc"]);
  assert.deepEqual((await application.call("vault/secrets", result.accessToken)).body.strength.acrs, ["c1"]);
});

inBrowser("cae: a revoked session is challenged and signed in again", async (application, tenant) => {
  const news = await signedIn(application, NEWS);
  assert.equal((await application.call("news", news.accessToken)).status, 200);
  await tenant.control("POST", "/clock", { advance: "1m" });
  await tenant.control("POST", `/users/${tenant.user("ada")}/revoke_sessions`);
  await tenant.control("POST", "/clock", { advance: "1m" });
  const refused = await application.call("news", news.accessToken);
  assert.equal(refused.status, 401);
  const request = { scopes: NEWS, account: news.account, claims: claimsOf(refused.challenge) };
  const error = await application.failure("acquireTokenSilent", request);
  assert.equal(error.interactionRequired, true);
  const { result, seen } = await application.popup(NEWS, request);
  assert.ok(seen.pages.includes("password"), seen.pages);
  assert.equal((await application.call("news", result.accessToken)).status, 200);
}, { clientCapabilities: ["CP1"] });

inBrowser("common: the account's own tenant answers, and later requests find it", async (application, tenant) => {
  const { account, tenantId } = await signedIn(application);
  assert.deepEqual([tenantId, account.tenantId], [tenant.tenant_id, tenant.tenant_id]);
  const again = await application.result("acquireTokenSilent", { scopes: CALENDAR, account, forceRefresh: true });
  assert.equal((await application.call("calendar", again.accessToken)).body.user.username, account.username);
}, { authority: COMMON });

inBrowser("guest: the token is the resource tenant's, and the account the home tenant's", async (application, tenant) => {
  const { account, accessToken, tenantId } = await signedIn(application, CALENDAR, { username: "cy@fabrikam.test" });
  assert.equal(tenantId, tenant.tenant_id);
  assert.equal(account.homeAccountId.split(".")[1], FABRIKAM);
  assert.equal((await application.call("calendar", accessToken)).body.user.username, "cy@fabrikam.test");
  const again = await application.result("acquireTokenSilent", { scopes: CALENDAR, account, forceRefresh: true });
  assert.equal(again.tenantId, tenant.tenant_id);
});

inBrowser("throttling: it keeps away for as long as it was told, and does not prompt", async (application, tenant) => {
  const { account } = await signedIn(application);
  await tenant.control("POST", "/faults", { endpoint: "token", code: 90055, retry_after: 30 });
  const ask = { scopes: CALENDAR, account, forceRefresh: true };
  for (const time of ["first", "again"]) {
    const error = await application.failure("acquireTokenSilent", ask);
    assert.equal(error.interactionRequired, false, time);
    assert.match(error.message, /AADSTS90055/, time);
    assert.deepEqual(await tenant.grants(), ["authorization_code", "refresh_token"], time);
  }
  await application.page.clock.setSystemTime(Date.now() + 61_000);
  assert.equal((await application.result("acquireTokenSilent", ask)).fromCache, false);
});

inBrowser("sign_out: a redirect signs out and comes back, and nobody is left", async (application, tenant) => {
  const { account } = await signedIn(application);
  await application.leave(account);
  assert.deepEqual(await application.page.evaluate(() => app.getAllAccounts()), []);
  const error = await application.failure("ssoSilent", { scopes: CALENDAR, loginHint: tenant.user("ada") });
  assert.equal(error.code, "login_required");
});

inBrowser("sign_out: a popup signs out and closes", async (application, tenant) => {
  const { account } = await signedIn(application);
  await application.result("logoutPopup", { account });
  const error = await application.failure("ssoSilent", { scopes: CALENDAR, loginHint: tenant.user("ada") });
  assert.equal(error.code, "login_required");
});

inBrowser("two_accounts: each has its own tokens, and one signs out by its tile", async (application, tenant) => {
  const ada = await signedIn(application);
  const { result: eve } = await application.popup(CALENDAR, { prompt: "select_account" }, { name: "eve" });
  assert.equal(eve.account.username, tenant.user("eve"));
  for (const { account } of [ada, eve]) {
    const again = await application.result("acquireTokenSilent", { scopes: CALENDAR, account, forceRefresh: true });
    assert.equal((await application.call("calendar", again.accessToken)).body.user.username, account.username);
  }
  // MSAL has no hint to send without the optional claim login_hint, so the person picks.
  await application.leave(eve.account, (page) => page.click(`[data-test-id="${tenant.user("eve")}"]`));
  const tab = await application.tab();
  assert.equal((await tab.failure("ssoSilent", { scopes: CALENDAR, loginHint: tenant.user("eve") })).code, "login_required");
  const { account } = await tab.result("ssoSilent", { scopes: CALENDAR, loginHint: tenant.user("ada") });
  assert.equal(account.username, tenant.user("ada"));
});

inBrowser("sso_silent: a hidden frame signs in by the session of the browser", async (application, tenant) => {
  await signedIn(application);
  await application.page.evaluate(() => { localStorage.clear(); sessionStorage.clear(); });
  await application.load();
  const result = await application.result("ssoSilent", { scopes: CALENDAR, loginHint: tenant.user("ada") });
  assert.equal(result.account.username, tenant.user("ada"));
  assert.equal((await application.call("calendar", result.accessToken)).status, 200);
});

inBrowser("sso_silent: without a session it asks for interaction", async (application, tenant) => {
  const error = await application.failure("ssoSilent", { scopes: CALENDAR, loginHint: tenant.user("ada") });
  assert.equal(error.interactionRequired, true);
  assert.equal(error.code, "login_required");
});

inBrowser("cache_reload: accounts and tokens outlive the page", async (application, tenant) => {
  await signedIn(application);
  await application.load();
  const [account] = await application.page.evaluate(() => app.getAllAccounts());
  const again = await application.result("acquireTokenSilent", { scopes: CALENDAR, account });
  assert.equal(again.fromCache, true);
  assert.deepEqual(await tenant.grants(), ["authorization_code"]);
});

inBrowser("discovery: an authority that is not there is an error that the page can read", async (application, tenant) => {
  const authority = tenant.authority.replace(/[^/]+$/, "nowhere.test");
  const error = await application.failure("ssoSilent", { scopes: CALENDAR, authority });
  assert.equal(error.code, "endpoints_resolution_error");
});

inBrowser("oidc_authority: any OpenID Connect provider", async (application, tenant) => {
  application.configuration.auth.authority += "/v2.0";
  await application.load();
  const result = await signedIn(application);
  assert.equal(result.account.username, tenant.user("ada"));
}, {}, { system: { protocolMode: "OIDC" } });
