/**
 * The forms in which a secret may hide: as it is, cut up, encoded, or as a digest that a dictionary reverses. Every
 * form is a run of bytes; the search ignores the case of ASCII letters, so upper, lower and swapped case are one form.
 *
 * Digests cut to 32 bits are not searched as bytes: there are some thousand, and in the millions of positions of a
 * capture one in three would be found by chance. `secrets.spec.ts` compares them with the `digest` fields instead,
 * where chance is one in a million.
 */
import { createHash } from "node:crypto";

/** One way in which a secret may be written. `bytes` are folded, see `fold`. */
export interface Form {
  readonly form: string;
  readonly bytes: Buffer;
}

/** Bytes; shorter forms are found by chance. */
const LEAST = 8;
const LEAST_WORD = 6;
/** The part of a digest that is searched: 64 bits identify it, also if it has been cut. */
const HEX_UNITS = 16;
const BASE64_UNITS = 11;

const utf8 = (text: string) => Buffer.from(text, "utf8");
const utf16be = (text: string) => Buffer.from(text, "utf16le").swap16();

const each = (text: string, write: (character: string) => string) => [...text].map(write).join("");
const eachUnit = (text: string, write: (unit: string) => string) =>
  each(text, (character) => Array.from({ length: character.length }, (_, at) => write(hex4(character.charCodeAt(at)))).join(""));
const hex4 = (unit: number) => unit.toString(16).padStart(4, "0");
const percent = (bytes: Buffer) => bytes.toString("hex").replace(/../g, "%$&");

const NAMED: Record<string, string> = { "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;", "'": "&apos;" };

/** Ways to write a text: each returns it again, as bytes or characters. */
const WRITINGS: Record<string, (text: string) => string | Buffer> = {
  clear: (text) => text,
  trimmed: (text) => text.trim(),
  "upper case": (text) => text.toUpperCase(),
  "lower case": (text) => text.toLowerCase(),
  "swapped case": (text) => each(text, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())),
  reversed: (text) => [...text].reverse().join(""),
  "reversed, upper case": (text) => [...text].reverse().join("").toUpperCase(),
  "reversed, lower case": (text) => [...text].reverse().join("").toLowerCase(),
  "without accents": (text) => text.normalize("NFD").replace(/\p{M}/gu, ""),
  "normalised NFD": (text) => text.normalize("NFD"),
  "white space as _": (text) => text.replace(/\s+/g, "_"),
  "white space as -": (text) => text.replace(/\s+/g, "-"),
  "without white space": (text) => text.replace(/\s+/g, ""),
  "letters and digits": (text) => text.replace(/[^\p{L}\p{N}]+/gu, ""),
  slug: (text) => text.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, ""),
  "Latin-1": (text) => ([...text].every((c) => c <= "ÿ") ? Buffer.from(text, "latin1") : text),
  "UTF-16LE": (text) => Buffer.from(text, "utf16le"),
  "UTF-16BE": utf16be,
  "UTF-8 read as Latin-1": (text) => utf8(text).toString("latin1"),
  ROT13: (text) => text.replace(/[a-z]/gi, (c) => String.fromCharCode(c.charCodeAt(0) + (/[a-m]/i.test(c) ? 13 : -13))),
  encodeURIComponent: encodeURIComponent,
  encodeURI: encodeURI,
  "form-encoded": (text) => new URLSearchParams({ "": text }).toString().slice(1),
  "URL-encoded twice": (text) => encodeURIComponent(encodeURIComponent(text)),
  "URL-encoded, all of it": (text) => percent(utf8(text)),
  escape: (text) => each(text, (c) => (c > "ÿ" ? eachUnit(c, (unit) => `%u${unit}`) : encodeURIComponent(c))),
  "JSON string": (text) => JSON.stringify(text).slice(1, -1),
  "JSON in JSON": (text) => JSON.stringify(JSON.stringify(text).slice(1, -1)).slice(1, -1),
  "JSON in ASCII": (text) => each(JSON.stringify(text).slice(1, -1), (c) => (c > "~" ? eachUnit(c, (unit) => `\\u${unit}`) : c)),
  "JSON, all of it escaped": (text) => eachUnit(text, (unit) => `\\u${unit}`),
  "\\x-escaped": (text) => utf8(text).toString("hex").replace(/../g, "\\x$&"),
  "Rust debug": (text) => text.replace(/["\\]/g, "\\$&"),
  "HTML, named": (text) => text.replace(/[<>&"']/g, (c) => NAMED[c]!),
  "HTML, named, ' by number": (text) => text.replace(/[<>&"']/g, (c) => (c === "'" ? "&#39;" : NAMED[c]!)),
  "HTML, decimal": (text) => each(text, (c) => `&#${c.codePointAt(0)};`),
  "HTML, hexadecimal": (text) => each(text, (c) => `&#x${c.codePointAt(0)!.toString(16)};`),
  "HTML, beyond ASCII": (text) => each(text, (c) => (c > "~" ? `&#${c.codePointAt(0)};` : c)),
  hex: (text) => utf8(text).toString("hex"),
  "hex of UTF-16": (text) => Buffer.from(text, "utf16le").toString("hex"),
  "hex with spaces": (text) =>
    utf8(text)
      .toString("hex")
      .replace(/..(?=.)/g, "$& "),
  "bytes as numbers": (text) => [...utf8(text)].join(),
  "bytes as numbers, spaced": (text) => [...utf8(text)].join(", "),
  "code points as numbers": (text) => [...text].map((c) => c.codePointAt(0)).join(),
};

/** Base64 of a text inside a longer one, without the characters that depend on its neighbours. */
function base64(text: string, encoding: "base64" | "base64url", before: number): string {
  const bytes = Buffer.concat([Buffer.alloc(before), utf8(text)]);
  const whole = bytes.toString(encoding).replace(/=+$/, "");
  return whole.slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
}

const DIGESTS = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"];

/** The texts that an attacker with a dictionary would digest. */
function digested(value: string): Map<string, string> {
  const digits = value.replace(/\D/g, "");
  const all: [string, string][] = [
    ["clear", value],
    ["trimmed", value.trim()],
    ["lower case", value.trim().toLowerCase()],
    ["upper case", value.trim().toUpperCase()],
    ["without white space", value.replace(/\s+/g, "")],
    ["letters and digits", value.replace(/[^\p{L}\p{N}]+/gu, "")],
    ["JSON string", JSON.stringify(value)],
    ...(digits.length >= LEAST ? ([["digits", digits]] as [string, string][]) : []),
  ];
  // Each text once, under its first name.
  return new Map([...all].reverse().map(([how, text]) => [text, how]));
}

/** Digests without a salt, or with one that is public, in hex. */
export function digests(value: string, publicSalt?: string): { readonly form: string; readonly digest: Buffer }[] {
  const out: { form: string; digest: Buffer }[] = [];
  for (const [text, how] of digested(value)) {
    for (const algorithm of DIGESTS)
      out.push({ form: `${algorithm} of ${how}`, digest: createHash(algorithm).update(text).digest() });
    if (publicSalt === undefined) continue;
    const salts: [string, string | Buffer][] = [
      ["the world's salt", Buffer.from(publicSalt, "hex")],
      ["the world's salt in hex", publicSalt],
      ["32 zeros", Buffer.alloc(32)],
    ];
    for (const [name, salt] of salts) {
      out.push({ form: `sha256 with ${name} of ${how}`, digest: createHash("sha256").update(salt).update(text).digest() });
    }
  }
  return out;
}

/** Words of a secret that are searched alone: parts of names and addresses, without short and common ones. */
function words(value: string, common: ReadonlySet<string>): string[] {
  const parts = value.split(/[^\p{L}\p{N}]+/u).filter((part) => utf8(part).length >= LEAST_WORD && part !== value);
  // Numbers of six digits are found by chance.
  return parts.filter((part) => !common.has(part.toLowerCase()) && (/\p{L}.*\p{L}.*\p{L}/u.test(part) || part.length >= LEAST));
}

/** ASCII letters in lower case, other bytes as they are. */
export function fold(bytes: Buffer): Buffer {
  const out = Buffer.from(bytes);
  for (let at = 0; at < out.length; at++) {
    const byte = out[at]!;
    if (byte > 64 && byte < 91) out[at] = byte | 32;
  }
  return out;
}

/** Every form of `value`, each run of bytes once. */
export function forms(value: string, common: ReadonlySet<string> = new Set(), publicSalt?: string): Form[] {
  const found = new Map<string, Form>();
  const take = (form: string, written: string | Buffer, least = LEAST) => {
    const bytes = fold(typeof written === "string" ? utf8(written) : written);
    const key = bytes.toString("latin1");
    if (bytes.length >= least && !found.has(key)) found.set(key, { form, bytes });
  };
  for (const [form, write] of Object.entries(WRITINGS)) take(form, write(value));
  for (const before of [0, 1, 2]) {
    take(`base64 at ${before}`, base64(value, "base64", before));
    take(`base64url at ${before}`, base64(value, "base64url", before));
    take(`base64 of reversed at ${before}`, base64([...value].reverse().join(""), "base64", before));
  }
  const digits = value.replace(/\D/g, "");
  take("digits", digits);
  take("digits reversed", [...digits].reverse().join(""));
  for (const part of words(value, common)) {
    const writings = [
      "clear",
      "lower case",
      "upper case",
      "without accents",
      "reversed",
      "JSON in ASCII",
      "encodeURIComponent",
      "hex",
    ];
    for (const form of writings) take(`word, ${form}`, WRITINGS[form]!(part), LEAST_WORD);
    for (const before of [0, 1, 2]) take(`word, base64 at ${before}`, base64(part, "base64", before));
  }
  for (const { form, digest } of digests(value, publicSalt)) {
    take(`${form}, hex`, digest.toString("hex").slice(0, HEX_UNITS));
    take(`${form}, base64`, digest.toString("base64").slice(0, BASE64_UNITS));
    take(`${form}, base64url`, digest.toString("base64url").slice(0, BASE64_UNITS));
    take(`${form}, bytes`, digest.subarray(0, HEX_UNITS / 2));
  }
  return [...found.values()];
}
