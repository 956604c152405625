/** Page views: loads, and pages shown by the page's own router. */

import { now, readyStateOf, URL } from "../natives";
import type { Observer } from "../types";

/** How long the `page` event waits for the load, in milliseconds; other events wait with it. */
const LOAD_MS = 10_000;

/** What identifies a page: its path, and its fragment where that is a route. */
const pageOf = (): string => {
  const { pathname, hash } = new URL(location.href);
  return pathname + (/^#!*\//.test(hash) ? hash.replace(/\?.*/s, "") : "");
};

export const page: Observer = ({ _gate, _emit, _clock, _settle, _onSettle, _onBegin }) => {
  let shown = pageOf();
  const changed = (cause: string) => {
    if (pageOf() === shown) return;
    // What began on the page before belongs to it, except the field with the focus.
    _settle(false);
    shown = pageOf();
    _emit("page", { url: location.href, cause });
  };

  const url = location.href;
  const began = _clock();
  const [entry] = performance.getEntriesByType("navigation") as (PerformanceNavigationTiming & { activationStart?: number })[];
  const came = entry && entry.type;
  let waits = true;
  const report = (loaded?: number) => {
    if (waits) {
      waits = false;
      const cause = came === "reload" ? came : came === "back_forward" ? "back" : "load";
      _emit("page", { url, cause, load: loaded && loaded - ((entry && entry.activationStart) || 0) }, began);
    }
  };
  if (readyStateOf(document) === "complete") report(entry && entry.loadEventStart);
  _gate._on(window, "load", () => report(now()), true);
  _gate._after(LOAD_MS, report);
  _onSettle(() => report());

  _onBegin(() => _emit("page", { url: location.href, cause: "load" }));
  for (const cause of ["push", "replace"]) _gate._patch(History.prototype, `${cause}State`, () => () => changed(cause));
  _gate._on(window, "popstate", () => {
    // A link to a fragment fires `popstate` as well; `hashchange` follows.
    if (location.pathname !== shown.replace(/#.*/s, "")) changed("pop");
  });
  _gate._on(window, "hashchange", () => changed("hash"));
  _gate._on<PageTransitionEvent>(window, "pageshow", (event) => {
    if (event.persisted) _emit("page", { url: location.href, cause: "back" });
  });
};
