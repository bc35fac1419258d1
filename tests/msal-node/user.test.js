// A person at a desktop with an unmodified MSAL Node: silent first, then as much interaction as the server demands.
import assert from "node:assert/strict";
import { test } from "node:test";
import { InteractionRequiredAuthError } from "@azure/msal-node";
import { CALENDAR, MAIL, MFA_FOR_PAYROLL, NEWS, PAYROLL, VAULT, base, challengeOf, desktop, failure } from "./tenant.js";
import { Tenant, call } from "./support.js";

test("interactive: a sign-in gives a token, an account and its claims", async () => {
  const tenant = await Tenant.create();
  const result = await tenant.interactive(tenant.app(), CALENDAR);
  assert.equal((await call("calendar", result)).status, 200);
  assert.equal(result.account.username, tenant.user("ada"));
  assert.equal(result.account.tenantId, tenant.tenant_id);
  assert.equal(result.idTokenClaims.oid, result.account.localAccountId);
  assert.deepEqual(result.scopes, CALENDAR);
  assert.match(result.requestId, /^[0-9a-f-]{36}$/);
});

test("interactive: a nonce and a state of the application's own come back", async () => {
  const tenant = await Tenant.create();
  const result = await tenant.interactive(tenant.app(), CALENDAR, { nonce: "once", state: "a+b/c=|d" });
  assert.equal(result.idTokenClaims.nonce, "once");
});

for (const prompt of ["login", "consent", "select_account"]) {
  test(`interactive: prompt=${prompt}, with hints and parameters of the application's own`, async () => {
    const tenant = await Tenant.create();
    const app = tenant.app();
    const hints = { loginHint: tenant.user("ada"), domainHint: tenant.domain, extraQueryParameters: { campaign: "spring" } };
    await tenant.interactive(app, CALENDAR, { prompt, ...hints });
    const again = await tenant.interactive(app, CALENDAR, { prompt, ...hints });
    assert.equal((await call("calendar", again)).status, 200);
    assert.equal((await app.getAllAccounts()).length, 1);
  });
}

test("silent_refresh: a refresh token from elsewhere can be brought along", async () => {
  const tenant = await Tenant.create();
  await tenant.consent("desktop", "calendar", "Events.Read");
  const form = new URLSearchParams({
    grant_type: "password",
    client_id: desktop,
    username: tenant.user("ada"),
    password: "Passw0rd!",
    scope: "openid offline_access api://calendar/Events.Read",
  });
  const { refresh_token: refreshToken } = await (await fetch(`${tenant.authority}/oauth2/v2.0/token`, { method: "POST", body: form })).json();
  const app = tenant.app();
  const result = await app.acquireTokenByRefreshToken({ refreshToken, scopes: CALENDAR, forceCache: true });
  assert.equal(result.account.username, tenant.user("ada"));
  assert.equal((await app.acquireTokenSilent({ scopes: CALENDAR, account: result.account })).fromCache, true);
});

test("interactive: a user who declines is an access_denied", async () => {
  const tenant = await Tenant.create();
  const error = await failure(tenant.interactive(tenant.app(), CALENDAR, {}, { MOCK_IDP_DENY_CONSENT: "1" }));
  assert.equal(error.errorCode, "access_denied");
  assert.match(error.errorMessage, /^AADSTS65004: /);
});

test("silent_hit: a cached token costs no request", async () => {
  const tenant = await Tenant.create();
  const app = tenant.app();
  const { account, accessToken } = await tenant.interactive(app, CALENDAR);
  const before = (await tenant.exchanges()).length;
  const hit = await app.acquireTokenSilent({ scopes: CALENDAR, account });
  assert.deepEqual([hit.fromCache, hit.accessToken], [true, accessToken]);
  assert.equal((await tenant.exchanges()).length, before);
});

test("silent_hit: .default is found again, for the answer echoes it", async () => {
  const tenant = await Tenant.create();
  const app = tenant.app();
  const scopes = ["api://calendar/.default"];
  const { account } = await tenant.interactive(app, scopes);
  assert.equal((await app.acquireTokenSilent({ scopes, account })).fromCache, true);
  assert.equal((await app.acquireTokenSilent({ scopes: CALENDAR, account })).fromCache, true);
});

test("silent_hit: bare scopes belong to Graph and are found again", async () => {
  const tenant = await Tenant.create();
  const app = tenant.app();
  const { account } = await tenant.interactive(app, ["User.Read"]);
  assert.equal((await app.acquireTokenSilent({ scopes: ["User.Read"], account })).fromCache, true);
});

test("silent_refresh: an expired token is renewed without a prompt", async (t) => {
  const tenant = await Tenant.create();
  const app = tenant.app();
  const first = await tenant.interactive(app, CALENDAR);
  await tenant.later(t, 2 * 3600);
  assert.equal((await call("calendar", first)).status, 401);
  const second = await app.acquireTokenSilent({ scopes: CALENDAR, account: first.account });
  assert.equal(second.fromCache, false);
  assert.equal((await call("calendar", second)).status, 200);
  assert.deepEqual(await tenant.tokenRequests(), ["authorization_code: 200", "refresh_token: 200"]);
  // The answer repeats the account: the new token is found.
  assert.equal((await app.acquireTokenSilent({ scopes: CALENDAR, account: first.account })).fromCache, true);
});

test("silent_refresh: forceRefresh passes the cache by, and concurrent callers are both served", async () => {
  const tenant = await Tenant.create();
  const app = tenant.app();
  const { account } = await tenant.interactive(app, CALENDAR);
  const ask = () => app.acquireTokenSilent({ scopes: CALENDAR, account, forceRefresh: true });
  const results = await Promise.all([ask(), ask()]);
  for (const result of results) assert.equal((await call("calendar", result)).status, 200);
  // MSAL Node 5 asks twice, 7 shares one request.
  const refreshed = (await tenant.tokenRequests()).filter((request) => request === "refresh_token: 200").length;
  assert.equal(refreshed, new Set(results.map((result) => result.accessToken)).size);
});

test("silent_refresh: a long token is renewed at half of its life, and serves meanwhile", async (t) => {
  const tenant = await Tenant.create();
  const app = tenant.app({ clientCapabilities: ["CP1"] });
  const first = await tenant.interactive(app, NEWS);
  assert.ok(first.expiresOn - Date.now() > 20 * 3600_000, first.expiresOn);
  await tenant.later(t, 15 * 3600);
  const meanwhile = await app.acquireTokenSilent({ scopes: NEWS, account: first.account });
  assert.equal(meanwhile.accessToken, first.accessToken);
  const next = await app.acquireTokenSilent({ scopes: NEWS, account: first.account });
  assert.notEqual(next.accessToken, first.accessToken);
  assert.equal((await call("news", next)).status, 200);
  assert.deepEqual(await tenant.tokenRequests(), ["authorization_code: 200", "refresh_token: 200"]);
});

test("silent_refresh: a grant that rested for too long is over", async (t) => {
  const tenant = await Tenant.create();
  const app = tenant.app();
  const { account } = await tenant.interactive(app, CALENDAR);
  await tenant.later(t, 91 * 24 * 3600);
  const error = await failure(app.acquireTokenSilent({ scopes: CALENDAR, account }));
  assert.match(error.errorMessage, /AADSTS700082: /);
});

test("widening: one refresh token serves every API that was consented to, and each token stays in the cache", async () => {
  const tenant = await Tenant.create();
  const app = tenant.app();
  const { account } = await tenant.interactive(app, CALENDAR, { extraScopesToConsent: MAIL });
  assert.equal((await app.acquireTokenSilent({ scopes: MAIL, account })).fromCache, false);
  assert.equal((await app.acquireTokenSilent({ scopes: MAIL, account })).fromCache, true);
  assert.equal((await app.acquireTokenSilent({ scopes: CALENDAR, account })).fromCache, true);
});

test("consent: a scope that nobody consented to is InteractionRequired without claims, and one prompt settles it", async () => {
  const tenant = await Tenant.create();
  const app = tenant.app();
  const { account } = await tenant.interactive(app, CALENDAR);
  const error = await failure(app.acquireTokenSilent({ scopes: MAIL, account }));
  assert.ok(error instanceof InteractionRequiredAuthError, error);
  assert.deepEqual([error.errorCode, error.subError, error.errorNo], ["invalid_grant", "consent_required", 65001]);
  assert.ok(!error.claims);
  const mail = await tenant.interactive(app, MAIL, { account });
  assert.equal((await call("mail", mail)).status, 200);
  // The refresh token of before was kept, and the first API is still cached.
  assert.equal((await app.acquireTokenSilent({ scopes: CALENDAR, account })).fromCache, true);
});

test("consent: more scopes of the same API", async () => {
  const tenant = await Tenant.create();
  const app = tenant.app();
  const { account } = await tenant.interactive(app, MAIL);
  const both = [...MAIL, "api://mail/Mail.Send"];
  const error = await failure(app.acquireTokenSilent({ scopes: both, account }));
  assert.equal(error.subError, "consent_required");
  await tenant.interactive(app, both, { account });
  assert.equal((await app.acquireTokenSilent({ scopes: MAIL, account })).fromCache, true);
});

test("mfa_claims: the second API needs more and gets it with the claims of the error", async () => {
  const tenant = await Tenant.create();
  const app = tenant.app();
  const first = await tenant.interactive(app, CALENDAR);
  await tenant.consent("desktop", "payroll", "Salary.Read");
  const error = await failure(app.acquireTokenSilent({ scopes: PAYROLL, account: first.account }));
  assert.ok(error instanceof InteractionRequiredAuthError, error);
  assert.deepEqual([error.errorNo, error.subError], [50076, "basic_action"]);
  assert.deepEqual(JSON.parse(error.claims), MFA_FOR_PAYROLL);
  const [last] = (await tenant.exchanges()).slice(-1);
  assert.deepEqual([error.traceId, error.correlationId], [last.trace_id, last.correlation_id]);

  const second = await tenant.interactive(app, PAYROLL, { account: first.account, claims: error.claims });
  const answer = await call("payroll", second);
  assert.equal(answer.status, 200);
  assert.deepEqual((await answer.json()).strength.amr, ["pwd", "mfa"]);
  const expected = { prompts: 2, claims_forwarded_unmodified: true, same_account_hinted: true };
  const verdict = await tenant.control("POST", "/expectations/verify", expected);
  assert.deepEqual(verdict, { passed: true, failures: [] });
});

test("mfa_claims: consent and a second factor in one error, and in one prompt", async () => {
  const tenant = await Tenant.create();
  const app = tenant.app();
  const { account } = await tenant.interactive(app, CALENDAR);
  const error = await failure(app.acquireTokenSilent({ scopes: PAYROLL, account }));
  assert.equal(error.subError, "consent_required");
  assert.deepEqual(JSON.parse(error.claims), MFA_FOR_PAYROLL);
  const payroll = await tenant.interactive(app, PAYROLL, { account, claims: error.claims });
  assert.equal((await call("payroll", payroll)).status, 200);
});

test("mfa_claims: who fails the second factor gets no token", async () => {
  const tenant = await Tenant.create();
  const error = await failure(tenant.interactive(tenant.app(), PAYROLL, {}, { MOCK_IDP_FAIL_MFA: "1" }));
  assert.equal(error.errorCode, "access_denied");
});

test("mfa_claims: a person without a method registers one on the way", async () => {
  const tenant = await Tenant.create();
  const payroll = await tenant.interactive(tenant.app(), PAYROLL, { openBrowser: tenant.openBrowser("bo") });
  assert.deepEqual((await (await call("payroll", payroll)).json()).strength.amr, ["pwd", "mfa"]);
});

test("api_challenge: silent with the claims is refused, one prompt with them succeeds", async () => {
  const tenant = await Tenant.create();
  const app = tenant.app();
  const vault = await tenant.interactive(app, VAULT);
  const refused = await call("vault/secrets", vault);
  assert.equal(refused.status, 401);
  const claims = challengeOf(refused);
  const error = await failure(app.acquireTokenSilent({ scopes: VAULT, account: vault.account, claims }));
  assert.ok(error instanceof InteractionRequiredAuthError, error);
  assert.equal(error.subError, "basic_action");
  const better = await tenant.interactive(app, VAULT, { account: vault.account, claims });
  assert.deepEqual((await (await call("vault/secrets", better)).json()).strength.acrs, ["c1"]);
  // It takes the place of the weaker one.
  const cached = await app.acquireTokenSilent({ scopes: VAULT, account: vault.account });
  assert.equal(cached.accessToken, better.accessToken);
});

test("api_challenge: a grant that is strong enough already answers silently", async () => {
  const tenant = await Tenant.create();
  const app = tenant.app();
  const { account } = await tenant.interactive(app, PAYROLL, { extraScopesToConsent: VAULT });
  const vault = await app.acquireTokenSilent({ scopes: VAULT, account });
  const claims = challengeOf(await call("vault/secrets", vault));
  const better = await app.acquireTokenSilent({ scopes: VAULT, account, claims });
  assert.equal((await call("vault/secrets", better)).status, 200);
});

test("cae: a revoked session is felt at the API, refused silently, and mended by one prompt", async () => {
  const tenant = await Tenant.create();
  const app = tenant.app({ clientCapabilities: ["CP1"] });
  const first = await tenant.interactive(app, NEWS);
  const { account } = first;
  assert.equal((await call("news", first)).status, 200);
  await tenant.control("POST", "/users/ada/revoke_sessions");
  const refused = await call("news", first);
  assert.equal(refused.status, 401);
  const claims = challengeOf(refused);
  const error = await failure(app.acquireTokenSilent({ scopes: NEWS, account, claims }));
  assert.ok(error instanceof InteractionRequiredAuthError, error);
  assert.deepEqual([error.errorNo, error.subError], [50173, "bad_token"]);
  // MSAL forgets a refresh token that is bad.
  const none = await failure(app.acquireTokenSilent({ scopes: CALENDAR, account }));
  assert.equal(none.errorCode, "no_tokens_found");
  const again = await tenant.interactive(app, NEWS, { account, claims });
  assert.equal((await call("news", again)).status, 200);
  const verdict = await tenant.control("POST", "/expectations/verify", { prompts: 2, capabilities_kept: true });
  assert.deepEqual(verdict, { passed: true, failures: [] });
});

test("cae: a client that does not declare CP1 gets a short token", async () => {
  const tenant = await Tenant.create();
  const first = await tenant.interactive(tenant.app(), NEWS);
  assert.ok(first.expiresOn - Date.now() < 2 * 3600_000, first.expiresOn);
  await tenant.control("POST", "/users/ada/revoke_sessions");
  assert.equal((await call("news", first)).status, 200);
});

test("password: a sign-in without a page, which no second factor can follow", async () => {
  const tenant = await Tenant.create();
  const app = tenant.app();
  await tenant.consent("desktop", "calendar", "Events.Read");
  await tenant.consent("desktop", "payroll", "Salary.Read");
  const request = { username: tenant.user("ada"), password: "Passw0rd!" };
  const result = await app.acquireTokenByUsernamePassword({ ...request, scopes: CALENDAR });
  assert.equal(result.account.username, tenant.user("ada"));
  assert.equal((await call("calendar", result)).status, 200);
  assert.equal((await app.acquireTokenSilent({ scopes: CALENDAR, account: result.account })).fromCache, true);
  const guarded = await failure(app.acquireTokenByUsernamePassword({ ...request, scopes: PAYROLL }));
  assert.ok(guarded instanceof InteractionRequiredAuthError, guarded);
  assert.deepEqual(JSON.parse(guarded.claims), MFA_FOR_PAYROLL);
  const wrong = await failure(app.acquireTokenByUsernamePassword({ ...request, password: "wrong", scopes: CALENDAR }));
  assert.deepEqual([wrong.errorCode, wrong.errorNo], ["invalid_grant", 50126]);
});

test("userinfo: it speaks of the subject of the ID token", async () => {
  const tenant = await Tenant.create();
  const { accessToken, idTokenClaims } = await tenant.interactive(tenant.app(), ["User.Read"]);
  const answer = await fetch(`${base}/oidc/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } });
  const info = await answer.json();
  assert.deepEqual([info.sub, info.name], [idTokenClaims.sub, "Ada Byron"]);
});
