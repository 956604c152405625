/** Pages: those that load, and those that the page's own router shows. */

import { now, readyStateOf, URL } from "../natives";
import type { Observer } from "../types";

/** How long a page's event waits for the page to have loaded; what happens meanwhile waits with it. */
const LOAD_MS = 10_000;

/** What makes a page another one: its path, and its fragment where that is a route. */
const pageOf = (): string => {
  const { pathname, hash } = new URL(location.href);
  return pathname + (/^#!*\//.test(hash) ? hash.replace(/\?.*/s, "") : "");
};

export const page: Observer = ({ _gate, _emit, _clock, _settle, _onSettle, _onBegin }) => {
  let shown = pageOf();
  const changed = (cause: string) => {
    if (pageOf() === shown) return;
    // What was begun on the page before belongs to it, but for the field that somebody is in.
    _settle(false);
    shown = pageOf();
    _emit("page", { url: location.href, cause });
  };

  const url = location.href;
  const began = _clock();
  const [entry] = performance.getEntriesByType("navigation") as (PerformanceNavigationTiming & { activationStart?: number })[];
  const came = entry && entry.type;
  let waits = true;
  const tell = (loaded?: number) => {
    if (waits) {
      waits = false;
      const cause = came === "reload" ? came : came === "back_forward" ? "back" : "load";
      _emit("page", { url, cause, load: loaded && loaded - ((entry && entry.activationStart) || 0) }, began);
    }
  };
  if (readyStateOf(document) === "complete") tell(entry && entry.loadEventStart);
  _gate._on(window, "load", () => tell(now()), true);
  _gate._after(LOAD_MS, tell);
  _onSettle(() => tell());

  _onBegin(() => _emit("page", { url: location.href, cause: "load" }));
  for (const cause of ["push", "replace"]) _gate._patch(History.prototype, `${cause}State`, () => () => changed(cause));
  _gate._on(window, "popstate", () => {
    // A link to a fragment pops as well; `hashchange` follows and says so.
    if (location.pathname !== shown.replace(/#.*/s, "")) changed("pop");
  });
  _gate._on(window, "hashchange", () => changed("hash"));
  _gate._on<PageTransitionEvent>(window, "pageshow", (event) => {
    if (event.persisted) _emit("page", { url: location.href, cause: "back" });
  });
};
