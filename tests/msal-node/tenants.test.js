// Whose token it is: /common, guests, several accounts, signing out, and a cache that outlives the process.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PublicClientApplication } from "@azure/msal-node";
import { CALENDAR, MAIL, base, desktop, failure, host } from "./tenant.js";
import { Tenant, call } from "./support.js";

const FABRIKAM = "22222222-2222-4222-8222-222222222222";

test("common: the account's own tenant answers, and later requests find it", async () => {
  const tenant = await Tenant.create();
  const app = tenant.app({ authority: `${base}/common` });
  const result = await tenant.interactive(app, CALENDAR);
  assert.deepEqual([result.tenantId, result.account.tenantId], [tenant.tenant_id, tenant.tenant_id]);
  assert.equal(result.idTokenClaims.iss, `${base}/${tenant.tenant_id}/v2.0`);
  assert.equal((await call("calendar", result)).status, 200);
  const { account } = result;
  assert.equal((await app.acquireTokenSilent({ scopes: CALENDAR, account })).fromCache, true);
  assert.equal((await app.acquireTokenSilent({ scopes: CALENDAR, account, forceRefresh: true })).fromCache, false);
});

test("common: organizations is another word for it", async () => {
  const tenant = await Tenant.create();
  const result = await tenant.interactive(tenant.app({ authority: `${base}/organizations` }), CALENDAR);
  assert.equal(result.tenantId, tenant.tenant_id);
});

test("common: a tenant may be called by its domain, in any case", async () => {
  const tenant = await Tenant.create();
  const app = tenant.app({ authority: `${base}/${tenant.domain.toUpperCase()}` });
  const { account, tenantId } = await tenant.interactive(app, CALENDAR);
  assert.equal(tenantId, tenant.tenant_id);
  assert.equal((await app.acquireTokenSilent({ scopes: CALENDAR, account, forceRefresh: true })).fromCache, false);
});

test("guest: a guest's token is the resource tenant's, and the account the home tenant's", async () => {
  const tenant = await Tenant.create();
  const app = tenant.app();
  const openBrowser = tenant.openBrowser("cy@fabrikam.test");
  const result = await app.acquireTokenInteractive({ scopes: CALENDAR, openBrowser });
  const [uid, utid] = result.account.homeAccountId.split(".");
  assert.equal(utid, FABRIKAM);
  assert.notEqual(uid, result.idTokenClaims.oid);
  assert.deepEqual([result.tenantId, result.idTokenClaims.tid], [tenant.tenant_id, tenant.tenant_id]);
  const answer = await call("calendar", result);
  assert.equal((await answer.json()).user.id, result.idTokenClaims.oid);
  assert.equal((await app.acquireTokenSilent({ scopes: CALENDAR, account: result.account })).fromCache, true);
});

test("guest: one account, a token in each of its tenants, by one refresh token", async () => {
  const tenant = await Tenant.create();
  const app = tenant.app({ authority: `${base}/common` });
  const openBrowser = tenant.openBrowser("cy@fabrikam.test");
  const home = await app.acquireTokenInteractive({ scopes: CALENDAR, openBrowser });
  assert.equal(home.tenantId, FABRIKAM);
  await tenant.consent("desktop", "calendar", "Events.Read");
  const elsewhere = { authority: tenant.authority, account: home.account, scopes: CALENDAR, forceRefresh: true };
  const away = await app.acquireTokenSilent(elsewhere);
  assert.equal(away.tenantId, tenant.tenant_id);
  assert.equal(away.account.homeAccountId, home.account.homeAccountId);
  assert.equal(away.account.tenantProfiles.size, 2);
  assert.equal((await call("calendar", away)).status, 200);
});

test("sign_out: nothing is left, and the next silent call says so", async () => {
  const tenant = await Tenant.create();
  const app = tenant.app();
  const { account } = await tenant.interactive(app, CALENDAR);
  const before = (await tenant.exchanges()).length;
  await app.signOut({ account });
  assert.deepEqual(await app.getAllAccounts(), []);
  const error = await failure(app.acquireTokenSilent({ scopes: CALENDAR, account }));
  assert.equal(error.errorCode, "no_tokens_found");
  assert.equal((await tenant.exchanges()).length, before);
});

test("two_accounts: each has its own tokens, and signing out of one leaves the other", async () => {
  const tenant = await Tenant.create();
  const app = tenant.app();
  const ada = await tenant.interactive(app, CALENDAR);
  const bo = await app.acquireTokenInteractive({ scopes: CALENDAR, prompt: "select_account", openBrowser: tenant.openBrowser("bo") });
  assert.equal((await app.getAllAccounts()).length, 2);
  for (const { account, accessToken } of [ada, bo]) {
    const hit = await app.acquireTokenSilent({ scopes: CALENDAR, account });
    assert.deepEqual([hit.fromCache, hit.accessToken], [true, accessToken]);
    const user = (await (await call("calendar", hit)).json()).user;
    assert.equal(user.username, account.username);
  }
  await app.signOut({ account: ada.account });
  const [left] = await app.getAllAccounts();
  assert.equal(left.username, tenant.user("bo"));
  const refreshed = await app.acquireTokenSilent({ scopes: CALENDAR, account: left, forceRefresh: true });
  assert.equal(refreshed.account.username, tenant.user("bo"));
});

test("cache_reload: another process goes on where this one stopped", async () => {
  const tenant = await Tenant.create();
  const app = tenant.app();
  const { account } = await tenant.interactive(app, CALENDAR, { extraScopesToConsent: MAIL });
  const saved = app.getTokenCache().serialize();

  const next = tenant.app();
  next.getTokenCache().deserialize(saved);
  const [known] = await next.getAllAccounts();
  assert.equal(known.homeAccountId, account.homeAccountId);
  assert.equal((await next.acquireTokenSilent({ scopes: CALENDAR, account: known })).fromCache, true);
  assert.equal((await next.acquireTokenSilent({ scopes: MAIL, account: known })).fromCache, false);
});

test("cache_reload: a cache plugin is told of each change", async () => {
  const tenant = await Tenant.create();
  let stored = "";
  const cachePlugin = {
    beforeCacheAccess: async (context) => context.tokenCache.deserialize(stored),
    afterCacheAccess: async (context) => {
      if (context.cacheHasChanged) stored = context.tokenCache.serialize();
    },
  };
  const auth = { clientId: desktop, authority: tenant.authority, knownAuthorities: [host] };
  const { account } = await tenant.interactive(new PublicClientApplication({ auth, cache: { cachePlugin } }), CALENDAR);
  const other = new PublicClientApplication({ auth, cache: { cachePlugin } });
  assert.equal((await other.acquireTokenSilent({ scopes: CALENDAR, account })).fromCache, true);
});
