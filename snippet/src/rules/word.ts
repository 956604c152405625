// Whether a word looks like code, or like data. The same rules as `privacy/token.rs` and `privacy/element.rs`, which
// say why.

import { any, count, type Extra, isSensitive } from "./text";

/** Letters that commonly follow `a`, `b`, … `z` in the words of programs. */
const FOLLOWERS =
  "bcdfgijklmnprstuvwxy aceijlmorstuy acehiklorstuy adegilmorsuwy abcdefgiklmnopqrstuvwxy aefilorstuy aeghilnorsu aeimortu " +
  "abcdefgklmnoprstvxz aeou eis adeilopstuy abeilmopsuy acdefgiklnopstuv abcdefgijklmnoprstuvwxy acdehiloprstuy u " +
  "acdefgiklmnoprstuvy acehiklmopstuy acdefhilmnoprstuy abcdefgilmnprst aeio aehinors acehimpsty aelmnopst aeio";

/** Pairs of lower-case letters that are not among them. In base 36, 10 is `a`. */
const ODD_PAIR = RegExp(
  FOLLOWERS.split(" ")
    .map((followers, at) => `${(at + 10).toString(36)}(?=[^ \\d${followers}])`)
    .join("|"),
  "g",
);

/** Whether `text` contains an `@`, plain or percent-encoded any number of times. */
export const hasAtSign = (text: string): boolean => /@|%(25)*40/.test(text);

/** The URL placeholder for a word that looks like data; empty for one that looks like a programmer's identifier. */
export function offence(word: string): string {
  if (hasAtSign(word) || /[._-](com|net|org|edu|gov)$/i.test(word)) return ":email";
  if (word.length > 64 || !/^[\w.:[\]$-]+$/.test(word)) return ":text";
  // Four digits with no letter between, or seven in all.
  if (/(\d[\W_]*){4}|(\d\D*){7}/.test(word) || isToken(word)) return ":id";
  // `John-Smith`: capitalised words side by side.
  return /(^|[\W_])[A-Z][a-z]+[\W_][A-Z][a-z]+([\W_]|$)/.test(word) ? ":name" : "";
}

/** Whether a word is a hash, a random id or base64: each run of letters and digits is judged, and all runs together. */
function isToken(word: string): boolean {
  let oddInWord = 0;
  return any(word.split(/[\W_]/), (run) => {
    const switches = count(run, /\d(?=[a-z])|[a-z](?=\d)/gi);
    // Humps of camel case are no pairs.
    const words = run.replace(/[a-z](?=[A-Z])/g, "$& ").toLowerCase();
    const odd =
      (switches && switches - 1) +
      // Humps one letter long: before, after.
      count(run, /(^|\d)[a-z](?=[A-Z])/g) +
      count(run, /[a-z][A-Z](?![a-z])/g) +
      count(words, ODD_PAIR);
    oddInWord += odd;
    return (
      odd > 2 ||
      oddInWord > 3 ||
      (run.length > 7 && odd > 1 && odd * 4 >= count(words, /[a-z](?=[a-z])/g)) ||
      // Hex, letters and digits in turns, more letters in a row than any word has.
      (run.length > 5 && switches > 2) ||
      /^[\da-f]{8,}$|[a-z]{25}/i.test(run)
    );
  });
}

/** Whether a word looks like data, and so must not be sent in clear. */
export const looksLikeData = (word: string): boolean => !!offence(word);

/** The word, or `*` if it looks like data or the settings say that it is. */
export const starred = (word: string, extra?: Extra): string => (offence(word) || isSensitive(word, extra) ? "*" : word);

/** A tag name in lower case, custom elements included. */
export const isTag = (tag: string): boolean => /^[a-z][a-z\d-]{0,31}$/.test(tag) && !looksLikeData(tag);

/** A structural path, outermost first: `main>form:2>button`. */
export const isPath = (path: string): boolean => {
  const steps = path.split(">");
  return steps.length < 9 && !any(steps, (step) => !isTag(step.replace(/:[1-9]\d?\d?$/, "")));
};

/** `en`, `en-US`, or nothing. */
export const language = (text: string): string | undefined => (/^[a-z]{2,3}(-[A-Z]{2})?$/.test(text) ? text : undefined);
