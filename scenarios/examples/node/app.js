// A small desktop application: it calls the APIs it is told to, one after the other, with MSAL Node.
//
//     node app.js SCOPE…        such as api://calendar/Events.Read api://payroll/Salary.Read
//
// It asks silently first. Where a person is needed it opens the browser, once, with the claims that came with the refusal; and
// it answers an API's challenge in the same way. The settings come from the environment, as they would from a file.
import { spawn } from "node:child_process";
import { pathToFileURL } from "node:url";
import { InteractionRequiredAuthError, PublicClientApplication } from "@azure/msal-node";

// How long a sign-in may take, in milliseconds.
const PATIENCE = 60_000;

/** Nobody finished the sign-in: there is nobody, or the window was closed. */
export class Abandoned extends Error {}

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
    return (await this.signIn(request)).accessToken;
  }

  /** One sign-in. MSAL Node waits for ever for somebody who has closed the window. */
  async signIn(request) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Abandoned("nobody finished the sign-in")), PATIENCE);
    });
    try {
      return await Promise.race([this.msal.acquireTokenInteractive(request), late]);
    } finally {
      clearTimeout(timer);
    }
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
  let refused = false;
  for (const scope of process.argv.slice(2)) {
    try {
      console.log(scope, (await app.call(scope)).strength.amr);
    } catch (error) {
      console.error(scope, error.message);
      refused = true;
      if (error instanceof Abandoned) break;
    }
  }
  // A sign-in that nobody finished still waits.
  process.exit(refused ? 1 : 0);
}
