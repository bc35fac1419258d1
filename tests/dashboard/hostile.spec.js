// Names that mean harm, in every field of the directory that takes them: text in every view of the dashboard, in the report, in the
// terminal, in the files that are exported and in the lines that people copy.
import { writeFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { VALUES, hostile } from "./hostile/directory.js";
import { contained } from "./hostile/page.js";
import { DESKTOP, Dashboard, Tenant, expect, listened, run, serve, test } from "./world.js";

const { SCENARIOS_BIN = "scenarios" } = process.env;
const SCREENSHOTS = process.env.SCREENSHOTS ?? "screenshots";
const VIEWS = ["timeline", "directory", "what-if", "virtual-user", "snippets"];
// What moves a terminal's cursor or turns its letters around.
const MISLEADING = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

for (const kind of Object.keys(VALUES)) {
  test(`names with ${kind}`, async ({ page }) => {
    test.setTimeout(180_000);
    const world = await World.start(kind);
    const complaints = listened(page);
    const dashboard = new Dashboard(page);
    const look = async (what) => {
      expect(await contained(page), `${what} with ${kind}`).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${what} with ${kind} is too wide`).toBe(true);
    };
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 850 });
      for (const view of VIEWS) {
        await dashboard.open(world.server.base, "contoso", view);
        await expect(page.locator(view === "timeline" ? "button.exchange" : `#${view}-body > *`).last()).toBeVisible();
        if (view === "what-if") await page.getByRole("button", { name: "Decide" }).click();
        if (view === "what-if") await expect(page.locator("#what-if-body .summary, #what-if-body .trouble")).toBeVisible();
        await look(`${view} at ${width}`);
        await page.screenshot({ path: join(SCREENSHOTS, `hostile-${kind}-${view}-${width}.png`) });
      }
    }
    await page.setViewportSize({ width: 1280, height: 850 });
    await dashboard.open(world.server.base, "contoso");
    for (let number = 0; number < await dashboard.exchanges.count(); number += 1) {
      const exchange = dashboard.exchanges.nth(number);
      await exchange.click();
      await expect(dashboard.details).toContainText(`Exchange ${await exchange.getAttribute("data-number")}Close`);
      await expect(dashboard.details).toContainText("Answered");
      for (const token of await dashboard.details.locator("details.issued > summary").all()) await token.click();
      const more = dashboard.details.getByRole("button", { name: /characters$/ });
      while (await more.count() > 0) await more.first().click();
      await look(`exchange ${number + 1}`);
    }
    await page.keyboard.press("Escape");
    for (const name of ["Require MFA", "Revoke sessions", "Revoke consent", "Disable"]) {
      const before = await dashboard.done.count();
      await dashboard.press(name);
      await expect(dashboard.done).toHaveCount(before + 1);
    }
    await look("the switches");
    expect(complaints).toEqual([]);
    await world.stop();
  });

  test(`what is kept and copied of names with ${kind}`, async ({ page }) => {
    test.setTimeout(180_000);
    const world = await World.start(kind);
    expect(world.server.said().join("\n").match(MISLEADING)?.[0], "what serve prints").toBeUndefined();
    const { snippets } = await world.tenant.ask("GET", "/tenants/contoso/snippets");
    for (const { title, text } of snippets) await reads(title, text, world.scope);

    const exported = async (as) => (await fetch(`${world.server.base}/_mock/tenants/contoso/exchanges/export?as=${as}`)).text();
    const script = test.info().outputPath("exported.yaml");
    await writeFile(script, await exported("scenario"));
    const checked = await run(SCENARIOS_BIN, ["check", script]);
    expect(checked.status, checked.said + (await readFile(script, "utf8"))).toBe(0);
    await shows(page, await exported("report"));
    await world.stop();
  });

  test(`the verdicts of a scenario about names with ${kind}`, async ({ page }) => {
    test.setTimeout(120_000);
    const folder = test.info().outputPath("report");
    const script = test.info().outputPath("hostile.yaml");
    const name = VALUES[kind];
    await writeFile(script, JSON.stringify({
      version: 1, title: name, source: name, about: name,
      given: { user: "ada", virtual_user: { consent: "decline" } },
      steps: [{ acquire_interactive: { scopes: ["calendar/Events.Read"] } }, { call_api: { api: "mail", expect: { status: 200 } } }],
      expect: { prompts: 7 },
    }));
    const ended = await run(SCENARIOS_BIN, ["run", script, "--report", folder, "--junit", join(folder, "junit.xml")]);
    expect(ended.status, ended.said).toBe(1);
    expect(ended.said.match(MISLEADING)?.[0], ended.said).toBeUndefined();
    const parsed = await run("python3", ["-c", "import sys, xml.etree.ElementTree as tree; print(tree.parse(sys.argv[1]).getroot().tag)", join(folder, "junit.xml")]);
    expect(parsed, await readFile(join(folder, "junit.xml"), "utf8")).toEqual({ status: 0, said: "testsuites\n" });
    await shows(page, await readFile(join(folder, "index.html"), "utf8"));
    const told = await run(SCENARIOS_BIN, ["run", script, "--report", folder, "--json"]);
    expect(JSON.parse(told.said.slice(told.said.indexOf("{"))).verdicts[0].title).toBe(name);
  });
}

/** A server whose directory is hostile, in which the client has done something. */
class World {
  static async start(kind) {
    const world = new World();
    const calm = await serve();
    const before = await (await fetch(`${calm.base}/_mock/directory`)).json();
    await calm.stop();
    const { document, called } = hostile(before, kind);
    const file = test.info().outputPath("hostile.json");
    await writeFile(file, JSON.stringify(document));
    world.server = await serve("--config", file);
    world.tenant = Object.assign(new Tenant(world.server.base), { tenant_id: "contoso", authority: `${world.server.base}/contoso.test` });
    const username = called("user name", "ada@contoso.test");
    const { users } = await world.tenant.control("GET", "/credentials");
    const { password, one_time_code } = users.find((user) => user.username === username);
    await world.tenant.control("PUT", "/virtual_user", { username, password, one_time_code, skips_pages: true });
    const scope = (api, name) => `${called("App ID URI", `api://${api}`)}/${called("scope", name)}`;
    world.scope = scope("calendar", "Events.Read");
    await world.tenant.call("calendar", world.scope);
    await world.tenant.call("payroll", scope("payroll", "Salary.Read"));
    await world.tenant.client("token", scope("vault", "Secrets.Read"), "--silent");
    const odd = new URLSearchParams({ grant_type: "refresh_token", client_id: DESKTOP, refresh_token: "x", scope: VALUES[kind], [VALUES[kind]]: VALUES[kind], claims: VALUES[kind] });
    await fetch(`${world.tenant.authority}/oauth2/v2.0/token`, { method: "POST", body: odd });
    await fetch(`${world.tenant.authority}/oauth2/v2.0/token`, { method: "POST", body: new URLSearchParams({ client_id: VALUES[kind], grant_type: VALUES[kind] }) });
    return world;
  }

  async stop() {
    await this.server.stop();
    await this.tenant.forget();
  }
}

/** The page is whole, and does nothing. */
async function shows(page, html) {
  const complaints = listened(page);
  const file = test.info().outputPath("page.html");
  await writeFile(file, html);
  await page.goto(`file://${file}`);
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
  expect(await contained(page)).toEqual([]);
  expect(await page.locator("main script").count()).toBe(0);
  await expect(page.locator("main svg.diagram")).toHaveCount(1);
  expect(complaints).toEqual([]);
}

/** The lines are a program of their language, in which the scope is one word. */
async function reads(title, text, scope) {
  const file = (name) => test.info().outputPath(name);
  if (/python|authlib/i.test(title)) {
    await writeFile(file("lines.py"), text);
    expect(await run("python3", ["-c", "import ast, sys; ast.parse(open(sys.argv[1]).read())", file("lines.py")]), text).toEqual({ status: 0, said: "" });
  } else if (/^(curl|desktop-client)/.test(title)) {
    await writeFile(file("lines.sh"), `curl() { :; }\ndesktop-client() { printf '%s\\n' "$@"; }\n${text}`);
    const ended = await run("bash", [file("lines.sh")]);
    expect(ended.status, ended.said).toBe(0);
    if (title.startsWith("desktop-client")) expect(ended.said.trimEnd().split("\n").at(-1)).toBe(scope);
  } else {
    await writeFile(file("lines.mjs"), text);
    expect(await run("node", ["--check", file("lines.mjs")]), text).toEqual({ status: 0, said: "" });
  }
}
