// What kind of thing somebody typed, and how long it was. The same as `privacy/value.rs`, which says why.

import type { Hints, ValueKind } from "../types";
import { type Extra, isSensitive, lower, trimmed } from "./text";

type Table = readonly (readonly [ValueKind, RegExp])[];

/** The kind of the first pattern that is in `text`. */
const first = (table: Table, text: string): ValueKind | undefined => (table.find(([, looks]) => looks.test(text)) || [])[0];

/** By `field autocomplete `, of which any token makes a secret. */
const SECRET_FIELDS: Table = [
  ["password", /^password | (current|new)-password /],
  ["code", / one-time-code /],
  ["card", / cc-/],
  ["file", /^file /],
  ["masked", /^hidden /],
];

/** By a field's name or id. Rather too wide than too narrow. */
const SECRET_NAMES: Table = [
  ["masked", /passport|phrase/],
  ["password", /pass|pwd/],
  ["card", /card|cvv|cvc|csc|ccn|cc[-_]|expir|exp[-_]/],
  ["code", /^(pin|code)$|otp|2fa|mfa|pincode|pin[-_]|verif/],
  ["masked", /^key$|secret|token|api[-_]?key|ssn|social|iban|bank|routing|acct|licen|tax|security|answer|maiden/],
];

/** By `field autocomplete`, of which the last token counts. */
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

/** The tokens of an `autocomplete`, but for the one that says nothing of the value. */
export const tokensOf = (autocomplete: string): string[] =>
  lower(autocomplete)
    .split(/[\t\n\f\r ]+/)
    .filter((token) => token && token !== "webauthn");

/** The kind of a field whose value is a secret (or a file), whatever is in it. */
export const isSecretField = (hints: Hints, extra?: Extra): ValueKind | undefined =>
  isSensitive(`${hints.name} ${hints.id} ${hints.autocomplete}`, extra)
    ? "masked"
    : first(SECRET_FIELDS, `${hints.field} ${tokensOf(hints.autocomplete).join(" ")} `) ||
      first(SECRET_NAMES, hints.name) ||
      first(SECRET_NAMES, hints.id);

/** The kind of `value`, by what the page says of the field first and by its looks second. */
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

/** Thirteen to nineteen digits, however grouped, with the check digit of payment cards. */
function isCard(text: string): boolean {
  const digits = text.replace(/[ ./-]/g, "");
  if (!/^\d{13,19}$/.test(digits)) return false;
  let sum = 0;
  // Every second digit counts as the sum of the digits of its double.
  [...digits].reverse().forEach((digit, place) => {
    sum += +(place % 2 ? "0246813579"[+digit]! : digit);
  });
  return sum % 10 === 0;
}

/** The bucket of a length in UTF-16 units: 0, 1, 2–3, 4–7, 8–15, 16–31, 32–63, 64–127, 128 and more. */
export const lengthBucket = (units: number): number => Math.min(32 - Math.clz32(units), 8);
