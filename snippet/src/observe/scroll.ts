/** Scrolling of the page and of elements in it, as one event for each stretch without a pause. */

import { field, frameOf, isDocument, isMasked, look } from "../element";
import { bodyOf, rootElementOf } from "../natives";
import type { Observer } from "../types";

const QUIET_MS = 150;
/** Elements followed at a time: no visitor scrolls more at once. */
const STRETCHES = 8;

interface Stretch {
  _began: number;
  _ended: number;
  _quiet?: () => void;
}

export const scroll: Observer = ({ _gate, _emit, _clock, _people, _onSettle }) => {
  const stretches = new Map<Node, Stretch>();

  const report = (scrolled: Node) => {
    const { _began, _ended, _quiet } = stretches.get(scrolled)!;
    _quiet!();
    stretches.delete(scrolled);
    const isPage = isDocument(scrolled);
    const shown = isPage ? scrolled.scrollingElement : (scrolled as Element);
    const el = look(isPage ? frameOf(scrolled) : scrolled);
    if (!shown || (!el && scrolled !== document)) return;
    const { scrollTop, scrollLeft, scrollHeight, clientHeight } = shown;
    _emit("scroll", { y: scrollTop, x: Math.abs(scrollLeft), max: scrollHeight - clientHeight, ms: _ended - _began, el }, _ended);
  };
  _people(
    "scroll",
    (_, scrolled) => {
      const time = _clock();
      let stretch = stretches.get(scrolled);
      if (!stretch) {
        // The scroll range of a field reveals how much is written in it.
        const root = isDocument(scrolled) ? bodyOf(scrolled) || rootElementOf(scrolled)! : scrolled;
        if (stretches.size >= STRETCHES || field(scrolled) || isMasked(root)) return;
        stretches.set(scrolled, (stretch = { _began: time, _ended: time }));
      }
      stretch._ended = time;
      stretch._quiet = _gate._after(QUIET_MS, () => report(scrolled), stretch._quiet);
    },
    true,
  );
  _onSettle(() => {
    for (const scrolled of [...stretches.keys()]) report(scrolled);
  });
};
