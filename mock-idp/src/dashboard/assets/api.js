// The control API of this server. Owns addresses and how a failure is told; knows no element of the page.

/** What the control API said no to, or that it did not answer. `message` is a sentence for people. */
export class Refused extends Error {}

async function ask(method, path, body) {
  let answer;
  try {
    answer = await fetch(`/_mock${path}`, { method, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Refused("The server does not answer. Is mock-idp still running?");
  }
  if (answer.status === 204) return null;
  const document = await answer.json().catch(() => null);
  if (!answer.ok) throw new Refused(document?.error?.message ?? `The server answered ${answer.status}.`);
  return document;
}

/** `?a=b` of what is set. */
export function query(parameters) {
  const set = Object.entries(parameters).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return set.length === 0 ? "" : `?${new URLSearchParams(set)}`;
}

/** All tenants. */
export async function tenants() {
  return (await ask("GET", "/tenants")).tenants;
}

/** One tenant's controls. */
export class Tenant {
  constructor(id) {
    this.id = id;
    this.path = `/tenants/${encodeURIComponent(id)}`;
  }

  get(path, parameters = {}) {
    return ask("GET", `${this.path}${path}${query(parameters)}`);
  }

  post(path, body) {
    return ask("POST", `${this.path}${path}`, body);
  }

  put(path, body) {
    return ask("PUT", `${this.path}${path}`, body);
  }

  patch(path, body) {
    return ask("PATCH", `${this.path}${path}`, body);
  }

  delete(path, parameters = {}) {
    return ask("DELETE", `${this.path}${path}${query(parameters)}`);
  }

  /** The address of an export, for a link. */
  address(path, parameters) {
    return `/_mock${this.path}${path}${query(parameters)}`;
  }

  /** The exchanges as they come, as rows of the timeline. */
  stream(parameters) {
    return new EventSource(this.address("/exchanges/stream", { as: "timeline", ...parameters }));
  }
}

/** The name of a user, API or policy as a segment of a path. */
export const segment = encodeURIComponent;
