/** Pointer movement, as a point every tenth of a second. */

import { isIgnored } from "../element";
import type { Observer } from "../types";
import { under, viewportOf } from "./frames";

const STEP_MS = 100;
/** Used while we take too much of the main thread. */
const BUSY_STEP_MS = 400;
const PAUSE_MS = 1000;
const STEPS = 64;

export const move: Observer = ({ _gate, _emit, _clock, _people, _onSettle }) => {
  let latest: [MouseEvent, Node, number] | undefined;
  let sampling = false;
  let stopPause: (() => void) | undefined;
  let path: number[][] | undefined;
  let began = 0;
  let start: number[] = [];
  let at: number[] = [];

  const sample = () => {
    sampling = false;
    if (!latest) return;
    const [event, target, time] = latest;
    latest = undefined;
    // While a button is down, the target may be an element that has captured the pointer.
    if (isIgnored((event.buttons && under(event)) || target)) return;
    const [x, y] = viewportOf(event).map(Math.round) as [number, number];
    const before = at;
    at = [time, x, y];
    if (path && x === before[1] && y === before[2]) return;
    if (path) path.push(at.map((value, axis) => value - before[axis]!));
    else {
      path = [];
      began = time;
      start = at;
    }
    if (path.length === STEPS) seal();
    stopPause = _gate._after(PAUSE_MS, seal, stopPause);
  };
  const seal = () => {
    sample();
    if (path && path[0]) _emit("move", { x: start[1], y: start[2], path }, began);
    path = undefined;
  };
  _people<PointerEvent>("pointermove", (event, target) => {
    // A finger that moves scrolls.
    if (event.pointerType === "touch") return;
    latest = [event, target, _clock()];
    if (!sampling) {
      sampling = true;
      _gate._after(path ? (_gate._busy() ? BUSY_STEP_MS : STEP_MS) : 0, sample);
    }
  });
  _people("click", seal);
  _onSettle(seal);
};
