// How it looks and reads: for who uses a keyboard or a screen reader, and on small screens.
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { CALENDAR, Dashboard, PAYROLL, expect, listened, test } from "./world.js";

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
