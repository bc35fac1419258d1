// Every page in every language, by keyboard alone: looked at by axe-core, and by whoever opens the pictures.
import { test } from "@playwright/test";
import { JOURNEYS } from "./journeys.js";
import { complaintsOf, look } from "./look.js";
import { Person } from "./person.js";
import { Tenant } from "./world.js";

for (const tag of ["en", "fr"]) {
  for (const [title, journey] of Object.entries(JOURNEYS)) {
    test(`${title}, ${tag}`, async ({ page }) => {
      const complaints = complaintsOf(page);
      const tenant = await Tenant.create();
      const see = (name) => look(page, name, tag);
      await journey({ tenant, person: new Person(page), page, tag, see });
      test.expect(complaints).toEqual([]);
    });
  }
}
