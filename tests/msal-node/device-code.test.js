// A device without a browser. The tests run side by side: MSAL waits the server's interval between two polls.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CALENDAR, PAYROLL, base, failure } from "./tenant.js";
import { Tenant, call } from "./support.js";

describe("device_code", { concurrency: true }, () => {
  test("device_code: it polls until a person has entered the code", async () => {
    const tenant = await Tenant.create();
    const app = tenant.app();
    let code;
    const result = await app.acquireTokenByDeviceCode({
      scopes: CALENDAR,
      deviceCodeCallback: (answer) => {
        code = answer;
        tenant.polled().then(() => tenant.visit(`${code.verificationUri}?otc=${code.userCode}`));
      },
    });
    assert.ok(code.message.includes(code.userCode) && code.message.includes(code.verificationUri), code.message);
    assert.deepEqual([code.interval, code.expiresIn], [5, 900]);
    assert.equal(result.account.username, tenant.user("ada"));
    assert.equal((await call("calendar", result)).status, 200);
    assert.deepEqual(await tenant.polls(), ["authorization_pending", "token"]);
    assert.equal((await app.acquireTokenSilent({ scopes: CALENDAR, account: result.account })).fromCache, true);
    assert.equal((await app.acquireTokenSilent({ scopes: CALENDAR, account: result.account, forceRefresh: true })).fromCache, false);
  });

  test("device_code: a person who declines ends the polling", async () => {
    const tenant = await Tenant.create();
    const deviceCodeCallback = ({ userCode }) => {
      tenant.polled().then(() => tenant.visit(tenant.deviceAddress(userCode), "ada", { MOCK_IDP_DENY_CONSENT: "1" }));
    };
    const error = await failure(tenant.app().acquireTokenByDeviceCode({ scopes: CALENDAR, deviceCodeCallback }));
    assert.match(error.errorMessage, /authorization_declined/);
    assert.deepEqual(await tenant.polls(), ["authorization_pending", "authorization_declined"]);
  });

  test("device_code: a code that nobody entered expires", async () => {
    const tenant = await Tenant.create();
    const deviceCodeCallback = () => {
      tenant.polled().then(() => tenant.control("POST", "/clock", { advance: "16m" }));
    };
    const error = await failure(tenant.app().acquireTokenByDeviceCode({ scopes: CALENDAR, deviceCodeCallback }));
    assert.match(error.errorMessage, /expired_token/);
  });

  test("device_code: the application may give up", async () => {
    const tenant = await Tenant.create();
    const request = { scopes: CALENDAR, deviceCodeCallback: () => tenant.polled().then(() => (request.cancel = true)) };
    const app = tenant.app();
    const error = await failure(app.acquireTokenByDeviceCode(request));
    assert.equal(error.errorCode, "device_code_polling_cancelled");
  });

  test("common: a device learns the tenant of the person", async () => {
    const tenant = await Tenant.create();
    const app = tenant.app({ authority: `${base}/common` });
    const deviceCodeCallback = ({ userCode }) => {
      tenant.visit(tenant.deviceAddress(userCode));
    };
    const result = await app.acquireTokenByDeviceCode({ scopes: CALENDAR, deviceCodeCallback });
    assert.equal(result.tenantId, tenant.tenant_id);
    const { account } = result;
    assert.equal((await app.acquireTokenSilent({ scopes: CALENDAR, account, forceRefresh: true })).tenantId, tenant.tenant_id);
  });

  test("device_code: what a policy demands is asked on the other device", async () => {
    const tenant = await Tenant.create();
    const deviceCodeCallback = ({ userCode }) => {
      tenant.visit(tenant.deviceAddress(userCode));
    };
    const result = await tenant.app().acquireTokenByDeviceCode({ scopes: PAYROLL, deviceCodeCallback });
    assert.deepEqual((await (await call("payroll", result)).json()).strength.amr, ["pwd", "mfa"]);
  });
});
