// How it looks and reads: for who uses a keyboard or a screen reader, on small screens, and with names that mean harm.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { CALENDAR, DESKTOP, Dashboard, PAYROLL, expect, listened, serve, test } from "./world.js";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SCREENSHOTS = process.env.SCREENSHOTS ?? "screenshots";
const VIEWS = ["timeline", "directory", "what-if", "virtual-user", "snippets"];

async function lived(tenant) {
  await tenant.call("calendar", CALENDAR);
  await tenant.call("payroll", PAYROLL);
}

for (const colorScheme of ["light", "dark"]) {
  test(`axe-core finds nothing, and each size has its picture, ${colorScheme}`, async ({ browser, server, tenant }) => {
    await lived(tenant);
    await mkdir(SCREENSHOTS, { recursive: true });
    for (const width of [390, 768, 1280]) {
      const page = await browser.newPage({ colorScheme, viewport: { width, height: 850 } });
      const dashboard = new Dashboard(page);
      const complaints = listened(page);
      const shown = async (name) => {
        await page.screenshot({ path: join(SCREENSHOTS, `${name}-${width}-${colorScheme}.png`) });
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} at ${width} is too wide`).toBe(true);
        // In a world of its own, which the page's policy does not concern.
        const client = await page.context().newCDPSession(page);
        const { frameTree } = await client.send("Page.getFrameTree");
        const { executionContextId: contextId } = await client.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id });
        await client.send("Runtime.evaluate", { contextId, expression: AXE });
        const { result } = await client.send("Runtime.evaluate", {
          contextId, awaitPromise: true, returnByValue: true,
          expression: "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`))",
        });
        expect(result.value, `${name} at ${width}, ${colorScheme}`).toEqual([]);
      };
      for (const view of VIEWS) {
        await dashboard.open(server.base, tenant, view);
        await expect(page.locator(view === "timeline" ? "button.exchange" : `#${view}-body > *`).last()).toBeVisible();
        if (view === "what-if") {
          await page.getByRole("button", { name: "Decide" }).click();
          await expect(page.locator("#what-if-body .summary")).toBeVisible();
        }
        await shown(view);
      }
      await dashboard.open(server.base, tenant);
      await page.locator("button.exchange.refused").first().click();
      await expect(page.locator("#details")).toContainText("What satisfies it");
      await shown("details");
      await page.getByRole("button", { name: "Close" }).click();
      if (width < 1000) await page.getByRole("button", { name: "Switches", exact: true }).click();
      await page.getByRole("button", { name: "Require MFA" }).click();
      await expect(dashboard.done).toHaveCount(1);
      await shown("switches");
      expect(complaints).toEqual([]);
      await page.close();
    }
  });
}

test("the picture of the README", async ({ browser, server, tenant }) => {
  await lived(tenant);
  const page = await browser.newPage({ viewport: { width: 1180, height: 760 }, colorScheme: "light" });
  const dashboard = new Dashboard(page);
  await dashboard.open(server.base, tenant);
  await expect(dashboard.exchanges).toHaveCount(13);
  await page.locator("button.exchange.refused").first().click();
  await expect(page.locator("#details")).toContainText("What satisfies it");
  await mkdir(SCREENSHOTS, { recursive: true });
  const picture = await page.screenshot({ path: join(SCREENSHOTS, "timeline.png") });
  expect(picture.length).toBeLessThan(200_000);
  await page.close();
});

test("every view is reached and left by keyboard alone", async ({ dashboard, page, tenant }) => {
  await lived(tenant);
  for (const [name, view] of [["Directory", "directory"], ["What if", "what-if"], ["Virtual user", "virtual-user"], ["Snippets", "snippets"], ["Timeline", "timeline"]]) {
    await page.locator("#tenant").focus();
    for (let tabs = 0; tabs < 12 && !(await page.locator("nav a:focus", { hasText: name }).count()); tabs += 1) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await expect(page.locator(`#${view}`)).toBeVisible();
    await expect(page.locator("nav a[aria-current]")).toHaveText(name);
  }
});

test("names that mean harm are text, wherever they stand", async ({ page }) => {
  const evil = `<img src=x onerror="alert(1)"><script>alert(2)</script>"'&\u202e\u2066${"long ".repeat(2_000)}`;
  const file = test.info().outputPath("hostile.json");
  const calm = await serve();
  const document = await (await fetch(`${calm.base}/_mock/directory`)).json();
  await calm.stop();
  for (const tenant of document.tenants) {
    tenant.display_name = evil;
    for (const user of tenant.users) Object.assign(user, { name: evil, given_name: evil, family_name: evil, groups: [evil], ...(user.password && { password: evil }) });
    for (const policy of tenant.policies ?? []) policy.name = `${policy.name} ${evil}`;
  }
  for (const application of document.applications) application.display_name = evil;
  for (const api of document.apis) {
    api.display_name = evil;
    for (const scope of api.scopes) scope.description = evil;
  }
  await writeFile(file, JSON.stringify(document));
  const server = await serve("--config", file);
  const complaints = listened(page);
  const dashboard = new Dashboard(page);
  const form = new URLSearchParams({ grant_type: "refresh_token", client_id: DESKTOP, refresh_token: "x", scope: evil, [evil]: evil, claims: evil });
  await fetch(`${server.base}/contoso.test/oauth2/v2.0/token`, { method: "POST", body: form });
  await fetch(`${server.base}/contoso.test/oauth2/v2.0/token`, { method: "POST", body: new URLSearchParams({ client_id: evil, grant_type: evil }) });
  for (const view of VIEWS) {
    await dashboard.open(server.base, "contoso", view);
    if (view === "timeline") {
      await expect(dashboard.exchanges).toHaveCount(2);
      for (const number of [0, 1]) {
        await dashboard.exchanges.nth(number).click();
        await expect(dashboard.details).toContainText("Asked");
      }
      await dashboard.details.getByRole("button", { name: /characters$/ }).first().click();
    } else {
      await expect(page.locator(`#${view}-body > *`).last()).toBeVisible();
    }
    expect(await page.locator("main img, main script").count(), view).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), view).toBe(true);
  }
  await dashboard.open(server.base, "contoso", "directory");
  await expect(page.locator("#directory-body")).toContainText('<script>alert(2)</script>"');
  expect(complaints).toEqual([]);
  await server.stop();
});
