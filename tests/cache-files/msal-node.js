// MSAL Node with its cache in a file, for one call from the command line: prints what came out as JSON.
//
//   node msal-node.js FILE login SCOPE | accounts | silent SCOPE USERNAME | logout USERNAME
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { PublicClientApplication } from "@azure/msal-node";
import { Tenant, base, desktop } from "./tenant.js";

const [file, command, ...words] = process.argv.slice(2);
const { AUTHORITY: authority, MOCK_IDP_USER: person } = process.env;

const cachePlugin = {
  beforeCacheAccess: async (context) => existsSync(file) && context.tokenCache.deserialize(readFileSync(file, "utf8")),
  afterCacheAccess: async (context) =>
    context.cacheHasChanged && writeFileSync(file, context.tokenCache.serialize(), { mode: 0o600 }),
};
// What the server says of its cloud: its names, and the one to write.
const asked = `${base}/common/discovery/instance?api-version=1.1&authorization_endpoint=${authority}/oauth2/v2.0/authorize`;
const cloudDiscoveryMetadata = await (await fetch(asked)).text();
const app = new PublicClientApplication({
  auth: { clientId: desktop, authority, cloudDiscoveryMetadata },
  cache: { cachePlugin },
});

const shown = ({ homeAccountId: home_account_id, username }) => ({ home_account_id, username });
const account = async (username) => (await app.getAllAccounts()).find((one) => one.username === username);
const token = ({ accessToken, fromCache, account: of }) => ({ access_token: accessToken, cached: fromCache, account: shown(of) });

const commands = {
  login: async (scope) => {
    let browsing;
    const openBrowser = async (url) => {
      browsing = new Tenant().visit(url, person);
    };
    const result = await app.acquireTokenInteractive({ scopes: [scope], openBrowser, prompt: "select_account" });
    await browsing;
    return token(result);
  },
  accounts: async () => (await app.getAllAccounts()).map(shown),
  silent: async (scope, username) => token(await app.acquireTokenSilent({ scopes: [scope], account: await account(username) })),
  logout: async (username) => app.signOut({ account: await account(username) }),
};
process.stdout.write(JSON.stringify((await commands[command](...words)) ?? null));
