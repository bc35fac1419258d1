// Chromium as the system has it; `npx playwright install chromium` brings another one.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testMatch: "*.spec.js",
  timeout: 60_000,
  fullyParallel: true,
  reporter: "list",
  use: {
    // Browsers have a trust store of their own; these tests are not about certificates.
    ignoreHTTPSErrors: true,
    launchOptions: { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] },
  },
});
