// Serves the application on a free port of localhost, with MSAL Browser as its package publishes it.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

const LIBRARY = new URL("./node_modules/@azure/msal-browser/lib/", import.meta.url);
const APP = new URL("./app.html", import.meta.url);

export async function serve() {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const script = pathname.endsWith(".js");
    const body = await readFile(script ? new URL(`.${pathname}`, LIBRARY) : APP);
    response.writeHead(200, { "content-type": script ? "text/javascript" : "text/html" }).end(body);
  });
  await new Promise((resolve) => server.listen(0, "localhost", resolve));
  return { origin: `http://localhost:${server.address().port}`, close: () => server.close() };
}
