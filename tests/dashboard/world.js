// A server of one's own, an isolated tenant in it, a client that asks it for tokens, and the dashboard in front of it.
import { expect, test as base } from "@playwright/test";
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export { expect };
export const DESKTOP = "d0000000-0000-4000-8000-000000000001";
export const CALENDAR = "api://calendar/Events.Read";
export const MAIL = "api://mail/Mail.Read";
export const PAYROLL = "api://payroll/Salary.Read";
const { MOCK_IDP_BIN = "mock-idp", DESKTOP_CLIENT_BIN = "desktop-client" } = process.env;

/** Starts `mock-idp serve`; resolves to its address, what it says, and how it is stopped. */
export async function serve(...options) {
  const server = spawn(MOCK_IDP_BIN, ["serve", "--port", "0", "--no-tls", ...options], { stdio: ["ignore", "pipe", "inherit"] });
  const said = [];
  const lines = createInterface({ input: server.stdout });
  const base = await new Promise((resolve, reject) => {
    lines.on("line", (line) => {
      said.push(line);
      const base = line.match(/^mock-idp listening on (.*)$/)?.[1];
      if (base) resolve(base);
    });
    lines.on("close", () => reject(new Error("mock-idp ended before it listened")));
  });
  return { base, said: () => said, stop: () => new Promise((ended) => server.on("exit", ended).kill("SIGTERM")) };
}

/** Runs a program; resolves to how it ended and what it said. */
export function run(program, options, environment = {}) {
  return new Promise((ended) => {
    execFile(program, options, { env: { ...process.env, ...environment } }, (error, out, err) => ended({ status: error?.code ?? 0, said: out + err }));
  });
}

/** A tenant of a server. */
export class Tenant {
  static async make(base, like = "contoso") {
    const tenant = new Tenant(base);
    Object.assign(tenant, await tenant.ask("POST", "/tenants", { like }));
    await tenant.control("PUT", "/virtual_user", { username: `ada@${tenant.domain}` });
    return tenant;
  }

  constructor(base) {
    this.base = base;
  }

  async ask(method, path, body) {
    const answer = await fetch(`${this.base}/_mock${path}`, { method, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
  }

  control(method, path, body) {
    return this.ask(method, `/tenants/${this.tenant_id}${path}`, body);
  }

  /** Runs the reference client with a cache of this tenant's own. */
  async client(...options) {
    this.folder ??= await mkdtemp(join(tmpdir(), "dashboard-"));
    const common = ["--authority", this.authority, "--client-id", DESKTOP];
    const environment = { DESKTOP_CLIENT_CACHE: join(this.folder, "cache.json"), BROWSER: `${MOCK_IDP_BIN} browse` };
    return run(DESKTOP_CLIENT_BIN, [...common, ...options], environment);
  }

  call(api, scope) {
    return this.client("call", `${this.base}/api/${api}`, "--scope", scope);
  }

  async forget() {
    if (this.folder) await rm(this.folder, { recursive: true });
  }
}

/** The dashboard as a person sees it. */
export class Dashboard {
  constructor(page) {
    this.page = page;
    this.exchanges = page.locator("button.exchange");
    this.side = page.locator("#side");
    this.details = page.locator("#details");
    this.done = page.locator("#switches .done li");
    this.connection = page.locator("#connection");
  }

  async open(base, tenant, view = "timeline") {
    await this.page.goto(`${base}/?tenant=${tenant.tenant_id ?? tenant}#${view}`);
    await expect(this.page.locator("#tenant option").first()).toBeAttached();
    if (view === "timeline") await expect(this.connection).toHaveText("live");
  }

  press(name) {
    return this.page.getByRole("button", { name, exact: true }).click();
  }
}

export const test = base.extend({
  server: async ({}, use) => {
    const server = await serve();
    await use(server);
    await server.stop();
  },
  tenant: async ({ server }, use) => {
    const tenant = await Tenant.make(server.base);
    await use(tenant);
    await tenant.forget();
  },
  /** Open at the tenant's timeline; any complaint of the browser fails the test. */
  dashboard: async ({ page, server, tenant }, use) => {
    const complaints = listened(page);
    const dashboard = new Dashboard(page);
    await dashboard.open(server.base, tenant);
    await use(dashboard);
    expect(complaints).toEqual([]);
  },
});

/** What the browser complains about from now on: errors of scripts, what the page's policy blocks, windows of scripts. */
export function listened(page) {
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    // A request that is refused on purpose is told on the page.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) complaints.push(message.text());
  });
  page.on("dialog", (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  return complaints;
}
