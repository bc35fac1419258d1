// The sign-in pages as a person sees them: found by the ids that UI scripts for the real pages use, filled in and clicked.

const PAGES = {
  username: {
    mark: "#i0116",
    act: async (page, person) => {
      await page.fill("#i0116", person.username);
      await page.click("#idSIButton9");
    },
  },
  password: {
    mark: "#i0118",
    act: async (page, person) => {
      await page.fill("#i0118", person.password ?? "Passw0rd!");
      await page.click("#idSIButton9");
    },
  },
  pick: {
    mark: "#tilesHolder",
    act: async (page, person) => {
      const tile = page.locator(`[data-test-id="${person.username}"]`);
      await ((await tile.count()) > 0 ? tile.click() : page.click("#otherTile"));
    },
  },
  otc: {
    mark: "#idTxtBx_SAOTCC_OTC",
    act: async (page, person) => {
      await page.fill("#idTxtBx_SAOTCC_OTC", person.code ?? "123456");
      await page.click("#idSubmit_SAOTCC_Continue");
    },
  },
  register: { mark: "#idSubmit_ProofUp_Redirect", act: (page) => page.click("#idSubmit_ProofUp_Redirect") },
  kmsi: { mark: "#KmsiCheckboxField", act: (page) => page.click("#idBtn_Back") },
  consent: {
    mark: ".scope-name",
    act: (page, person) => page.click(person.declines ? "#idBtn_Back" : "#idSIButton9"),
  },
};

const MARKS = Object.values(PAGES).map(({ mark }) => mark).join(", ");

// Goes through the pages in `page` as `person` until they have come to their end: the window is closed, or is the application's
// again. Returns the names of the pages and the scopes that consent was asked for.
export async function walk(page, person, origin) {
  const seen = { pages: [], scopes: [] };
  while (await arrives(page, origin)) {
    const [name, { act }] = await which(page);
    seen.pages.push(name);
    if (name === "consent") seen.scopes.push(...(await page.locator(".scope-name").allTextContents()));
    if (seen.pages.length > 12) throw new Error(`these pages do not end: ${seen.pages}`);
    await page.evaluate(() => { window.acted = true; });
    await act(page, person);
  }
  return seen;
}

// Whether a page of the sign-in is there, other than the one acted upon.
async function arrives(page, origin) {
  const looked = ([marks, origin]) => {
    if (location.origin === origin) return "back";
    if (!window.acted && document.readyState === "complete" && document.querySelector(marks)) return "page";
    if (document.querySelector("#exceptionMessageContainer")) return document.body.innerText;
    return false;
  };
  for (;;) {
    try {
      const found = await page.waitForFunction(looked, [MARKS, origin]).then((handle) => handle.jsonValue());
      if (found === "page" || found === "back") return found === "page";
      throw new Error(`an error page: ${found}`);
    } catch (error) {
      if (page.isClosed() || /closed/.test(error.message)) return false;
      if (!/navigat|destroyed/.test(error.message)) throw error;
    }
  }
}

async function which(page) {
  for (const entry of Object.entries(PAGES)) {
    if ((await page.locator(entry[1].mark).count()) > 0) return entry;
  }
  throw new Error("no page is recognised");
}
