// RFC 8628 with a generic client. The tests run side by side: it waits the server's interval before each poll.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as client from "openid-client";
import { CALENDAR, Tenant, call, desktop, failure } from "./tenant.js";

async function start() {
  const tenant = await Tenant.create();
  const configuration = await client.discovery(new URL(`${tenant.authority}/v2.0`), desktop, undefined, client.None());
  client.enableNonRepudiationChecks(configuration);
  const code = await client.initiateDeviceAuthorization(configuration, { scope: `openid profile offline_access ${CALENDAR}` });
  return { tenant, code, poll: () => client.pollDeviceAuthorizationGrant(configuration, code) };
}

describe("device_code", { concurrency: true }, () => {
  test("device_code: it polls until a person has entered the code", async () => {
    const { tenant, code, poll } = await start();
    const pending = poll();
    await tenant.polled();
    await tenant.visit(`${code.verification_uri}?otc=${code.user_code}`);
    const tokens = await pending;
    assert.equal(tokens.claims().preferred_username, tenant.user("ada"));
    assert.equal((await call("calendar", tokens.access_token)).status, 200);
    assert.deepEqual(await tenant.polls(), ["authorization_pending", "token"]);
  });

  test("device_code: a person who declines ends the polling", async () => {
    const { tenant, code, poll } = await start();
    await tenant.visit(`${code.verification_uri}?otc=${code.user_code}`, "ada", { MOCK_IDP_DENY_CONSENT: "1" });
    assert.equal((await failure(poll())).error, "authorization_declined");
  });

  test("device_code: a code that nobody entered expires", async () => {
    const { tenant, poll } = await start();
    await tenant.control("POST", "/clock", { advance: "16m" });
    assert.equal((await failure(poll())).error, "expired_token");
  });
});
