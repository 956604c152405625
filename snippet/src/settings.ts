/**
 * The settings of the world, as the server puts them into the script. They are read strictly: anything unexpected (another
 * version, a field more or less, an unknown word or selector) may be what forbids something, so the snippet then does
 * nothing at all.
 */

import { any } from "./rules/text";
import { isUrlRule } from "./rules/url";
import type { Kind, Settings } from "./types";

/** The settings of the world. `takeSettings` sets them once, before anything else runs. */
export let settings: Settings;
/** Selectors of masked and of ignored elements. Kept as lists: an unclosed selector must not swallow the next one. */
export let masks: readonly string[];
export let ignores: readonly string[];
/** Both. */
export let hides: readonly string[];

/** Every kind of v1. */
const KINDS = "page click input submit key move scroll drag api error viewport visibility end custom".split(" ");

type Check = (value: unknown) => unknown;
const bool: Check = (value) => typeof value === "boolean";
const looks =
  (form: RegExp): Check =>
  (value) =>
    typeof value === "string" && form.test(value);
const list =
  (check: (item: string) => unknown): Check =>
  (value) =>
    Array.isArray(value) && value.every((item) => typeof item === "string" && check(item));
const selectors = list((selector) => {
  try {
    document.createDocumentFragment().querySelector(selector);
    return true;
  } catch {
    return false;
  }
});

const FIELDS: Record<keyof Settings, Check> = {
  v: (value) => value === 1,
  key: looks(/^[\w-]+$/),
  socket: looks(/^wss?:\/\/[^/?#@]+[^?#]*$/),
  salt: looks(/^[\da-f]{64}$/),
  off: list((kind) => KINDS.includes(kind)),
  digests: bool,
  labels: bool,
  storage: looks(/^(session|none)$/),
  gpc: bool,
  dnt: bool,
  autostart: bool,
  sample: (value) => typeof value === "number" && value >= 0 && value <= 1,
  mask: selectors,
  ignore: selectors,
  domains: list(looks(/^((\*\.)?[\w.-]+|\[[\da-fA-F:]+\])$/)),
  urls: list(isUrlRule),
  sensitive: list(looks(/^[^A-Z]+$/)),
};

/** Whether the world does not collect this kind. */
export const isOff = (kind: Kind): boolean => any(settings.off, (off) => off === kind);

/**
 * Checks `raw` and makes it the settings. Returns undefined, or `bad_setting <name>`, which `main.ts` writes to the
 * console: then nothing runs.
 */
export function takeSettings(raw: Settings): string | undefined {
  const names = Object.keys(FIELDS) as (keyof Settings)[];
  const bad = names.find((name) => !FIELDS[name](raw[name]));
  if (bad || Object.keys(raw).length > names.length) return `bad_setting ${bad || "unknown"}`;
  settings = raw;
  masks = ["[data-tg-mask]", ...raw.mask];
  ignores = ["[data-tg-ignore]", ...raw.ignore];
  hides = [...masks, ...ignores];
  return;
}

/** Whether the world ignores this host name. */
export function isIgnoredHost(host: string): boolean {
  // `ads.example.` is the same host.
  const name = host.replace(/\.$/, "");
  return any(settings.domains, (domain) => (domain[0] === "*" ? name.endsWith(domain.slice(1)) : name === domain));
}
