/** Script errors and rejections that nobody handled. */

import type { Observer } from "../types";

/** Most that is looked at: a text without end must not stop the page. */
const MOST = 4096;
const PLACE = /\b([a-z][a-z-]{1,20}:\/\/[^\s()]{1,1024}):(\d+):(\d+)/;

export const error: Observer = ({ _gate, _emit }) => {
  const tell = (thrown: unknown, message: unknown, place: readonly unknown[], rejection?: boolean) => {
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
    // What fails to load tells so on its own element, and has no message.
    if (event.message) tell(event.error, event.message, [event.filename, event.lineno, event.colno]);
  });
  _gate._on<PromiseRejectionEvent>(window, "unhandledrejection", ({ reason }) => {
    const [, ...place] = PLACE.exec(`${(reason || {}).stack}`.slice(0, MOST)) || [];
    tell(reason, typeof reason === "string" ? reason : "", place, true);
  });
};
