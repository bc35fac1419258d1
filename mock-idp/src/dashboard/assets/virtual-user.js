// The scripted person in front of the pages: who she is and what she does. Owns the form; what it does not show stays as it is.
import { announce, element, field, fill, option, trouble } from "./dom.js";

const PAGES = ["username", "password", "pick_account", "one_time_code", "register_method", "passkey", "password_change", "terms_of_use",
  "external_challenge", "request_approval", "stay_signed_in", "consent", "device_code"];
const CHOICES = [
  ["consent", "At consent she", [["accept", "accepts"], ["decline", "declines"]]],
  ["mfa", "Asked for a second factor she", [["pass", "passes"], ["fail", "types wrong codes"], ["timeout", "waits too long"], ["ignore", "leaves the page"]]],
  ["terms_of_use", "At terms of use she", [["accept", "accepts"], ["decline", "declines"]]],
  ["cancel_at", "She presses cancel at", [["", "no page"], ...PAGES.map((page) => [page, page.replaceAll("_", " ")])]],
  ["closes_at", "She closes the window at", [["", "no page"], ...PAGES.map((page) => [page, page.replaceAll("_", " ")])]],
];
const TICKS = [
  ["skips_pages", "The pages are skipped: /authorize leads back at once"],
  ["stay_signed_in", "She stays signed in"],
  ["consents_for_everybody", "She consents for everybody, as an administrator"],
  ["requests_approval", "She asks an administrator where she needs one"],
  ["two_windows", "She opens the address in two windows"],
];

/** Draws the settings of a tenant's person. */
export async function showVirtualUser(tenant, directory, body) {
  const [person, { users }] = await Promise.all([tenant.get("/virtual_user"), tenant.get("/credentials")]);
  const credentials = new Map(users.map((user) => [user.username.toLowerCase(), user]));
  const names = directory.users.map((user) => user.username);
  if (!names.includes(person.username)) names.unshift(person.username);
  const username = element("select", { name: "username" }, names.map((name) => option(name)));
  username.value = person.username;
  const typed = (name, value) => element("input", { name, value: value ?? "", autocomplete: "off", spellcheck: "false" });
  const own = () => credentials.get(username.value.toLowerCase());
  const password = typed("password", own()?.password);
  const oneTimeCode = typed("one_time_code", own()?.one_time_code ?? "123456");
  username.addEventListener("change", () => {
    password.value = own()?.password ?? "";
    oneTimeCode.value = own()?.one_time_code ?? "123456";
  });
  const choices = CHOICES.map(([name, label, values]) => {
    const select = element("select", { name }, values.map(([value, told]) => option(value, told)));
    select.value = person[name] ?? "";
    return field(label, select);
  });
  const ticks = TICKS.map(([name, label]) => element("label", { class: "check" }, element("input", { type: "checkbox", name, checked: person[name] === true }), " ", label));
  const think = typed("think_time", person.think_time ?? "");
  const message = element("p", { role: "status" });
  const form = element("form", { class: "sheet pairs", submit: async (event) => {
    event.preventDefault();
    const set = new FormData(form);
    const next = { ...person, username: username.value, password: password.value, one_time_code: oneTimeCode.value };
    for (const [name] of CHOICES) next[name] = set.get(name) || (name.endsWith("_at") ? null : person[name]);
    for (const [name] of TICKS) next[name] = set.has(name);
    if (think.value.trim()) next.think_time = think.value.trim();
    else delete next.think_time;
    try {
      await tenant.put("/virtual_user", next);
      fill(message, "Saved. Her next visit goes so.");
      announce("Saved");
    } catch (error) {
      fill(message, trouble(error));
    }
  } },
    field("She signs in as", username), field("Password she types", password), field("One-time code she types", oneTimeCode),
    choices, field("She thinks for", think, "Real time before each page, such as 250ms."), element("div", { class: "checks" }, ticks),
    element("div", { class: "actions" }, element("button", { class: "primary" }, "Save"), message));
  fill(body, element("p", { class: "soft" },
    "The person whom mock-idp browse, run and skips_pages put in front of the sign-in pages of this tenant."), form);
}
