// An isolated tenant, and what every credential of an unmodified @azure/identity is told to use it.
import { InteractiveBrowserCredential } from "@azure/identity";
import * as mock from "./tenant.js";

const { base, desktop: clientId } = mock;

// The credential opens the address by `xdg-open`, which reads BROWSER unless it finds a desktop.
process.env.XDG_CURRENT_DESKTOP = "X-Generic";
for (const name of ["DISPLAY", "WAYLAND_DISPLAY"]) delete process.env[name];

export class Tenant extends mock.Tenant {
  get options() {
    return { tenantId: this.tenant_id, authorityHost: base, disableInstanceDiscovery: true };
  }

  /** A person at a browser, who is told by the environment who she is. */
  browser(options = {}, name = "ada") {
    process.env.MOCK_IDP_USER = this.user(name);
    // snippet: azure-identity-node
    const credential = new InteractiveBrowserCredential({
      clientId,
      tenantId: this.tenant_id, // or process.env.MOCK_IDP_TENANT_ID
      authorityHost: base, // or process.env.MOCK_IDP_URL
      disableInstanceDiscovery: true,
      ...options,
    });
    // end of snippet
    return credential;
  }

  /** How many sign-ins in a browser there were. */
  async prompts() {
    return (await this.exchanges()).filter((one) => one.endpoint === "authorize").length;
  }
}

export function call(path, accessToken) {
  return mock.call(path, accessToken.token);
}
