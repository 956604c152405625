/** The viewport's size, after it has stopped changing. */

import type { Observer } from "../types";

const QUIET_MS = 250;

export const viewport: Observer = ({ _gate, _emit }) => {
  let stop: (() => void) | undefined;
  const size = () => ({ w: innerWidth, h: innerHeight });
  let reported = size();
  _gate._on(window, "resize", () => {
    const report = () => {
      const { w, h } = size();
      if (w !== reported.w || h !== reported.h) _emit("viewport", (reported = { w, h }));
    };
    stop = _gate._after(QUIET_MS, report, stop);
  });
};
