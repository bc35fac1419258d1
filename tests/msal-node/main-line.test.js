// The seed's story with an unmodified MSAL Node over TLS: silent fails with claims, interactive with them succeeds.
import assert from "node:assert/strict";
import { test } from "node:test";
import { InteractionRequiredAuthError } from "@azure/msal-node";
import { Tenant, call, failure } from "./support.js";

const CALENDAR = ["api://calendar/Events.Read"];
const MAIL = ["api://mail/Mail.Read"];
const PAYROLL = ["api://payroll/Salary.Read"];
const VAULT = ["api://vault/Secrets.Read"];
const MFA_FOR_PAYROLL = "f0000000-0000-4000-8000-000000000001";

test("the second API needs more and gets it with the claims", async () => {
  const tenant = await Tenant.create();
  const app = tenant.app();
  const first = await tenant.interactive(app, CALENDAR);
  assert.equal((await call("calendar", first)).status, 200);
  assert.equal(first.account.username, tenant.user("ada"));

  const error = await failure(app.acquireTokenSilent({ scopes: PAYROLL, account: first.account }));
  assert.ok(error instanceof InteractionRequiredAuthError, error);
  assert.equal(error.subError, "consent_required");
  assert.deepEqual(JSON.parse(error.claims), { access_token: { capolids: { essential: true, values: [MFA_FOR_PAYROLL] } } });

  const second = await tenant.interactive(app, PAYROLL, { account: first.account, claims: error.claims });
  const answer = await call("payroll", second);
  assert.equal(answer.status, 200);
  assert.deepEqual((await answer.json()).strength.amr, ["pwd", "mfa"]);

  const verdict = await tenant.control("POST", "/expectations/verify", { prompts: 2, claims_forwarded_unmodified: true, same_account_hinted: true });
  assert.deepEqual(verdict, { passed: true, failures: [] });
});

test("one refresh token serves every API, and each token stays in the cache", async () => {
  const tenant = await Tenant.create();
  const app = tenant.app();
  const { account } = await app.acquireTokenInteractive({ scopes: CALENDAR, extraScopesToConsent: MAIL, openBrowser: tenant.openBrowser() });
  assert.equal((await app.acquireTokenSilent({ scopes: MAIL, account })).fromCache, false);
  assert.equal((await app.acquireTokenSilent({ scopes: MAIL, account })).fromCache, true);
  assert.equal((await app.acquireTokenSilent({ scopes: CALENDAR, account })).fromCache, true);
});

test("a user who declines is an access_denied", async () => {
  const tenant = await Tenant.create();
  const error = await failure(tenant.interactive(tenant.app(), CALENDAR, {}, { MOCK_IDP_DENY_CONSENT: "1" }));
  assert.equal(error.errorCode, "access_denied");
});

test("a challenge of an API is answered by one prompt", async () => {
  const tenant = await Tenant.create();
  const app = tenant.app();
  const vault = await tenant.interactive(app, VAULT);
  const refused = await call("vault/secrets", vault);
  assert.equal(refused.status, 401);
  const claims = atob(/claims="([^"]+)"/.exec(refused.headers.get("www-authenticate"))[1]);
  const error = await failure(app.acquireTokenSilent({ scopes: VAULT, account: vault.account, claims }));
  assert.equal(error.subError, "basic_action");
  const better = await tenant.interactive(app, VAULT, { account: vault.account, claims });
  assert.deepEqual((await (await call("vault/secrets", better)).json()).strength.acrs, ["c1"]);
});
