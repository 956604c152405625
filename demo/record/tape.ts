/** What the browsers sent to the server, by session, and how the server answered. */

import { gzipSync } from "node:zlib";
import type { BrowserContext, Page } from "../../snippet/testing/playwright.ts";
import { beganAt, type Frame, frameName, type Reply } from "../../snippet/testing/wire.ts";

/** A frame as it was sent, and when, in virtual time. */
interface Sent {
  frame: Frame;
  text: string;
  at: number;
  /** When, in real time. */
  really: number;
  acked: boolean;
  /** Known from the tab's storage only: Playwright did not see it being sent before the page went. */
  spooled: boolean;
}

/** A line of the file. `frames`: when it was sent, in milliseconds since the session began, and the frame's text. */
export interface Line {
  persona: string;
  session: string;
  began_ms: number;
  frames: [number, string][];
}

const REPLY_MS = 2000;

/** Records the frames of all pages of one visitor. */
export class Tape {
  readonly #sent = new Map<string, Sent>();
  /** Frames sent while the clock leaps: their time is not known yet. */
  #undated: Sent[] = [];
  readonly #now: () => number | undefined;
  readonly faults: string[] = [];
  /** When a connection was last opened, in real time, in milliseconds since 1970: it takes a moment before it sends. */
  dialled = 0;

  constructor(context: BrowserContext, now: () => number | undefined) {
    this.#now = now;
    context.on("page", (page) => this.#watch(page));
  }

  #watch(page: Page) {
    page.on("websocket", (socket) => {
      this.dialled = Date.now();
      socket.on("framesent", ({ payload }) => this.#send(String(payload)));
      socket.on("framereceived", ({ payload }) => this.#receive(String(payload)));
    });
  }

  /** Adds a frame that a page left in the tab's storage when it went. It was sent if it is in the store. */
  find(text: string) {
    this.#send(text, true);
  }

  #send(text: string, spooled = false) {
    const frame = JSON.parse(text) as Frame;
    const key = frameName(frame);
    const before = this.#sent.get(key);
    if (before) {
      if (before.text !== text) this.faults.push(`two frames under ${key}`);
      before.spooled &&= spooled;
      return;
    }
    const at = this.#now();
    const sent: Sent = { frame, text, at: at ?? 0, really: Date.now(), acked: false, spooled };
    this.#sent.set(key, sent);
    if (at === undefined) this.#undated.push(sent);
    if (frame.lost) this.faults.push(`lost ${JSON.stringify(frame.lost)} in ${key}`);
  }

  /** The clock stands still again: frames sent while it leapt get the time `now`. */
  date(now: number) {
    for (const sent of this.#undated.splice(0)) sent.at = now;
  }

  #receive(text: string) {
    const reply = JSON.parse(text) as Reply;
    const sent = this.#sent.get(frameName(reply));
    if (reply.type !== "ack") {
      // The gateway requests a new connection after a while; everything else is a fault.
      if (reply.code !== "reconnect") this.faults.push(`answer ${reply.type} ${reply.code}`);
      return;
    }
    if (sent) sent.acked = true;
    if (reply.meta_rejected) this.faults.push(`meta refused: ${JSON.stringify(reply.meta_rejected)}`);
    for (const { index, code } of reply.rejected ?? []) {
      this.faults.push(`refused ${code}: ${JSON.stringify(sent?.frame.events[index])}`);
    }
  }

  /**
   * Whether a frame was sent just now and is not yet answered. The answer to a frame of a page that goes may come after
   * the page has gone: `record.ts` checks at the end that it is stored.
   */
  get waits(): boolean {
    return [...this.#sent.values()].some(({ acked, really }) => !acked && Date.now() - really < REPLY_MS);
  }

  /** The number of frames whose answer did not reach a page. */
  get unheard(): number {
    return [...this.#sent.values()].filter(({ acked }) => !acked).length;
  }

  get events(): number {
    return [...this.#sent.values()].reduce((sum, { frame }) => sum + frame.events.length, 0);
  }

  /**
   * Removes frames that were left in the storage and never arrived: their tab was closed, as happens. Returns how many.
   */
  prune(arrived: (key: string) => boolean): number {
    const gone = [...this.#sent].filter(([key, { spooled }]) => spooled && !arrived(key));
    for (const [key] of gone) this.#sent.delete(key);
    return gone.length;
  }

  /** The sessions as lines of the file. Adds what is wrong with them to `faults`. */
  lines(persona: string): Line[] {
    const sessions = Map.groupBy(this.#sent.values(), ({ frame }) => frame.session);
    return [...sessions].map(([session, all]) => {
      all.sort((a, b) => a.frame.seq - b.frame.seq);
      const began = beganAt(session);
      for (const [nth, { frame, at }] of all.entries()) {
        if (frame.seq !== nth) this.faults.push(`${session} lacks frame ${nth}`);
        if (!frame.meta !== nth > 0) this.faults.push(`${session}: meta in the wrong frame`);
        const latest = Math.max(...frame.events.map(([t]) => t));
        if (latest > at - began + 1000) this.faults.push(`${session}: frame ${nth} ran ahead by ${latest - at + began} ms`);
      }
      return {
        persona,
        session,
        began_ms: began,
        frames: all.map(({ at, text }): [number, string] => [Math.max(0, Math.round(at - began)), text]),
      };
    });
  }
}

/** The file's bytes: the same lines give the same file. */
export function packed(lines: readonly Line[]): Buffer {
  const sorted = lines.toSorted((a, b) => a.began_ms - b.began_ms || (a.session < b.session ? -1 : 1));
  // Node writes no time into the header.
  return gzipSync(sorted.map((line) => `${JSON.stringify(line)}\n`).join(""), { level: 9 });
}

/** Counts over a recording, for the summary that `record.ts` prints. */
export interface Totals {
  sessions: Map<string, number>;
  kinds: Map<string, number>;
  frames: number;
  events: number;
  raw: number;
}

/** Counts `lines`. */
export function totals(lines: readonly Line[]): Totals {
  const result: Totals = { sessions: new Map(), kinds: new Map(), frames: 0, events: 0, raw: 0 };
  const add = (map: Map<string, number>, word: string) => map.set(word, (map.get(word) ?? 0) + 1);
  for (const { persona, frames } of lines) {
    add(result.sessions, persona);
    for (const [, text] of frames) {
      result.frames++;
      result.raw += text.length;
      for (const [, kind] of (JSON.parse(text) as Frame).events) {
        result.events++;
        add(result.kinds, kind);
      }
    }
  }
  return result;
}
