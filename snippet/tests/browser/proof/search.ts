/** Searches a capture for every form of every secret, in one pass. */
import { type Form, fold, forms } from "./forms";
import type { Secret } from "./secrets";

/** A secret that was found in a capture. */
export interface Find {
  readonly secret: string;
  readonly form: string;
  /** The haystack, and the text around the find. */
  readonly where: string;
  readonly context: string;
}

/** Searches for the secrets that it was opened with. */
export interface Searcher {
  /** The numbers of secrets and forms that are searched. */
  readonly secrets: number;
  readonly forms: number;
  search(where: string, haystack: string | Buffer): Find[];
}

interface Needle extends Form {
  readonly secret: string;
}

/** Needles are grouped by their first four bytes; a bit map of their hashes skips nearly every position. */
const START = 4;
const BITS = 20;
const slot = (start: number) => Math.imul(start, 0x9e3779b1) >>> (32 - BITS);

/**
 * Prepares a search for all forms of `secrets`. `common` words are no finds; `publicSalt`, in hex, is one for digests.
 */
export function openSearch(secrets: readonly Secret[], common: ReadonlySet<string> = new Set(), publicSalt?: string): Searcher {
  const needles = new Map<number, Needle[]>();
  const starts = new Uint8Array(1 << BITS);
  let count = 0;
  for (const { name, value } of secrets) {
    for (const form of forms(value, common, publicSalt)) {
      const start = form.bytes.readUInt32BE(0);
      const others = needles.get(start);
      if (others) others.push({ ...form, secret: name });
      else needles.set(start, [{ ...form, secret: name }]);
      starts[slot(start)] = 1;
      count++;
    }
  }
  return {
    secrets: secrets.length,
    forms: count,
    search(where, haystack) {
      const bytes = fold(typeof haystack === "string" ? Buffer.from(haystack, "utf8") : haystack);
      const found = new Map<string, Find>();
      let start = 0;
      for (let at = 0; at < bytes.length; at++) {
        start = (start << 8) | bytes[at]!;
        if (at < START - 1 || !starts[slot(start)]) continue;
        const from = at - START + 1;
        for (const { secret, form, bytes: wanted } of needles.get(start >>> 0) ?? []) {
          const key = `${secret}\n${form}`;
          if (found.has(key) || bytes.compare(wanted, 0, wanted.length, from, Math.min(bytes.length, from + wanted.length)))
            continue;
          const context = bytes.subarray(Math.max(0, from - 60), from + wanted.length + 60).toString("latin1");
          found.set(key, { secret, form, where, context: context.replace(/[^ -~]+/g, "·") });
        }
      }
      return [...found.values()];
    },
  };
}

/** A readable list of finds, for a failure's message. */
export const listed = (finds: readonly Find[]): string =>
  finds.map(({ secret, form, where, context }) => `${secret} (${form}) in ${where}: …${context}…`).join("\n");
