/**
 * The words and shapes that the parts of the snippet share. Wire types mirror `shared/protocol` v1; every name that
 * begins with `_` is internal, and the build mangles it. Types only: this file adds nothing to the built script.
 */

/** The kinds of events. */
export type Kind =
  | "page"
  | "click"
  | "input"
  | "submit"
  | "key"
  | "move"
  | "scroll"
  | "drag"
  | "api"
  | "error"
  | "viewport"
  | "visibility"
  | "end"
  | "custom";

/** Why a session ended. */
export type EndReason = "unload" | "stopped" | "opt_out" | "timeout";

/** What kind of value a field has; `rules/value.ts` decides. */
export type ValueKind =
  | "empty"
  | "email"
  | "phone"
  | "number"
  | "date"
  | "time"
  | "url"
  | "card"
  | "password"
  | "code"
  | "name"
  | "address"
  | "choice"
  | "file"
  | "text"
  | "masked";

/**
 * How the page describes a field; empty where it does not. Type and autocomplete in lower case (ASCII), names as they
 * are.
 */
export interface Hints {
  readonly field: string;
  readonly autocomplete: string;
  readonly name: string;
  readonly id: string;
}

/** The settings as the server bakes them; `settings.ts` refuses anything that is not exactly this. */
export interface Settings {
  readonly v: 1;
  readonly key: string;
  readonly socket: string;
  readonly salt: string;
  readonly off: readonly Kind[];
  readonly digests: boolean;
  readonly labels: boolean;
  readonly storage: "session" | "none";
  readonly gpc: boolean;
  readonly dnt: boolean;
  readonly autostart: boolean;
  readonly sample: number;
  readonly mask: readonly string[];
  readonly ignore: readonly string[];
  readonly domains: readonly string[];
  readonly urls: readonly string[];
  readonly sensitive: readonly string[];
}

/** A frame on the wire. Each string of `events` is one event's JSON. */
export interface Frame {
  readonly type: "batch";
  readonly v: 1;
  readonly session: string;
  readonly seq: number;
  readonly events: readonly string[];
  readonly meta?: string;
  readonly lost?: Partial<Lost>;
}

/** Counts of what was lost since the last sealed frame. */
export interface Lost {
  /** Exceptions caught in our handlers. */
  thrown: number;
  /** Events that the scrub gate refused or the server rejected. */
  refused: number;
  /** Events dropped by bounds. */
  queue: number;
}

/** The replies of the server. Anything else is ignored. */
export type Reply =
  | {
      readonly type: "ack";
      readonly session: string;
      readonly seq: number;
      readonly accepted: number;
      readonly rejected: readonly { readonly index: number; readonly code: string; readonly message?: string }[];
      readonly meta_rejected?: unknown;
      readonly server_time: number;
    }
  | {
      readonly type: "error";
      readonly code: string;
      readonly message: string;
      readonly retry: boolean;
      readonly retry_after_ms?: number;
      readonly session?: string;
      readonly seq?: number;
      readonly server_time: number;
    }
  | { readonly type: "stop"; readonly reason: string };

/** Raw fields that an observer passes to the scrub gate: elements, URLs, messages, bodies. Never wire strings. */
export type Raw = Readonly<Record<string, unknown>>;

/**
 * Passes one raw event to the scrub gate. `t`, for events that happened earlier, is in milliseconds since the session
 * began.
 */
export type Emit = (kind: Kind, raw: Raw, t?: number) => unknown;

/** The only way to the page's events, functions and timers. Nothing that runs through it can throw into the page. */
export interface Gate {
  /** Listens, passive and in the capture phase; `once` for one event only. */
  _on<E extends Event>(target: EventTarget, type: string, handler: (event: E) => void, once?: boolean): void;
  /**
   * Calls `run` after `ms`; returns a function that cancels it. `before`, returned by an earlier call, is cancelled
   * now.
   */
  _after(ms: number, run: () => void, before?: () => void): () => void;
  /** `run` with its exceptions caught and counted and its time measured. */
  _guard<A extends unknown[], R>(run: (...args: A) => R): (...args: A) => R | undefined;
  /**
   * Watches calls of `owner[name]` until `_undo`. `before` gets each call, and may return a function that gets its
   * result; what that returns, if anything, replaces the result for the caller. Exceptions of the function itself reach
   * the caller.
   */
  _patch(owner: object, name: string, before: (self: unknown, args: readonly unknown[]) => After | undefined): void;
  /** Whether our handlers take more of the main thread than they should. */
  _busy(): boolean;
  /** Removes all listeners, timers and patches. */
  _undo(): void;
}

/** Gets the result of a patched call, and may return another for the caller. */
export type After = (result: unknown) => unknown;

/** What `main.ts` passes to each observer. */
export interface Context {
  readonly _gate: Gate;
  readonly _emit: Emit;
  /** Milliseconds since the session began, as `_emit` would write it. */
  readonly _clock: () => number;
  /**
   * Listens to trusted events, in the page and in every same-origin frame; with `inside` also in shadow roots, for
   * events that do not leave them.
   */
  readonly _people: <E extends Event>(type: string, handler: (event: E, target: Node) => void, inside?: boolean) => void;
  /**
   * Calls `run` before a frame is sealed early; `last` if the page goes away, another one is shown, or recording stops.
   */
  readonly _onSettle: (run: (last: boolean) => void) => void;
  /** Calls `run` when a new session has begun on a page that was there before. */
  readonly _onBegin: (run: () => void) => void;
  /** Makes all observers emit what they hold. */
  readonly _settle: (last: boolean) => void;
}

/** One observer: everything it listens to and patches goes through the gate, which undoes it. */
export type Observer = (context: Context) => void;

/** What the transport calls in `main.ts`. */
export interface Hooks {
  /** Scrubs an event and pushes it; the transport emits `end` events with it. */
  readonly _emit: Emit;
  /** `meta` as JSON, for a frame with `seq` 0. */
  readonly _meta: () => string;
  /**
   * Makes observers emit what they hold; called before a frame is sealed early (hidden: `last` false; pagehide, stop:
   * true).
   */
  readonly _settle: (last: boolean) => void;
  /**
   * A new session has begun without a page load (after a timeout, or a return from the cache): emits the `page` event
   * again.
   */
  readonly _begin: () => void;
  /**
   * The server has sent `stop`: removes all listeners. The transport has deleted its frames and stored the stop for the
   * tab.
   */
  readonly _stopped: () => void;
}

/**
 * What `openTransport(settings, lost, hooks)` of `transport.ts` returns, or undefined where this tab must not be
 * recorded (opted out, stopped by the server, not in the sample). It has a gate of its own: `openGate(lost)`.
 */
export interface Transport {
  /**
   * Adds one serialised event. Movement is dropped first under back-pressure: 2 `move`, 1 `scroll`, 0 everything else.
   */
  readonly push: (json: string, t: number, movement: 0 | 1 | 2) => void;
  /** Milliseconds since the session began. Never goes back. */
  readonly _clock: () => number;
  /** The session's 32 random bytes for digests of values. They never leave the tab. */
  readonly _salt: () => Uint8Array;
  /**
   * Called before an event is made, and on every act. `acts`: the visitor did something, which keeps the session alive;
   * what the page does by itself, and an event made later from an act, does not. After 30 idle minutes or 24 hours an
   * act ends the session and begins a new one (`_emit` end, then `_begin`). Returns false for anything else then: it
   * belongs to no session and is left out.
   */
  readonly _active: (acts: boolean) => boolean;
  /**
   * Ends recording. `stopped`: settles, emits `end` and sends; `opt_out`: deletes what is held, emits `end`, and stores
   * the opt-out for the tab. Both wait a moment for the last acknowledgement, and close.
   */
  readonly _end: (reason: "stopped" | "opt_out") => void;
}

declare global {
  /**
   * "gate" in the build whose scrub gate is broken on purpose, for the test that must notice; empty, and folded away,
   * in the real one.
   */
  const __BROKEN__: string;
}
