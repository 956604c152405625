/**
 * The words and shapes that the parts of the snippet share. Wire types mirror `shared/protocol` v1; everything whose name begins
 * with `_` is internal and is mangled by the build. Types only: this file is nothing in the built script.
 */

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

export type EndReason = "unload" | "stopped" | "opt_out" | "timeout";

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

/** What the page says of a field, empty where it says nothing: type and autocomplete in lower case (ASCII), names as they are. */
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

/** A frame as it goes over the wire. `events` are strings already: each is one event's JSON. */
export interface Frame {
  readonly type: "batch";
  readonly v: 1;
  readonly session: string;
  readonly seq: number;
  readonly events: readonly string[];
  readonly meta?: string;
  readonly lost?: Partial<Lost>;
}

/** What was lost since the last sealed frame. */
export interface Lost {
  /** Exceptions caught in our handlers. */
  thrown: number;
  /** Events that the scrub gate refused or the server rejected. */
  refused: number;
  /** Events dropped by bounds. */
  queue: number;
}

/** What the server says. Anything else is ignored. */
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

/** Raw things that an observer hands to the scrub gate: elements, URLs, messages, bodies, fields. Never wire strings. */
export type Raw = Readonly<Record<string, unknown>>;

/** Hands one raw event to the scrub gate. `t` is for events that happened earlier, milliseconds since the session began. */
export type Emit = (kind: Kind, raw: Raw, t?: number) => unknown;

/** The only way to the page's events, functions and timers. Nothing that runs through it can throw into the page. */
export interface Gate {
  /** Listens, passive and in the capture phase; `once` for one event only. */
  _on<E extends Event>(target: EventTarget, type: string, handler: (event: E) => void, once?: boolean): void;
  /** Calls `run` after `ms`; answers how to call it off. `before` is what this answered earlier and is called off now. */
  _after(ms: number, run: () => void, before?: () => void): () => void;
  /** `run` with its exceptions caught and counted and its time taken. */
  _guard<A extends unknown[], R>(run: (...args: A) => R): (...args: A) => R | undefined;
  /**
   * Watches calls of `owner[name]` until the end. `before` sees each call and may answer what is to see its result; what that answers,
   * if anything, is what the caller gets instead. What the function throws goes to the caller.
   */
  _patch(owner: object, name: string, before: (self: unknown, args: readonly unknown[]) => After | undefined): void;
  /** Whether our handlers take more of the main thread than they should. */
  _busy(): boolean;
  /** Takes everything back: listeners, timers, patches. */
  _undo(): void;
}

export type After = (result: unknown) => unknown;

/** What an observer is given. */
export interface Context {
  readonly _gate: Gate;
  readonly _emit: Emit;
  /** Milliseconds since the session began, as `_emit` would write it. */
  readonly _clock: () => number;
  /** Listens to what people do, in the page and in every same-origin frame; with `inside` in shadow roots too, for what does not leave them. */
  readonly _people: <E extends Event>(type: string, handler: (event: E, target: Node) => void, inside?: boolean) => void;
  /** `run` is called before a frame is sealed early; `last` if the page goes away, another one is shown, or recording stops. */
  readonly _onSettle: (run: (last: boolean) => void) => void;
  /** `run` is called when a new session has begun on a page that was there before. */
  readonly _onBegin: (run: () => void) => void;
  /** What observers hold is to be told now. */
  readonly _settle: (last: boolean) => void;
}

/** One observer: everything it listens to and patches goes through the gate, which undoes it. */
export type Observer = (context: Context) => void;

/** What the transport asks of the rest. */
export interface Hooks {
  /** Scrubs and pushes; the transport makes `end` events with it. */
  readonly _emit: Emit;
  /** `meta` as JSON, for a frame with `seq` 0. */
  readonly _meta: () => string;
  /** Observers tell what they hold; called before a frame is sealed early (hidden: `last` false; pagehide, stop: true). */
  readonly _settle: (last: boolean) => void;
  /** A new session has begun without a page load (timeout, return from the back/forward cache after one): the page is told again. */
  readonly _begin: () => void;
  /** The server said `stop`: listeners off, nothing more is emitted. The transport has forgotten all and remembered it for the tab. */
  readonly _stopped: () => void;
}

/**
 * `openTransport(settings, lost, hooks)` of `transport.ts` answers this, or nothing where this tab is not to be recorded (opted out,
 * stopped by the server, not in the sample). It has a gate of its own: `openGate(lost)`.
 */
export interface Transport {
  /** One serialised event. `movement` may be thinned under back-pressure: 2 `move`, 1 `scroll`, 0 everything else. */
  readonly push: (json: string, t: number, movement: 0 | 1 | 2) => void;
  /** Milliseconds since the session began; never goes back. */
  readonly _clock: () => number;
  /** The session's 32 random bytes for digests of values. They never leave the tab. */
  readonly _salt: () => Uint8Array;
  /**
   * To be called before an event is made, and with every act. `acts`: somebody did something, which keeps the session alive; what the
   * page does by itself, and what is told of an act afterwards, does not. After 30 idle minutes or 24 hours an act ends the session and
   * begins a new one (`_emit` end, then `_begin`); what is not an act belongs to no session then: the answer is false and it is left out.
   */
  readonly _active: (acts: boolean) => boolean;
  /**
   * Ends recording. `stopped`: settle, `end`, flush; `opt_out`: forget what is held, `end`, remember for the tab. Both let the last
   * frame be acknowledged for a moment and close.
   */
  readonly _end: (reason: "stopped" | "opt_out") => void;
}

declare global {
  /** True only in the build whose scrub gate is broken on purpose, for the test that must notice; folded away in the real one. */
  const __BROKEN__: string;
}
