// What every Node suite needs of the server and of its virtual user: an isolated tenant with its clock, log and people. Nothing
// here knows an SDK. Everything comes from the environment that `mock-idp run` sets.
import { spawn } from "node:child_process";
import { createServer } from "node:http";

export const { MOCK_IDP_URL: base, MOCK_IDP_CLIENT_ID: desktop, MOCK_IDP_API_URL: apis } = process.env;
export const host = new URL(base).host;

export const CALENDAR = ["api://calendar/Events.Read"];
export const MAIL = ["api://mail/Mail.Read"];
export const PAYROLL = ["api://payroll/Salary.Read"];
export const VAULT = ["api://vault/Secrets.Read"];
export const NEWS = ["api://news/Articles.Read"];
export const PORTAL_ACCESS = ["api://portal/access_as_user"];

export const PORTAL = "d0000000-0000-4000-8000-000000000003";
export const DAEMON = "d0000000-0000-4000-8000-000000000004";

/** The claims by which policies of the built-in directory are named in errors. */
export const MFA_FOR_PAYROLL = {
  access_token: { capolids: { essential: true, values: ["f0000000-0000-4000-8000-000000000001"] } },
};

/** The daemon's certificate and key; `tests/run-all` runs suites from the root of the source. */
export const DAEMON_CERTIFICATE = "mock-idp/src/directory/daemon-certificate.pem";
export const DAEMON_KEY = "mock-idp/src/directory/daemon-key.pem";

export class Tenant {
  static async create() {
    const answer = await fetch(`${base}/_mock/tenants`, { method: "POST", body: JSON.stringify({ like: "contoso" }) });
    return Object.assign(new this(), await answer.json());
  }

  async control(method, path, body) {
    const url = `${base}/_mock/tenants/${this.tenant_id}${path}`;
    const answer = await fetch(url, { method, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? undefined : answer.json();
  }

  async exchanges() {
    return (await this.control("GET", "/exchanges")).exchanges;
  }

  /** The requests to the token endpoint, as `grant_type: status`. */
  async tokenRequests() {
    const exchanges = await this.exchanges();
    return exchanges.filter((one) => one.endpoint === "token").map((one) => `${one.grant_type}: ${one.answer.status}`);
  }

  /** What the polls of a device were answered. */
  async polls() {
    const exchanges = await this.exchanges();
    return exchanges.filter((one) => one.endpoint === "token").map((one) => one.answer.error ?? "token");
  }

  /** Resolves once a device has polled. */
  async polled() {
    while ((await this.polls()).length === 0);
  }

  consent(client, api, ...scopes) {
    return this.control("POST", "/consents", { client, api, scopes });
  }

  /** Moves the tenant's clock, and this process's with it: `Date` of the test `t`, until it ends. */
  async later(t, seconds) {
    this.offset = (this.offset ?? 0) + seconds;
    await this.control("POST", "/clock", { advance: `${seconds}s` });
    t.mock.timers.reset();
    t.mock.timers.enable({ apis: ["Date"], now: Date.now() + this.offset * 1000 });
  }

  user(name) {
    return name.includes("@") ? name : `${name}@${this.domain}`;
  }

  /**
   * The virtual user: goes through the pages at `url` as `name`. Resolves when she is done, which is when the pipe of her
   * error output closes; rejects with what she says went wrong.
   */
  visit(url, name = "ada", environment = {}) {
    const env = { ...process.env, MOCK_IDP_USER: this.user(name), MOCK_IDP_QUIET: "1", ...environment };
    const child = spawn(process.env.BROWSER, [url], { env, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.on("data", (text) => (said += text));
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", () => (said === "" ? resolve() : reject(new Error(said))));
    });
  }

  /** Where a person types the code of a device. */
  deviceAddress(userCode) {
    return `${base}/deviceauth?otc=${encodeURIComponent(userCode)}`;
  }
}

/** A redirect address that waits for one answer, in the query or as a form: `answer` is the request that brought it. */
export class Landing {
  static open() {
    const landing = new this();
    const server = createServer();
    landing.answer = new Promise((resolve) => {
      server.once("request", async (request, response) => {
        const { method, headers } = request;
        const body = method === "POST" ? Buffer.concat(await request.toArray()).toString() : undefined;
        response.end("thank you");
        server.close();
        const kept = new Headers({ "content-type": headers["content-type"] ?? "" });
        resolve(new Request(new URL(request.url, landing.address), { method, headers: kept, body }));
      });
    });
    return new Promise((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        landing.address = `http://localhost:${server.address().port}/`;
        resolve(landing);
      });
    });
  }
}

export function call(path, accessToken) {
  return fetch(`${apis}/${path}`, { headers: { authorization: `Bearer ${accessToken}` } });
}

/** The claims that an API's challenge asks for, as JSON text. */
export function challengeOf(answer) {
  return atob(/claims="([^"]+)"/.exec(answer.headers.get("www-authenticate"))[1]);
}

/** The claims of a JWT, unverified. */
export function claimsOf(token) {
  return JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
}

export async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("expected a failure");
}
