/** Clicks and taps with any button, and those that a key makes. */

import { control, look } from "../element";
import type { Observer } from "../types";
import { viewportOf } from "./frames";

/** Milliseconds within which a click that Enter makes on another element follows the key. */
const ENTER_MS = 500;

export const click: Observer = ({ _gate, _emit, _people }) => {
  /** The control that a click on its label clicks at once as well. */
  let labelled: unknown;
  let enter: KeyboardEvent | undefined;
  let entered: Node;

  _people<KeyboardEvent>("keydown", (event, target) => {
    enter = event.key === "Enter" ? event : undefined;
    entered = target;
  });
  const record = (button?: string) => (event: MouseEvent, target: Node) => {
    // Enter in a field clicks the form's first button; the visitor did not.
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
  _people("click", record());
  // The second button has its own event, `contextmenu`, which long presses and keys cause as well.
  _people("auxclick", record("middle"));
  _people("contextmenu", record("right"));
};
