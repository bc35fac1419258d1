// Chromium as the system has it. Each test has a server of its own, so that none sees another's tenants.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  timeout: 90_000,
  workers: 2,
  fullyParallel: true,
  reporter: "list",
  outputDir: "results",
  // Figures are taken when nothing else runs.
  projects: [
    { name: "dashboard", testMatch: "*.spec.js", testIgnore: "paint.spec.js" },
    { name: "paint", testMatch: "paint.spec.js", dependencies: ["dashboard"] },
  ],
  use: {
    viewport: { width: 1280, height: 850 },
    // Browsers have a trust store of their own; these tests are not about certificates.
    ignoreHTTPSErrors: true,
    launchOptions: { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] },
  },
});
