/**
 * The session of a tab: who it is (ULID, salt), its clock, and its life over page loads in sessionStorage.
 *
 * The state under `testgram` is a line of comma-separated numbers, never names that the build mangles: a tab outlives a release. It
 * is released on pagehide and claimed at the next load; one that nobody released belongs to a tab that lives (sessionStorage is
 * copied when a tab is duplicated), and then this tab begins a session of its own.
 */
import { now } from "./natives";
import type { Lost, Settings } from "./types";

const { now: wall } = Date;
/** Where the state stands, and before which `.` the names of frames. */
export const KEY = "testgram";
const OFF = "off";
/** A page that comes back from the cache is to record no more than the one that was stopped; a page that loads is. */
const STOPPED = "stopped";
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const IDLE_MS = 30 * 60_000;
const LONG_MS = 24 * 60 * 60_000;
/** More than a page seals that never gets to say how many. */
const UNKNOWN_FRAMES = 10_000;
/** A count that was stored: the page may have written anything in its place. */
export const countOf = (stored: unknown): number => Math.max(0, Math.min(1_000_000, Math.floor(+(stored as number)))) || 0;

/** A state: the world's key, the session's id, ten numbers, the salt's 32 bytes. */
const STATE = /^\w+,[\dA-Z]{26}(,-?\d+){42}$/;

/** This tab has been opted out, or stopped by the server. */
export let forgotten = false;

export interface Session {
  _id: string;
  _seq: number;
  /** When it began and when somebody last did something, by `_now`. */
  _start: number;
  _last: number;
  _salt: Uint8Array;
  /** What to add to `_now` for the server's clock. */
  _skew: number;
  /** Milliseconds since 1970 by this device; goes on evenly and, over page loads, never back. */
  readonly _now: () => number;
  readonly _expired: () => boolean;
  /** A new session. False: it is not in the sample. */
  readonly _begin: () => boolean;
  /**
   * Takes over what the last page released, or begins. A page that returns from the cache takes over as well what was not: it is its
   * tab's all the same. False: this tab is not to be recorded.
   */
  readonly _claim: (returns?: boolean) => boolean;
  /** Whether it could be stored. */
  readonly _save: (released: boolean) => unknown;
  /** It was ended by the page: so it is for one that comes back. */
  readonly _stop: () => void;
  readonly _storage: Storing;
}

/** Calls the tab's storage. Nothing where it is full, switched off, forbidden or not wanted; else a list of what it answers. */
type Storing = (
  method: "getItem" | "setItem" | "removeItem" | "key",
  key: string | number,
  value?: string,
) => [string | null] | undefined;

/** The ten characters of a ULID that tell its time. */
const timeWord = (ms: number): string => {
  let word = "";
  for (let i = 0; i < 10; i++) {
    word = ALPHABET[ms % 32] + word;
    ms = Math.floor(ms / 32);
  }
  return word;
};

/** The same session with its time put right. */
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

/** What `storage` holds under names that begin with `prefix`. */
export const namesOf = (storage: Storing, prefix: string): string[] => {
  const names: string[] = [];
  for (let i = 0, name: string | null; (name = (storage("key", i) || [null])[0]); i++)
    if (name.startsWith(prefix)) names.push(name);
  return names;
};

/** Nothing is recorded in this tab any more, and nothing that was is kept. Also for a tab where nothing has been started. */
export function forgetTab(settings: Settings): void {
  const storage = storageOf(settings);
  for (const name of [KEY, ...namesOf(storage, `${KEY}.`)]) storage("removeItem", name);
  // Also where nothing is to be stored: it says no more than what somebody wants.
  tab("setItem", KEY, OFF);
  forgotten = true;
}

type Numbers = [number, number, number, number, number, number, number, number, number, number, ...number[]];

/** Nothing if this tab is not to be recorded, or has no source of randomness to make a salt with. */
export function openSession(settings: Settings, lost: Lost): Session | undefined {
  const storage = storageOf(settings);
  const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
  /** Between the wall clock, asked once, and the monotonic one. */
  let shift: number;
  const set = (at = 0) => {
    shift = Math.max(wall(), at) - now();
  };
  set();
  // A popup shares its opener's copy of the storage: a state that was made in a tab without one is not its own.
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
    // The wall clock counts as well: the monotonic one stands still in many a device that sleeps.
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
      const mark = (tab("getItem", KEY) || "")[0];
      if (forgotten || mark === OFF || (returns && mark === STOPPED)) return false;
      const stored = storage("getItem", KEY);
      const text = (stored || "")[0] || "";
      // Not in the sample: it stays so as long as pages are opened.
      if (self._now() - +text < IDLE_MS && +text) {
        storage("setItem", KEY, `${self._now()}`);
        return false;
      }
      // Back from the cache, and nobody could store anything meanwhile: it is still ours. Where it could be stored and is gone, another
      // page may have used its numbers.
      let ours = !stored && self._id;
      const [world, id, ...numbers] = text.split(",");
      const [start, seq, last, at, skew, opener, released, thrown, refused, queue, ...salt] = numbers.map(Number) as Numbers;
      if (STATE.test(text) && world === settings.key && (released || returns) && opener >= opened) {
        ours = self._id = id!;
        self._start = start;
        // Whoever died with it has used some numbers.
        self._seq = seq + (released ? 0 : UNKNOWN_FRAMES);
        self._last = last;
        self._skew = skew;
        self._salt = new Uint8Array(salt);
        set(at);
        lost.thrown += countOf(thrown);
        lost.refused += countOf(refused);
        lost.queue += countOf(queue);
      }
      // One that has run out meanwhile told its end when its last page went.
      if (!ours || self._expired()) return self._begin();
      self._save(false);
      return true;
    },
    _stop: () => storage("setItem", KEY, STOPPED) || void storage("removeItem", KEY),
    _save(released) {
      const { _id, _start, _seq, _last, _skew, _salt } = self;
      const losses = [lost.thrown, lost.refused, lost.queue];
      const state = [settings.key, _id, _start, _seq, _last, self._now(), _skew, opened, +released, losses, _salt];
      // A stale state must not be claimed: its numbers are used up.
      return storage("setItem", KEY, `${state}`) || void storage("removeItem", KEY);
    },
  };
  try {
    return self._claim() ? self : undefined;
  } catch {
    return undefined;
  }
}
