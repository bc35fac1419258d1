// The built-in directory with a hostile value in every field that takes it. What a field is and takes is said once, in fields.json,
// which `tests/it/hostile` compares with the schema.
import { readFile } from "node:fs/promises";

const table = JSON.parse(await readFile(new URL("fields.json", import.meta.url), "utf8"));
const KEYED = new Set(["errors", "permissions", "roles"]);

/** Each hostile value by its name. */
export const VALUES = Object.fromEntries(Object.entries(table.values).map(([name, value]) =>
  [name, typeof value === "string" ? value : value.repeat.repeat(value.times)]));

/** `document` with something in every field. */
export const filled = (document) => merged(structuredClone(document), table.extras);

/**
 * The same with the value called `name` in every field that takes it but those of the kinds in `but`, and in what refers to those.
 * Resolves to the document, and to what became of each old name.
 */
export function hostile(document, name, ...but) {
  const names = new Map();
  const takes = (kind) => {
    const { refuses } = table.kinds[kind] ?? { refuses: "all" };
    return refuses !== "all" && !refuses.includes(name) && !but.includes(kind);
  };
  const whole = filled(document);
  renamed(whole, (kind, old) => {
    const { becomes, keeps } = table.kinds[kind] ?? {};
    if (takes(kind) && !keeps?.includes(old)) {
      names.set(`${kind} ${old}`, becomes.replace("{old}", () => old).replace("{text}", () => VALUES[name]));
    }
    return old;
  });
  const changed = renamed(whole, (kind, old, path) => {
    kind = kind.replace("@", "");
    // `group:NAME` and `api/Scope` refer to two kinds.
    const [, front, rest] = /^(group:)(.*)$/s.exec(kind === "user name" ? old : "") ?? /^([^/]*\/)(.*)$/s.exec(path.endsWith(".targets.scopes[]") ? old : "") ?? [];
    if (front === "group:") kind = "shown, unique";
    const to = names.get(`${kind} ${rest ?? old}`);
    return to === undefined ? old : `${front ?? ""}${to}`;
  });
  const called = (kind, old) => names.get(`${kind} ${old}`) ?? old;
  return { document: changed, called };
}

/** A copy in which `rename(kind, old, path)` gave each name. */
function renamed(value, rename, path = "") {
  const here = (text, at) => (table.fields[at] ? rename(table.fields[at], text, at) : text);
  if (typeof value === "string") return here(value, path);
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename, `${path}[]`));
  if (value === null || typeof value !== "object") return value;
  const keyed = KEYED.has(path.split(".").at(-1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) =>
    keyed ? [here(key, `${path}{key}`), renamed(item, rename, `${path}{}`)] : [key, renamed(item, rename, `${path}.${key}`)]));
}

/** Members into members, items into items with the same index. */
function merged(value, extra) {
  if (Array.isArray(value) && Array.isArray(extra)) {
    extra.forEach((item, index) => { value[index] = index < value.length ? merged(value[index], item) : item; });
    return value;
  }
  if (value === null || typeof value !== "object" || typeof extra !== "object") return extra;
  for (const [key, item] of Object.entries(extra)) value[key] = merged(value[key] ?? null, item);
  return value;
}
