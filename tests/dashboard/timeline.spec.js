// What happens is seen as it happens, found again, explained, and taken along.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CALENDAR, DESKTOP, PAYROLL, Tenant, expect, run, test } from "./world.js";

const { SCENARIOS_BIN = "scenarios", DESKTOP_CLIENT_BIN = "desktop-client", EXAMPLES = "../../scenarios/examples", CERTIFICATES } = process.env;

test("a client shows up live, with each refusal in the words of the log", async ({ dashboard, tenant }) => {
  await expect(dashboard.page.locator("#empty")).toBeVisible();
  expect((await tenant.call("calendar", CALENDAR)).status).toBe(0);
  await expect(dashboard.exchanges).toHaveCount(6);
  await tenant.client("token", PAYROLL, "--silent");
  const refused = dashboard.page.locator("button.exchange.refused");
  await expect(refused).toHaveCount(1);
  await expect(refused).toContainText("400 AADSTS65001 consent_required");
  await expect(refused).toContainText("client to identity provider: silent: payroll/Salary.Read");
  await expect(dashboard.page.locator("#empty")).toBeHidden();
});

test("a scenario that runs shows up live", async () => {
  const command = `node ${JSON.stringify(join(import.meta.dirname, "watched-client.js"))} ${JSON.stringify(DESKTOP_CLIENT_BIN)}`;
  const certificates = CERTIFICATES ? ["--cert-dir", CERTIFICATES] : [];
  const ended = await run(SCENARIOS_BIN, ["run", join(EXAMPLES, "second-factor.yaml"), "--report", test.info().outputPath("report"), ...certificates, "--exec", command]);
  expect(ended.said).toContain("passed");
  expect(ended.status, ended.said).toBe(0);
});

test("isolated tenants appear, and the newest can be followed", async ({ dashboard, server }) => {
  const other = await Tenant.make(server.base);
  await expect(dashboard.page.locator(`#tenant option[value="${other.tenant_id}"]`)).toBeAttached();
  await dashboard.page.getByLabel("follow the newest").check();
  await other.client("token", CALENDAR, "--silent");
  await fetch(`${other.authority}/oauth2/v2.0/token`, { method: "POST", body: new URLSearchParams({ grant_type: "refresh_token", client_id: DESKTOP, refresh_token: "x" }) });
  await expect(dashboard.page.locator("#tenant")).toHaveValue(other.tenant_id);
  await expect(dashboard.exchanges).toHaveCount(1);
});

test("filters find by text, user and application, also what comes later", async ({ dashboard, tenant }) => {
  await tenant.call("calendar", CALENDAR);
  await tenant.client("token", PAYROLL, "--silent");
  await expect(dashboard.exchanges).toHaveCount(7);
  await dashboard.page.getByRole("searchbox").fill("aadsts65001");
  await expect(dashboard.exchanges).toHaveCount(1);
  await tenant.client("token", PAYROLL, "--silent");
  await expect(dashboard.exchanges).toHaveCount(2);
  await dashboard.page.getByRole("searchbox").fill("");
  await dashboard.page.locator("#filters [name=user]").selectOption(`bo@${tenant.domain}`);
  await expect(dashboard.exchanges).toHaveCount(0);
  await dashboard.page.locator("#filters [name=user]").selectOption(`ada@${tenant.domain}`);
  await expect(dashboard.exchanges.first()).toBeVisible();
  await dashboard.page.locator("#filters [name=user]").selectOption("");
  await dashboard.page.locator("#filters [name=client_id]").selectOption({ label: "daemon" });
  await expect(dashboard.exchanges).toHaveCount(0);
});

test("an exchange tells why, what satisfies it, and what is inside the tokens, by keyboard alone", async ({ dashboard, tenant }) => {
  await tenant.call("calendar", CALENDAR);
  await tenant.client("token", PAYROLL, "--silent");
  await expect(dashboard.exchanges).toHaveCount(7);
  const { keyboard } = dashboard.page;
  await dashboard.exchanges.last().focus();
  await keyboard.press("Enter");
  await expect(dashboard.details).toContainText("Neither the user nor an administrator has consented");
  await expect(dashboard.details).toContainText("What satisfies it:");
  await expect(dashboard.details).toContainText("no consent on record for Salary.Read of payroll");
  await expect(dashboard.details.getByRole("heading", { name: "Exchange 7" })).toBeFocused();
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await expect(dashboard.details).toBeHidden();
  await expect(dashboard.exchanges.last()).toBeFocused();
  await keyboard.press("ArrowUp");
  await keyboard.press("ArrowUp");
  await keyboard.press("Enter");
  await expect(dashboard.details.getByRole("heading", { name: "Exchange 5" })).toBeFocused();
  await dashboard.details.getByText("Access token issued").click();
  const token = dashboard.details.locator("details.issued").first();
  await expect(token).toContainText("What the client may do in the user's name");
  await expect(token).toContainText("Events.Read");
  await expect(dashboard.details).toContainText("[redacted]");
  await keyboard.press("Escape");
  await expect(dashboard.details).toBeHidden();
});

test("what is on screen is a scenario that runs, and a report", async ({ dashboard, tenant }) => {
  await tenant.call("calendar", CALENDAR);
  await dashboard.page.getByRole("combobox", { name: "API" }).selectOption("mail");
  await dashboard.press("Require MFA");
  await expect(dashboard.done).toHaveCount(1);
  await tenant.control("POST", "/consents", { client: "desktop", api: "mail", scopes: ["Mail.Read"] });
  expect((await tenant.call("mail", "api://mail/Mail.Read")).status).toBe(0);
  await expect(dashboard.exchanges.last()).toContainText("GET /api/mail");
  const exported = async (name) => {
    const [download] = await Promise.all([dashboard.page.waitForEvent("download"), dashboard.page.getByRole("link", { name }).click()]);
    const file = test.info().outputPath(download.suggestedFilename());
    await download.saveAs(file);
    return file;
  };
  const script = await exported("Export what is shown as a scenario");
  expect(await readFile(script, "utf8")).toContain("dashboard-mfa-for-mail");
  for (const command of [["check", script], ["run", script, "--report", test.info().outputPath("report")]]) {
    const ended = await run(SCENARIOS_BIN, command);
    expect(ended.status, ended.said + (await readFile(script, "utf8"))).toBe(0);
  }
  const report = await readFile(await exported("Export what is shown as a report"), "utf8");
  expect(report).toContain("<svg");
  expect(report).toContain("AADSTS50076");
  expect(report).not.toContain("<script");
});
