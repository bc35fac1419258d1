// A browser that trusts the mock's CA, an isolated tenant, and the application's page in it. Addresses come from the environment
// that `mock-idp run` sets.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { chromium } from "playwright-core";
import { bridged, serve } from "./page.js";
import { walk } from "./sign-in.js";
import * as mock from "./tenant.js";

const { base, apis } = mock;
const { MOCK_IDP_CA: ca } = process.env;
const SPA = "d0000000-0000-4000-8000-000000000002";
const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";
const ARGUMENTS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

let home, site;

before(async () => {
  assert.ok(existsSync(EXECUTABLE), `there is no ${EXECUTABLE} (Debian: chromium)`);
  home = mkdtempSync(join(tmpdir(), "msal-browser-"));
  trust(home);
  site = await serve();
});

after(async () => {
  await site?.close();
  if (home) rmSync(home, { recursive: true, force: true });
});

// Chromium on Linux looks for certificates of its own in the NSS database of the home folder.
function trust(home) {
  const database = join(home, ".pki", "nssdb");
  mkdirSync(database, { recursive: true });
  execFileSync("certutil", ["-N", "--empty-password", "-d", `sql:${database}`]);
  execFileSync("certutil", ["-A", "-d", `sql:${database}`, "-n", "mock-idp", "-t", "C,,", "-i", ca]);
}

export class Tenant extends mock.Tenant {
  // What was asked of the token endpoint: the grants, in their order.
  async grants() {
    const { exchanges } = await this.control("GET", "/exchanges");
    return exchanges.filter((exchange) => exchange.endpoint === "token").map((exchange) => exchange.grant_type);
  }

  async verify(expectations) {
    assert.deepEqual(await this.control("POST", "/expectations/verify", expectations), { passed: true, failures: [] });
  }

  // MSAL's configuration.
  configuration(auth = {}, others = {}) {
    return {
      // snippet: msal-browser
      auth: {
        clientId: SPA,
        authority: this.authority, // or the tenant's, such as https://localhost:8443/contoso.test
        knownAuthorities: [new URL(base).host],
        redirectUri: `${site.origin}/`,
        ...auth,
      },
      // end of snippet
      cache: { cacheLocation: "localStorage" },
      ...others,
    };
  }
}

// The application in a browser that nobody has used, and whose person allows cookies in frames of other sites: a page over plain
// HTTP and a server over TLS are two sites, also on localhost, and without its cookie no hidden frame knows its session.
export class Application {
  static async open(tenant, auth, others) {
    const options = { executablePath: EXECUTABLE, args: ARGUMENTS.split(" "), env: { ...process.env, HOME: home } };
    const profile = mkdtempSync(join(home, "profile-"));
    mkdirSync(join(profile, "Default"));
    writeFileSync(join(profile, "Default", "Preferences"), JSON.stringify({ profile: { cookie_controls_mode: 0 } }));
    const context = await chromium.launchPersistentContext(profile, options);
    return new Application(tenant, context, await context.newPage(), tenant.configuration(auth, others)).load();
  }

  constructor(tenant, context, page, configuration) {
    Object.assign(this, { tenant, context, page, configuration });
  }

  // Opens the page, or opens it again.
  async load() {
    await this.page.goto(`${site.origin}/`);
    return this.start();
  }

  async start() {
    await this.page.waitForFunction(() => document.readyState === "complete" && typeof start === "function");
    await this.page.evaluate((configuration) => start(configuration), this.configuration);
    return this;
  }

  // Another tab of the same browser.
  async tab() {
    return new Application(this.tenant, this.context, await this.context.newPage(), this.configuration).load();
  }

  close() {
    return this.context.close();
  }

  ask(method, request = {}) {
    return this.page.evaluate(([method, request]) => ask(method, request), [method, request]);
  }

  async result(method, request) {
    const { result, error } = await this.ask(method, request);
    assert.equal(error, undefined);
    return result;
  }

  async failure(method, request) {
    const { result, error } = await this.ask(method, request);
    assert.equal(result, undefined);
    return error;
  }

  // A popup, in which the pages are clicked as `person`; what MSAL makes of it, and what the person saw.
  async popup(scopes, request = {}, person = {}) {
    const opened = this.page.waitForEvent("popup");
    const asked = this.ask("acquireTokenPopup", { scopes, ...request });
    const seen = await walk(await opened, this.person(person), site.origin);
    return { ...(await asked), seen };
  }

  // The same by a redirect of the whole page.
  async redirect(scopes, request = {}, person = {}) {
    this.page.evaluate((request) => { app.acquireTokenRedirect(request); }, { scopes, ...request }).catch(() => {});
    await this.page.waitForURL((url) => url.origin !== site.origin);
    const seen = await walk(this.page, this.person(person), site.origin);
    // The bridge goes on to where the application was.
    if (bridged) await this.page.waitForURL(`${site.origin}/`);
    await this.start();
    return { result: await this.page.evaluate(() => window.redirected), seen };
  }

  // Signs out by a redirect of the whole page; `act` is what the person does on the way.
  async leave(account, act = async () => {}) {
    // The bridge answers at the address with the state, and goes on to the application; without it there is no state.
    const back = bridged ? `${site.origin}/?state=` : `${site.origin}/`;
    const predicate = (frame) => frame === this.page.mainFrame() && frame.url().startsWith(back);
    const left = this.page.waitForEvent("framenavigated", { predicate });
    this.page.evaluate((account) => { app.logoutRedirect({ account }); }, account).catch(() => {});
    await act(this.page);
    await left;
    await this.page.waitForURL(`${site.origin}/`);
    await this.start();
  }

  person(person) {
    return { username: this.tenant.user(person.name ?? "ada"), ...person };
  }

  call(path, token) {
    return this.page.evaluate(([address, token]) => call(address, token), [`${apis}/${path}`, token]);
  }
}
