/** What the browser said to the server, by session, and what the server said to that. */

import { gzipSync } from "node:zlib";
import type { BrowserContext, Page } from "../../snippet/testing/playwright.ts";
import { beganAt, type Frame, frameName, type Reply } from "../../snippet/testing/wire.ts";

/** A frame as it was sent, and when, in virtual time. */
interface Sent {
  frame: Frame;
  text: string;
  at: number;
  /** In real time. */
  really: number;
  acked: boolean;
  /** It is known from the tab's storage only: the page went before anybody saw it being sent. */
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

/** Listens to all pages of one visitor. */
export class Tape {
  readonly #sent = new Map<string, Sent>();
  /** Sent while the clock leaps, so that it is not known yet when. */
  #undated: Sent[] = [];
  readonly #now: () => number | undefined;
  readonly faults: string[] = [];
  /** When a connection was last opened, in real time: it takes a moment before it sends. */
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

  /** A frame that a page left in the tab's storage when it went. Whether it was sent is known by whether it arrived. */
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

  /** The clock stands still again: what was sent meanwhile was sent now. */
  date(now: number) {
    for (const sent of this.#undated.splice(0)) sent.at = now;
  }

  #receive(text: string) {
    const reply = JSON.parse(text) as Reply;
    const sent = this.#sent.get(frameName(reply));
    if (reply.type !== "ack") {
      // The gateway asks for a new connection after a while; everything else is a fault.
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
   * Whether something was sent just now and not yet answered. What a page sent while it went may have been answered when nobody
   * listened any more: that it is stored is checked at the end.
   */
  get waits(): boolean {
    return [...this.#sent.values()].some(({ acked, really }) => !acked && Date.now() - really < REPLY_MS);
  }

  /** Frames whose answer nobody saw. */
  get unheard(): number {
    return [...this.#sent.values()].filter(({ acked }) => !acked).length;
  }

  get events(): number {
    return [...this.#sent.values()].reduce((sum, { frame }) => sum + frame.events.length, 0);
  }

  /** Forgets frames that were left behind and never arrived: their tab was closed, as happens. Answers how many. */
  prune(arrived: (key: string) => boolean): number {
    const gone = [...this.#sent].filter(([key, { spooled }]) => spooled && !arrived(key));
    for (const [key] of gone) this.#sent.delete(key);
    return gone.length;
  }

  /** The sessions, and what is wrong with them. */
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

export interface Totals {
  sessions: Map<string, number>;
  kinds: Map<string, number>;
  frames: number;
  events: number;
  raw: number;
}

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
