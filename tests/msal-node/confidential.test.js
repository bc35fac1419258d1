// Applications that keep a secret: daemons, and an API that calls another one for its user.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ConfidentialClientApplication, InteractionRequiredAuthError } from "@azure/msal-node";
import { DAEMON, DAEMON_CERTIFICATE, DAEMON_KEY, Landing, MFA_FOR_PAYROLL, PAYROLL, PORTAL, PORTAL_ACCESS, base, claimsOf, failure, host } from "./tenant.js";
import { Tenant, call } from "./support.js";

const CALENDAR_DEFAULT = ["api://calendar/.default"];

const confidential = (tenant, clientId, credential) =>
  new ConfidentialClientApplication({ auth: { clientId, authority: tenant.authority, knownAuthorities: [host], ...credential } });
const portal = (tenant) => confidential(tenant, PORTAL, { clientSecret: "portal-secret" });

test("client_secret: a daemon gets a token of its own, once, with its roles", async () => {
  const tenant = await Tenant.create();
  const app = confidential(tenant, DAEMON, { clientSecret: "daemon-secret" });
  const result = await app.acquireTokenByClientCredential({ scopes: CALENDAR_DEFAULT });
  assert.equal(result.account, null);
  const answer = await (await call("calendar", result)).json();
  assert.deepEqual([answer.client_id, answer.roles, answer.user], [DAEMON, ["Events.Read.All"], null]);
  assert.equal((await app.acquireTokenByClientCredential({ scopes: CALENDAR_DEFAULT })).fromCache, true);
  assert.deepEqual(await tenant.tokenRequests(), ["client_credentials: 200"]);
});

test("client_secret: a wrong one is an invalid_client", async () => {
  const tenant = await Tenant.create();
  const app = confidential(tenant, DAEMON, { clientSecret: "wrong" });
  const error = await failure(app.acquireTokenByClientCredential({ scopes: CALENDAR_DEFAULT }));
  assert.deepEqual([error.errorCode, error.errorNo], ["invalid_client", 7000215]);
});

test("client_secret: an expired token is asked for again", async (t) => {
  const tenant = await Tenant.create();
  const app = confidential(tenant, DAEMON, { clientSecret: "daemon-secret" });
  await app.acquireTokenByClientCredential({ scopes: CALENDAR_DEFAULT });
  await tenant.later(t, 2 * 3600);
  const second = await app.acquireTokenByClientCredential({ scopes: CALENDAR_DEFAULT });
  assert.equal(second.fromCache, false);
  assert.equal((await call("calendar", second)).status, 200);
});

const pem = readFileSync(DAEMON_CERTIFICATE, "utf8");
const privateKey = readFileSync(DAEMON_KEY, "utf8");
const { fingerprint, fingerprint256 } = new X509Certificate(pem);
const named = {
  "x5t (SHA-1)": { thumbprint: fingerprint.replaceAll(":", "") },
  "x5t#S256": { thumbprintSha256: fingerprint256.replaceAll(":", "") },
  "x5t#S256, and x5c": { thumbprintSha256: fingerprint256.replaceAll(":", ""), x5c: pem },
};
for (const [by, certificate] of Object.entries(named)) {
  test(`certificate: it takes the place of the secret, named by ${by}`, async () => {
    const tenant = await Tenant.create();
    const app = confidential(tenant, DAEMON, { clientCertificate: { ...certificate, privateKey } });
    const result = await app.acquireTokenByClientCredential({ scopes: CALENDAR_DEFAULT });
    assert.equal((await call("calendar", result)).status, 200);
  });
}

test("certificate: the tenant may be called by its domain", async () => {
  const tenant = await Tenant.create();
  const authority = `${base}/${tenant.domain.toUpperCase()}`;
  const clientCertificate = { ...named["x5t#S256"], privateKey };
  const app = confidential(tenant, DAEMON, { authority, clientCertificate });
  assert.equal((await call("calendar", await app.acquireTokenByClientCredential({ scopes: CALENDAR_DEFAULT }))).status, 200);
});

test("certificate: one that is not the application's is refused", async () => {
  const tenant = await Tenant.create();
  const app = confidential(tenant, DAEMON, { clientCertificate: { thumbprintSha256: "00".repeat(32), privateKey } });
  const error = await failure(app.acquireTokenByClientCredential({ scopes: CALENDAR_DEFAULT }));
  assert.deepEqual([error.errorCode, error.errorNo], ["invalid_client", 700027]);
});

test("on_behalf_of: the claims of the API behind pass through the middle tier to the person and back", async () => {
  const tenant = await Tenant.create();
  const [client, middle] = [tenant.app(), portal(tenant)];
  const weak = await tenant.interactive(client, PORTAL_ACCESS);
  const error = await failure(middle.acquireTokenOnBehalfOf({ oboAssertion: weak.accessToken, scopes: PAYROLL }));
  assert.ok(error instanceof InteractionRequiredAuthError, error);
  assert.deepEqual(JSON.parse(error.claims), MFA_FOR_PAYROLL);

  const silent = await failure(client.acquireTokenSilent({ scopes: PORTAL_ACCESS, account: weak.account, claims: error.claims }));
  assert.ok(silent instanceof InteractionRequiredAuthError, silent);
  const strong = await tenant.interactive(client, PORTAL_ACCESS, { account: weak.account, claims: error.claims });
  const request = { oboAssertion: strong.accessToken, scopes: PAYROLL };
  const payroll = await middle.acquireTokenOnBehalfOf(request);
  assert.equal(payroll.account.username, tenant.user("ada"));
  assert.equal(claimsOf(payroll.accessToken).appid, PORTAL);
  assert.equal((await call("payroll", payroll)).status, 200);
  assert.equal((await middle.acquireTokenOnBehalfOf(request)).fromCache, true);
});

test("on_behalf_of: an assertion for somebody else is refused", async () => {
  const tenant = await Tenant.create();
  const other = await tenant.interactive(tenant.app(), ["api://calendar/Events.Read"]);
  const error = await failure(portal(tenant).acquireTokenOnBehalfOf({ oboAssertion: other.accessToken, scopes: PAYROLL }));
  assert.equal(error.errorCode, "invalid_grant");
});

test("interactive: a web application redeems the code with its secret", async () => {
  const tenant = await Tenant.create();
  const app = portal(tenant);
  const landing = await Landing.open();
  const request = { scopes: ["User.Read"], redirectUri: landing.address };
  const url = await app.getAuthCodeUrl({ ...request, nonce: "once", state: "here" });
  await tenant.visit(url);
  const answer = new URL((await landing.answer).url).searchParams;
  assert.equal(answer.get("state"), "here");
  const result = await app.acquireTokenByCode({ ...request, code: answer.get("code"), nonce: "once" });
  assert.equal(result.account.username, tenant.user("ada"));
  const { account } = result;
  assert.equal((await app.acquireTokenSilent({ scopes: ["User.Read"], account, forceRefresh: true })).fromCache, false);
});
