// Makes elements. Every text becomes a text node, so a name in the directory cannot become an element, a script or a style.
// Names are isolated from their surroundings (bdi), so that right-to-left marks stay inside, and long ones are cut.

const LONG = 120;

/** An element. Attributes that are functions listen to the event of their name; `false`, `null` and `undefined` are left out. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** Replaces what is in an element. */
export function fill(parent, ...children) {
  parent.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
}

/** The beginning of a text, by code points. */
export function shortened(text, length = LONG) {
  const whole = String(text);
  if (whole.length <= length) return whole;
  return `${Array.from(whole.slice(0, 2 * length)).slice(0, length).join("")}…`;
}

/** A text that somebody else wrote, and the whole of it on demand. */
export function told(text, length = LONG) {
  const whole = String(text);
  const shown = element("bdi", {}, shortened(whole, length));
  if (whole.length <= length) return shown;
  const more = element("button", {
    type: "button",
    class: "more",
    click: (event) => {
      event.stopPropagation();
      shown.textContent = whole;
      more.remove();
    },
  }, `all ${whole.length.toLocaleString("en")} characters`);
  return element("span", {}, shown, " ", more);
}

/** An option of a list. */
export function option(value, label = value, attributes = {}) {
  return element("option", { value, dir: "auto", ...attributes }, shortened(label, 60));
}

/** A field with its label. */
export function field(label, control, hint) {
  return element("label", { class: "field" }, element("span", {}, label), control, hint ? element("small", {}, hint) : null);
}

/** A list of terms. What is empty is left out. */
export function terms(pairs) {
  const shown = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return element("dl", {}, shown.map(([name, value]) => [
    element("dt", {}, told(name, 60)),
    element("dd", {}, value instanceof Node ? value : told(value)),
  ]));
}

/** A table that can be scrolled by keyboard where it is wider than the screen. */
export function table(caption, heads, rows) {
  const cell = (value) => element("td", {}, value instanceof Node ? value : told(value ?? "", 240));
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    element("table", {},
      element("caption", {}, caption),
      element("thead", {}, element("tr", {}, heads.map((head) => element("th", { scope: "col" }, head)))),
      element("tbody", {}, rows.map((row) => element("tr", {}, row.map(cell)))),
    ));
}

/** JSON for people: pretty if it is JSON, as it is otherwise. */
export function code(value) {
  let text = value;
  if (typeof value !== "string") text = JSON.stringify(value, null, 2);
  else if (/^\s*[{[]/.test(value)) {
    try {
      text = JSON.stringify(JSON.parse(value), null, 2);
    } catch {
      // It only looks like JSON.
    }
  }
  return element("pre", {}, told(text, 2_000));
}

/** Says it to who cannot see the page. */
export function announce(text) {
  document.getElementById("announcement").textContent = text;
}

/** A sentence about what went wrong, in place of what should be there. */
export function trouble(error) {
  return element("p", { class: "trouble", role: "alert" }, told(error.message ?? error, 400));
}
