// The application under test: one static page with an unmodified MSAL Browser, as its package publishes it. The page is its own
// redirect address: with an answer in its address it is the redirect bridge that MSAL 5 asks for, without one the application.
// MSAL 4 has no bridge: it reads the address of its popups and frames itself, and a page that it left answers there.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

const LIBRARY = new URL("./node_modules/@azure/msal-browser/lib/", import.meta.url);
const BRIDGE = "redirect-bridge/msal-redirect-bridge.min.js";
export const bridged = existsSync(new URL(BRIDGE, LIBRARY));

const INDEX = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Application</title>
<link rel="icon" href="data:,">
<script src="/msal-browser.min.js"></script>
${bridged ? `<script src="/${BRIDGE}"></script>` : ""}
<script>
if (window.msalRedirectBridge && /[#?&]state=/.test(location.href)) msalRedirectBridge.broadcastResponseToMainFrame();

async function start(configuration) {
  window.app = new msal.PublicClientApplication(configuration);
  await app.initialize();
  window.redirected = plain(await app.handleRedirectPromise());
}

const plain = (value) => value && JSON.parse(JSON.stringify(value));

// Calls a method of MSAL; errors come back as values, with their class.
async function ask(method, request) {
  try {
    return { result: plain(await app[method](request)) };
  } catch (error) {
    return {
      error: {
        name: error.constructor.name,
        interactionRequired: error instanceof msal.InteractionRequiredAuthError,
        ...plain({ code: error.errorCode, subError: error.subError, claims: error.claims, message: error.errorMessage ?? error.message }),
      },
    };
  }
}

async function call(address, token) {
  const answer = await fetch(address, { headers: { authorization: "Bearer " + token } });
  return { status: answer.status, challenge: answer.headers.get("www-authenticate"), body: await answer.json() };
}
</script>
<h1>Application</h1>
`;

// Serves the page on a free port of localhost.
export async function serve() {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    if (pathname.endsWith(".js")) {
      response.writeHead(200, { "content-type": "text/javascript" }).end(await readFile(new URL(`.${pathname}`, LIBRARY)));
    } else {
      response.writeHead(200, { "content-type": "text/html" }).end(INDEX);
    }
  });
  await new Promise((resolve) => server.listen(0, "localhost", resolve));
  return { origin: `http://localhost:${server.address().port}`, close: () => new Promise((resolve) => server.close(resolve)) };
}
