/** Script errors and unhandled rejections. */

import type { Observer } from "../types";

/** Characters that are read: an endless text must not block the page. */
const MOST = 4096;
const PLACE = /\b([a-z][a-z-]{1,20}:\/\/[^\s()]{1,1024}):(\d+):(\d+)/;

export const error: Observer = ({ _gate, _emit }) => {
  const report = (thrown: unknown, message: unknown, place: readonly unknown[], rejection?: boolean) => {
    const { name, message: own } = (thrown || {}) as Error;
    _emit("error", {
      name: name || "Other",
      message: `${own || message || ""}`.slice(0, MOST),
      script: place[0] || undefined,
      line: +place[1]!,
      col: +place[2]!,
      rejection,
    });
  };
  _gate._on<ErrorEvent>(window, "error", (event) => {
    // A resource that fails to load fires on its own element, without a message.
    if (event.message) report(event.error, event.message, [event.filename, event.lineno, event.colno]);
  });
  _gate._on<PromiseRejectionEvent>(window, "unhandledrejection", ({ reason }) => {
    const [, ...place] = PLACE.exec(`${(reason || {}).stack}`.slice(0, MOST)) || [];
    report(reason, typeof reason === "string" ? reason : "", place, true);
  });
};
