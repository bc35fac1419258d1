// A server that has no time: an unmodified MSAL Node keeps away for as long as it was told.
import assert from "node:assert/strict";
import { test } from "node:test";
import { InteractionRequiredAuthError, version } from "@azure/msal-node";
import { CALENDAR, MAIL, failure } from "./tenant.js";
import { Tenant } from "./support.js";

async function signedIn() {
  const tenant = await Tenant.create();
  const app = tenant.app();
  const { account } = await tenant.interactive(app, CALENDAR, { extraScopesToConsent: MAIL });
  return { tenant, ask: () => app.acquireTokenSilent({ scopes: MAIL, account }) };
}

// MSAL Node 5 overlooks the header and keeps away for its usual minute.
const told = version.startsWith("5.") ? 61 : 31;
const BUSY = {
  "429 and Retry-After": [{ code: 90055, retry_after: 30 }, told],
  "an outage, for a minute": [{ code: 90033 }, 61],
};
for (const [what, [fault, seconds]] of Object.entries(BUSY)) {
  test(`throttling: ${what}`, async (t) => {
    const { tenant, ask } = await signedIn();
    await tenant.control("POST", "/faults", { endpoint: "token", ...fault });
    const error = await failure(ask());
    assert.ok(!(error instanceof InteractionRequiredAuthError), error);
    const asked = (await tenant.tokenRequests()).length;
    const kept = await failure(ask());
    assert.match(kept.errorCode, new RegExp(`${fault.code}`));
    assert.equal((await tenant.tokenRequests()).length, asked, "it did not ask again");
    await tenant.later(t, seconds);
    assert.equal((await ask()).fromCache, false);
  });
}

test("throttling: the page of a gateway is no reason to give up the account", async (t) => {
  const { tenant, ask } = await signedIn();
  await tenant.control("POST", "/faults", { endpoint: "token", status: 503, retry_after: 5 });
  const error = await failure(ask());
  assert.ok(!(error instanceof InteractionRequiredAuthError), error);
  await tenant.later(t, 61);
  assert.equal((await ask()).fromCache, false);
});

test("throttling: a connection that is lost is no reason either", async () => {
  const { tenant, ask } = await signedIn();
  await tenant.control("POST", "/faults", { endpoint: "token", drop: true });
  const error = await failure(ask());
  assert.ok(!(error instanceof InteractionRequiredAuthError), error);
  assert.equal((await ask()).fromCache, false);
});
