/** Drags: by the browser's drag and drop, or by the page's own with the pointer. */

import { control, field, isIgnored, type Look, look } from "../element";
import { now } from "../natives";
import type { Observer } from "../types";
import { under, viewportOf } from "./frames";

/** Pixels; a hand that clicks moves less. */
const FAR = 10;

export const drag: Observer = ({ _emit, _people }) => {
  let dragged: Node | undefined;
  let el: Look | undefined;
  let to: Look | undefined;
  let from: number[] = [];
  let began = 0;
  let native = false;

  const begin = (event: MouseEvent, target: Node) => {
    dragged = control(target);
    el = look(dragged);
    to = undefined;
    from = viewportOf(event);
    began = now();
    native = event.type === "dragstart";
  };
  const end = (event: MouseEvent) => {
    const at = under(event);
    if (at && isIgnored(at)) el = undefined;
    const [dx, dy] = viewportOf(event).map((value, axis) => value - from[axis]!) as [number, number];
    if (el && Math.abs(dx) + Math.abs(dy) > FAR) _emit("drag", { el, to, dx, dy, ms: now() - began });
    el = undefined;
  };
  const dropOn = (target: Node | null) => {
    if (el && target && !dragged!.contains(target)) to = look(control(target));
  };

  _people<PointerEvent>("pointerdown", (event, target) => {
    begin(event, target);
    // Fields have their own selections and sliders, which `input` records.
    if (event.button || field(target)) el = undefined;
  });
  _people<PointerEvent>("pointerup", (event) => {
    // The visitor selected text.
    if (!event.view!.document.getSelection()!.isCollapsed) return;
    dropOn(under(event));
    end(event);
  });
  _people("pointercancel", () => {
    // A scroll; or the browser's own drag, which has begun already.
    if (!native) el = undefined;
  });
  _people("dragstart", begin);
  _people("drop", (_, target) => dropOn(target));
  _people("dragend", end);
};
