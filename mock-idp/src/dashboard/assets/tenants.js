// Which tenant is looked at. Isolated tenants come and go with the tests that make them, so the list is read again and again
// while somebody looks. Owns the chooser and the address bar; what is shown of a tenant is for others.
import { tenants } from "./api.js";
import { element, option, shortened } from "./dom.js";

// Milliseconds between two looks; with thousands of tenants the list is long, so there are fewer.
const EVERY = 2_000;
const EACH = 5;
const MOST = 300;

export class Tenants {
  /** `chosen(id)` is called for the first tenant and each one that is chosen afterwards. */
  constructor(chosen) {
    this.chosen = chosen;
    this.chooser = document.getElementById("tenant");
    this.follow = document.getElementById("follow");
    this.current = null;
    this.seen = "";
    this.chooser.addEventListener("change", () => {
      this.follow.checked = false;
      this.choose(this.chooser.value);
    });
    this.follow.addEventListener("change", () => this.refresh());
    this.chooser.addEventListener("focus", () => this.refresh());
  }

  async start() {
    const known = document.hidden ? 0 : await this.refresh();
    setTimeout(() => this.start(), Math.max(EVERY, EACH * known));
  }

  async refresh() {
    const all = await tenants().catch(() => null);
    if (!all) return 0;
    const newest = all.filter((tenant) => tenant.isolated && tenant.exchanges > 0).at(-1);
    const wanted = new URLSearchParams(location.search).get("tenant");
    const named = all.find((tenant) => [tenant.tenant_id, tenant.name, tenant.domain].includes(this.current ?? wanted));
    this.draw(all);
    if (this.follow.checked && newest && newest.tenant_id !== this.current) this.choose(newest.tenant_id);
    else if (!this.current) this.choose((named ?? all[0])?.tenant_id);
    return all.length;
  }

  choose(id) {
    if (!id) return;
    this.current = id;
    this.chooser.value = id;
    history.replaceState(null, "", `?tenant=${encodeURIComponent(id)}${location.hash}`);
    this.chosen(id);
  }

  draw(all) {
    const seen = all.map((tenant) => `${tenant.tenant_id} ${tenant.exchanges}`).join();
    // A list that somebody has open would close.
    if (seen === this.seen || (document.activeElement === this.chooser && this.seen)) return;
    this.seen = seen;
    const told = (tenant) => {
      const name = shortened(tenant.isolated ? tenant.name : tenant.domain, 40);
      return option(tenant.tenant_id, tenant.exchanges > 0 ? `${name} (${tenant.exchanges.toLocaleString("en")})` : name);
    };
    const isolated = all.filter((tenant) => tenant.isolated).reverse();
    const kept = isolated.filter((tenant, place) => place < MOST || tenant.tenant_id === this.current);
    const groups = [element("optgroup", { label: "Configuration" }, all.filter((tenant) => !tenant.isolated).map(told))];
    const left = isolated.length > kept.length ? `, ${kept.length} of ${isolated.length}` : "";
    if (kept.length > 0) groups.push(element("optgroup", { label: `Isolated copies, newest first${left}` }, kept.map(told)));
    this.chooser.replaceChildren(...groups);
    if (this.current) this.chooser.value = this.current;
  }
}
