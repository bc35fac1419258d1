// Who and what a tenant knows: users with what they type, applications, APIs, policies, consents. Shows, and changes nothing but
// policies and consents that are taken away.
import { segment } from "./api.js";
import { element, fill, table, told, trouble } from "./dom.js";

/** Draws the directory of a tenant; `again()` is called after a change. */
export async function showDirectory(tenant, body, again) {
  const [directory, { users }, { policies }, { consents }] = await Promise.all([
    tenant.get("/directory"), tenant.get("/credentials"), tenant.get("/policies"), tenant.get("/consents"),
  ]);
  const typed = new Map(users.map((user) => [user.username, user]));
  const message = element("div");
  const removal = (label, act) => element("button", { type: "button", click: async () => {
    try {
      await act();
      await again();
    } catch (error) {
      fill(message, trouble(error));
    }
  } }, label);
  fill(body,
    element("p", { class: "soft" }, told(directory.display_name), ", ", told(directory.domain), ", ", told(directory.id),
      ". Everything here is fake by design, passwords included."),
    message,
    table("Users", ["User name", "Name", "Password", "One-time code", "Remarks"], directory.users.map((user) => [
      user.username, user.name, typed.get(user.username)?.password ?? "none", typed.get(user.username)?.one_time_code ?? "no method registered", remarks(user),
    ])),
    table("Applications", ["Name", "Client id", "Kind", "Redirect addresses", "Permissions"], directory.applications.map((application) => [
      application.name, application.client_id, application.kind, (application.redirect_uris ?? []).join(" "),
      Object.entries(application.permissions ?? {}).map(([api, scopes]) => `${api}: ${scopes.join(", ")}`).join("; "),
    ])),
    table("APIs", ["Name", "App ID URI", "Scopes", "Challenge"], directory.apis.map((api) => [
      api.name, api.app_id_uri, api.scopes.map((scope) => scope.name + (scope.admin_only ? " (administrators)" : "")).join(", "), api.challenge ?? "usual",
    ])),
    table("Policies in force", ["Name", "State", "Concerns", "Demands", "Change"], policies.map((policy) => [
      policy.name, policy.state ?? "enabled", JSON.stringify(policy.targets ?? {}), JSON.stringify(policy.grant ?? policy.session ?? {}),
      removal("Take out of force", () => tenant.delete(`/policies/${segment(policy.id)}`)),
    ])),
    table("Consents on record", ["User", "Application", "API", "Scopes", "Change"], consents.map((consent) => [
      consent.user ?? "everybody", consent.client, consent.api, consent.scopes.join(", "),
      removal("Revoke", () => tenant.delete("/consents", { user: consent.user, client: consent.client, api: consent.api })),
    ])),
  );
}

function remarks(user) {
  const all = [
    user.enabled === false && "disabled",
    user.administrator && "administrator",
    user.home_tenant && `guest from ${user.home_tenant}`,
    user.locked && "locked",
    user.password_expired && "password expired",
    user.per_user_mfa && "always MFA",
    user.groups?.length > 0 && `groups: ${user.groups.join(", ")}`,
  ];
  return all.filter(Boolean).join(", ");
}
