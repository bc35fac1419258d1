// Settings to copy for each SDK; the server fills them in.
import { announce, element, fill } from "./dom.js";

/** Draws the snippets of a tenant. */
export async function showSnippets(tenant, body) {
  const { snippets } = await tenant.get("/snippets");
  fill(body,
    element("p", { class: "soft" }, "The lines that our own suites run, with this server and tenant filled in."),
    snippets.map(({ title, text }) => {
      const [name, around] = title.split(/ {3,}/);
      const copy = element("button", { type: "button", "aria-label": `Copy the lines for ${name}`, click: async () => {
        await navigator.clipboard.writeText(text);
        copy.textContent = "Copied";
        announce(`Copied the lines for ${name}`);
      } }, "Copy");
      return element("section", { class: "snippet" },
        element("h3", {}, name), around ? element("p", { class: "soft" }, around.replace(/^\(|\)$/g, "")) : null,
        element("pre", { tabindex: "0" }, text), copy);
    }));
}
