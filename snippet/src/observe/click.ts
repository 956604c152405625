/** Clicks and taps, with whatever button, and those that a key makes. */

import { control, look } from "../element";
import type { Observer } from "../types";
import { viewportOf } from "./frames";

/** A click that Enter makes elsewhere comes within this time. */
const ENTER_MS = 500;

export const click: Observer = ({ _gate, _emit, _people }) => {
  /** What a click on a label clicks as well, at once. */
  let labelled: unknown;
  let enter: KeyboardEvent | undefined;
  let entered: Node;

  _people<KeyboardEvent>("keydown", (event, target) => {
    enter = event.key === "Enter" ? event : undefined;
    entered = target;
  });
  const tell = (button?: string) => (event: MouseEvent, target: Node) => {
    // Enter in a field clicks the form's first button: nobody did.
    if (target === labelled || (!event.detail && enter && event.timeStamp - enter.timeStamp < ENTER_MS && target !== entered))
      return;
    const meant = control(target);
    labelled = (meant as HTMLLabelElement).control;
    if (labelled) _gate._after(0, () => (labelled = undefined));
    const el = look(meant);
    if (!el || (button === "middle" && event.button !== 1)) return;
    const [x, y] = viewportOf(event);
    _emit("click", { el, x, y, button, count: event.detail > 1 ? event.detail : 0 });
  };
  _people("click", tell());
  // The second button has an event of its own, `contextmenu`, which long presses and keys make as well.
  _people("auxclick", tell("middle"));
  _people("contextmenu", tell("right"));
};
