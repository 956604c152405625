// What kind of value a visitor typed, and how long it is. The same as `privacy/value.rs`, which says why.

import type { Hints, ValueKind } from "../types";
import { any, type Extra, isSensitive, lower, trimmed } from "./text";

type Table = readonly (readonly [ValueKind, RegExp])[];

/** The kind of the first pattern that is in `text`. */
function first(table: Table, text: string): ValueKind | undefined {
  let kind: ValueKind | undefined;
  any(table, ([is, looks]) => looks.test(text) && (kind = is));
  return kind;
}

/** By `field autocomplete `: any of these tokens makes a secret. */
const SECRET_FIELDS: Table = [
  ["password", /^password | (current|new)-password /],
  ["code", / one-time-code /],
  ["card", / cc-/],
  ["file", /^file /],
  ["masked", /^hidden /],
];

/** By a field's name or id, see `said`. Wide on purpose: a false match only hides more. */
const SECRET_NAMES: Table = [
  ["masked", /passport|phrase/],
  ["password", /pass|pwd/],
  ["card", /card|cv[vcn]|csc|ccn|cc[-_ ]|expir|exp[-_ ]/],
  ["code", /otp|2fa|mfa|pincode|verif|(pin|code) /],
  [
    "masked",
    /\|key |secret|token|api[-_]?key|ssn|social|iban|bank|routing|acct|licen|tax|security|answer|maiden|recovery|backup|mnemonic|private ?key|account ?(no |num)/,
  ],
];

/** Codes that are public, by the word before them. */
const PUBLIC_CODE =
  /(zip|post(al)?|country|promo(tion(al)?)?|coupon|voucher|discount|area|dial(l?ing)?|calling|currency|lang(uage)?|state|region|product|item|bar) ?code$| (out|in|eir)code$/;

/** By `field autocomplete`: the last token counts. */
const FIELDS: Table = [
  ["choice", /^(select|radio|checkbox) /],
  ["email", /^email | email$/],
  ["phone", /^tel /],
  ["url", /^url | url$/],
  ["number", /^(number|range) /],
  ["date", /^(date|datetime-local|month|week) /],
  ["time", /^time /],
  ["phone", / tel/],
  ["date", / bday/],
  ["name", / ((given-|additional-|family-|nick|user)?name)$/],
  ["address", / (street-address|postal-code|country(-name)?$|address-)/],
];

const LOOKS: Table = [
  ["email", /^[^@\t\n\f\r ]+@(?=[^.]*\.)[^\t\n\f\r ]*[^.\t\n\f\r ]$/],
  ["url", /^(https?:\/\/|www\.)/],
  ["date", /^(\d{4}-\d\d-\d\d|(\d\d([/.])\d\d\3|\d\/\d\/)\d{4})$/],
  ["time", /^\d(\d(:\d\d)?)?:\d\d$/],
  ["phone", /^([ +().-]*\d){7,15}[ +().-]*$/],
  ["number", /^[-+]?[.,]*\d[\d.,]*$/],
];

/** The tokens of an `autocomplete` attribute, without `webauthn`, which does not describe the value. */
export const tokensOf = (autocomplete: string): string[] =>
  lower(autocomplete)
    .split(/[\t\n\f\r ]+/)
    .filter((token) => token && token !== "webauthn");

/** A name as it is and, after `|`, word by word, without public codes. `userPin` becomes `userpin|user pin `. */
function said(name: string): string {
  const words = name.replace(/[a-z](?=[A-Z])|[A-Z](?=[A-Z][a-z])/g, "$& ").match(/[a-z]+/gi) || [];
  let out = `${lower(name).replace(/ /g, "_")}|`;
  any(words, (word, at) => {
    const now = lower(word);
    const isPublic =
      PUBLIC_CODE.test(lower(`${words[at - 1]} ${word}`)) || (/code$/.test(now) && /^(postal|promo)$/i.test(words[at + 1]!));
    if (!isPublic) out += `${now} `;
  });
  return out;
}

/** The kind of a field whose value is always a secret (or a file); undefined for any other field. */
export const isSecretField = (hints: Hints, extra?: Extra): ValueKind | undefined =>
  isSensitive(`${hints.name} ${hints.id} ${hints.autocomplete}`, extra)
    ? "masked"
    : first(SECRET_FIELDS, `${hints.field} ${tokensOf(hints.autocomplete).join(" ")} `) ||
      first(SECRET_NAMES, said(hints.name)) ||
      first(SECRET_NAMES, said(hints.id));

/** The kind of `value`: by the page's description of the field first, by its own form second. */
export function classify(value: string, hints: Hints, extra?: Extra): ValueKind {
  const text = trimmed(value, /[^\t\n\f\r ](.*[^\t\n\f\r ])?/s);
  return (
    isSecretField(hints, extra) ||
    (!text && "empty") ||
    (isCard(text) && "card") ||
    // A social security number.
    (/^\d{3}([ -])\d\d\1\d{4}$/.test(text) && "masked") ||
    first(FIELDS, `${hints.field} ${tokensOf(hints.autocomplete).pop() || ""}`) ||
    first(LOOKS, text) ||
    "text"
  );
}

/** Thirteen to nineteen digits in any grouping, with the check digit of payment cards. */
function isCard(text: string): boolean {
  const digits = text.replace(/[ ./-]/g, "");
  if (!/^\d{13,19}$/.test(digits)) return false;
  let sum = 0;
  // Every second digit counts as the sum of the digits of its double.
  any(digits, (digit, place) => {
    sum += +((digits.length - place) % 2 ? digit : "0246813579"[+digit]!);
  });
  return sum % 10 === 0;
}

/** The bucket of a length in UTF-16 units: 0, 1, 2–3, 4–7, 8–15, 16–31, 32–63, 64–127, 128 and more. */
export const lengthBucket = (units: number): number => Math.min(32 - Math.clz32(units), 8);
