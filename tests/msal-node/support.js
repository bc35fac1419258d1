// An isolated tenant, and unmodified MSAL Node applications in it.
import { PublicClientApplication } from "@azure/msal-node";
import * as mock from "./tenant.js";

const { base, desktop: clientId } = mock;

export class Tenant extends mock.Tenant {
  app(options = {}, configuration = {}) {
    // snippet: msal-node
    const app = new PublicClientApplication({
      auth: {
        clientId,
        authority: this.authority, // or process.env.MOCK_IDP_AUTHORITY
        knownAuthorities: [new URL(base).host],
        ...options,
      },
    });
    // end of snippet
    return app;
  }

  // MSAL's browser: the virtual user, who delivers the answer to MSAL's listener.
  openBrowser(name = "ada", environment = {}) {
    return async (url) => {
      this.browsing = this.visit(url, name, environment);
    };
  }

  interactive(app, scopes, request = {}, environment = {}) {
    return app.acquireTokenInteractive({ scopes, openBrowser: this.openBrowser("ada", environment), ...request });
  }
}

export function call(path, result) {
  return mock.call(path, result.accessToken);
}
