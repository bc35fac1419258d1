// Scripts for the real sign-in pages, unchanged: by the ids, in the order and with the waits that public UI tests use.
import { expect, test } from "@playwright/test";
import { AccountPicker, ConsentPage, OneTimeCodePage, PasswordPage, UserNamePage } from "./sign-in-pages.js";
import { CODE, PASSWORD, Tenant, base } from "./world.js";

const CALENDAR = "api://calendar/Events.Read";
const PAYROLL = "api://payroll/Salary.Read";

const arrived = (page) => page.waitForURL(/^http:\/\/localhost:\d+\/\?code=/);

test("page objects drive sign-in, second factor and consent", async ({ page }) => {
  const tenant = await Tenant.create();
  await page.goto(await tenant.address(PAYROLL, "en"));
  await new UserNamePage(page).enter(tenant.user("ada"));
  await new PasswordPage(page).enter(PASSWORD);
  const code = new OneTimeCodePage(page);
  await code.enter("000000");
  await expect(code.error).toBeVisible();
  await code.enter(CODE);
  const consent = new ConsentPage(page);
  await expect(consent.scopes).toHaveText(["Salary.Read"]);
  await consent.accept();
  await arrived(page);
  await page.goto(await tenant.address(CALENDAR, "en", { prompt: "select_account" }));
  await new AccountPicker(page).choose(tenant.user("ada"));
  await consent.accept();
  await arrived(page);
});

// As a library's own tests have it: wait for the ids, type, and press the button while a navigation is awaited.
async function submit(page, button) {
  await page.waitForSelector(button);
  await Promise.all([page.waitForNavigation(), page.click(button)]);
}

async function enterCredentials(page, username) {
  await page.waitForSelector("#i0116");
  await page.locator("#i0116").pressSequentially(username);
  await submit(page, "#idSIButton9");
  await page.waitForSelector("#idA_PWD_ForgotPassword");
  await page.waitForSelector("#i0118");
  await page.locator("#i0118").pressSequentially(PASSWORD);
  await submit(page, "#idSIButton9");
}

test("credentials, stay signed in, consent: one button after the other", async ({ page }) => {
  const tenant = await Tenant.create();
  await tenant.switches({ stay_signed_in_page: true });
  await page.goto(await tenant.address(CALENDAR, "en"));
  await enterCredentials(page, tenant.user("ada"));
  await page.waitForSelector("#KmsiCheckboxField");
  await page.waitForSelector("#kmsiTitle");
  await submit(page, "#idSIButton9");
  await submit(page, "#idSIButton9");
  await arrived(page);
});

test("a device code, credentials, and the confirmation", async ({ page }) => {
  const tenant = await Tenant.create();
  await tenant.consent("desktop", "calendar", "Events.Read");
  await page.goto(`${base}/deviceauth`);
  await page.waitForSelector("#otc");
  await page.locator("#otc").pressSequentially(await tenant.deviceCode(CALENDAR));
  await submit(page, "#idSIButton9");
  await enterCredentials(page, tenant.user("ada"));
  await page.waitForSelector("#remoteConnectDescription");
  await submit(page, "#idSIButton9");
  await expect(page.locator("h1")).toContainText("signed in on the device");
});

test("another way than the number on the phone", async ({ page }) => {
  const tenant = await Tenant.create();
  await tenant.consent("desktop", "payroll", "Salary.Read");
  await tenant.change("ada", { methods: ["number_matching", "one_time_code"] });
  await page.goto(await tenant.address(PAYROLL, "en"));
  await enterCredentials(page, tenant.user("ada"));
  expect(await page.textContent("#idRichContext_DisplaySign")).toMatch(/^\d\d$/);
  await submit(page, "#signInAnotherWay");
  await submit(page, '[data-value="PhoneAppOTP"]');
  await page.fill("input[name=otc]", CODE);
  await submit(page, "input[type=submit]");
  await arrived(page);
});

test("the shortest scripts know types and no ids", async ({ page }) => {
  const tenant = await Tenant.create();
  await tenant.switches({ stay_signed_in_page: true });
  await tenant.consent("desktop", "calendar", "Events.Read");
  await page.goto(await tenant.address(CALENDAR, "fr"));
  await page.fill("input[type=email]", tenant.user("ada"));
  await submit(page, "input[type=submit]");
  await page.fill("input[type=password]", PASSWORD);
  await submit(page, "input[type=submit]");
  await submit(page, "#idBtn_Back");
  await arrived(page);
});
