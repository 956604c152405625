/**
 * Virtual time in the page: it flows as real time does, and leaps over the time that a visitor spends reading and
 * thinking. So ten minutes of a visit are recorded in seconds, while the times of network and browser stay real.
 *
 * Why not Playwright's own `page.clock`: it counts `performance.now` from its installation rather than from each page's
 * load, so that a page opened in the hundredth second of a visit seems to have taken a hundred seconds to load; and
 * every new document replays the log of all leaps before, of which a visit has thousands.
 */

/** The page's side, which `visitor.ts` calls. `ahead` is virtual time minus real time, in milliseconds. */
export interface Warp {
  /** Leaps to the next timer that is due by `until` and runs it; without one, leaps to `until`. */
  step(until: number): { ahead: number; there: boolean };
  /** Leaps to `until`, running all timers on the way. */
  leap(until: number): Promise<number>;
  /** Leaps to `ahead`, without running timers; never back. */
  atLeast(ahead: number): number;
  /** Sets the time at which a new document begins. */
  begin(ahead: number): void;
}

declare global {
  interface Window {
    __warp: Warp & {
      ahead(): number;
      set(run: () => void, ms: number, every: number): number;
      clear(id: number): void;
    };
  }
}

/**
 * Runs in every document before any of its scripts. `first` is where virtual time begins in a tab that has none yet; a
 * later call for the same document only moves it forward. The tab keeps it in its storage, over page loads.
 */
export function warp(first: number): void {
  const KEY = "recorder.ahead";
  const kept = () => {
    try {
      return Number(sessionStorage.getItem(KEY) ?? Number.NEGATIVE_INFINITY);
    } catch {
      return Number.NEGATIVE_INFINITY;
    }
  };
  if (Object.hasOwn(window, "__warp")) {
    window.__warp.begin(first);
    return;
  }

  const realNow = Date.now;
  const realSetTimeout = setTimeout.bind(window);
  const realClearTimeout = clearTimeout.bind(window);

  const make = (): Omit<Window["__warp"], "begin"> => {
    let ahead = Math.max(first, kept());
    let count = 0;
    let wake: ReturnType<typeof setTimeout> | undefined;
    const timers = new Map<number, { due: number; run: () => void; every: number }>();
    const now = () => realNow() + ahead;
    const keep = () => {
      try {
        sessionStorage.setItem(KEY, String(ahead));
      } catch {
        // A page without storage forgets it; the recorder sets it on the next one.
      }
    };
    const next = () => {
      let found: [number, number] | undefined;
      for (const [id, { due }] of timers) if (!found || due < found[1]) found = [id, due];
      return found;
    };
    const arm = () => {
      realClearTimeout(wake);
      const [, due] = next() ?? [];
      if (due !== undefined) wake = realSetTimeout(overdue, Math.max(0, due - now()));
    };
    const fire = (id: number) => {
      const timer = timers.get(id);
      if (!timer) return;
      if (timer.every > 0) timer.due += timer.every;
      else timers.delete(id);
      try {
        timer.run();
      } catch (error) {
        // As the browser does: reports it to the page, and runs the other timers.
        reportError(error);
      }
    };
    const overdue = () => {
      const at = now();
      for (let found = next(); found && found[1] <= at; found = next()) fire(found[0]);
      arm();
    };
    const step = (until: number) => {
      const found = next();
      const there = !found || found[1] > until;
      ahead += Math.max(0, (there ? until : found[1]) - now());
      keep();
      if (!there) fire(found[0]);
      arm();
      return { ahead, there };
    };
    keep();
    return {
      step,
      async leap(until) {
        // Between two timers the page's promises and messages have their turn.
        while (!step(until).there) await new Promise((done) => realSetTimeout(done, 0));
        return ahead;
      },
      atLeast(least) {
        ahead = Math.max(ahead, least);
        keep();
        arm();
        return ahead;
      },
      ahead: () => ahead,
      set(run, ms, every) {
        timers.set(++count, { due: now() + ms, run, every });
        arm();
        return count;
      },
      clear(id) {
        timers.delete(id);
        arm();
      },
    };
  };

  // A frame of this site lives by the time of the page around it.
  let shared: Omit<Window["__warp"], "begin"> | undefined;
  try {
    shared = window === window.top ? undefined : window.top?.__warp;
  } catch {
    // Another site's.
  }
  const time = shared ?? make();
  /** Where virtual time stood when this document began: its `performance.now` counts from there. */
  let began = time.ahead();
  const begin = (least: number) => {
    began = time.atLeast(least);
  };
  Object.defineProperty(window, "__warp", { value: { ...time, begin } });
  const now = () => realNow() + time.ahead();
  window.Date = new Proxy(Date, {
    construct: (date, args, target) => Reflect.construct(date, args.length ? args : [now()], target),
    apply: () => new window.Date().toString(),
    get: (date, name) => (name === "now" ? now : Reflect.get(date, name)),
  });
  const realPerformance = performance.now;
  Performance.prototype.now = function (this: Performance) {
    return realPerformance.call(this) + time.ahead() - began;
  };
  const stamp = Object.getOwnPropertyDescriptor(Event.prototype, "timeStamp")?.get;
  Object.defineProperty(Event.prototype, "timeStamp", {
    configurable: true,
    enumerable: true,
    get(this: Event) {
      return stamp?.call(this) + time.ahead() - began;
    },
  });
  const callback = (run: TimerHandler, args: unknown[]) => () => {
    if (typeof run === "function") run.apply(window, args);
  };
  const wait = (ms: unknown) => Math.max(0, Number(ms) || 0);
  Object.assign(window, {
    setTimeout: (run: TimerHandler, ms?: number, ...args: unknown[]) => time.set(callback(run, args), wait(ms), 0),
    setInterval: (run: TimerHandler, ms?: number, ...args: unknown[]) =>
      time.set(callback(run, args), wait(ms), Math.max(4, wait(ms))),
    clearTimeout: (id: number) => time.clear(id),
    clearInterval: (id: number) => time.clear(id),
  });
}
