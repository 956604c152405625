/** The viewport's size, when it has come to rest. */

import type { Observer } from "../types";

const QUIET_MS = 250;

export const viewport: Observer = ({ _gate, _emit }) => {
  let stop: (() => void) | undefined;
  const size = () => ({ w: innerWidth, h: innerHeight });
  let told = size();
  _gate._on(window, "resize", () => {
    const tell = () => {
      const { w, h } = size();
      if (w !== told.w || h !== told.h) _emit("viewport", (told = { w, h }));
    };
    stop = _gate._after(QUIET_MS, tell, stop);
  });
};
