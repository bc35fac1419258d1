// A tenant of mock-idp for each test: copy this file. The tests are run by `mock-idp run -- npm test`, which starts the server and
// sets the environment.
//
//     test("the second API wants consent", async (t) => {
//       const idp = await MockIdp.start(t);
//       …
//       await idp.expect({ prompts: 2 });
//     });
import { AssertionError } from "node:assert";

const { MOCK_IDP_URL: url, MOCK_IDP_CLIENT_ID: clientId, MOCK_IDP_API_URL: apis } = process.env;

/** An isolated copy of a tenant: its users, consents, policies, clock and log are this test's alone. */
export class MockIdp {
  /** With the test `t` of node:test the tenant goes when the test ends; otherwise call `stop`. */
  static async start(t, like = "contoso") {
    if (!url) throw new Error("there is no mock-idp; run the tests by `mock-idp run -- npm test`");
    const idp = Object.assign(new MockIdp(), await send("POST", "/_mock/tenants", { like }), { clientId, apis });
    t?.after(() => idp.stop());
    return idp;
  }

  stop() {
    return this.control("DELETE", "");
  }

  /** The user name of ada, bo, eve … */
  user(name) {
    return `${name}@${this.domain}`;
  }

  /**
   * Who sits in front of the browser, and does what: `person("bo", { consent: "decline" })`, `person("ada", { mfa: "fail" })`, or
   * by visit, `person("ada", { visits: [{ consent: "decline" }, {}] })`. Else she is ada, knows her password and code, and agrees.
   */
  person(name = "ada", answers = {}) {
    return this.control("PUT", "/virtual_user", { username: this.user(name), ...answers });
  }

  /** Everybody's consent is on record. */
  consent(api, scopes, client = "desktop") {
    return this.control("POST", "/consents", { client, api, scopes });
  }

  /** What was asked, decided and answered, and why; at `token`, `authorize`, `api` … or everywhere. */
  async exchanges(endpoint) {
    const { exchanges } = await this.control("GET", "/exchanges");
    return exchanges.filter((exchange) => endpoint === undefined || exchange.endpoint === endpoint);
  }

  /** Fails the test with one sentence if the client has not done as expected: `expect({ prompts: 1 })`. */
  async expect(expectations) {
    const { passed, failures } = await this.control("POST", "/expectations/verify", expectations);
    if (passed) return;
    throw new AssertionError({ message: failures.map((failure) => failure.sentence).join("\n"), stackStartFn: this.expect });
  }

  /** Anything else of the control API. */
  control(method, path, body) {
    return send(method, `/_mock/tenants/${this.tenant_id}${path}`, body);
  }
}

async function send(method, path, body) {
  const answer = await fetch(url + path, { method, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? undefined : answer.json();
}
