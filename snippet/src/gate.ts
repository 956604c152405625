/**
 * The one gate between the page and us. Whatever the page calls of ours (listeners, timers, patched functions) runs in here: passive,
 * timed, its exceptions caught and counted, and all of it can be taken back at once.
 */

import { AbortController, apply, bare, clearTimeout, listen, now, setTimeout, Wrapper } from "./natives";
import type { Gate, Lost } from "./types";

/** Most of the main thread that we may take before movement is thinned: milliseconds of a second. */
const BUSY_MS = 20;

export function openGate(lost: Lost): Gate {
  /** Listeners go by a signal: a list of them would keep every document and shadow root that ever was. */
  const off = new AbortController();
  const undo: (() => void)[] = [];
  let open = true;
  /** Of the second that began at `since`. */
  let spent = 0;
  let since = 0;
  let busy = false;

  const guard: Gate["_guard"] =
    (run) =>
    (...args) => {
      if (!open) return;
      const from = now();
      try {
        return run(...args);
      } catch {
        lost.thrown++;
      } finally {
        const to = now();
        if (to - since > 1000) {
          busy = spent > BUSY_MS;
          since = from;
          spent = 0;
        }
        spent += to - from;
      }
      return;
    };

  return {
    _on(target, type, handler, once) {
      const options = { capture: true, passive: true, once: !!once, signal: off.signal };
      listen(target, type, guard(handler) as EventListener, options);
    },
    _after(ms, run, before) {
      if (before) before();
      const timer = setTimeout(guard(run), ms);
      return () => clearTimeout(timer);
    },
    _guard: guard,
    _patch(owner, name, before) {
      const place = owner as Record<string, unknown>;
      const original = place[name];
      if (typeof original !== "function") return;
      // A proxy keeps name, length, own properties and the look of native code.
      const traps: ProxyHandler<typeof original> = {
        apply: (call, self, args: unknown[]) => {
          const after = guard(before)(self, args);
          const result = apply(call, self, args);
          return (after && guard(after)(result)) || result;
        },
      };
      // A page may put a `get` on the prototype of objects, which would be a trap.
      const patched = new Wrapper(original, bare(traps));
      place[name] = patched;
      undo.push(() => {
        // Where somebody has wrapped ours since, it stays and only passes through.
        if (place[name] === patched) place[name] = original;
      });
    },
    _busy: () => busy || spent > BUSY_MS,
    _undo() {
      off.abort();
      for (const back of undo.splice(0)) guard(back)();
      open = false;
    },
  };
}
