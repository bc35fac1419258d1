// The sequence: exchanges as arrows between those who take part, live. Owns the list and its filter. Only the newest part of a
// log is in the page; what is before it comes on demand, and what is too much leaves at the far end.
import { announce, element } from "./dom.js";

const PAGE = 150;
const MOST = 900;
const ACTORS = ["user", "browser", "identity_provider", "client", "api"];

export class Timeline {
  /** `open(number)` is called for the exchange that somebody opens. */
  constructor(open) {
    this.open = open;
    this.list = document.getElementById("exchanges");
    this.scroller = document.getElementById("scroller");
    this.earlier = document.getElementById("earlier");
    this.newest = document.getElementById("newest");
    this.empty = document.getElementById("empty");
    this.connection = document.getElementById("connection");
    this.filter = {};
    this.before = 0;
    this.unseen = 0;
    this.pinned = true;
    this.top = 0;
    this.earlier.addEventListener("click", () => this.showEarlier());
    this.newest.addEventListener("click", () => this.toEnd());
    this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    // Rows get their height when they are first seen.
    new ResizeObserver(() => this.pinned && this.toEnd()).observe(this.list);
    this.list.addEventListener("keydown", (event) => this.move(event));
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("button.exchange");
      if (row) this.open(Number(row.dataset.number));
    });
  }

  /** Shows the newest exchanges of a tenant that meet the filter, and what comes after them. */
  async show(tenant, filter) {
    this.tenant = tenant;
    this.filter = filter;
    this.source?.close();
    const asked = (this.asked = Symbol("asked"));
    const told = await tenant.get("/exchanges/timeline", { ...filter, limit: PAGE });
    // Another tenant or filter was chosen meanwhile.
    if (asked !== this.asked) return;
    this.list.replaceChildren(...told.rows.map(drawn));
    this.numbers(told.earlier, told.dropped);
    this.toEnd();
    this.follow(told.last);
    performance.mark("timeline-shown");
  }

  /** The number of the first exchange in the page; 0 if there is none. */
  get first() {
    return Number(this.list.firstElementChild?.firstElementChild.dataset.number ?? 0);
  }

  /** Marks the exchange whose details are shown. */
  mark(number) {
    for (const row of this.list.querySelectorAll("[aria-current]")) row.removeAttribute("aria-current");
    this.row(number)?.setAttribute("aria-current", "true");
  }

  focus(number) {
    (this.row(number) ?? this.list.querySelector("button.exchange"))?.focus();
  }

  row(number) {
    return this.list.querySelector(`button.exchange[data-number="${Number(number)}"]`);
  }

  follow(since) {
    const source = (this.source = this.tenant.stream({ ...this.filter, since }));
    let broken = false;
    source.addEventListener("open", () => {
      this.connection.textContent = "live";
      // Something may have happened that cannot be told again, such as a reset.
      if (broken) this.show(this.tenant, this.filter);
    });
    source.addEventListener("exchange", (event) => this.add(JSON.parse(event.data)));
    source.addEventListener("lagged", () => this.show(this.tenant, this.filter));
    source.addEventListener("error", () => {
      broken = true;
      const isGone = source.readyState === EventSource.CLOSED;
      this.connection.textContent = isGone ? "this tenant is gone; choose another" : "connecting again …";
    });
  }

  add(row) {
    if (this.row(row.number)) return;
    let after = this.list.lastElementChild;
    // Numbers are given before an answer is, so the order can differ by a few.
    while (after && Number(after.firstElementChild.dataset.number) > row.number) after = after.previousElementSibling;
    const item = drawn(row);
    if (after) after.after(item);
    else this.list.prepend(item);
    if (this.pinned) {
      for (; this.list.childElementCount > MOST; this.before += 1) this.list.firstElementChild.remove();
      this.toEnd();
    } else {
      this.unseen += 1;
    }
    this.numbers(this.before, this.dropped);
    this.newest.hidden = this.unseen === 0;
    this.newest.textContent = `${this.unseen} new`;
  }

  async showEarlier() {
    const first = this.first;
    this.pinned = false;
    const told = await this.tenant.get("/exchanges/timeline", { ...this.filter, before: first, limit: PAGE });
    const height = this.scroller.scrollHeight;
    const top = this.scroller.scrollTop;
    this.list.prepend(...told.rows.map(drawn));
    this.numbers(told.earlier, told.dropped);
    this.scroller.scrollTop = top + this.scroller.scrollHeight - height;
    this.focus(told.rows.at(-1)?.number ?? first);
    announce(`${told.rows.length} earlier exchanges`);
  }

  numbers(before, dropped) {
    this.before = before;
    this.dropped = dropped;
    this.earlier.hidden = before === 0;
    const gone = dropped > 0 ? `; ${dropped.toLocaleString("en")} older ones are gone` : "";
    this.earlier.textContent = `Earlier (${before.toLocaleString("en")} more${gone})`;
    this.empty.hidden = this.list.childElementCount > 0;
    for (const item of this.list.querySelectorAll('button.exchange[tabindex="0"]')) {
      if (item !== this.list.lastElementChild.firstElementChild) item.tabIndex = -1;
    }
    if (this.list.lastElementChild) this.list.lastElementChild.firstElementChild.tabIndex = 0;
  }

  isAtEnd() {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < 60;
  }

  toEnd() {
    this.pinned = true;
    this.scroller.scrollTop = this.top = this.scroller.scrollHeight;
    this.seenAll();
  }

  /** Who scrolls up wants to read, and who comes back to the end wants to see what comes. */
  scrolled() {
    const top = this.scroller.scrollTop;
    if (this.isAtEnd()) {
      this.pinned = true;
      this.seenAll();
    } else if (top < this.top - 4) {
      this.pinned = false;
    }
    this.top = top;
  }

  seenAll() {
    this.unseen = 0;
    this.newest.hidden = true;
  }

  /** One stop for the tabulator; arrow keys go from exchange to exchange. */
  move(event) {
    const item = event.target.closest("li");
    const to = {
      ArrowUp: item?.previousElementSibling,
      ArrowDown: item?.nextElementSibling,
      Home: this.list.firstElementChild,
      End: this.list.lastElementChild,
    }[event.key];
    if (!to) return;
    event.preventDefault();
    item.firstElementChild.tabIndex = -1;
    to.firstElementChild.tabIndex = 0;
    to.firstElementChild.focus();
  }
}

/** An exchange: its number and time, and each message as text over an arrow. */
function drawn(row) {
  const kind = row.refused ? "refused" : "granted";
  const inside = row.interaction && row.interaction !== row.number ? " inside" : "";
  return element("li", {},
    element("button", { type: "button", class: `exchange ${row.endpoint} ${kind}${inside}`, "data-number": row.number, tabindex: "-1" },
      element("span", { class: "number" }, element("b", {}, String(row.number)), " ", element("time", { datetime: row.at }, row.at.slice(11, 19))),
      element("span", { class: "lines" }, row.lines.map((line) => element("span", { class: "line" }, line.map(message))))));
}

function message({ from, to, text, kind }) {
  const [start, end] = [ACTORS.indexOf(from), ACTORS.indexOf(to)];
  const place = `left-${Math.min(start, end)} right-${Math.max(start, end)} ${start < end ? "rightward" : "leftward"} ${kind}`;
  return [
    element("span", { class: `text ${place}` }, element("span", { class: "hidden" }, `${spoken(from)} to ${spoken(to)}: `), element("bdi", {}, text)),
    element("span", { class: `arrow ${place}` }),
  ];
}

const spoken = (actor) => (actor === "api" ? "API" : actor.replace("_", " "));
