// An isolated tenant, and an unmodified MSAL Node application in it. Everything comes from the environment that
// `mock-idp run` sets.
import { spawn } from "node:child_process";
import { PublicClientApplication } from "@azure/msal-node";

const { MOCK_IDP_URL: base, MOCK_IDP_CLIENT_ID: clientId, MOCK_IDP_API_URL: apis, BROWSER: browser } = process.env;

export class Tenant {
  static async create() {
    const answer = await fetch(`${base}/_mock/tenants`, { method: "POST", body: JSON.stringify({ like: "contoso" }) });
    return Object.assign(new Tenant(), await answer.json());
  }

  async control(method, path, body) {
    const answer = await fetch(`${base}/_mock/tenants/${this.tenant_id}${path}`, { method, body: body && JSON.stringify(body) });
    return answer.status === 204 ? undefined : answer.json();
  }

  async exchanges() {
    return (await this.control("GET", "/exchanges")).exchanges;
  }

  user(name) {
    return `${name}@${this.domain}`;
  }

  app(options = {}) {
    // snippet: msal-node
    const app = new PublicClientApplication({
      auth: {
        clientId,
        authority: this.authority, // or process.env.MOCK_IDP_AUTHORITY
        knownAuthorities: [new URL(base).host],
        ...options,
      },
    });
    // end of snippet
    return app;
  }

  // The virtual user: goes through the pages as `name` and delivers the answer to MSAL's listener.
  openBrowser(name = "ada", environment = {}) {
    return async (url) => {
      const child = spawn(browser, [url], { env: { ...process.env, MOCK_IDP_USER: this.user(name), MOCK_IDP_QUIET: "1", ...environment }, stdio: "inherit" });
      child.on("error", (error) => { throw error; });
    };
  }

  interactive(app, scopes, request = {}, environment = {}) {
    return app.acquireTokenInteractive({ scopes, openBrowser: this.openBrowser("ada", environment), ...request });
  }
}

export function call(path, result) {
  return fetch(`${apis}/${path}`, { headers: { authorization: `Bearer ${result.accessToken}` } });
}

export async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("expected a failure");
}
