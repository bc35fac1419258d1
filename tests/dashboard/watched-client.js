// What `scenarios run --exec` runs: a client, with somebody at the dashboard who sees each of its steps as it happens.
// Usage: node watched-client.js DESKTOP-CLIENT
import { chromium } from "@playwright/test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CALENDAR, Dashboard, PAYROLL, expect, run } from "./world.js";

const { MOCK_IDP_URL: base, MOCK_IDP_TENANT_ID: tenant, MOCK_IDP_AUTHORITY: authority, MOCK_IDP_CLIENT_ID: id, MOCK_IDP_CA: ca } = process.env;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const folder = await mkdtemp(join(tmpdir(), "watched-"));
try {
  const dashboard = new Dashboard(await browser.newPage({ ignoreHTTPSErrors: true }));
  await dashboard.open(base, tenant);
  const call = async (api, scope) => {
    const options = ["--authority", authority, "--client-id", id, "--ca", ca, "call", `${base}/api/${api}`, "--scope", scope];
    const ended = await run(process.argv[2], options, { DESKTOP_CLIENT_CACHE: join(folder, "cache.json") });
    expect(ended.status, ended.said).toBe(0);
    await expect(dashboard.exchanges.last()).toContainText(`GET /api/${api}`);
  };
  await call("calendar", CALENDAR);
  await call("payroll", PAYROLL);
  await expect(dashboard.page.locator("button.exchange.refused")).toContainText("AADSTS50076 basic_action");
} finally {
  await browser.close();
  await rm(folder, { recursive: true });
}
