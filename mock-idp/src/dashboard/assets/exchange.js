// One exchange, explained: what was asked, what was decided and why, what was answered, what is inside the tokens.
import { code, element, terms, told } from "./dom.js";

const ROLES = { access_token: "Access token issued", id_token: "ID token issued", presented: "Access token presented" };

/** The details of an exchange as elements. `names` gives short names for ids. */
export function explained(details, names) {
  const { exchange, error, tokens } = details;
  const kind = details.refused ? "refused" : "granted";
  return [
    element("p", { class: `summary ${kind}` },
      element("span", {}, told(details.question)), element("span", { class: "to", "aria-hidden": "true" }, "→"), element("strong", {}, told(details.answer))),
    error ? meaning(error) : null,
    element("h3", {}, "Why"),
    reasons(exchange.reasons, names),
    element("h3", {}, "Asked"),
    terms([
      ["request", `${exchange.method} ${exchange.path}`],
      ["client", exchange.client_id && named(exchange.client_id, names)],
      ["user", exchange.user],
      ["at", exchange.at.replace(/([.]\d{3})\d*/, "$1")],
      ...exchange.parameters.map(([name, value]) => [name, name === "claims" ? code(value) : value]),
    ]),
    element("h3", {}, "Answered"),
    terms([
      ["status", String(exchange.answer.status)],
      ["kind", exchange.answer.kind],
      ["error", exchange.answer.error],
      ["number", exchange.answer.code && `AADSTS${exchange.answer.code}`],
      ["suberror", exchange.answer.suberror],
      ["claims", exchange.answer.claims && code(exchange.answer.claims)],
      ["API", exchange.answer.api],
      ["scope", exchange.answer.scope],
      ["expires_in", exchange.answer.expires_in && `${exchange.answer.expires_in} s`],
      ["correlation id", exchange.correlation_id],
      ["trace id", exchange.trace_id],
    ]),
    tokens.map(token),
  ];
}

function meaning(error) {
  return element("div", { class: "meaning" },
    element("p", {}, element("strong", {}, `AADSTS${error.code}: `), error.meaning),
    element("p", {}, element("strong", {}, "What satisfies it: "), error.cure),
    element("p", { class: "soft" }, `How to see it here: ${error.provoke.replace(/[.]$/, "")}. More: mock-idp errors ${error.code}`));
}

function reasons(all, names) {
  if (all.length === 0) return element("p", { class: "soft" }, "No rule had anything to say: nothing had to be decided.");
  return element("ul", { class: "reasons" }, all.map((reason) => element("li", {},
    element("b", {}, told(reason.rule, 60)), " ", told(reason.because, 400),
    reason.policy ? element("span", { class: "soft" }, " Policy: ", named(reason.policy, names)) : null,
    reason.satisfied_by ? element("span", { class: "soft" }, " Satisfied by: ", told(reason.satisfied_by, 400)) : null)));
}

function named(id, names) {
  const name = names.get(id.toLowerCase());
  return name ? element("span", {}, told(name, 60), " ", element("span", { class: "soft" }, told(id, 60))) : told(id, 60);
}

function token({ role, header, claims }) {
  const row = (claim) => element("div", { class: "claim" },
    element("dt", {}, told(claim.name, 60)),
    element("dd", {},
      told(typeof claim.value === "string" ? claim.value : JSON.stringify(claim.value), 200),
      claim.time ? element("span", { class: "soft" }, ` ${claim.time}`) : null,
      claim.meaning ? element("small", {}, claim.meaning) : null));
  return element("details", { class: "issued" },
    element("summary", {}, `${ROLES[role] ?? role}, ${claims.length} claims`),
    element("dl", { class: "claims" }, claims.map(row)),
    element("p", { class: "soft" }, "Header"), code(header),
    element("p", { class: "soft" }, "The signature is not kept, so that nobody can use what is shown here."));
}
