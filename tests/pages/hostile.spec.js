// Names that mean harm, in every field of the directory that takes them: on every page they are text, and nothing runs, breaks,
// sticks out or turns the words around it.
import { expect, test } from "@playwright/test";
import { VALUES, hostile } from "./hostile/directory.js";
import { contained } from "./hostile/page.js";
import { JOURNEYS } from "./journeys.js";
import { complaintsOf, fits } from "./look.js";
import { Person } from "./person.js";
import { Tenant, base } from "./world.js";

const FOLDER = process.env.PAGES_SCREENSHOTS ?? "screenshots";
const PICTURES = ["consent-administrator", "pick-account", "confirm-device", "blocked-device", "number-matching", "error", "signed-out"];

// Tenants' names are the configuration's alone, so the server's is replaced.
test.describe.configure({ mode: "serial" });
let before;
test.beforeAll(async () => { before = await directory("GET"); });
test.afterAll(async () => { await directory("PUT", before); });

for (const kind of Object.keys(VALUES)) {
  test(`names with ${kind}`, async ({ page }) => {
    test.setTimeout(300_000);
    // What is typed stays as it is.
    const { document, called } = hostile(before, kind, "secret");
    await directory("PUT", document);
    const complaints = complaintsOf(page);
    const look = async (what) => {
      await fits(page, what);
      expect(await contained(page), what).toEqual([]);
    };
    const see = async (step) => {
      await look(`${step} with ${kind}`);
      await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
      await look(`${step} with ${kind}, unfolded`);
      await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = false; }));
      if (PICTURES.includes(step)) await page.screenshot({ path: `${FOLDER}/hostile-${kind}-${step}.png`, fullPage: true });
    };
    // Nobody can type a line break into the field of a user name.
    const stranger = /\p{Cc}/u.test(VALUES[kind]) ? undefined : VALUES[kind];
    for (const [title, journey] of Object.entries(JOURNEYS)) {
      const tenant = await Renamed.called(called);
      await test.step(title, () => journey({ tenant, person: new Person(page), page, tag: "en", see, stranger }));
      await page.context().clearCookies();
    }
    expect(complaints).toEqual([]);
  });
}

/** A tenant whose users and scopes have other names than a journey calls them by. */
class Renamed extends Tenant {
  static async called(called) {
    return Object.assign(await this.create(), { called });
  }

  user(name) {
    const whole = this.called("user name", name.includes("@") ? name : `${name}@contoso.test`);
    return whole.replace(/@contoso[.]test$/, `@${this.domain}`);
  }

  change(user, facts) {
    return super.change(encodeURIComponent(this.user(user)), facts);
  }

  control(method, path, body) {
    const { user, scopes } = body ?? {};
    const renamed = { ...body, ...(user && { user: this.user(user) }), ...(scopes && { scopes: scopes.map((scope) => this.called("scope", scope)) }) };
    return super.control(method, path, body && renamed);
  }

  address(scope, tag, parameters) {
    return super.address(this.scopes(scope), tag, parameters);
  }

  deviceCode(scope) {
    return super.deviceCode(this.scopes(scope));
  }

  scopes(scope) {
    const one = (_, uri, name) => `${this.called("App ID URI", uri)}/${this.called("scope", name)}`;
    return scope.replace(/(api:[/][/]\w+)[/](\S+)/g, one);
  }
}

async function directory(method, document) {
  const answer = await fetch(`${base}/_mock/directory`, { method, body: document && JSON.stringify(document) });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}
