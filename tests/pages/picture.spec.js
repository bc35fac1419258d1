// The picture of the README: consent as an administrator is asked for it, with something new, something granted, and the box.
import { test } from "@playwright/test";
import { PASSWORD, Tenant, base } from "./world.js";

const FOLDER = process.env.PAGES_SCREENSHOTS ?? "screenshots";

test("the picture of the README", async ({ page }) => {
  // The configured tenant, whose names are the same in every picture.
  const contoso = Object.assign(new Tenant(), { tenant_id: "contoso.test", authority: `${base}/contoso.test` });
  for (const scopes of [["Mail.Read"], ["Mail.Manage"]]) {
    await contoso.control("POST", "/consents", { user: "eve", client: "desktop", api: "mail", scopes });
  }
  const scope = "api://mail/Mail.Read api://mail/Mail.Send api://calendar/Events.Read offline_access";
  await page.goto(await contoso.address(scope, "en", { login_hint: "eve@contoso.test" }));
  await page.fill("#i0118", PASSWORD);
  await page.click("#idSIButton9");
  await page.waitForSelector(".scope-name");
  await page.setViewportSize({ width: 720, height: 880 });
  await page.screenshot({ path: `${FOLDER}/readme.png`, fullPage: true });
});
