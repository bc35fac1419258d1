// A small desktop application: it calls the APIs it is told to, one after the other, with MSAL Node.
//
//     node app.js SCOPE…        such as api://calendar/Events.Read api://payroll/Salary.Read
//
// It asks silently first. Where a person is needed it opens the browser, once, with the claims that came with the refusal; and
// it answers an API's challenge in the same way. The settings come from the environment, as they would from a file.
import { spawn } from "node:child_process";
import { pathToFileURL } from "node:url";
import { InteractionRequiredAuthError, PublicClientApplication } from "@azure/msal-node";

export class App {
  constructor({ authority, clientId, apis }) {
    this.msal = new PublicClientApplication({
      auth: { authority, clientId, knownAuthorities: [new URL(authority).host] },
    });
    this.apis = apis;
  }

  /** What the API of this scope answers. */
  async call(scope) {
    let answer = await this.get(scope, await this.token(scope));
    const claims = challenge(answer);
    if (claims) answer = await this.get(scope, await this.token(scope, claims));
    if (!answer.ok) throw new Error(`${scope}: ${answer.status}`);
    return answer.json();
  }

  /** A token: from the cache, silently, or with one sign-in. */
  async token(scope, claims) {
    const scopes = [scope];
    const [account] = await this.msal.getAllAccounts();
    if (account) {
      try {
        return (await this.msal.acquireTokenSilent({ scopes, account, claims })).accessToken;
      } catch (error) {
        if (!(error instanceof InteractionRequiredAuthError)) throw error;
        claims = error.claims || claims;
      }
    }
    const request = { scopes, claims, account, openBrowser };
    return (await this.msal.acquireTokenInteractive(request)).accessToken;
  }

  get(scope, token) {
    const name = scope.replace("api://", "").split("/")[0];
    return fetch(`${this.apis}/${name}`, { headers: { authorization: `Bearer ${token}` } });
  }
}

/** The claims that a 401 asks for (RFC 6750, with Entra's `claims` in base64). */
function challenge(answer) {
  const claims = answer.status === 401 && /claims="([^"]+)"/.exec(answer.headers.get("www-authenticate") ?? "");
  return claims ? atob(claims[1]) : undefined;
}

async function openBrowser(url) {
  spawn(process.env.BROWSER, [url], { stdio: "ignore" });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { MOCK_IDP_AUTHORITY: authority, MOCK_IDP_CLIENT_ID: clientId, MOCK_IDP_API_URL: apis } = process.env;
  const app = new App({ authority, clientId, apis });
  for (const scope of process.argv.slice(2)) console.log(scope, (await app.call(scope)).strength.amr);
}
