// Credentials with a person behind them, in an unmodified @azure/identity: it asks silently first and opens a browser by itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AuthenticationRequiredError, UsernamePasswordCredential } from "@azure/identity";
import { CALENDAR, MAIL, NEWS, PAYROLL, VAULT, base, challengeOf, claimsOf, desktop, failure } from "./tenant.js";
import { Tenant, call } from "./support.js";

const FABRIKAM = "22222222-2222-4222-8222-222222222222";

test("interactive: a browser is opened, once", async () => {
  const tenant = await Tenant.create();
  const token = await tenant.browser().getToken(CALENDAR);
  assert.equal((await (await call("calendar", token)).json()).user.username, tenant.user("ada"));
  assert.equal(token.tokenType, "Bearer");
  assert.equal(await tenant.prompts(), 1);
});

test("interactive: with a login hint the person is asked to sign in again", async () => {
  const tenant = await Tenant.create();
  const token = await tenant.browser({ loginHint: tenant.user("ada") }).getToken(CALENDAR);
  assert.equal((await call("calendar", token)).status, 200);
});

test("silent_hit: the credential keeps its token", async () => {
  const tenant = await Tenant.create();
  const credential = tenant.browser();
  const first = await credential.getToken(CALENDAR);
  const before = (await tenant.exchanges()).length;
  assert.equal((await credential.getToken(CALENDAR)).token, first.token);
  assert.equal((await tenant.exchanges()).length, before);
});

test("silent_refresh: an expired token is renewed without a browser", async (t) => {
  const tenant = await Tenant.create();
  const credential = tenant.browser();
  await credential.getToken(CALENDAR);
  await tenant.later(t, 2 * 3600);
  assert.equal((await call("calendar", await credential.getToken(CALENDAR))).status, 200);
  assert.deepEqual(await tenant.tokenRequests(), ["authorization_code: 200", "refresh_token: 200"]);
});

test("widening: an API that was consented to needs no browser", async () => {
  const tenant = await Tenant.create();
  const credential = tenant.browser();
  await credential.getToken(CALENDAR);
  await tenant.consent("desktop", "mail", "Mail.Read");
  assert.equal((await call("mail", await credential.getToken(MAIL))).status, 200);
  assert.equal(await tenant.prompts(), 1);
});

test("consent: one that is missing opens the browser again", async () => {
  const tenant = await Tenant.create();
  const credential = tenant.browser();
  await credential.getToken(CALENDAR);
  assert.equal((await call("mail", await credential.getToken(MAIL))).status, 200);
  assert.equal(await tenant.prompts(), 2);
});

test("consent: an application that wants to decide itself gets AuthenticationRequiredError", async () => {
  const tenant = await Tenant.create();
  const credential = tenant.browser({ disableAutomaticAuthentication: true });
  const first = await failure(credential.getToken(CALENDAR));
  assert.ok(first instanceof AuthenticationRequiredError, first);
  const record = await credential.authenticate(CALENDAR);
  assert.deepEqual([record.username, record.tenantId], [tenant.user("ada"), tenant.tenant_id]);
  assert.equal((await call("calendar", await credential.getToken(CALENDAR))).status, 200);
  const second = await failure(credential.getToken(MAIL));
  assert.ok(second instanceof AuthenticationRequiredError, second);
  assert.deepEqual(second.scopes, MAIL);
  assert.equal(await tenant.prompts(), 1);
});

test("mfa_claims: what a policy demands of the second API is asked in the browser", async () => {
  const tenant = await Tenant.create();
  await tenant.consent("desktop", "payroll", "Salary.Read");
  const credential = tenant.browser();
  await credential.getToken(CALENDAR);
  const answer = await call("payroll", await credential.getToken(PAYROLL));
  assert.deepEqual((await answer.json()).strength.amr, ["pwd", "mfa"]);
  assert.deepEqual(await tenant.tokenRequests(), ["authorization_code: 200", "refresh_token: 400", "authorization_code: 200"]);
});

test("mfa_claims: a person without a method registers one on the way", async () => {
  const tenant = await Tenant.create();
  const answer = await call("payroll", await tenant.browser({}, "bo").getToken(PAYROLL));
  assert.deepEqual((await answer.json()).strength.amr, ["pwd", "mfa"]);
});

test("api_challenge: its claims are an option of getToken", async () => {
  const tenant = await Tenant.create();
  const credential = tenant.browser();
  const refused = await call("vault/secrets", await credential.getToken(VAULT));
  assert.equal(refused.status, 401);
  const better = await credential.getToken(VAULT, { claims: challengeOf(refused) });
  assert.deepEqual((await (await call("vault/secrets", better)).json()).strength.acrs, ["c1"]);
  // The claims of the error between the two are lost on the way; those of the API are not.
  const asked = (await tenant.exchanges()).filter((one) => one.endpoint === "authorize").map((one) => one.claims);
  assert.deepEqual(JSON.parse(asked[1]).access_token, { acrs: { essential: true, value: "c1" } });
});

test("cae: revoked sessions are felt at the API and mended in the browser", async () => {
  const tenant = await Tenant.create();
  const credential = tenant.browser();
  const first = await credential.getToken(NEWS, { enableCae: true });
  assert.ok(first.expiresOnTimestamp - Date.now() > 20 * 3600_000);
  assert.deepEqual(claimsOf(first.token).xms_cc, ["cp1"]);
  await tenant.control("POST", "/users/ada/revoke_sessions");
  const refused = await call("news", first);
  assert.equal(refused.status, 401);
  const again = await credential.getToken(NEWS, { enableCae: true, claims: challengeOf(refused) });
  assert.equal((await call("news", again)).status, 200);
  assert.equal(await tenant.prompts(), 2);
});

test("cae: it keeps what is capable and what is not apart", async () => {
  const tenant = await Tenant.create();
  const credential = tenant.browser();
  const plain = await credential.getToken(NEWS);
  assert.ok(plain.expiresOnTimestamp - Date.now() < 2 * 3600_000);
  assert.equal(claimsOf(plain.token).xms_cc, undefined);
});

test("password: a sign-in without a page, which no second factor can follow", async () => {
  const tenant = await Tenant.create();
  await tenant.consent("desktop", "calendar", "Events.Read");
  await tenant.consent("desktop", "payroll", "Salary.Read");
  const { tenantId, ...options } = tenant.options;
  const credential = new UsernamePasswordCredential(tenantId, desktop, tenant.user("ada"), "Passw0rd!", options);
  assert.equal((await call("calendar", await credential.getToken(CALENDAR))).status, 200);
  const error = await failure(credential.getToken(PAYROLL));
  assert.ok(error instanceof AuthenticationRequiredError, error);
  assert.match(error.message, /AADSTS50076/);
});

test("common: the person's own tenant answers", async () => {
  const tenant = await Tenant.create();
  const credential = tenant.browser({ tenantId: "common" });
  const token = await credential.getToken(CALENDAR);
  assert.equal((await (await call("calendar", token)).json()).tenant_id, tenant.tenant_id);
  assert.equal((await credential.getToken(CALENDAR)).token, token.token);
});

test("guest: a guest of the tenant gets the tenant's token", async () => {
  const tenant = await Tenant.create();
  const credential = tenant.browser({}, "cy@fabrikam.test");
  const answer = await (await call("calendar", await credential.getToken(CALENDAR))).json();
  assert.equal(answer.tenant_id, tenant.tenant_id);
  const record = await credential.authenticate(CALENDAR);
  assert.ok(record.homeAccountId.endsWith(FABRIKAM), record.homeAccountId);
});

test("two_accounts: two credentials, two people", async () => {
  const tenant = await Tenant.create();
  const people = {};
  for (const name of ["ada", "bo"]) {
    people[name] = tenant.browser({}, name);
    await people[name].getToken(CALENDAR);
  }
  for (const [name, credential] of Object.entries(people)) {
    const answer = await call("calendar", await credential.getToken(CALENDAR));
    assert.equal((await answer.json()).user.username, tenant.user(name));
  }
  assert.equal(await tenant.prompts(), 2);
});

test("throttling: it waits as long as it is told, and asks again by itself", async () => {
  const tenant = await Tenant.create();
  const credential = tenant.browser();
  await credential.getToken(CALENDAR);
  await tenant.consent("desktop", "mail", "Mail.Read");
  await tenant.control("POST", "/faults", { endpoint: "token", code: 90055, retry_after: 1 });
  assert.equal((await call("mail", await credential.getToken(MAIL))).status, 200);
  assert.deepEqual((await tenant.tokenRequests()).slice(1), ["refresh_token: 429", "refresh_token: 200"]);
});

test("discovery: an unknown tenant cannot be resolved", async () => {
  const tenant = await Tenant.create();
  const error = await failure(tenant.browser({ tenantId: "nowhere.test" }).getToken(CALENDAR));
  assert.equal(error.name, "CredentialUnavailableError");
});

test("discovery: the tenant may be called by its domain", async () => {
  const tenant = await Tenant.create();
  const token = await tenant.browser({ tenantId: tenant.domain }).getToken(CALENDAR);
  assert.equal(claimsOf(token.token).iss, `${base}/${tenant.tenant_id}/v2.0`);
});
