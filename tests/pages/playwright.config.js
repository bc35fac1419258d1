// Chromium as the system has it. Each file is a list of tests that share nothing but the server.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testMatch: "*.spec.js",
  timeout: 120_000,
  fullyParallel: true,
  workers: 2,
  reporter: "list",
  use: {
    // Browsers have a trust store of their own; these tests are not about certificates.
    ignoreHTTPSErrors: true,
    viewport: { width: 390, height: 844 },
    launchOptions: { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] },
  },
});
