// What five thousand exchanges in the log cost. The figures are printed and not judged: they are the machine's as well.
import { CALENDAR, DESKTOP, Dashboard, expect, test } from "./world.js";

test("five thousand exchanges: how long until something and until the timeline is seen", async ({ page, server, tenant }) => {
  const form = new URLSearchParams({ grant_type: "refresh_token", client_id: DESKTOP, refresh_token: "x", scope: CALENDAR });
  const ask = async () => (await fetch(`${tenant.authority}/oauth2/v2.0/token`, { method: "POST", body: form })).arrayBuffer();
  for (let asked = 0; asked < 5_000; asked += 50) await Promise.all(Array.from({ length: 50 }, ask));
  const dashboard = new Dashboard(page);
  const figures = [];
  const painted = () => page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
  for (let visit = 0; visit < 5; visit += 1) {
    await dashboard.open(server.base, tenant);
    await expect(dashboard.exchanges.last()).toBeVisible();
    const timeline = await page.evaluate(() => performance.getEntriesByName("timeline-shown")[0]?.startTime);
    const paint = await painted();
    // What the machine takes for a page of one line.
    await page.goto(`${server.base}/_mock/health`);
    await expect.poll(painted).toBeGreaterThan(0);
    figures.push({ paint, timeline, line: await painted() });
  }
  const told = (name) => figures.map((figure) => Math.round(figure[name])).join(", ");
  console.log(`5,000 exchanges in the log: first contentful paint after ${told("paint")} ms, the timeline after ${told("timeline")} ms; a page of one line after ${told("line")} ms`);
  await dashboard.open(server.base, tenant);
  await expect(page.getByRole("button", { name: /^Earlier \(4,8/ })).toBeVisible();
  const before = await dashboard.exchanges.count();
  await page.getByRole("button", { name: /^Earlier/ }).click();
  await expect(dashboard.exchanges).toHaveCount(2 * before);
});
