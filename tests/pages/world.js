// A tenant of a test's own, what is true in it, and where its sign-ins begin.
import { Landing, Tenant as Plain, base } from "./tenant.js";

export { base };

export const DESKTOP = "d0000000-0000-4000-8000-000000000001";
export const PASSWORD = "Passw0rd!";
export const CODE = "123456";

export class Tenant extends Plain {
  /** Where a client sends the browser: a sign-in for `scope`, in the language `tag`. */
  async address(scope, tag, parameters = {}) {
    const landing = await Landing.open();
    const query = {
      client_id: DESKTOP,
      response_type: "code",
      redirect_uri: landing.address,
      scope,
      state: "state",
      code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
      code_challenge_method: "S256",
      ui_locales: tag,
      ...parameters,
    };
    return `${this.authority}/oauth2/v2.0/authorize?${new URLSearchParams(query)}`;
  }

  change(user, facts) {
    return this.control("PATCH", `/users/${user}`, facts);
  }

  switches(switches) {
    return this.control("PATCH", "/switches", switches);
  }

  /** A policy that guards the calendar. */
  demand(...all_of) {
    const policy = { name: "guard-the-calendar", targets: { apis: ["calendar"] }, grant: { all_of } };
    return this.control("POST", "/policies", policy);
  }

  /** The code that a device shows. */
  async deviceCode(scope) {
    const body = new URLSearchParams({ client_id: DESKTOP, scope });
    const answer = await fetch(`${this.authority}/oauth2/v2.0/devicecode`, { method: "POST", body });
    return (await answer.json()).user_code;
  }
}
