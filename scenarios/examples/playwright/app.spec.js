// The application in front of a server that makes demands, and a person in front of the real pages.
import { expect, test as base } from "@playwright/test";
import { MockIdp } from "../node/mock-idp.js";
import { serve } from "./serve.js";
import { ConsentPage, OneTimeCodePage, PasswordPage, UserNamePage } from "./sign-in-pages.js";

const SPA = "d0000000-0000-4000-8000-000000000002";
// What every client owes.
const DUTIES = {
  no_prompt_before_silent: true,
  claims_forwarded_unmodified: true,
  scopes_unchanged_on_escalation: true,
  same_account_hinted: true,
  no_identical_request_repeated: "2m",
};

const test = base.extend({
  idp: async ({}, use) => {
    const idp = await MockIdp.start();
    await use(idp);
    await idp.stop();
  },
  app: async ({ page, idp }, use) => {
    const site = await serve();
    const { authority, apis } = idp;
    await page.goto(`${site.origin}/?${new URLSearchParams({ authority, apis, clientId: SPA })}`);
    await page.waitForSelector("[data-ready]");
    await use(new App(page, idp));
    site.close();
  },
});

class App {
  constructor(page, idp) {
    this.page = page;
    this.idp = idp;
    this.result = page.locator("#result");
  }

  /** Presses a button; the popup that opens. */
  async asks(name) {
    const popup = this.page.waitForEvent("popup");
    await this.page.click(`#${name}`);
    return popup;
  }

  /** The first sign-in, with the calendar. */
  async signIn() {
    const popup = await this.asks("calendar");
    await new UserNamePage(popup).enter(this.idp.user("ada"));
    await new PasswordPage(popup).enter("Passw0rd!");
    const consent = new ConsentPage(popup);
    await expect(consent.scopes.first()).toBeVisible();
    await consent.accept();
    await expect(this.result).toHaveText("calendar: ok");
  }
}

test("the second API wants a second factor", async ({ app, idp }) => {
  await idp.consent("payroll", ["Salary.Read"], "spa");
  await app.signIn();
  const popup = await app.asks("payroll");
  await new OneTimeCodePage(popup).enter("123456");
  await expect(app.result).toHaveText("payroll: pwd+mfa");
  await idp.expect({ prompts: 2, policies_fired: ["f0000000-0000-4000-8000-000000000001"], ...DUTIES });
});

test("the second API wants consent, and the person declines", async ({ app, idp }) => {
  await app.signIn();
  const popup = await app.asks("payroll");
  await new OneTimeCodePage(popup).enter("123456");
  const consent = new ConsentPage(popup);
  await expect(consent.scopes.first()).toBeVisible();
  await consent.decline();
  await expect(app.result).toHaveText("refused: access_denied");
  await idp.expect({ prompts: 2, ...DUTIES });
});

test("a wrong code is told on the page, and another can be typed", async ({ app, idp }) => {
  await idp.consent("payroll", ["Salary.Read"], "spa");
  await app.signIn();
  const popup = await app.asks("payroll");
  const page = new OneTimeCodePage(popup);
  await page.enter("000000");
  await expect(page.error).toBeVisible();
  await page.enter("123456");
  await expect(app.result).toHaveText("payroll: pwd+mfa");
});
