// Puts the page together: which tenant, which view, and who hears of what. Each view is a module of its own.
import { Tenant } from "./api.js";
import { element, fill, option, trouble } from "./dom.js";
import { showDirectory } from "./directory.js";
import { explained } from "./exchange.js";
import { showSnippets } from "./snippets.js";
import { Switches } from "./switches.js";
import { Tenants } from "./tenants.js";
import { Timeline } from "./timeline.js";
import { showVirtualUser } from "./virtual-user.js";
import { showWhatIf } from "./what-if.js";

const VIEWS = ["timeline", "directory", "what-if", "virtual-user", "snippets"];
const at = (id) => document.getElementById(id);

const filters = at("filters");
const details = at("details");
const timeline = new Timeline(open);
const switches = new Switches(refreshDirectory);
let tenant;
let directory;
let names = new Map();

new Tenants(choose).start();
addEventListener("hashchange", show);
filters.addEventListener("submit", (event) => event.preventDefault());
filters.addEventListener("input", debounced(filter, 200));
at("forget").addEventListener("click", async () => {
  await tenant.delete("/exchanges");
  close();
  filter();
});
at("open-switches").addEventListener("click", () => side(true));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
});
filters.addEventListener("mousedown", addresses);
filters.addEventListener("focusin", addresses);

async function choose(id) {
  tenant = new Tenant(id);
  close();
  for (const list of [filters.elements.client_id, filters.elements.user]) list.value = "";
  // The timeline does not wait for names.
  filter();
  await refreshDirectory();
}

async function refreshDirectory() {
  try {
    const [told, { policies }] = await Promise.all([tenant.get("/directory"), tenant.get("/policies")]);
    directory = told;
    names = new Map([
      ...directory.applications.map((application) => [application.client_id, application.name]),
      ...policies.map((policy) => [policy.id, policy.name]),
    ]);
    choices(filters.elements.client_id, directory.applications.map((application) => [application.client_id, application.name]));
    choices(filters.elements.user, directory.users.map((user) => [user.username]));
    switches.show(tenant, directory);
    await show();
  } catch (error) {
    fill(at("switches"), trouble(error));
  }
}

function choices(list, values) {
  const chosen = list.value;
  fill(list, option("", "all"), values.map(([value, name]) => option(value, name)));
  list.value = chosen;
}

function wanted() {
  return Object.fromEntries([...new FormData(filters)].map(([name, value]) => [name, value.trim()]));
}

async function filter() {
  try {
    await timeline.show(tenant, wanted());
    addresses();
  } catch (error) {
    fill(at("connection"), error.message);
  }
}

/** What is on screen: the exchanges from the first one in the page on that meet the filter. */
function addresses() {
  if (!tenant) return;
  const since = timeline.first > 1 ? timeline.first - 1 : "";
  for (const form of ["scenario", "report"]) {
    at(`export-${form}`).href = tenant.address("/exchanges/export", { as: form, since, ...wanted() });
  }
}

async function open(number) {
  timeline.mark(number);
  const back = element("button", { type: "button", click: () => close(number) }, "Close");
  const head = element("div", { class: "head" }, element("h3", { tabindex: "-1" }, `Exchange ${number}`), back);
  try {
    fill(details, head, explained(await tenant.get(`/exchanges/${number}`), names));
  } catch (error) {
    fill(details, head, trouble(error));
  }
  details.hidden = false;
  at("switches").hidden = true;
  side(true);
  at("side").scrollTop = 0;
  head.firstElementChild.focus();
}

function close(number) {
  const wasOpen = !details.hidden;
  details.hidden = true;
  at("switches").hidden = false;
  timeline.mark(0);
  side(false);
  if (wasOpen && number) timeline.focus(number);
}

/** On a narrow screen the side covers the timeline. */
function side(open) {
  document.body.toggleAttribute("data-side", open);
  if (open && details.hidden) {
    if (!at("close-switches")) {
      at("switches").prepend(element("button", { type: "button", id: "close-switches", click: () => side(false) }, "Back to the timeline"));
    }
    at("side").focus();
  }
}

async function show() {
  const view = VIEWS.find((view) => location.hash === `#${view}`) ?? "timeline";
  document.body.dataset.view = view;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.getAttribute("href") === `#${view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (!tenant || !directory) return;
  const body = at(`${view}-body`);
  try {
    if (view === "directory") await showDirectory(tenant, body, refreshDirectory);
    if (view === "what-if") showWhatIf(tenant, directory, body);
    if (view === "virtual-user") await showVirtualUser(tenant, directory, body);
    if (view === "snippets") await showSnippets(tenant, body);
  } catch (error) {
    fill(body, trouble(error));
  }
}

function debounced(act, milliseconds) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, milliseconds);
  };
}

show();
