// Every page in every language, by keyboard alone: looked at by axe-core, and by whoever opens the pictures.
import { test } from "@playwright/test";
import { JOURNEYS } from "./journeys.js";
import { look } from "./look.js";
import { Person } from "./person.js";
import { Tenant } from "./world.js";

for (const tag of ["en", "fr"]) {
  for (const [title, journey] of Object.entries(JOURNEYS)) {
    test(`${title}, ${tag}`, async ({ page }) => {
      const complaints = listen(page);
      const tenant = await Tenant.create();
      const see = (name) => look(page, name, tag);
      await journey({ tenant, person: new Person(page), page, tag, see });
      test.expect(complaints).toEqual([]);
    });
  }
}

/** What the browser complains of: a content policy that is in the way, a script that fails. */
function listen(page) {
  const complaints = [];
  const isOurs = (text) => !/status of 40\d|ERR_ABORTED|favicon/.test(text);
  page.on("console", (message) => {
    if (message.type() === "error" && isOurs(message.text())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => { complaints.push(dialog.message()); dialog.dismiss(); });
  return complaints;
}
