// What holds on every page: its language, no serious finding of axe-core, nothing that sticks out, everything within reach of Tab;
// and its pictures.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { expect } from "@playwright/test";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const FOLDER = process.env.PAGES_SCREENSHOTS ?? "screenshots";
const WIDTHS = [390, 768, 1280];
const SCHEMES = ["light", "dark"];

/** Looks at the page that is shown, which is `name` in the language `tag`. */
export async function look(page, name, tag) {
  await expect(page.locator("html")).toHaveAttribute("lang", tag);
  await expect(page.locator("h1")).toBeVisible();
  await withinReach(page, name);
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
      await fits(page, `${name} at ${width}`);
      await page.screenshot({ path: `${FOLDER}/${name}-${tag}-${width}-${colorScheme}.png`, fullPage: true });
    }
    // With whatever is folded away.
    await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
    await page.setViewportSize({ width: 390, height: 844 });
    await fits(page, `${name}, unfolded`);
    await page.screenshot({ path: `${FOLDER}/${name}-${tag}-unfolded-${colorScheme}.png`, fullPage: true });
    await accessible(page, `${name} in ${tag}, ${colorScheme}`);
    await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = false; }));
  }
  await page.emulateMedia({ colorScheme: "light" });
}

/** Nothing sticks out to the side. */
export async function fits(page, what) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide, `what sticks out of ${what}`).toBe(0);
}

/** axe-core finds nothing serious. */
export async function accessible(page, what) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run());
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const told = grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} (${failureSummary})`).join("; ")}`);
  expect(told, what).toEqual([]);
}

/** Everything that can be used is met by Tab. */
async function withinReach(page, name) {
  const usable = "a[href], button, summary, textarea, input:not([type=hidden]):not([hidden])";
  const missed = await page.evaluate((usable) => {
    const seen = [...document.querySelectorAll(usable)].filter((element) => element.offsetParent !== null);
    window.unmet = new Set(seen.filter((element) => element.type !== "radio" || element.checked));
    return window.unmet.size;
  }, usable);
  // From where the focus is, through the browser's own stops, back to there.
  const start = await page.evaluateHandle(() => document.activeElement);
  const restore = () => start.evaluate((element) => (element === document.body ? document.activeElement.blur() : element.focus()));
  for (let steps = 0; steps < missed + 4; steps += 1) {
    await page.evaluate(() => window.unmet.delete(document.activeElement));
    await page.keyboard.press("Tab");
  }
  const left = await page.evaluate(() => [...window.unmet].map((element) => element.outerHTML));
  expect(left, `what Tab does not reach on ${name}`).toEqual([]);
  await restore();
}

/** What the browser complains of: a content policy that is in the way, a script that fails. */
export function complaintsOf(page) {
  const complaints = [];
  const isOurs = (text) => !/status of 40\d|ERR_ABORTED|favicon/.test(text);
  page.on("console", (message) => {
    if (message.type() === "error" && isOurs(message.text())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => { complaints.push(dialog.message()); dialog.dismiss(); });
  return complaints;
}
