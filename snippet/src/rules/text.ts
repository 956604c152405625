// What the rules share. ASCII only: other letters are not letters here, and any other character marks a word as data.

/** Lower case, of ASCII letters only: `toLowerCase` makes an ASCII `k` of the Kelvin sign. */
export const lower = (text: string): string => text.replace(/[A-Z]+/g, (run) => run.toLowerCase());

/** Our own `Array.prototype.some`: a page may have replaced that by one that always returns false. */
export function any<T>(items: ArrayLike<T>, holds: (item: T, at: number) => unknown): boolean {
  for (let at = 0; at < items.length; at++) if (holds(items[at]!, at)) return true;
  return false;
}

/** How often `what`, a global pattern, is in `text`. */
export const count = (text: string, what: RegExp): number => (text.match(what) || "").length;

/** The part of `text` before the first `mark`. */
export const before = (text: string, mark: string): string => text.split(mark)[0]!;

/** The first match of `kept`, which has the form `x(.*x)?`: to search for `x+$` would take quadratic time. */
export const trimmed = (text: string, kept: RegExp): string => (kept.exec(text) || [""])[0];

/** Makes a function that says whether a word is in `list`, in any case. */
export const oneOf = (list: string): ((word: string) => boolean) => {
  const words = new Set(list.split(" "));
  return (word) => words.has(lower(word));
};

/** What a world's settings add to the rules. With them the rules only ever mask more. */
export interface Extra {
  /** URL rules: see `isUrlRule`. */
  readonly urls: readonly string[];
  /** Parts of names, in lower case, that make a field, a JSON key or a query key sensitive. */
  readonly sensitive: readonly string[];
}

/** Whether a name contains one of the sensitive parts, in any case. */
export const isSensitive = (name: string, extra?: Extra): boolean =>
  !!extra && any(extra.sensitive, (part) => lower(name).includes(part));
