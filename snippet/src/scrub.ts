/**
 * The one scrub gate. All that is sent is made here, by a table: kind → field → transform. A field that is not in the
 * table is never sent. A field whose transform fails is left out; if the field is required (no `?`), the whole event is
 * refused.
 */

import { bytesOf, digest } from "./digest";
import type { Look } from "./element";
import { type Json, write } from "./natives";
import { scrubError } from "./rules/error";
import { keyTree } from "./rules/tree";
import { urlTemplate } from "./rules/url";
import { classify, lengthBucket } from "./rules/value";
import { isTag, language, looksLikeData } from "./rules/word";
import { settings } from "./settings";
import type { Kind, Raw } from "./types";

/** Makes the wire form of a raw field; undefined where it must not be sent. `all` is the whole raw event. */
type Transform = (raw: never, all: Raw) => Json | undefined;
type Table = Readonly<Record<string, Transform>>;

const int =
  (least: number, most: number) =>
  (raw: number): number | undefined =>
    // Undefined for anything but a number.
    raw < least ? least : raw > most ? most : raw - raw === 0 ? Math.round(raw) : undefined;
const u16 = int(0, 65_535);
const i16 = int(-32_768, 32_767);
const ms = int(0, 172_800_000);
const pixels = int(0, 1_000_000);
const place = int(0, 10_000_000);
const bool = (raw: boolean) => (typeof raw === "boolean" ? raw : undefined);

/** Leaves out a field with its default: 0, false or an empty list. */
const some =
  (transform: Transform): Transform =>
  (raw, all) => {
    const part = transform(raw, all);
    return part && (part as Json[]).length !== 0 ? part : undefined;
  };

/** `make` for strings only. The build that is broken on purpose passes strings unchanged. */
const string =
  (make: (raw: string) => string | undefined): Transform =>
  (raw: unknown) =>
    typeof raw !== "string" ? undefined : __BROKEN__ === "gate" ? raw : make(raw);

const word = string((raw) => (looksLikeData(raw) ? undefined : raw));
const url = string((raw) => urlTemplate(raw, location.origin, settings));
const tag = string((raw) => (isTag(raw) ? raw : "other"));

/** One of a closed set of words; `other` for any other, where there is such a word. */
const oneOf = (words: RegExp, other?: string): Transform =>
  string((raw) => (words.test(raw) ? raw : (raw && other) || undefined));

/** Keys that write no character, and shortcuts: the only keys that are recorded. */
export const NAMED_KEY =
  /^(Enter|Tab|Escape|Backspace|Delete|Arrow(Up|Down|Left|Right)|Home|End|Page(Up|Down)|F\d|F1[0-2]|Shortcut|Copy|Cut|Paste|Undo|Redo|Find|Save|Print)$/;

const list =
  (most: number, item: Transform): Transform =>
  (raw: readonly never[], all) =>
    raw
      .map((part) => item(part, all))
      .filter((part) => part !== undefined)
      .slice(0, most);

const object =
  (table: Table): Transform =>
  (raw: Raw, all) =>
    fieldsOf(table, raw, all);

function fieldsOf(table: Table, raw: Raw, all: Raw): Json | undefined {
  const out: Record<string, Json> = Object.create(null);
  for (const key of Object.keys(table)) {
    const name = key.replace("?", "");
    let part: Json | undefined;
    try {
      part = table[key]!(raw[name] as never, all);
    } catch {}
    if (part !== undefined) out[name] = part;
    else if (name === key) return;
  }
  return out;
}

/** The kind of the value of the field `el`. */
const kindOf = ({ el, value }: Raw) => (el as Look)._secret || classify(value as string, (el as Look)._hints, settings);
const SECRET = /card|password|code|masked|file/;
/** Typing figures reveal the length of a value: they are left out for secrets. */
const ofTyping =
  (transform: Transform): Transform =>
  (raw, all) =>
    SECRET.test(kindOf(all)) ? undefined : some(transform)(raw, all);

/**
 * Opens the scrub gate, for one start of the recorder. `salt` returns the session's salt. Undefined means that the
 * event is refused.
 */
export function openScrub(salt: () => Uint8Array): (kind: Kind | "meta", raw: Raw) => string | undefined {
  const worldSalt = bytesOf(settings.salt);
  // A PIN pad has so few keys that a digest would not hide which one it was: a label needs a letter.
  const label = string((raw) =>
    settings.labels && raw.length < 65 && /\p{L}/u.test(raw) ? digest(worldSalt, raw).slice(0, 4) : undefined,
  );

  const value: Transform = (raw: string, all) => {
    const kind = kindOf(all);
    const out: Record<string, Json> = Object.create(null);
    out.kind = kind;
    if (__BROKEN__ === "gate") out.digest = raw;
    else if (kind !== "empty" && !SECRET.test(kind)) {
      out.len = lengthBucket(raw.length);
      if (settings.digests && raw.length <= 4096) out.digest = digest(salt(), raw);
    }
    return out;
  };

  const el = object({
    tag,
    "role?": oneOf(
      /^(alert(dialog)?|banner|button|(menuitem)?(checkbox|radio)|combobox|dialog|form|grid(cell)?|heading|img|link|list(box|item)?|main|menu(bar|item)?|navigation|option|presentation|progressbar|radiogroup|region|row|search(box)?|slider|spinbutton|switch|tab(le|list|panel)?|textbox|tool(bar|tip)|tree(item)?)$/,
      "other",
    ),
    // Words of the browser, and ours.
    "type?": word,
    "id?": word,
    "name?": word,
    "testid?": word,
    "for?": word,
    "autocomplete?": oneOf(
      /^(on|off|((given|additional|family|country|cc)-|nick|user)?name|honorific-(pre|suf)fix|(new|current)-password|one-time-code|organization(-title)?|street-address|address-(line[123]|level[1-4])|country|postal-code|cc-(number|exp(-month|-year)?|csc|type)|transaction-amount|language|bday(-day|-month|-year)?|sex|url|photo|tel(-national)?|email)$/,
      "other",
    ),
    "classes?": some(list(8, word)),
    path: (steps: Look["path"], all) =>
      steps.map(([name, at]) => `${tag(name as never, all)}${at > 1 ? `:${at}` : ""}`).join(">"),
    "label?": label,
    "shadow?": some(bool),
  });
  const tree: Transform = (raw) =>
    raw === undefined ? raw : __BROKEN__ === "gate" ? (raw as Json) : (keyTree(raw, settings) as Json);
  const viewport: Table = { w: u16, h: u16 };

  const EVENTS: Record<Kind | "meta", Table> = {
    page: { url, cause: word, "load?": ms },
    click: { el, x: u16, y: u16, "button?": word, "count?": some(int(0, 255)) },
    input: {
      el,
      value,
      "keys?": ofTyping(u16),
      "edits?": ofTyping(u16),
      ms,
      "paste?": ofTyping(bool),
      "rhythm?": ofTyping(list(12, u16)),
    },
    submit: { el, valid: bool, filled: u16 },
    key: {
      key: oneOf(NAMED_KEY),
      "mods?": some(int(0, 15)),
      "el?": el,
    },
    move: {
      x: u16,
      y: u16,
      path: list(64, ([after, x, y]: number[]) => [u16(after!)!, i16(x!)!, i16(y!)!]),
    },
    scroll: { y: pixels, "x?": some(pixels), max: pixels, "ms?": some(ms), "el?": el },
    drag: { el, "to?": el, dx: i16, dy: i16, ms },
    api: {
      method: oneOf(/^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)$/, "OTHER"),
      url,
      status: int(0, 599),
      ms,
      "request?": tree,
      "response?": tree,
      "xhr?": some(bool),
    },
    error: {
      name: oneOf(
        /^((Type|Reference|Syntax|Range|Eval|URI|Aggregate|Abort|Data|Encoding|Invalid(Access|State)|Network|Not(Allowed|Found|Readable|Supported)|Operation|QuotaExceeded|Security|Timeout|ChunkLoad)?Error)$/,
        "Other",
      ),
      message: string(scrubError),
      "script?": url,
      "line?": some(place),
      "col?": some(place),
      "rejection?": some(bool),
    },
    viewport,
    visibility: { hidden: bool },
    end: { reason: word },
    custom: { name: word },
    meta: {
      device: word,
      viewport: object(viewport),
      browser: word,
      "version?": some(u16),
      os: word,
      "referrer?": some(url),
      "language?": string(language),
      "tz?": int(-1440, 1440),
      "automated?": some(bool),
    },
  };

  return (kind, raw) => {
    const detail = fieldsOf(EVENTS[kind], raw, raw);
    return detail === undefined ? detail : write(detail);
  };
}
