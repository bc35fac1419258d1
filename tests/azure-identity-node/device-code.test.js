// A device without a browser. The tests run side by side: the SDK waits the server's interval between two polls.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AuthenticationRequiredError, DeviceCodeCredential } from "@azure/identity";
import { CALENDAR, MAIL, NEWS, challengeOf, desktop, failure } from "./tenant.js";
import { Tenant, call } from "./support.js";

const device = (tenant, userPromptCallback, options = {}) =>
  new DeviceCodeCredential({ ...tenant.options, clientId: desktop, userPromptCallback, ...options });

describe("device_code", { concurrency: true }, () => {
  test("device_code: it polls until a person has entered the code, and asks silently from then on", async () => {
    const tenant = await Tenant.create();
    const prompt = ({ userCode, verificationUri }) => {
      tenant.polled().then(() => tenant.visit(`${verificationUri}?otc=${userCode}`));
    };
    const credential = device(tenant, prompt);
    const token = await credential.getToken(CALENDAR);
    assert.equal((await call("calendar", token)).status, 200);
    assert.deepEqual(await tenant.polls(), ["authorization_pending", "token"]);
    assert.equal((await credential.getToken(CALENDAR)).token, token.token);
    await tenant.consent("desktop", "mail", "Mail.Read");
    assert.equal((await call("mail", await credential.getToken(MAIL))).status, 200);
  });

  test("device_code: a person who declines ends the polling", async () => {
    const tenant = await Tenant.create();
    const prompt = ({ userCode }) => {
      tenant.polled().then(() => tenant.visit(tenant.deviceAddress(userCode), "ada", { MOCK_IDP_DENY_CONSENT: "1" }));
    };
    const error = await failure(device(tenant, prompt).getToken(CALENDAR));
    assert.match(error.message, /authorization_declined/);
  });

  test("device_code: a code that nobody entered expires", async () => {
    const tenant = await Tenant.create();
    const prompt = () => {
      tenant.polled().then(() => tenant.control("POST", "/clock", { advance: "16m" }));
    };
    const error = await failure(device(tenant, prompt).getToken(CALENDAR));
    assert.match(error.message, /expired_token/);
  });

  test("device_code: an application that wants to decide itself gets AuthenticationRequiredError", async () => {
    const tenant = await Tenant.create();
    const prompt = () => assert.fail("nobody was to be asked");
    const error = await failure(device(tenant, prompt, { disableAutomaticAuthentication: true }).getToken(CALENDAR));
    assert.ok(error instanceof AuthenticationRequiredError, error);
  });

  test("cae: the device is asked again after a revocation", async () => {
    const tenant = await Tenant.create();
    const credential = device(tenant, ({ userCode }) => void tenant.visit(tenant.deviceAddress(userCode)));
    const first = await credential.getToken(NEWS, { enableCae: true });
    assert.ok(first.expiresOnTimestamp - Date.now() > 20 * 3600_000);
    await tenant.control("POST", "/users/ada/revoke_sessions");
    const claims = challengeOf(await call("news", first));
    const again = await credential.getToken(NEWS, { enableCae: true, claims });
    assert.equal((await call("news", again)).status, 200);
  });
});
