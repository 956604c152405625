/**
 * The delivery of frames: sealed, kept until they are acknowledged, at most four in flight.
 *
 * `held` is every sealed frame without an acknowledgement, oldest first; its first four are the window in flight. A
 * frame's text is made once: a frame that is sent again, on any connection and page, has the same bytes. Only a wrong
 * clock makes new ones, of a new session. One function, `step`, does all that is due and sets the one timer for what is
 * due next.
 */
import { openGate } from "./gate";
import { now, parse } from "./natives";
import { countOf, forgetTab, forgotten, KEY, namesOf, openSession, retimed } from "./session";
import type { Hooks, Lost, Reply, Settings, Transport } from "./types";

const { WebSocket } = window;
const LOSSES = ["thrown", "refused", "queue"] as const;
const WINDOW = 4;
const SEAL_MS = 10_000;
const SEAL_BYTES = 24_000;
const SEAL_EVENTS = 450;
/** Most bytes of events in a frame: with envelope and meta it stays below 30,000. */
const EVENTS_BYTES = 28_000;
const REPLY_MS = 30_000;
const LINGER_MS = 5_000;
const RETURN_MS = 100;
const BACK_OFF_MS = 1_000;
const LONGEST_MS = 60_000;
/**
 * Milliseconds. If the clock is off by more, the clock is why the server refuses a frame; if by less, the session's age
 * is.
 */
const SKEW_MS = 5 * 60_000;
const SPOOL_UNITS = 256 * 1024;
const HELD_UNITS = 1024 * 1024;
const HELD_FRAMES = 128;
/** Backlog above which movement is left out. */
const SLOW_FRAMES = 32;
const SLOW_BYTES = 64 * 1024;

const HEAD = '{"type":"batch","v":1,"session":"';
const ID_UNITS = 26;

/** A reply as it arrives: of any type, or of none that we know. */
type Answer = Partial<Omit<Of<"ack"> & Of<"error">, "type">> & { readonly type?: Reply["type"] };
type Of<T> = Extract<Reply, { type: T }>;

/** A sealed frame without an acknowledgement. */
interface Held {
  _key: string;
  _text: string;
  /** How many events it has; 0 where a page before this one made it. */
  _events: number;
  /** Whether it is in the tab's storage as well. */
  _kept: unknown;
  /** The connection that it was last sent on, when, and when to send it again. */
  _over?: WebSocket | undefined;
  _at: number;
  _due: number;
  /** How often the server has asked for it again. */
  _tries: number;
}

/** Opens the transport, as `Transport` in `types.ts` describes. Undefined where this tab must not be recorded. */
export function openTransport(settings: Settings, lost: Lost, hooks: Hooks): Transport | undefined {
  const session = openSession(settings, lost);
  if (!session) return undefined;
  const storage = session._storage;
  const gate = openGate(lost);
  const meta = gate._guard(hooks._meta);
  /** The storage keys of our frames: those of another world on this origin must not go over our connection. */
  const prefix = `${KEY}.${settings.key}.`;

  let held: Held[] = [];
  /** The events of the frame that is being filled, and when it is sealed. */
  let body = "";
  let count = 0;
  let sealAt = 0;
  let socket: WebSocket | undefined;
  /**
   * When the server last sent something on this connection; connects since the last acknowledgement, and when the next
   * may be.
   */
  let heard = 0;
  let tries = 0;
  let dialAt = 0;
  /** Whether the page is shown: false after pagehide. */
  let live = true;
  /** 1: the session is over and its last frame in flight; 2: the transport is closed. */
  let over = 0;
  /** Back from the cache. The page that goes runs a little longer: its frames and its last number are not known yet. */
  let returning = false;
  let turning = false;
  /** A text that an event must contain to be taken; empty for any. */
  let only = "";
  let stopTimer: (() => void) | undefined;

  const units = (frames: Held[]) => {
    let sum = 0;
    for (const frame of frames) sum += frame._text.length;
    return sum;
  };
  const isKept = (frame: Held) => frame._kept;

  // Held frames

  const hold = (key: string, text: string, events: number, kept: number): Held => ({
    _key: key,
    _text: text,
    _events: events,
    _kept: kept,
    _at: 0,
    _due: 0,
    _tries: 0,
  });

  /**
   * Reads the frames of this page and those before it from the storage; frames that it could not take come after them.
   */
  const unspool = () => {
    const names = namesOf(storage, prefix).sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
    const found = names.map((name) => hold(name, storage("getItem", name)![0]!, 0, 1));
    // Anything else under these keys was put there by the page.
    held = found.filter((frame) => frame._text.startsWith(HEAD)).concat(held.filter((frame) => !frame._kept));
  };

  const unkeep = (frame: Held) => {
    if (frame._kept) storage("removeItem", frame._key);
    frame._kept = 0;
  };

  /** Stores a frame in the tab, in place of the oldest ones where there is no room. */
  const keep = (frame: Held) => {
    const kept = held.filter(isKept);
    while (units(kept) + frame._text.length > SPOOL_UNITS || !(frame._kept = storage("setItem", frame._key, frame._text))) {
      if (!kept[0]) return;
      unkeep(kept.shift()!);
    }
  };

  /** Removes a frame. With `why`, its events and the earlier losses that it reported are counted as lost. */
  const drop = (frame: Held, why?: "queue" | "refused") => {
    held = held.filter((other) => other !== frame);
    unkeep(frame);
    if (!why) return;
    try {
      const { events, lost: earlier = {} } = parse(frame._text);
      for (const word of LOSSES) lost[word] += countOf(earlier[word]);
      if (!frame._events) lost[why] += countOf(events.length);
    } catch {
      // The page has written into the spool: this is no frame of ours.
    }
    lost[why] += frame._events;
  };

  const seal = () => {
    reclaim();
    if (!count) return;
    const seq = session._seq++;
    const about = (!seq && meta()) || "";
    const losses = LOSSES.filter((word) => lost[word]).map((word) => `"${word}":${lost[word]}`);
    lost.thrown = lost.refused = lost.queue = 0;
    const frame = hold(
      `${prefix + session._id}.${seq}`,
      `${HEAD}${session._id}","seq":${seq},"events":[${body}]${about && `,"meta":${about}`}${losses[0] ? `,"lost":{${losses}}` : ""}}`,
      count,
      0,
    );
    body = "";
    count = 0;
    if (!only) keep(frame);
    held.push(frame);
    while (held.length > HELD_FRAMES || units(held) > HELD_UNITS) drop(held[0]!, "queue");
    step();
  };

  const forget = () => {
    held = [];
    count = 0;
    body = "";
  };

  /** Whether the tab has been opted out or stopped while this transport was still sending; if so, closes it. */
  const isGone = () => {
    if (!forgotten || only) return false;
    forget();
    finish();
    return true;
  };

  // The connection

  const hangUp = () => {
    const old = socket;
    socket = undefined;
    if (old) old.close();
  };

  const redial = () => {
    hangUp();
    dialAt = now() + Math.random() * Math.min(LONGEST_MS, BACK_OFF_MS * 2 ** tries++);
    step();
  };

  const connect = () => {
    let mine: WebSocket;
    try {
      mine = socket = new WebSocket(`${settings.socket}?world=${settings.key}&v=1`);
    } catch {
      return redial();
    }
    const on = (run: (data: string) => void) =>
      gate._guard(({ data }: { data?: string }) => {
        if (mine !== socket || isGone()) return;
        heard = now();
        run(data!);
        step();
      }) as () => void;
    mine.onopen = on(() => {});
    mine.onmessage = on(take);
    mine.onclose = on(redial);
  };

  /** Seals, connects and sends what is due, and sets a timer for what is due next. */
  const step = () => {
    if (stopTimer) stopTimer();
    if (isGone()) return;
    if (over && !held[0]) finish();
    if (!live || returning || over > 1) return;
    const at = now();
    let next = Infinity;
    /** Whether `time` has come; if not, `step` runs again then. */
    const due = (time: number) => {
      if (at < time) next = Math.min(next, time);
      return at >= time;
    };
    if (count && due(sealAt)) return seal();
    if (!socket) {
      if ((count || held[0]) && due(dialAt)) connect();
    } else if (socket.readyState === 1) {
      for (const frame of held.slice(0, WINDOW)) {
        const again = frame._over === socket;
        if (!again || due(frame._due)) {
          // Nothing received since it was sent: the connection is dead, also where the browser calls it open.
          if (again && heard < frame._at) return redial();
          frame._over = socket;
          frame._at = at;
          due((frame._due = at + REPLY_MS));
          socket.send(frame._text);
        }
      }
    }
    if (next < Infinity) stopTimer = gate._after(next - at, step);
  };

  // Replies

  /** The device's clock is `by` ms behind: held frames get the ids of sessions that began by the server's clock. */
  const correct = (by: number) => {
    session._skew += by;
    session._id = retimed(session._id, by);
    // The state of a session that is over is that of the next one.
    if (!over) session._save(false);
    for (const frame of held) {
      const { _key, _text } = frame;
      const id = retimed(_text.slice(HEAD.length, HEAD.length + ID_UNITS), by);
      unkeep(frame);
      frame._text = HEAD + id + _text.slice(HEAD.length + ID_UNITS);
      frame._key = prefix + id + _key.slice(prefix.length + ID_UNITS);
      frame._over = undefined;
      keep(frame);
    }
  };

  const take = (data: string) => {
    let reply: Answer;
    try {
      reply = parse(data) || {};
    } catch {
      return;
    }
    const { type, code } = reply;
    let [frame] = held.filter(({ _key }) => _key === `${prefix}${reply.session}.${reply.seq}`);
    if (type === "stop") {
      forget();
      forgetTab(settings);
      finish();
      hooks._stopped();
    } else if (type === "ack") {
      tries = 0;
      if (frame) {
        drop(frame);
        lost.refused += (reply.rejected || "").length;
      }
    } else if (type === "error") {
      if (code === "reconnect") return redial();
      // An error that names no frame is about the one in flight, if there is only one.
      const sent = held.filter(({ _over }) => _over === socket);
      if (!reply.session && !sent[1]) frame = sent[0];
      if (!frame) return;
      const by = reply.server_time! - session._now() - session._skew;
      if (code === "clock_skew" && Math.abs(by) > SKEW_MS) correct(by);
      else if (reply.retry) {
        const after = (reply.retry_after_ms! > 0 && reply.retry_after_ms) || BACK_OFF_MS;
        frame._due = now() + Math.min(LONGEST_MS / 1.25, after * 2 ** frame._tries++) * (1 + Math.random() / 4);
      } else drop(frame, code === "clock_skew" ? "queue" : "refused");
    }
  };

  // The end

  const finish = () => {
    over = 2;
    hangUp();
    gate._undo();
  };

  /** Takes no more events; frames in flight have a moment to be acknowledged. */
  const linger = () => {
    over = 1;
    gate._after(LINGER_MS, finish);
    step();
  };

  /** A session that has expired ended when the visitor last did something. */
  const end = (reason: string) => {
    if (session._expired()) hooks._emit("end", { reason: "timeout" }, session._last - session._start);
    else hooks._emit("end", { reason });
    seal();
  };

  // The page

  const reclaim = () => {
    if (!returning) return;
    returning = false;
    const before = session._id;
    if (!session._claim(true)) {
      forget();
      finish();
      hooks._stopped();
      return;
    }
    if (before !== session._id) {
      // Their times are by the clock of a session that is over.
      lost.queue += count;
      count = 0;
      body = "";
    }
    unspool();
    step();
  };

  gate._on(document, "visibilitychange", () => {
    if (document.visibilityState === "hidden" && live) {
      hooks._settle(false);
      seal();
    }
  });
  gate._on(window, "pagehide", () => {
    if (over) return finish();
    hooks._settle(true);
    end("unload");
    if (session._save(true)) {
      for (const frame of held) {
        // A page that logs its user out may have cleared the storage.
        if (frame._kept) frame._kept = storage("setItem", frame._key, frame._text);
        // Frames that the storage does not take are lost with this page.
        if (!frame._kept) drop(frame, "queue");
      }
      session._save(true);
    }
    live = false;
    hangUp();
  });
  gate._on<PageTransitionEvent>(window, "pageshow", ({ persisted }) => {
    if (!persisted || live) return;
    live = returning = true;
    gate._after(RETURN_MS, reclaim);
  });
  gate._on(window, "online", () => {
    // An older connection is probably dead without the browser having noticed.
    dialAt = 0;
    hangUp();
    step();
  });

  unspool();
  step();

  return {
    push(json, _t, movement) {
      if (!live || over || !json.includes(only)) return;
      const backlog = Math.max(held.length / SLOW_FRAMES, socket ? socket.bufferedAmount / SLOW_BYTES : 0);
      if (json.length > EVENTS_BYTES || (movement && backlog > 3 - movement)) {
        lost.queue++;
        return;
      }
      if (body.length + json.length > EVENTS_BYTES) seal();
      body += (count++ ? "," : "") + json;
      if (body.length > SEAL_BYTES || count >= SEAL_EVENTS) seal();
      else if (count < 2) {
        sealAt = now() + SEAL_MS;
        step();
      }
    },
    _clock: () => session._now() - session._start,
    _salt: () => session._salt,
    _active(acts) {
      if (!live) return false;
      if (!turning && session._expired()) {
        if (!acts) return false;
        turning = true;
        end("");
        turning = false;
        if (!session._begin()) {
          linger();
          hooks._stopped();
          return false;
        }
        hooks._begin();
      }
      if (acts) session._last = session._now();
      return true;
    },
    _end(reason) {
      // Frames that it loads from the storage are then deleted as well.
      reclaim();
      if (over) return;
      const forGood = reason === "opt_out";
      if (forGood) {
        forget();
        only = reason;
      } else hooks._settle(true);
      // The server does not know a session without frames, so there is no end to send.
      if (!forGood || session._seq) end(reason);
      if (forGood) forgetTab(settings);
      else session._stop();
      linger();
    },
  };
}
