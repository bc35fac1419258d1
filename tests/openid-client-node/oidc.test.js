// A generic, certified OpenID Connect client, unmodified: it takes nothing on trust that the specifications let it check.
import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as client from "openid-client";
import { CALENDAR, DAEMON, DAEMON_CERTIFICATE, DAEMON_KEY, Landing, MFA_FOR_PAYROLL, NEWS, PAYROLL, PORTAL, Tenant, VAULT, base, call, challengeOf, desktop, failure } from "./tenant.js";

/** The configuration of `clientId`, which checks every signature against the published keys. */
async function discover(tenant, clientId = desktop, metadata = undefined, authentication = client.None()) {
  // snippet: openid-client-node
  const issuer = new URL(`${tenant.authority}/v2.0`); // or `${process.env.MOCK_IDP_AUTHORITY}/v2.0`
  const configuration = await client.discovery(issuer, clientId, metadata, authentication);
  client.enableNonRepudiationChecks(configuration);
  // end of snippet
  return configuration;
}

/** Signs in with PKCE, state and nonce; the tokens. */
async function signIn(tenant, configuration, scopes, { name = "ada", environment = {}, extra = {} } = {}) {
  const landing = await Landing.open();
  const verifier = client.randomPKCECodeVerifier();
  const checks = { expectedNonce: client.randomNonce(), expectedState: client.randomState(), pkceCodeVerifier: verifier, idTokenExpected: true };
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: landing.address,
    scope: ["openid", "profile", "email", "offline_access", ...scopes].join(" "),
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    nonce: checks.expectedNonce,
    state: checks.expectedState,
    ...extra,
  });
  await tenant.visit(url.href, name, environment);
  if (extra.max_age !== undefined) checks.maxAge = Number(extra.max_age);
  const answer = await landing.answer;
  return client.authorizationCodeGrant(configuration, answer.method === "POST" ? answer : new URL(answer.url), checks);
}

test("discovery: the document is the issuer's own and names every endpoint", async () => {
  const tenant = await Tenant.create();
  const metadata = (await discover(tenant)).serverMetadata();
  assert.equal(metadata.issuer, `${tenant.authority}/v2.0`);
  for (const endpoint of ["authorization", "token", "userinfo", "device_authorization", "end_session"]) {
    assert.ok(metadata[`${endpoint}_endpoint`].startsWith(base), endpoint);
  }
});

test("discovery: an unknown tenant has none", async () => {
  const tenant = await Tenant.create();
  const error = await failure(client.discovery(new URL(`${base}/nowhere.test/v2.0`), desktop));
  assert.equal(error.cause.status, 400);
  await tenant.control("DELETE", "");
});

test("discovery: what was deleted is gone", async () => {
  const tenant = await Tenant.create();
  await tenant.control("DELETE", "");
  await failure(discover(tenant));
});

test("discovery: keys that were rotated are fetched again", async (t) => {
  const tenant = await Tenant.create();
  const configuration = await discover(tenant);
  const first = await signIn(tenant, configuration, CALENDAR);
  await tenant.control("POST", "/signing_keys/rotate");
  await tenant.later(t, 6 * 60);
  const second = await signIn(tenant, configuration, CALENDAR);
  const kid = ({ id_token }) => JSON.parse(Buffer.from(id_token.split(".")[0], "base64url")).kid;
  assert.notEqual(kid(first), kid(second));
  // The old key is still published: what it signed stays good.
  assert.equal((await call("calendar", first.access_token)).status, 200);
});

test("oidc_authority: the endpoints of version 1 have metadata, keys and ID tokens of their own", async () => {
  const tenant = await Tenant.create();
  const configuration = await client.discovery(new URL(`${tenant.authority}/`), desktop, undefined, client.None());
  client.enableNonRepudiationChecks(configuration);
  const { issuer, token_endpoint } = configuration.serverMetadata();
  assert.deepEqual([issuer, token_endpoint], [`${tenant.authority}/`, `${tenant.authority}/oauth2/token`]);
  const tokens = await signIn(tenant, configuration, [], { extra: { resource: "api://calendar" } });
  assert.equal(tokens.claims().ver, "1.0");
  assert.equal((await call("calendar", tokens.access_token)).status, 200);
});

test("interactive: code, PKCE, state and nonce; the ID token's signature and claims are good", async () => {
  const tenant = await Tenant.create();
  const configuration = await discover(tenant);
  const tokens = await signIn(tenant, configuration, CALENDAR);
  const claims = tokens.claims();
  assert.deepEqual([claims.aud, claims.tid, claims.preferred_username], [desktop, tenant.tenant_id, tenant.user("ada")]);
  assert.equal((await call("calendar", tokens.access_token)).status, 200);
  assert.equal(tokens.token_type, "bearer");
  assert.ok(tokens.expiresIn() > 3000);
});

test("interactive: the answer as a form", async () => {
  const tenant = await Tenant.create();
  const tokens = await signIn(tenant, await discover(tenant), CALENDAR, { extra: { response_mode: "form_post" } });
  assert.equal((await call("calendar", tokens.access_token)).status, 200);
});

test("interactive: max_age brings auth_time", async () => {
  const tenant = await Tenant.create();
  const tokens = await signIn(tenant, await discover(tenant), CALENDAR, { extra: { max_age: "300" } });
  assert.ok(Math.abs(tokens.claims().auth_time - Date.now() / 1000) < 60);
});

test("interactive: a user who declines is an access_denied", async () => {
  const tenant = await Tenant.create();
  const configuration = await discover(tenant);
  const error = await failure(signIn(tenant, configuration, CALENDAR, { environment: { MOCK_IDP_DENY_CONSENT: "1" } }));
  assert.ok(error instanceof client.AuthorizationResponseError, error);
  assert.equal(error.error, "access_denied");
});

test("interactive: prompt=none without a session is a login_required", async () => {
  const tenant = await Tenant.create();
  const error = await failure(signIn(tenant, await discover(tenant), CALENDAR, { extra: { prompt: "none" } }));
  assert.equal(error.error, "login_required");
});

test("interactive: a web application proves itself by its secret, in the body or by Basic", async () => {
  const tenant = await Tenant.create();
  for (const authentication of [client.ClientSecretPost("portal-secret"), client.ClientSecretBasic("portal-secret")]) {
    const configuration = await discover(tenant, PORTAL, "portal-secret", authentication);
    const tokens = await signIn(tenant, configuration, ["User.Read"]);
    assert.equal(tokens.claims().aud, PORTAL);
  }
});

test("silent_refresh: a refresh token, and an ID token for the same person", async () => {
  const tenant = await Tenant.create();
  const configuration = await discover(tenant);
  const first = await signIn(tenant, configuration, CALENDAR);
  const second = await client.refreshTokenGrant(configuration, first.refresh_token, { scope: `openid profile ${CALENDAR}` });
  assert.equal(second.claims().sub, first.claims().sub);
  assert.equal((await call("calendar", second.access_token)).status, 200);
});

test("widening: one refresh token for another API", async () => {
  const tenant = await Tenant.create();
  const configuration = await discover(tenant);
  const first = await signIn(tenant, configuration, CALENDAR);
  await tenant.consent("desktop", "mail", "Mail.Read");
  const mail = await client.refreshTokenGrant(configuration, first.refresh_token, { scope: "openid api://mail/Mail.Read" });
  assert.equal((await call("mail", mail.access_token)).status, 200);
});

test("consent: one that is missing is an invalid_grant with a suberror", async () => {
  const tenant = await Tenant.create();
  const configuration = await discover(tenant);
  const { refresh_token } = await signIn(tenant, configuration, CALENDAR);
  const error = await failure(client.refreshTokenGrant(configuration, refresh_token, { scope: "openid api://mail/Mail.Read" }));
  assert.ok(error instanceof client.ResponseBodyError, error);
  assert.deepEqual([error.error, error.cause.suberror, error.status], ["invalid_grant", "consent_required", 400]);
});

test("mfa_claims: the error's claims are the next request's", async () => {
  const tenant = await Tenant.create();
  const configuration = await discover(tenant);
  const { refresh_token } = await signIn(tenant, configuration, CALENDAR);
  const error = await failure(client.refreshTokenGrant(configuration, refresh_token, { scope: `openid ${PAYROLL}` }));
  const { claims } = error.cause;
  assert.deepEqual(JSON.parse(claims), MFA_FOR_PAYROLL);
  const tokens = await signIn(tenant, configuration, PAYROLL, { extra: { claims } });
  assert.deepEqual((await (await call("payroll", tokens.access_token)).json()).strength.amr, ["pwd", "mfa"]);
});

test("api_challenge: its claims are the next request's", async () => {
  const tenant = await Tenant.create();
  const configuration = await discover(tenant);
  const weak = await signIn(tenant, configuration, VAULT);
  const resource = new URL(`${base}/api/vault/secrets`);
  const challenge = await failure(client.fetchProtectedResource(configuration, weak.access_token, resource, "GET"));
  assert.ok(challenge instanceof client.WWWAuthenticateChallengeError, challenge);
  assert.deepEqual([challenge.status, challenge.cause[0].parameters.error], [401, "insufficient_claims"]);
  const tokens = await signIn(tenant, configuration, VAULT, { extra: { claims: challengeOf(challenge.response) } });
  const answer = await client.fetchProtectedResource(configuration, tokens.access_token, resource, "GET");
  assert.deepEqual((await answer.json()).strength.acrs, ["c1"]);
});

test("cae: a client that says cp1 gets a long token, which a revocation ends", async () => {
  const tenant = await Tenant.create();
  const configuration = await discover(tenant);
  const claims = JSON.stringify({ access_token: { xms_cc: { values: ["cp1"] } } });
  const first = await signIn(tenant, configuration, NEWS, { extra: { claims } });
  assert.ok(first.expiresIn() > 20 * 3600 - 60, first.expiresIn());
  await tenant.control("POST", "/users/ada/revoke_sessions");
  const challenge = JSON.parse(challengeOf(await call("news", first.access_token)));
  const merged = JSON.stringify({ access_token: { ...challenge.access_token, xms_cc: { values: ["cp1"] } } });
  const asked = { scope: `openid ${NEWS}`, claims: merged };
  const error = await failure(client.refreshTokenGrant(configuration, first.refresh_token, asked));
  assert.deepEqual([error.error, error.cause.suberror], ["invalid_grant", "bad_token"]);
  const again = await signIn(tenant, configuration, NEWS, { extra: { claims: merged } });
  assert.equal((await call("news", again.access_token)).status, 200);
});

test("password: a grant of its own name", async () => {
  const tenant = await Tenant.create();
  await tenant.consent("desktop", "calendar", "Events.Read");
  const request = { username: tenant.user("ada"), password: "Passw0rd!", scope: `openid profile ${CALENDAR}` };
  const tokens = await client.genericGrantRequest(await discover(tenant), "password", request);
  assert.equal((await call("calendar", tokens.access_token)).status, 200);
});

test("guest: the issuer is the tenant that was asked", async () => {
  const tenant = await Tenant.create();
  const tokens = await signIn(tenant, await discover(tenant), CALENDAR, { name: "cy@fabrikam.test" });
  assert.equal(tokens.claims().tid, tenant.tenant_id);
});

test("userinfo: it speaks of the subject of the ID token", async () => {
  const tenant = await Tenant.create();
  const configuration = await discover(tenant);
  const tokens = await signIn(tenant, configuration, ["User.Read"]);
  const claims = tokens.claims();
  const info = await client.fetchUserInfo(configuration, tokens.access_token, claims.sub);
  assert.deepEqual([info.name, info.given_name, info.family_name], ["Ada Byron", "Ada", "Byron"]);
  assert.equal(info.email, tenant.user("ada"));
});

test("userinfo: openid alone is enough", async () => {
  const tenant = await Tenant.create();
  const configuration = await discover(tenant);
  const tokens = await signIn(tenant, configuration, []);
  const info = await client.fetchUserInfo(configuration, tokens.access_token, tokens.claims().sub);
  assert.equal(info.name, "Ada Byron");
});

test("userinfo: each application knows a person by another subject", async () => {
  const tenant = await Tenant.create();
  const subjects = new Set();
  for (const [clientId, secret] of [[desktop], [PORTAL, "portal-secret"]]) {
    const authentication = secret ? client.ClientSecretPost(secret) : client.None();
    const configuration = await discover(tenant, clientId, undefined, authentication);
    const tokens = await signIn(tenant, configuration, ["User.Read"]);
    subjects.add((await client.fetchUserInfo(configuration, tokens.access_token, tokens.claims().sub)).sub);
  }
  assert.equal(subjects.size, 2);
});

test("userinfo: a token for another API is refused with a challenge", async () => {
  const tenant = await Tenant.create();
  const configuration = await discover(tenant);
  const tokens = await signIn(tenant, configuration, CALENDAR);
  const error = await failure(client.fetchUserInfo(configuration, tokens.access_token, tokens.claims().sub));
  assert.ok(error instanceof client.WWWAuthenticateChallengeError, error);
  assert.equal(error.status, 401);
});

test("client_secret: a daemon, by its secret in the body or by Basic", async () => {
  const tenant = await Tenant.create();
  for (const authentication of [client.ClientSecretPost("daemon-secret"), client.ClientSecretBasic("daemon-secret")]) {
    const configuration = await discover(tenant, DAEMON, undefined, authentication);
    const tokens = await client.clientCredentialsGrant(configuration, { scope: "api://calendar/.default" });
    assert.deepEqual((await (await call("calendar", tokens.access_token)).json()).roles, ["Events.Read.All"]);
  }
});

test("client_secret: a wrong one is an invalid_client", async () => {
  const tenant = await Tenant.create();
  const configuration = await discover(tenant, DAEMON, undefined, client.ClientSecretPost("wrong"));
  const error = await failure(client.clientCredentialsGrant(configuration, { scope: "api://calendar/.default" }));
  assert.deepEqual([error.error, error.cause.error_codes], ["invalid_client", [7000215]]);
});

const certificate = new X509Certificate(readFileSync(DAEMON_CERTIFICATE));
const thumbprint = (algorithm) => createHash(algorithm).update(certificate.raw).digest("base64url");
const SIGNED = {
  "RS256 and x5t": ["RSASSA-PKCS1-v1_5", { x5t: thumbprint("sha1") }],
  "PS256 and x5t#S256": ["RSA-PSS", { "x5t#S256": thumbprint("sha256") }],
};
for (const [how, [name, named]] of Object.entries(SIGNED)) {
  test(`certificate: a daemon signs, with ${how}`, async () => {
    const tenant = await Tenant.create();
    const der = Buffer.from(readFileSync(DAEMON_KEY, "utf8").replace(/-----[^-]+-----|\s/g, ""), "base64");
    const key = await crypto.subtle.importKey("pkcs8", der, { name, hash: "SHA-256" }, false, ["sign"]);
    const authentication = client.PrivateKeyJwt(key, { [client.modifyAssertion]: (header) => Object.assign(header, named) });
    const configuration = await discover(tenant, DAEMON, undefined, authentication);
    const tokens = await client.clientCredentialsGrant(configuration, { scope: "api://calendar/.default" });
    assert.equal((await call("calendar", tokens.access_token)).status, 200);
  });
}

test("on_behalf_of: a grant of its own name, and the claims of the error", async () => {
  const tenant = await Tenant.create();
  const person = await discover(tenant);
  const middle = await discover(tenant, PORTAL, undefined, client.ClientSecretPost("portal-secret"));
  const onBehalf = (assertion) =>
    client.genericGrantRequest(middle, "urn:ietf:params:oauth:grant-type:jwt-bearer", {
      assertion,
      requested_token_use: "on_behalf_of",
      scope: PAYROLL[0],
    });
  const weak = await signIn(tenant, person, ["api://portal/access_as_user"]);
  const error = await failure(onBehalf(weak.access_token));
  assert.deepEqual(JSON.parse(error.cause.claims), MFA_FOR_PAYROLL);
  const strong = await signIn(tenant, person, ["api://portal/access_as_user"], { extra: { claims: error.cause.claims } });
  assert.equal((await call("payroll", (await onBehalf(strong.access_token)).access_token)).status, 200);
});

test("sign_out: the address to leave by, and back to a registered address only", async () => {
  const tenant = await Tenant.create();
  const configuration = await discover(tenant);
  const { id_token } = await signIn(tenant, configuration, CALENDAR);
  const back = "http://localhost:5000";
  const url = client.buildEndSessionUrl(configuration, { id_token_hint: id_token, post_logout_redirect_uri: back, state: "bye" });
  assert.equal(url.pathname, `/${tenant.tenant_id}/oauth2/v2.0/logout`);
  assert.equal(url.searchParams.get("client_id"), desktop);
  const answer = await fetch(url, { redirect: "manual" });
  assert.deepEqual([answer.status, answer.headers.get("location")], [302, `${back}?state=bye`]);
  url.searchParams.set("post_logout_redirect_uri", "https://elsewhere.test/");
  assert.ok(!(await (await fetch(url)).text()).includes("elsewhere.test"));
});

test("throttling: an answer made to order is an error with its status", async () => {
  const tenant = await Tenant.create();
  const configuration = await discover(tenant, DAEMON, undefined, client.ClientSecretPost("daemon-secret"));
  const ask = () => client.clientCredentialsGrant(configuration, { scope: "api://calendar/.default" });
  await tenant.control("POST", "/faults", { endpoint: "token", code: 90055, retry_after: 30 });
  const error = await failure(ask());
  assert.deepEqual([error.status, error.error], [429, "temporarily_unavailable"]);
  assert.equal(error.response.headers.get("retry-after"), "30");
  assert.ok((await ask()).access_token);
});
