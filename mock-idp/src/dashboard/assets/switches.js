// The switches that people reach for: each is one call of the control API, with what it did and, where there is one, the way
// back. Owns the panel and its list of what was done.
import { segment } from "./api.js";
import { announce, element, fill, option, told, trouble } from "./dom.js";

export class Switches {
  /** `changed()` is called after each switch, for those who show what it changed. */
  constructor(changed) {
    this.changed = changed;
    this.panel = document.getElementById("switches");
    this.done = element("ul", { class: "done" });
  }

  /** Draws the panel for a tenant. */
  show(tenant, directory) {
    if (this.tenant?.id !== tenant.id) this.done.replaceChildren();
    this.tenant = tenant;
    this.message = element("div");
    this.clock = element("small", {});
    const pick = (label, names) => element("select", { "aria-label": label }, names.map(([value, name]) => option(value, name)));
    const api = pick("API", directory.apis.map((api) => [api.name]));
    const user = pick("User", directory.users.map((user) => [user.username]));
    const application = pick("Application", directory.applications.map((application) => [application.name]));
    if (directory.apis.some((known) => known.name === "mail")) api.value = "mail";
    const button = (label, act) => element("button", { type: "button", click: () => this.act(act) }, label);
    fill(this.panel,
      element("h3", {}, "Switches"),
      element("p", { class: "soft" }, "Press one, then let the client ask again."),
      this.message,
      this.done,
      group("An API", api,
        button("Require MFA", () => this.policy("mfa", api.value)),
        button("Block", () => this.policy("block", api.value))),
      group("A user", user,
        button("Revoke sessions", () => this.revokeSessions(user.value)),
        button("Disable", () => this.disable(user.value))),
      group("An application", application,
        button("Revoke consent", () => this.revokeConsent(user.value, application.value, api.value)),
        element("small", {}, "Of the user and the API above.")),
      group("Time", this.clock,
        button("1 hour later", () => this.advance("1h", "access tokens of an hour have expired")),
        button("1 day later", () => this.advance("24h", "access tokens have expired, refresh tokens of a spa too")),
        button("90 days later", () => this.advance("2160h", "refresh tokens that nobody used have expired")),
        button("Now again", () => this.now())),
      group("The next answer", null,
        button("429 at /token", () => this.fault({ endpoint: "token", status: 429, retry_after: 30 }, "The next token request is answered 429, Retry-After 30.")),
        button("503 at /token", () => this.fault({ endpoint: "token", status: 503 }, "The next token request is answered 503.")),
        button("Connection dropped", () => this.fault({ endpoint: "token", drop: true }, "The next token request gets no answer."))),
    );
    this.tellTime();
  }

  async tellTime() {
    const { now, frozen } = await this.tenant.get("/clock");
    this.clock.textContent = `${clockTime(now)} when this was read${frozen ? "; the clock stands still" : ""}`;
  }

  async act(act) {
    fill(this.message);
    try {
      const { said, undo } = await act();
      this.tell(said, undo);
      await this.changed();
    } catch (error) {
      fill(this.message, trouble(error));
    }
  }

  tell(said, undo) {
    const text = told(said, 300);
    const item = element("li", {}, text);
    if (undo) {
      const back = element("button", { type: "button", click: async () => {
        try {
          await undo();
          item.classList.add("undone");
          back.replaceWith(element("span", { class: "soft" }, "undone"));
          announce(`Undone: ${said}`);
          await this.changed();
        } catch (error) {
          fill(this.message, trouble(error));
        }
      } }, "Undo");
      item.append(" ", back);
    }
    this.done.prepend(item);
    announce(said);
  }

  async policy(control, api) {
    const { policies } = await this.tenant.get("/policies");
    const name = free(`dashboard-${control}-for-${api}`, policies.map((policy) => policy.name));
    const made = await this.tenant.post("/policies", { name, targets: { apis: [api] }, grant: { all_of: [control] } });
    const demands = control === "mfa" ? "needs multifactor authentication" : "is blocked";
    return { said: `${api} ${demands} from now on, by the policy ${name}.`, undo: () => this.tenant.delete(`/policies/${segment(made.id)}`) };
  }

  async revokeSessions(user) {
    await this.tenant.post(`/users/${segment(user)}/revoke_sessions`);
    return { said: `Every session and grant of ${user} has ended (AADSTS50173). She signs in again; there is no way back.` };
  }

  async disable(user) {
    const path = `/users/${segment(user)}`;
    await this.tenant.patch(path, { enabled: false });
    return { said: `${user} is disabled (AADSTS50057).`, undo: () => this.tenant.patch(path, { enabled: true }) };
  }

  async revokeConsent(user, client, api) {
    const { consents } = await this.tenant.get("/consents");
    const same = (one, other) => String(one ?? "").toLowerCase() === String(other ?? "").toLowerCase();
    const gone = consents.filter((consent) => consent.client === client && consent.api === api && (!consent.user || same(consent.user, user)));
    if (gone.length === 0) return { said: `No consent to ${api} by ${client} is on record for ${user}: it is asked for anyway.` };
    for (const consent of gone) await this.tenant.delete("/consents", { user: consent.user, client, api });
    const scopes = gone.flatMap((consent) => consent.scopes).join(", ");
    const undo = async () => {
      for (const consent of gone) await this.tenant.post("/consents", consent);
    };
    return { said: `Consent of ${user} for ${client} to ${api} (${scopes}) is gone.`, undo };
  }

  async advance(by, effect) {
    const clock = await this.tenant.post("/clock", { advance: by });
    return { said: `The clock shows ${clockTime(clock.now)}: ${effect}.`, undo: () => this.tenant.post("/clock", { advance: `-${by}` }) };
  }

  async now() {
    const clock = await this.tenant.delete("/clock");
    return { said: `The clock runs with the server's again: ${clockTime(clock.now)}.` };
  }

  async fault(fault, said) {
    const armed = await this.tenant.post("/faults", fault);
    return { said, undo: () => this.tenant.delete(`/faults/${segment(armed.id)}`) };
  }
}

function group(title, choice, ...buttons) {
  return element("fieldset", { class: "switch" }, element("legend", {}, title), choice, element("div", { class: "actions" }, buttons));
}

const clockTime = (now) => `${now.slice(0, 10)} ${now.slice(11, 19)} UTC`;

/** A name that no policy has. */
function free(name, taken) {
  for (let count = 1; ; count += 1) {
    const tried = count === 1 ? name : `${name}-${count}`;
    if (!taken.includes(tried)) return tried;
  }
}
