/**
 * The session of a tab: its identity (ULID, salt), its clock, and its life over page loads in sessionStorage.
 *
 * The state under `testgram` is a line of comma-separated values, never names that the build mangles: a tab outlives a
 * release. A page releases the state on pagehide, and the next one claims it at load. A state that was not released
 * belongs to a tab that is still open (the browser copies sessionStorage when a tab is duplicated); this tab then
 * begins a session of its own.
 */
import { now } from "./natives";
import type { Lost, Settings } from "./types";

const { now: wall } = Date;
/** The storage key of the state, and the prefix of those of frames: `testgram.<key>.<session>.<seq>`. */
export const KEY = "testgram";
const OFF = "off";
/** A page that returns from the cache stays stopped; a page that loads records again. */
const STOPPED = "stopped";
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const IDLE_MS = 30 * 60_000;
const LONG_MS = 24 * 60 * 60_000;
/** More frames than a page seals that ends without releasing its state. */
const UNKNOWN_FRAMES = 10_000;
/** A count from the storage, from 0 to 1,000,000; 0 where the page has overwritten it. */
export const countOf = (stored: unknown): number => Math.max(0, Math.min(1_000_000, Math.floor(+(stored as number)))) || 0;

/** A state: the world's key, the session's id, ten numbers, the salt's 32 bytes. */
const STATE = /^\w+,[\dA-Z]{26}(,-?\d+){42}$/;

/** Whether the visitor has opted out in this tab, or the server has stopped it. */
export let forgotten = false;

/** What `openSession` makes and the transport keeps. Times are in milliseconds. */
export interface Session {
  _id: string;
  _seq: number;
  /** When it began and when the visitor last did something, by `_now`. */
  _start: number;
  _last: number;
  _salt: Uint8Array;
  /** The difference between the server's clock and `_now`. */
  _skew: number;
  /** Milliseconds since 1970 by this device's clock. It runs evenly, and never goes back over page loads. */
  readonly _now: () => number;
  readonly _expired: () => boolean;
  /** Begins a new session. Returns false where it is not in the sample. */
  readonly _begin: () => boolean;
  /**
   * Takes over the state that the last page released, or begins a new session. A page that `returns` from the cache
   * also takes over a state that was not released: it belongs to the same tab. Returns false where this tab must not be
   * recorded.
   */
  readonly _claim: (returns?: boolean) => boolean;
  /** Stores the state. Returns whether that succeeded. */
  readonly _save: (released: boolean) => unknown;
  /** Stores that the page has stopped recording, for a page that returns from the cache. */
  readonly _stop: () => void;
  readonly _storage: Storing;
}

/**
 * Calls the tab's storage. Undefined where it is full, off, forbidden or not wanted; otherwise its result in a list.
 */
type Storing = (
  method: "getItem" | "setItem" | "removeItem" | "key",
  key: string | number,
  value?: string,
) => [string | null] | undefined;

/** The first ten characters of a ULID, which encode its time in milliseconds since 1970. */
const timeWord = (ms: number): string => {
  let word = "";
  for (let i = 0; i < 10; i++) {
    word = ALPHABET[ms % 32] + word;
    ms = Math.floor(ms / 32);
  }
  return word;
};

/** The session id `id` with its time moved by `by` milliseconds. */
export const retimed = (id: string, by: number): string => {
  let ms = 0;
  for (let i = 0; i < 10; i++) ms = ms * 32 + ALPHABET.indexOf(id[i]!);
  return timeWord(ms + by) + id.slice(10);
};

const tab: Storing = (method, key, value) => {
  try {
    // biome-ignore lint/suspicious/noExplicitAny: each method takes what it needs of them.
    return [(sessionStorage as any)[method](key, value)];
  } catch {
    return undefined;
  }
};

const storageOf = (settings: Settings): Storing => (settings.storage === "session" ? tab : () => undefined);

/** The storage keys that begin with `prefix`. */
export const namesOf = (storage: Storing, prefix: string): string[] => {
  const names: string[] = [];
  for (let i = 0, name: string | null; (name = (storage("key", i) || [null])[0]); i++)
    if (name.startsWith(prefix)) names.push(name);
  return names;
};

/** Ends recording in this tab for good, and deletes what it stored. Works before the start as well. */
export function forgetTab(settings: Settings): void {
  const storage = storageOf(settings);
  for (const name of [KEY, ...namesOf(storage, `${KEY}.`)]) storage("removeItem", name);
  // Also with `storage: "none"`: the opt-out is all that it stores.
  tab("setItem", KEY, OFF);
  forgotten = true;
}

type Numbers = [number, number, number, number, number, number, number, number, number, number, ...number[]];

/**
 * Claims or begins the session of this tab. Undefined where it must not be recorded, or has no source of randomness for
 * a salt.
 */
export function openSession(settings: Settings, lost: Lost): Session | undefined {
  const storage = storageOf(settings);
  const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
  /** The difference between the wall clock, read once, and the monotonic clock. */
  let shift: number;
  const set = (at = 0) => {
    shift = Math.max(wall(), at) - now();
  };
  set();
  // A popup starts with a copy of its opener's storage: a state made by a tab without an opener is not its own.
  const opened = window.opener ? 1 : 0;

  const self: Session = {
    _id: "",
    _seq: 0,
    _start: 0,
    _last: 0,
    _salt: new Uint8Array(),
    _skew: 0,
    _storage: storage,
    _now: () => Math.floor(now() + shift),
    // The wall clock counts as well: the monotonic clock stops on many devices that sleep.
    _expired: () => Math.max(self._now(), wall()) - self._last >= IDLE_MS || self._now() - self._start >= LONG_MS,
    _begin() {
      set();
      self._start = self._last = self._now();
      self._salt = random(32);
      self._id = timeWord(self._start + self._skew);
      for (const byte of random(16)) self._id += ALPHABET[byte & 31];
      self._seq = 0;
      const chosen = Math.random() < settings.sample;
      if (chosen) self._save(false);
      else storage("setItem", KEY, `${self._last}`);
      return chosen;
    },
    _claim(returns) {
      const mine = (tab("getItem", KEY) || "")[0];
      if (forgotten || mine === OFF || (returns && mine === STOPPED)) return false;
      const stored = storage("getItem", KEY);
      const text = (stored || "")[0] || "";
      // Not in the sample: that holds as long as pages are opened.
      if (self._now() - +text < IDLE_MS && +text) {
        storage("setItem", KEY, `${self._now()}`);
        return false;
      }
      // Back from the cache, and no page could store anything in between: the session is still ours. Where it could be
      // stored and is gone, another page may have used its numbers.
      let ours = !stored && self._id;
      const [world, id, ...numbers] = text.split(",");
      const [start, seq, last, at, skew, opener, released, thrown, refused, queue, ...salt] = numbers.map(Number) as Numbers;
      if (STATE.test(text) && world === settings.key && (released || returns) && opener >= opened) {
        ours = self._id = id!;
        self._start = start;
        // The page that did not release it has used some numbers.
        self._seq = seq + (released ? 0 : UNKNOWN_FRAMES);
        self._last = last;
        self._skew = skew;
        self._salt = new Uint8Array(salt);
        set(at);
        lost.thrown += countOf(thrown);
        lost.refused += countOf(refused);
        lost.queue += countOf(queue);
      }
      // The `end` of a session that has expired was sent when its last page went.
      if (!ours || self._expired()) return self._begin();
      self._save(false);
      return true;
    },
    _stop: () => storage("setItem", KEY, STOPPED) || void storage("removeItem", KEY),
    _save(released) {
      const { _id, _start, _seq, _last, _skew, _salt } = self;
      const losses = [lost.thrown, lost.refused, lost.queue];
      const state = [settings.key, _id, _start, _seq, _last, self._now(), _skew, opened, +released, losses, _salt];
      // A stale state must not be claimed: its numbers are used.
      return storage("setItem", KEY, `${state}`) || void storage("removeItem", KEY);
    },
  };
  try {
    return self._claim() ? self : undefined;
  } catch {
    return undefined;
  }
}
