// One of the providers from npm on a free port of the loopback, with a confidential client and without pages where it can do
// without. Prints its address.

import { createServer } from "node:http";

const CLIENT = { client_id: "peer", client_secret: "peer-secret", redirect_uris: ["http://localhost/"] };

const providers = {
  "oauth2-mock-server": async () => {
    const { OAuth2Server } = await import("oauth2-mock-server");
    const server = new OAuth2Server();
    await server.issuer.keys.generate("RS256");
    await server.start(0, "127.0.0.1");
    return server.address().port;
  },

  "oidc-provider": async () => {
    const { Provider } = await import("oidc-provider");
    const server = createServer();
    await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address();
    const api = { scope: "api", accessTokenFormat: "jwt", audience: "api://peer", jwt: { sign: { alg: "RS256" } } };
    const provider = new Provider(`http://localhost:${port}`, {
      clients: [{
        ...CLIENT,
        grant_types: ["authorization_code", "client_credentials"],
        response_types: ["code"],
        token_endpoint_auth_method: "client_secret_post",
      }],
      cookies: { keys: ["of this run only"] },
      features: {
        clientCredentials: { enabled: true },
        devInteractions: { enabled: false },
        resourceIndicators: {
          enabled: true,
          defaultResource: () => "api://peer",
          getResourceServerInfo: () => api,
          useGrantedResource: () => true,
        },
      },
      findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
      // Consent is on record for everybody.
      loadExistingGrant: async (context) => {
        const { client, session } = context.oidc;
        const grant = new context.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
        grant.addOIDCScope("openid");
        grant.addResourceScope("api://peer", "api");
        await grant.save();
        return grant;
      },
      interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    });
    const answer = provider.callback();
    server.on("request", async (request, response) => {
      // In place of its sign-in page.
      if (request.url.startsWith("/interaction/")) {
        await provider.interactionFinished(request, response, { login: { accountId: "ada" } });
      } else {
        answer(request, response);
      }
    });
    return port;
  },

  emulate: async () => {
    const { createEmulator } = await import("emulate");
    const free = createServer();
    await new Promise((listening) => free.listen(0, "127.0.0.1", listening));
    const { port } = free.address();
    await new Promise((closed) => free.close(closed));
    const seed = { microsoft: { users: [{ email: "ada@contoso.test", name: "Ada" }], oauth_clients: [{ ...CLIENT, name: "Peer" }] } };
    await createEmulator({ service: "microsoft", port, seed });
    return port;
  },
};

console.error = console.warn = () => {};
const port = await providers[process.argv[2]]();
process.stdout.write(`listening on http://localhost:${port}\n`);
