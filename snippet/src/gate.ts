/**
 * The one gate between the page and the snippet. All of our code that the page calls (listeners, timers, patched
 * functions) runs in here: passive and timed, with its exceptions caught and counted. One call removes all of it.
 */

import { AbortController, apply, bare, clearTimeout, listen, now, setTimeout, Wrapper } from "./natives";
import type { Gate, Lost } from "./types";

/** How much of the main thread we may take before pointer movement is sampled less often: milliseconds a second. */
const BUSY_MS = 20;

/** Opens a gate for one start of the recorder, or of its transport. Exceptions are counted in `lost.thrown`. */
export function openGate(lost: Lost): Gate {
  /** A signal removes the listeners: a list of them would keep every document and shadow root in memory. */
  const off = new AbortController();
  const undo: (() => void)[] = [];
  let open = true;
  /** Milliseconds that our code took in the second that began at `since`. */
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
        // If other code has wrapped ours since, ours stays and only passes calls through.
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
