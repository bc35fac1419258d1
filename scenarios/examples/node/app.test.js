// The application in front of a server that makes demands.
import assert from "node:assert/strict";
import { test } from "node:test";
import { App } from "./app.js";
import { MockIdp } from "./mock-idp.js";

const CALENDAR = "api://calendar/Events.Read";
const MAIL = "api://mail/Mail.Read";
const PAYROLL = "api://payroll/Salary.Read";
// What every client owes.
const DUTIES = {
  no_prompt_before_silent: true,
  claims_forwarded_unmodified: true,
  scopes_unchanged_on_escalation: true,
  same_account_hinted: true,
  no_identical_request_repeated: "2m",
  fresh_state_nonce_pkce: true,
};

async function start(t) {
  const idp = await MockIdp.start(t);
  return { idp, app: new App(idp) };
}

test("the second API wants consent", async (t) => {
  const { idp, app } = await start(t);
  await app.call(CALENDAR);
  assert.equal((await app.call(MAIL)).user.username, idp.user("ada"));
  await idp.expect({ prompts: 2, claims_absent_when_none_given: true, ...DUTIES });
});

test("the second API wants a second factor", async (t) => {
  const { idp, app } = await start(t);
  await idp.consent("payroll", ["Salary.Read"]);
  await app.call(CALENDAR);
  assert.deepEqual((await app.call(PAYROLL)).strength.amr, ["pwd", "mfa"]);
  await idp.expect({ prompts: 2, policies_fired: ["f0000000-0000-4000-8000-000000000001"], ...DUTIES });
});

test("one sign-in serves until somebody asks for more", async (t) => {
  const { idp, app } = await start(t);
  for (let times = 0; times < 3; times += 1) await app.call(CALENDAR);
  await idp.expect({ prompts: 1, token_requests: { authorization_code: 1 }, no_token_request_while_cached: true });
});

test("a person who declines is not asked twice", async (t) => {
  const { idp, app } = await start(t);
  await idp.person("ada", { visits: [{}, { consent: "decline" }] });
  await app.call(CALENDAR);
  await assert.rejects(app.call(MAIL), { errorCode: "access_denied" });
  await idp.expect({ prompts: 2, ...DUTIES });
});

test("a person who fails the second factor gets nothing", async (t) => {
  const { idp, app } = await start(t);
  await idp.person("ada", { mfa: "fail" });
  await assert.rejects(app.call(PAYROLL), { errorCode: "access_denied" });
  await idp.expect({ prompts: 1 });
});
