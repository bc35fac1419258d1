// What would be asked for a request that nobody makes. Owns the form and its answer.
import { code, element, field, fill, option, table, terms, told, trouble } from "./dom.js";

/** Draws the form for a tenant. */
export function showWhatIf(tenant, directory, body) {
  const scopes = directory.apis.flatMap((api) => api.scopes.map((scope) => `${api.app_id_uri}/${scope.name}`));
  const user = element("select", { name: "user" }, directory.users.map(({ username }) => option(username)));
  const client = element("select", { name: "client" }, directory.applications.map(({ name }) => option(name)));
  const known = element("datalist", { id: "scopes" }, scopes.map((scope) => option(scope)));
  const scope = element("input", { name: "scope", list: "scopes", required: true, value: scopes.find((one) => one.includes("payroll")) ?? scopes[0] ?? "openid" });
  const claims = element("textarea", { name: "claims", rows: "3", spellcheck: "false" });
  const ago = element("input", { name: "signed_in_ago", placeholder: "just now" });
  const check = (name, label, checked = false) => element("label", { class: "check" }, element("input", { type: "checkbox", name, checked }), " ", label);
  const answer = element("div", { class: "answer", "aria-live": "polite" });
  const form = element("form", { class: "sheet", submit: async (event) => {
    event.preventDefault();
    const asked = new FormData(form);
    const text = (name) => asked.get(name).trim() || undefined;
    try {
      fill(answer, judged(await tenant.post("/what_if", {
        user: user.value, client: client.value, scope: scope.value,
        claims: text("claims"), signed_in_ago: text("signed_in_ago"),
        mfa: asked.has("mfa"), device_code: asked.has("device_code"), interactive: asked.has("interactive"),
      })));
    } catch (error) {
      fill(answer, trouble(error));
    }
    answer.scrollIntoView({ block: "nearest" });
  } },
    field("User", user), field("Application", client), field("Scope", scope, "One or several, as in a token request."),
    field("Claims", claims, "The claims parameter, as text; empty for none."),
    field("Signed in", ago, "How long ago, such as 2h."),
    element("div", { class: "checks" }, check("mfa", "a second factor was passed"), check("interactive", "the user sits in front of the pages", true), check("device_code", "a device is being signed in")),
    element("div", { class: "actions" }, known, element("button", { class: "primary" }, "Decide")));
  fill(body, element("p", { class: "soft" }, "The decision for a request, without doing it: what would be asked, and by which rule."),
    element("div", { class: "halves" }, form, answer));
}

function judged(judgement) {
  const rows = judgement.demands.map((demand) => [element("span", { class: "whole" }, `AADSTS${demand.code}`), [demand.error, demand.suberror].filter(Boolean).join(", "), demand.description, demand.satisfied_by]);
  return [
    element("p", { class: `summary ${judgement.granted ? "granted" : "refused"}` },
      element("strong", {}, judgement.granted ? "A token would be issued." : "Refused, unless the user does what is asked.")),
    judgement.pages ? terms([["pages", judgement.pages.join(", then ") || "none"], ["policies", judgement.policies.map((policy) => policy.name).join(", ")]]) : null,
    rows.length > 0 ? table("What a silent request would be told; the first is what it gets", ["Number", "Error", "Sentence", "What satisfies it"], rows) : null,
    element("h3", {}, "Why"),
    element("ul", { class: "reasons" }, judgement.reasons.map((reason) => element("li", {}, element("b", {}, told(reason.rule)), " ", told(reason.because, 400)))),
    judgement.demands[0]?.claims ? [element("h3", {}, "Claims that the error carries"), code(judgement.demands[0].claims)] : null,
  ];
}
