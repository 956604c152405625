// What the rules share. ASCII throughout: letters beyond it are not letters here, and whatever else there is makes a word data.

/** Lower case, of ASCII letters only: `toLowerCase` makes an ASCII `k` of the Kelvin sign. */
export const lower = (text: string): string => text.replace(/[A-Z]+/g, (run) => run.toLowerCase());

/** `Array.prototype.some`, which a page may have replaced by what says no to everything. */
export function any<T>(items: ArrayLike<T>, holds: (item: T, at: number) => unknown): boolean {
  for (let at = 0; at < items.length; at++) if (holds(items[at]!, at)) return true;
  return false;
}

/** How often `what`, a global pattern, is in `text`. */
export const count = (text: string, what: RegExp): number => (text.match(what) || "").length;

/** What stands before the first `mark`. */
export const before = (text: string, mark: string): string => text.split(mark)[0]!;

/** `text` from the first to the last place of `kept`, which has the form `x(.*x)?`: to look for `x+$` would take a square of time. */
export const trimmed = (text: string, kept: RegExp): string => (kept.exec(text) || [""])[0];

/** Whether a word is in `list`, in whatever case. */
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

/** Whether a name, in whatever case, has one of these parts. */
export const isSensitive = (name: string, extra?: Extra): boolean =>
  !!extra && any(extra.sensitive, (part) => lower(name).includes(part));
