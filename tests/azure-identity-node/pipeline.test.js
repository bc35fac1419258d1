// The pipeline of every Azure SDK in front of the mock APIs, unmodified: it reads the challenge, asks the credential with its
// claims and sends the request again, without the application noticing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bearerTokenAuthenticationPolicy, createDefaultHttpClient, createEmptyPipeline, createPipelineRequest } from "@azure/core-rest-pipeline";
import { NEWS, PAYROLL, PORTAL_ACCESS, VAULT, apis } from "./tenant.js";
import { Tenant } from "./support.js";

function api(credential, scopes) {
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes }));
  const client = createDefaultHttpClient();
  return async (path) => {
    const answer = await pipeline.sendRequest(client, createPipelineRequest({ url: `${apis}/${path}` }));
    return { status: answer.status, body: JSON.parse(answer.bodyAsText) };
  };
}

async function calls(tenant) {
  return (await tenant.exchanges()).filter((one) => one.endpoint === "api").map((one) => one.answer.status);
}

test("api_challenge: the pipeline steps up by itself", async () => {
  const tenant = await Tenant.create();
  const get = api(tenant.browser(), VAULT);
  assert.equal((await get("vault")).status, 200);
  const { status, body } = await get("vault/secrets");
  assert.deepEqual([status, body.strength.acrs], [200, ["c1"]]);
  assert.deepEqual(await calls(tenant), [200, 401, 200]);
  assert.equal(await tenant.prompts(), 2);
});

test("cae: the pipeline has its token replaced after a revocation", async () => {
  const tenant = await Tenant.create();
  const get = api(tenant.browser(), NEWS);
  assert.equal((await get("news")).status, 200);
  await tenant.control("POST", "/users/ada/revoke_sessions");
  assert.equal((await get("news")).status, 200);
  assert.deepEqual(await calls(tenant), [200, 401, 200]);
  const verdict = await tenant.control("POST", "/expectations/verify", { prompts: 2, capabilities_kept: true, api_retried_at_most_once: true });
  assert.deepEqual(verdict, { passed: true, failures: [] });
});

test("on_behalf_of: what the API behind demands reaches the person through the pipeline", async () => {
  const tenant = await Tenant.create();
  const { status, body } = await api(tenant.browser(), PORTAL_ACCESS)("portal/salary");
  assert.deepEqual([status, body.downstream.strength.amr], [200, ["pwd", "mfa"]]);
  assert.deepEqual(await calls(tenant), [401, 200]);
});

test("mfa_claims: a policy's demand is met before the API is called", async () => {
  const tenant = await Tenant.create();
  assert.equal((await api(tenant.browser(), PAYROLL)("payroll")).status, 200);
  assert.deepEqual(await calls(tenant), [200]);
});
