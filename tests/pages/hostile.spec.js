// Names that mean harm, in every field of the directory that a page shows: nothing runs, nothing breaks, nothing sticks out.
import { expect, test } from "@playwright/test";
import { JOURNEYS } from "./journeys.js";
import { complaintsOf, fits } from "./look.js";
import { Person } from "./person.js";
import { Tenant, base } from "./world.js";

const FOLDER = process.env.PAGES_SCREENSHOTS ?? "screenshots";
const NAMES = {
  script: "<script>alert(1)</script><img src=x onerror=alert(2)>",
  quotes: `"'><svg onload=alert(3)> {{7*7}} </style></title><b>`,
  "right-to-left": "\u202e\u2067moc.elpmaxe \u200fעברית العربية",
  long: "W".repeat(10_000),
  words: "Grüße ".repeat(500),
};
const JOURNEY = ["a sign-in with mistakes", "several accounts, and signing out", "consent for everybody, by an administrator",
  "a number on the phone, and other ways", "a method to register", "what policies and accounts demand",
  "an administrator's approval", "a block, and a device that is made ready", "a device and its code"];

// Tenants' names are the configuration's alone, so the server's is replaced.
test.describe.configure({ mode: "serial" });
let before;
test.beforeAll(async () => { before = await directory("GET"); });
test.afterAll(async () => { await directory("PUT", before); });

for (const [kind, name] of Object.entries(NAMES)) {
  test(`names with ${kind}`, async ({ page }) => {
    test.setTimeout(240_000);
    await directory("PUT", renamed(before, name));
    const complaints = complaintsOf(page);
    for (const title of JOURNEY) {
      const tenant = await Tenant.create();
      const see = async (step) => {
        await fits(page, `${step} with ${kind}`);
        await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
        await fits(page, `${step} with ${kind}, unfolded`);
        await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = false; }));
        if (["consent-administrator", "pick-account", "confirm-device", "blocked-device", "number-matching"].includes(step)) {
          await page.screenshot({ path: `${FOLDER}/hostile-${kind}-${step}.png`, fullPage: true });
        }
      };
      await JOURNEYS[title]({ tenant, person: new Person(page), page, tag: "en", see, stranger: name });
      await page.context().clearCookies();
    }
    expect(complaints).toEqual([]);
  });
}

/** The same document with `name` wherever a page shows a name or a description. */
function renamed(document, name) {
  const copy = structuredClone(document);
  for (const tenant of copy.tenants) {
    tenant.display_name = name;
    for (const user of tenant.users) Object.assign(user, { name, given_name: name, family_name: name });
    for (const policy of tenant.policies ?? []) policy.name = `${name}${policy.name}`;
  }
  for (const application of copy.applications) {
    application.display_name = name;
    application.publisher = { name, verified: application.name === "desktop" };
  }
  for (const api of copy.apis) {
    api.display_name = name;
    for (const scope of api.scopes) scope.description = name;
  }
  return copy;
}

async function directory(method, document) {
  const answer = await fetch(`${base}/_mock/directory`, { method, body: document && JSON.stringify(document) });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}
