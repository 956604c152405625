/** The entry: decides whether to run, makes `window.testgram`, and connects the parts. */

import { openGate } from "./gate";
import { bare, now } from "./natives";
import { api } from "./observe/api";
import { click } from "./observe/click";
import { drag } from "./observe/drag";
import { error } from "./observe/error";
import { openFrames } from "./observe/frames";
import { input } from "./observe/input";
import { key } from "./observe/key";
import { meta } from "./observe/meta";
import { move } from "./observe/move";
import { page } from "./observe/page";
import { scroll } from "./observe/scroll";
import { submit } from "./observe/submit";
import { viewport } from "./observe/viewport";
import { visibility } from "./observe/visibility";
import { openScrub } from "./scrub";
import { forgetTab } from "./session";
import { isIgnoredHost, isOff, settings, takeSettings } from "./settings";
import { openTransport } from "./transport";
import type { Context, Emit, Gate, Hooks, Kind, Lost, Observer, Settings, Transport } from "./types";

declare const __TESTGRAM__: Settings;

/** In the order in which they handle an event: what led to a click is recorded before it. */
const OBSERVERS: Partial<Record<Kind, Observer>> = {
  page,
  viewport,
  visibility,
  move,
  scroll,
  drag,
  input,
  key,
  click,
  submit,
  api,
  error,
};

/** DOM events that only a visitor causes: they keep a session alive, as do custom events and a return to the page. */
const ACTS = "pointerdown pointermove keydown wheel touchmove input click".split(" ");
/**
 * Kinds that the page causes by itself. They wait for the `page` event, and there are at most so many in ten seconds.
 */
const PASSIVE = /^(api|error)$/;
const PASSIVE_MOST = 200;
const PASSIVE_MS = 10_000;

function boot(): void {
  // A second copy does nothing. An element or frame of that name is not an own property of the window.
  if (Object.getOwnPropertyDescriptor(window, "testgram")) return;

  const lost: Lost = { thrown: 0, refused: 0, queue: 0 };
  const { _guard } = openGate(lost);
  const isTop = window.top === window;
  const problem = isTop && takeSettings(__TESTGRAM__);
  const { globalPrivacyControl, doNotTrack } = navigator as Navigator & { globalPrivacyControl?: boolean };
  const allowed =
    isTop &&
    !problem &&
    !(settings.gpc && globalPrivacyControl === true) &&
    !(settings.dnt && doNotTrack === "1") &&
    !isIgnoredHost(location.hostname);

  let transport: Transport | undefined;
  let gate: Gate | undefined;
  let scrub: ReturnType<typeof openScrub>;
  let settlers: ((last: boolean) => void)[] = [];
  let begin: (() => void) | undefined;
  /** Events that wait for the `page` event. */
  let waiting: Parameters<Transport["push"]>[] | undefined;
  let passive = 0;
  let passiveSince = 0;
  /** When the visitor last did something, by `now`. */
  let acted = -Infinity;

  const settle = (last: boolean) => {
    for (const run of settlers) _guard(run)(last);
  };

  const emit: Emit = (kind, raw, t) => {
    if (!transport || isOff(kind)) return;
    const isPassive = PASSIVE.test(kind);
    if (kind !== "end" && !transport._active(kind === "custom" || raw.cause === "back")) return;
    const time = transport._clock();
    // Pages scroll by themselves as well.
    if (isPassive || (kind === "scroll" && now() - acted > PASSIVE_MS)) {
      if (time - passiveSince > PASSIVE_MS || time < passiveSince) {
        passiveSince = time;
        passive = 0;
      }
      if (passive++ >= PASSIVE_MOST) {
        lost.queue++;
        return;
      }
    }
    const detail = scrub(kind, raw);
    if (!detail) {
      lost.refused++;
      return;
    }
    const at = Math.max(0, Math.min(Math.round(t === undefined ? time : t), time));
    const movement = kind === "move" ? 2 : kind === "scroll" ? 1 : 0;
    const event: Parameters<Transport["push"]> = [`[${at},"${kind}",${detail}]`, at, movement];
    if (waiting && kind !== "page") {
      if (isPassive || movement) {
        waiting.push(event);
        return;
      }
      // The `page` event comes before anything done on the page.
      settle(false);
    }
    transport.push(...event);
    for (const later of waiting || []) transport.push(...later);
    waiting = undefined;
    return true;
  };

  const close = () => {
    if (gate) gate._undo();
    transport = gate = begin = undefined;
    settlers = [];
  };

  const hooks: Hooks = {
    _emit: emit,
    _meta: () => scrub("meta", meta()) || "",
    _settle: settle,
    _begin: () => begin && begin(),
    _stopped: close,
  };

  const start = () => {
    if (transport || !allowed) return;
    close();
    const { prerendering } = document as Document & { prerendering?: boolean };
    if (prerendering) {
      // The page is not visible yet.
      gate = openGate(lost);
      gate._on(document, "prerenderingchange", start, true);
      return;
    }
    transport = openTransport(settings, lost, hooks);
    if (!transport) return;
    scrub = openScrub(transport._salt);
    gate = openGate(lost);
    waiting = isOff("page") ? undefined : [];
    const [people, open] = openFrames(gate);
    for (const type of ACTS) {
      people(type, () => {
        acted = now();
        if (transport) transport._active(true);
      });
    }
    const context: Context = {
      _gate: gate,
      _emit: emit,
      _clock: transport._clock,
      _people: people,
      _onSettle: (run) => settlers.push(run),
      _onBegin: (run) => {
        begin = run;
      },
      _settle: settle,
    };
    for (const kind of Object.keys(OBSERVERS) as Kind[]) if (!isOff(kind)) _guard(OBSERVERS[kind]!)(context);
    open();
  };

  const end = (reason: "stopped" | "opt_out") => () => {
    if (transport) transport._end(reason);
    // An opt-out before the start is remembered as well.
    else if (allowed && reason === "opt_out") forgetTab(settings);
    close();
  };

  Object.defineProperty(
    window,
    "testgram",
    bare({
      configurable: true,
      writable: true,
      value: {
        start: _guard(start),
        stop: _guard(end("stopped")),
        optOut: _guard(end("opt_out")),
        event: (name: string) => !!_guard(emit)("custom", { name }),
      },
    }),
  );
  // biome-ignore lint/suspicious/noConsole: a developer whose page sends nothing finds the reason here.
  if (problem) console.warn(`testgram: ${problem}`);
  else if (allowed && settings.autostart) _guard(start)();
}

boot();
