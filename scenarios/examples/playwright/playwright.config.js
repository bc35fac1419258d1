// Chromium as the system has it, or else the one that `npx playwright install chromium` brings.
import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

const chromium = process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);

export default defineConfig({
  testMatch: "*.spec.js",
  timeout: 60_000,
  fullyParallel: true,
  reporter: "list",
  use: {
    // Browsers have a trust store of their own; these tests are not about certificates.
    ignoreHTTPSErrors: true,
    launchOptions: { executablePath: chromium, args: ["--no-sandbox", "--disable-gpu"] },
  },
});
