// A switch that is pressed changes the next answer, says what it did, and can be taken back.
import { CALENDAR, MAIL, PAYROLL, expect, test } from "./world.js";

test.beforeEach(async ({ tenant }) => {
  await tenant.control("POST", "/consents", { client: "desktop", api: "mail", scopes: ["Mail.Read"] });
  expect((await tenant.call("calendar", CALENDAR)).status).toBe(0);
});

const silent = (tenant, scope = MAIL) => tenant.client("token", scope, "--silent", "--force-refresh");

test("require MFA on an API, and undo", async ({ dashboard, tenant }) => {
  await dashboard.press("Require MFA");
  await expect(dashboard.done.first()).toContainText("mail needs multifactor authentication from now on");
  expect((await tenant.client("token", MAIL, "--silent")).said).toContain("AADSTS50076");
  await expect(dashboard.page.locator("button.exchange.refused")).toContainText("AADSTS50076");
  await dashboard.press("Undo");
  await expect(dashboard.done.first()).toContainText("undone");
  expect((await tenant.client("token", MAIL, "--silent")).status).toBe(0);
});

test("block an API", async ({ dashboard, tenant }) => {
  await dashboard.press("Block");
  await expect(dashboard.done).toHaveCount(1);
  expect((await tenant.client("token", MAIL, "--silent")).said).toContain("AADSTS53003");
});

test("the next answer is 429, and the one after it is not", async ({ dashboard, tenant }) => {
  await dashboard.press("429 at /token");
  await expect(dashboard.done.first()).toContainText("answered 429");
  expect((await tenant.client("token", MAIL, "--silent")).status).not.toBe(0);
  await expect(dashboard.page.locator("button.exchange.refused")).toContainText("429");
});

test("sessions are revoked, and consent", async ({ dashboard, tenant }) => {
  await dashboard.page.getByRole("combobox", { name: "API" }).selectOption("mail");
  await dashboard.press("Revoke consent");
  await expect(dashboard.done.first()).toContainText("Mail.Read) is gone");
  expect((await tenant.client("token", MAIL, "--silent")).said).toContain("AADSTS65001");
  await dashboard.press("Undo");
  await expect(dashboard.done.first()).toContainText("undone");
  expect((await tenant.client("token", MAIL, "--silent")).status).toBe(0);
  // The server tells times of grants in seconds.
  await tenant.control("POST", "/clock", { advance: "2s" });
  await dashboard.press("Revoke sessions");
  await expect(dashboard.done.first()).toContainText("AADSTS50173");
  expect((await tenant.client("token", PAYROLL, "--silent")).said).toContain("AADSTS50173");
});

test("tokens expire by moving the clock, and the clock goes back", async ({ dashboard, tenant }) => {
  const before = Date.parse((await tenant.control("GET", "/clock")).now);
  await dashboard.press("1 day later");
  await expect(dashboard.done.first()).toContainText("The clock shows");
  const after = Date.parse((await tenant.control("GET", "/clock")).now);
  expect(Math.round((after - before) / 3_600_000)).toBe(24);
  await dashboard.press("Undo");
  await expect(dashboard.done.first()).toContainText("undone");
  const back = Date.parse((await tenant.control("GET", "/clock")).now);
  expect(Math.round((back - before) / 3_600_000)).toBe(0);
});

test("what if, the virtual user, the directory and the snippets", async ({ dashboard, page, server, tenant }) => {
  await dashboard.open(server.base, tenant, "what-if");
  await page.getByRole("button", { name: "Decide" }).click();
  await expect(page.locator("#what-if-body")).toContainText("AADSTS65001");
  await expect(page.locator("#what-if-body")).toContainText("one_time_code, then consent");
  await page.getByLabel("Claims").fill("{");
  await page.getByRole("button", { name: "Decide" }).click();
  await expect(page.locator("#what-if-body .refused")).toBeVisible();

  await page.getByRole("link", { name: "Virtual user" }).click();
  await page.getByLabel("At consent she").selectOption("decline");
  await page.getByLabel("She signs in as").selectOption(`bo@${tenant.domain}`);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.locator("#virtual-user-body")).toContainText("Saved");
  expect(await tenant.control("GET", "/virtual_user")).toMatchObject({ username: `bo@${tenant.domain}`, consent: "decline", mfa: "pass" });

  await page.getByRole("link", { name: "Directory" }).click();
  const users = page.getByRole("region", { name: "Users" });
  await expect(users.getByRole("row", { name: /^ada@/ })).toContainText("Passw0rd!");
  await page.getByRole("row", { name: /^mfa-for-payroll/ }).getByRole("button").click();
  await expect(page.getByRole("row", { name: /^mfa-for-payroll/ })).toHaveCount(0);

  await page.getByRole("link", { name: "Snippets" }).click();
  await expect(page.locator("#snippets-body")).toContainText(tenant.authority);
});
