// How an unmodified MSAL Node finds out about the authority: told, asked, or generic.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PublicClientApplication } from "@azure/msal-node";
import { CALENDAR, base, desktop, failure, host } from "./tenant.js";
import { Tenant, call } from "./support.js";

const application = (tenant, auth, system = {}) =>
  new PublicClientApplication({ auth: { clientId: desktop, authority: tenant.authority, ...auth }, system });

async function works(tenant, app) {
  const result = await tenant.interactive(app, CALENDAR);
  assert.equal((await call("calendar", result)).status, 200);
  const { account } = result;
  assert.equal((await app.acquireTokenSilent({ scopes: CALENDAR, account })).fromCache, true);
  assert.equal((await app.acquireTokenSilent({ scopes: CALENDAR, account, forceRefresh: true })).fromCache, false);
  return result;
}

test("discovery: a known authority is not asked about", async () => {
  const tenant = await Tenant.create();
  const { account } = await works(tenant, application(tenant, { knownAuthorities: [host] }));
  assert.equal(account.environment, host);
});

test("discovery: the known authority may be a whole address", async () => {
  const tenant = await Tenant.create();
  await works(tenant, application(tenant, { knownAuthorities: [tenant.authority] }));
});

test("discovery: the server's own answer about its cloud is good metadata", async () => {
  const tenant = await Tenant.create();
  const query = new URLSearchParams({ "api-version": "1.1", authorization_endpoint: `${tenant.authority}/oauth2/v2.0/authorize` });
  const cloudDiscoveryMetadata = await (await fetch(`${base}/common/discovery/instance?${query}`)).text();
  const { account } = await works(tenant, application(tenant, { cloudDiscoveryMetadata }));
  assert.equal(account.environment, new URL(base).hostname); // caches name a cloud by its host, without a port
});

test("discovery: the metadata document may be handed over, too", async () => {
  const tenant = await Tenant.create();
  const authorityMetadata = await (await fetch(`${tenant.authority}/v2.0/.well-known/openid-configuration`)).text();
  await works(tenant, application(tenant, { knownAuthorities: [host], authorityMetadata }));
});

test("discovery: an authority with a slash at its end", async () => {
  const tenant = await Tenant.create();
  await works(tenant, application(tenant, { authority: `${tenant.authority}/`, knownAuthorities: [host] }));
});

test("discovery: an unknown tenant cannot be resolved", async () => {
  const tenant = await Tenant.create();
  const app = application(tenant, { authority: `${base}/nowhere.test`, knownAuthorities: [host] });
  const error = await failure(app.acquireTokenByDeviceCode({ scopes: CALENDAR, deviceCodeCallback: () => {} }));
  assert.equal(error.errorCode, "endpoints_resolution_error");
});

test("oidc_authority: in generic mode the authority is the issuer", async () => {
  const tenant = await Tenant.create();
  const auth = { authority: `${tenant.authority}/v2.0`, knownAuthorities: [host] };
  const result = await works(tenant, application(tenant, auth, { protocolMode: "OIDC" }));
  assert.equal(result.idTokenClaims.iss, `${tenant.authority}/v2.0`);
});
